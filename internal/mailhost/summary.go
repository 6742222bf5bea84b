package mailhost

import (
	"slices"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Summary is what a finished session or message comes to. It shares no memory with the tracker.
type Summary struct {
	Event event.Event // the scalar attributes; Kind is KindSession or KindMessage

	Session *TotalsOfSession
	Message *TotalsOfMessage
}

// TotalsOfSession are the parts of a session's summary that an Event has no field for.
type TotalsOfSession struct {
	Commands          []conversation.CommandRecord
	CommandsDropped   int
	Slowest           conversation.CommandRecord
	Messages          int
	Accepted, Refused int
	Bytes             int64
	Idle              bool
}

// TotalsOfMessage are the parts of a message's summary that an Event has no field for.
type TotalsOfMessage struct {
	Recipients        []Recipient
	RecipientsDropped int
	Totals            [event.Statuses]int
	HandedOn          int // recipients that go on under another queue id here
	Hops              []Hop
	Duration          time.Duration
	HasDuration       bool
}

// summary is the record that tells the whole session; last is the record that ended it.
func (s *Session) summary(last *event.Event) *Summary {
	sum := summaries.Get().(*Summary)
	ev := &sum.Event
	s.describe(ev, event.KindSession)
	ev.Time, ev.Resolution = last.Time, last.Resolution
	ev.SessionEnd, ev.SessionPartial = last.SessionEnd, last.SessionPartial
	ev.SessionDuration, ev.HasDuration = last.SessionDuration, last.HasDuration
	ev.Helo, ev.Protocol, ev.User, ev.AuthMechanism = s.Helo, s.Protocol, s.User, s.Mechanism
	ev.TLS, ev.TLSVersion, ev.TLSCipher, ev.TLSTrust = s.TLS, s.TLSVersion, s.TLSCipher, s.TLSTrust
	ev.Commands, ev.HasCommands = s.counts(), s.HasCounts
	totals := &TotalsOfSession{
		Commands: slices.Clone(s.Commands), CommandsDropped: s.Dropped,
		Messages: s.Received, Accepted: s.Accepted, Refused: s.Refused, Bytes: s.Bytes,
	}
	for _, m := range s.open {
		totals.Bytes += m.bytesTaken()
	}
	if s.Slowest != nil {
		totals.Slowest = *s.Slowest
	}
	if s.HasCounts {
		totals.count(s)
	}
	sum.Session = totals
	return sum
}

// tally is what the record that ends the session says of the whole.
func (s *Session) tally() *event.Tally {
	t := TotalsOfSession{Messages: s.Received, Accepted: s.Accepted, Refused: s.Refused}
	if s.HasCounts {
		t.count(s)
	}
	n := &event.Tally{Messages: t.Messages, Accepted: t.Accepted, Refused: t.Refused}
	for v, c := range s.counts() {
		n.Failed[v] = c.All - min(c.All, c.OK)
	}
	if s.HasCounts {
		return n
	}
	for i := range s.Commands {
		c := &s.Commands[i]
		verb, known := event.VerbOf(c.Command)
		if c.Command == event.CommandEOM { // servers count it with the command that it belongs to
			verb, known = event.VerbDATA, true
		}
		if known && c.Code >= 400 {
			n.Failed[verb]++
		}
	}
	return n
}

// count takes the totals from the counters of the last line, where the server writes them: they miss nothing.
func (t *TotalsOfSession) count(s *Session) {
	c := s.counts()
	t.Accepted = int(c[event.VerbRCPT].OK)
	t.Refused = int(c[event.VerbRCPT].All - c[event.VerbRCPT].OK)
	t.Messages = int(c[event.VerbDATA].OK)
	if chunks := c[event.VerbBDAT]; chunks.All > 0 { // these are chunks of the transactions that DATA did not end
		t.Messages += int(min(chunks.OK, c[event.VerbMAIL].OK-min(c[event.VerbMAIL].OK, c[event.VerbDATA].All)))
	}
	t.Idle = true
	for v, n := range c {
		if n.All > 0 && event.Verb(v) != event.VerbQUIT {
			t.Idle = false
		}
	}
	t.Idle = t.Idle && c[event.VerbQUIT].All > 0
}

// summary is the record that tells the whole message.
func (m *Message) summary() *Summary {
	sum := summaries.Get().(*Summary)
	ev := &sum.Event
	m.describe(ev, event.KindMessage)
	ev.Span = event.SpanOfMessage(m.UID)
	by := m.submitter()
	ev.Helo, ev.PeerIP = by.Helo, by.PeerIP
	ev.AuthMechanism, ev.MessageHop = by.Mechanism, m.Came
	totals := &TotalsOfMessage{
		Recipients: m.plainRecipients(), RecipientsDropped: int(m.Dropped), Hops: m.plainHops(),
	}
	for i := range totals.Recipients {
		r := &totals.Recipients[i]
		if r.goesOn() {
			totals.HandedOn++
		} else {
			totals.Totals[r.Status]++
		}
		switch {
		case i == 0 || ev.Direction == r.Direction:
			ev.Direction = r.Direction
		default:
			ev.Direction = event.DirectionMixed
		}
	}
	ev.RecipientCount = max(int(m.Count), len(m.Recipients))
	if d := m.Last - m.First; !m.Partial && d >= 0 {
		totals.Duration, totals.HasDuration = time.Duration(d), true
	}
	sum.Message = totals
	return sum
}

func (m *Message) plainRecipients() []Recipient {
	if len(m.Recipients) == 0 {
		return nil
	}
	list := make([]Recipient, len(m.Recipients))
	for i := range m.Recipients {
		list[i] = m.Recipients[i].plain()
	}
	return list
}
