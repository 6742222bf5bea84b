package smtpprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
)

// catch looks through a line for credentials that its parser did not know of, and takes them out of what the event says before anybody keeps it. text is
// the line with its header.
func (e *engine) catch(src *source, text string, result event.Result) {
	ev := &e.ev
	of := e.of(result)
	e.caught = secrets.Find(text, of, e.caught[:0])
	if result == event.Unknown {
		e.caught = src.exchange.Line(text, e.caught)
	}
	if len(e.caught) == 0 {
		return
	}
	e.caughtIn = text
	ev.Texts(func(s *string) { *s, _ = secrets.Clean(*s, of) })
	e.hideCaught()
	ev.Conceal()
}

// hideCaught marks what was caught; what stands in the line's header is none of the event's.
func (e *engine) hideCaught() {
	for _, span := range e.caught {
		if piece := e.caughtIn[span.From:span.To]; piece != "" {
			if _, ok := e.ev.At(piece); ok {
				e.ev.Hide(piece)
			}
		}
	}
}

// of is what the net may think of the line at hand. What becomes of messages and recipients is told without a client's words.
func (e *engine) of(result event.Result) secrets.Of {
	ev := &e.ev
	if result == event.Unknown {
		if e.header.Program != "" && e.detector.Claims(e.header.Program) {
			return secrets.Talk
		}
		return secrets.Anyone
	}
	switch ev.Kind {
	case event.KindDelivery, event.KindMessageOpened, event.KindMessageHeader, event.KindMessageReceived, event.KindMessageQueued, event.KindMessageRemoved, event.KindNotification:
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

// sweep takes the credentials that a text itself proves out of all texts that came with a record: of its body, and of the first of its attributes, which
// were there before any of ours. The body is left out where it is the line and nothing was caught in it.
func sweep(rec plog.LogRecord, of secrets.Of, attributes int, body bool) {
	if body {
		sweepValue(rec.Body(), of)
	}
	if attributes > 0 {
		sweepMap(rec.Attributes(), of, attributes)
	}
	if s, found := secrets.Clean(rec.SeverityText(), of); found {
		rec.SetSeverityText(s)
	}
}

// sweepMap cleans the first values of a map, and a key that is a credential.
func sweepMap(m pcommon.Map, of secrets.Of, first int) {
	var keys []string
	n := 0
	for key, v := range m.All() {
		if n++; n > first {
			break
		}
		sweepValue(v, of)
		if _, found := secrets.Clean(key, of); found {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		clean, _ := secrets.Clean(key, of)
		if v, ok := m.Get(key); ok {
			kept := pcommon.NewValueEmpty()
			v.CopyTo(kept)
			m.Remove(key)
			kept.CopyTo(m.PutEmpty(clean))
		}
	}
}

// sweepValue cleans a value of any type: a string, bytes, an array of bytes as the journal writes one, and what these stand in.
func sweepValue(v pcommon.Value, of secrets.Of) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		sweepMap(v.Map(), of, v.Map().Len())
	case pcommon.ValueTypeSlice:
		if !changeText(v, func(s string) (string, bool) { return secrets.Clean(s, of) }) {
			for _, item := range v.Slice().All() {
				sweepValue(item, of)
			}
		}
	case pcommon.ValueTypeStr:
		if s, found := secrets.Clean(v.Str(), of); found {
			v.SetStr(s)
		}
	case pcommon.ValueTypeBytes:
		changeText(v, func(s string) (string, bool) { return secrets.Clean(s, of) })
	}
}
