package engine

import (
	"cmp"
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// What is joined is joined by names as they are; what the engine gives away has them hidden. So a line is hidden when all that is to be known of it is known:
// direction, provider, reason, session.

// noteLogin remembers who has logged in, and finds out what may be told of a name that failed.
func (e *Engine) noteLogin(l *Line) {
	ev := &l.Event
	l.login = ""
	switch {
	case e.privacy == nil:
	case ev.TriedUser != "":
		l.login = e.privacy.FailedLogin(ev.TriedUser, &e.logins, func(domain string) bool { return e.tracker.IsLocal(ev.Host, domain) })
	case ev.User != "" && ev.AuthResult != "failure" && e.privacy.KeepsLogins():
		e.logins.Add(ev.User)
	}
}

// hide hides persons in a line and in what it brought about.
func (e *Engine) hide(l *Line) {
	p := e.privacy
	if p == nil {
		return
	}
	p.Learn(&l.Event, &l.names)
	if p.Bodies() && (l.Result != event.Unknown || l.Recognised || e.claims(l)) {
		l.Private = true
		if shown := p.Line(&l.Event, &l.names, l.cuts()); shown != cmp.Or(l.Clean, l.Message) {
			l.Persons = !l.Scrubbed
			l.Clean, l.Scrubbed = shown, true
		}
	}
	p.Event(&l.Event, &l.names)
	if l.login != "" && l.Event.User == "" {
		l.Event.User = l.login
	}
	e.hideMade(&l.Output, 0, &l.names)
}

// claims says whether an unread line is a mail program's, by its header.
func (e *Engine) claims(l *Line) bool {
	return l.header.Program != "" && e.detector.Claims(l.header.Program)
}

// Hide hides persons in a text that came with a line, once that was observed.
func (e *Engine) Hide(l *Line, s string) string { return e.privacy.Text(s, &l.names) }

// Policy is what is done about persons; nil: nothing.
func (e *Engine) Policy() *privacy.Policy { return e.privacy }

// cuts are the pieces of the line that something else stands for, so that they do not leave.
func (l *Line) cuts() (list []privacy.Cut) {
	at := 0
	for _, span := range l.Event.Redact {
		from, to := min(max(span.From, at), len(l.Event.Line)), min(span.To, len(l.Event.Line))
		if from >= to {
			continue
		}
		list = append(list, privacy.Cut{From: from, To: to, Shown: l.mark(to - from)})
		at = to
	}
	return list
}

// mark stands for so many bytes of the line.
func (l *Line) mark(bytes int) string {
	if l.Event.Kind == event.KindContent && !l.keepContent {
		return "[content: " + strconv.Itoa(bytes) + " bytes]"
	}
	return event.Mark
}

// hideMade hides persons in the records that were made, from one on. names are only used for their room.
func (e *Engine) hideMade(out *session.Output, from int, names *privacy.Names) {
	if e.privacy == nil {
		return
	}
	for i := from; i < len(out.Made); i++ {
		m := &out.Made[i]
		if m.Summary != nil {
			hideSummary(e.privacy, m.Summary, names)
		} else {
			e.privacy.Learn(m.Event, names)
			e.privacy.Event(m.Event, names)
		}
	}
}

// hideSummary hides persons in all that a summary lists.
func hideSummary(p *privacy.Policy, s *session.Summary, names *privacy.Names) {
	p.Learn(&s.Event, names)
	p.Event(&s.Event, names)
	if t := s.Session; t != nil {
		p.CommandOf(t.Slowest.Command, &t.Slowest.Argument, names)
		for i := range t.Commands {
			p.CommandOf(t.Commands[i].Command, &t.Commands[i].Argument, names)
			p.TextOf(&t.Commands[i].Enhanced, names)
		}
	}
	if t := s.Message; t != nil {
		for i := range t.Recipients {
			r := &t.Recipients[i]
			p.AddressOf(&r.To, names)
			p.AddressOf(&r.Orig, names)
			for _, words := range [...]*string{&r.Reply, &r.Enhanced, &r.DSN} {
				p.TextOf(words, names)
			}
			p.TextOf(&r.Next, new(privacy.Names))
		}
		for i := range t.Hops {
			p.HostOf(&t.Hops[i].Server, names)
			p.IPOf(&t.Hops[i].Address, names)
			p.TextOf(&t.Hops[i].Enhanced, names)
		}
	}
}
