package mailhost

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

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
