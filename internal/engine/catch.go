package engine

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
)

// catch looks through a line for credentials that its parser did not know of, and takes them out of what the event says before anybody
// keeps it.
func (e *Engine) catch(src *source, l *Line) {
	ev := &l.Event
	of := e.of(l)
	l.caught = secrets.Find(l.Text, of, l.caught[:0])
	if l.Result == event.Unknown {
		l.caught = src.exchange.Line(l.Text, l.caught)
	}
	if len(l.caught) == 0 {
		return
	}
	ev.Texts(func(s *string) { *s, _ = secrets.Clean(*s, of) })
	l.hideCaught()
	ev.Conceal()
}

// hideCaught marks what was caught; what stands in the line's header is none of the event's.
func (l *Line) hideCaught() {
	for _, span := range l.caught {
		if piece := l.Text[span.From:span.To]; piece != "" {
			if _, ok := l.Event.At(piece); ok {
				l.Event.Hide(piece)
			}
		}
	}
}

// of is what the net may think of the line at hand. What becomes of messages and recipients is told without a client's words.
func (e *Engine) of(l *Line) secrets.Of {
	ev := &l.Event
	if l.Result == event.Unknown {
		if l.header.Program != "" && e.detector.Claims(l.header.Program) {
			return secrets.Talk
		}
		return secrets.Anyone
	}
	switch ev.Kind {
	case event.KindDelivery, event.KindMessageOpened, event.KindMessageHeader, event.KindMessageReceived, event.KindMessageQueued,
		event.KindMessageRemoved, event.KindNotification:
		return secrets.Server
	case event.KindReject:
		if ev.Command == "RCPT" || ev.Command == "MAIL" || ev.Command == event.CommandEOM {
			return secrets.Server
		}
	case event.KindConnect, event.KindTLS:
		if ev.Text == "" && ev.Argument == "" {
			return secrets.Server
		}
	case event.KindDisconnect:
		if ev.Text == "" && (ev.Argument == "" || ev.HasCommands) {
			return secrets.Server
		}
	}
	return secrets.Talk
}
