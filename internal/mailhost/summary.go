package mailhost

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// sentenceRoom is what most sentences need, in bytes: one allocation in place of two or three.
const sentenceRoom = 128

// Sentence is the summary as one readable line, its record's body.
func (s *Summary) Sentence() string {
	if s.Session != nil {
		return s.Session.sentence(&s.Event)
	}
	return s.Message.sentence(&s.Event)
}

func (t *TotalsOfSession) sentence(ev *event.Event) string {
	var b strings.Builder
	b.Grow(sentenceRoom)
	b.WriteString("session")
	if ev.Role == event.RoleClient {
		b.WriteString(" to ")
	} else {
		b.WriteString(" from ")
	}
	b.WriteString(peerName(ev))
	b.WriteString(" ended: " + ev.SessionEnd.String())
	if ev.HasDuration {
		b.WriteString(" after " + round(ev.SessionDuration).String())
	}
	if t.Idle {
		b.WriteString(", idle")
	}
	count(&b, t.Messages, "message", "accepted")
	count(&b, t.Accepted, "recipient", "accepted")
	count(&b, t.Refused, "recipient", "refused")
	return b.String()
}

func peerName(ev *event.Event) string {
	name := ev.ClientAddress
	if ev.Role == event.RoleClient || name == "" && ev.Role != event.RoleServer {
		name = ev.ServerAddress
	}
	switch {
	case name == "" && ev.PeerIP == "" && ev.Helo != "" && ev.Role == event.RoleServer: // else it may be our own
		return ev.Helo
	case name == "" && ev.PeerIP == "":
		return "unknown"
	case name == "":
		return ev.PeerIP
	case ev.PeerIP == "" || name == ev.PeerIP:
		return name
	}
	return name + "[" + ev.PeerIP + "]"
}

func count(b *strings.Builder, n int, noun, verb string) {
	switch {
	case n == 1:
		b.WriteString(", 1 " + noun + " " + verb)
	case n > 1:
		b.WriteString(", " + strconv.Itoa(n) + " " + noun + "s " + verb)
	}
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

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

func (t *TotalsOfMessage) sentence(ev *event.Event) string {
	var b strings.Builder
	b.Grow(sentenceRoom)
	b.WriteString("message " + ev.QueueID)
	if ev.MailFrom == "<>" {
		b.WriteString(" from <>")
	} else if ev.MailFrom != "" {
		b.WriteString(" from <" + ev.MailFrom + ">")
	}
	if len(t.Recipients) == 1 {
		b.WriteString(" to <" + t.Recipients[0].To + ">")
	} else {
		b.WriteString(" to " + strconv.Itoa(ev.RecipientCount) + " recipients")
	}
	for s, n := range t.Totals {
		switch {
		case n == 0 || event.Status(s) == event.StatusNone:
		case len(t.Recipients) == 1:
			b.WriteString(": " + event.Status(s).String())
		default:
			b.WriteString(", " + strconv.Itoa(n) + " " + event.Status(s).String())
		}
	}
	if t.HandedOn > 0 {
		t.tellOnward(&b)
	}
	for i := range t.Recipients {
		r := &t.Recipients[i]
		if r.Status == event.StatusDelivered || r.Code == 0 {
			continue
		}
		fmt.Fprintf(&b, " (%d %s", r.Code, r.Enhanced)
		if r.Reason != "" {
			fmt.Fprintf(&b, " %s", r.Reason)
		}
		b.WriteString(")")
		break // the first failure stands for the others; the attributes have all
	}
	if t.HasDuration {
		b.WriteString(" after " + round(t.Duration).String())
	}
	if len(t.Recipients) == 1 && t.Recipients[0].Attempts > 1 {
		fmt.Fprintf(&b, " at attempt %d", t.Recipients[0].Attempts)
		if t.Recipients[0].Deferred != "" {
			fmt.Fprintf(&b, " (%s before)", t.Recipients[0].Deferred)
		}
	}
	return b.String()
}

// tellOnward says where the message went on to: a program of this host, and the queue id that it has there.
func (t *TotalsOfMessage) tellOnward(b *strings.Builder) {
	if len(t.Recipients) == 1 {
		b.WriteString(": handed on")
	} else {
		b.WriteString(", " + strconv.Itoa(t.HandedOn) + " handed on")
	}
	for i := range t.Hops {
		if h := &t.Hops[i]; h.Route == event.RouteFilter && h.Status == event.StatusDelivered {
			b.WriteString(" to " + peerName(&event.Event{Role: event.RoleClient, ServerAddress: h.Server, PeerIP: h.Address}))
			break
		}
	}
	for i := range t.Recipients {
		if r := &t.Recipients[i]; r.goesOn() && r.Next != "" {
			b.WriteString(" as " + r.Next)
			break
		}
	}
}

// Describe says in one line what a record means that the log has no line for.
func Describe(ev *event.Event) string {
	var b strings.Builder
	switch ev.Kind {
	case event.KindDelivery:
		fmt.Fprintf(&b, "recipient <%s> of message %s: %s", ev.RcptTo, ev.QueueID, ev.Status)
	case event.KindReject:
		fmt.Fprintf(&b, "%s from %s refused", ev.Command, peerName(ev))
	case event.KindAuth:
		fmt.Fprintf(&b, "login from %s failed", peerName(ev))
	case event.KindHop:
		fmt.Fprintf(&b, "message %s of %s came from %s", ev.QueueID, ev.ServerAddress, ev.ClientAddress)
	case event.KindQueue:
		describeQueue(&b, ev)
	case event.KindMessageAborted:
		fmt.Fprintf(&b, "message %s aborted before its end", ev.QueueID)
	default:
		fmt.Fprintf(&b, "session with %s ended: %s", peerName(ev), ev.SessionEnd)
	}
	return b.String()
}
