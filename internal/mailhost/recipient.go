package mailhost

import (
	"cmp"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// Recipient is an address after expansion, and how far its delivery is.
type Recipient struct {
	To, Orig  string
	ID        string // the log's own, where it has one
	Order     int    // of its newest verdict among those of the message
	Wanted    bool   // a filter said so, before there was a verdict
	Final     bool
	Status    event.Status
	Route     event.Route
	Direction event.Direction
	Action    event.MailboxAction
	Attempts  int
	Code      int
	Enhanced  string
	DSN       string
	Reason    string
	Category  string
	Basis     string
	Reply     string
	Provider  string
	Client    event.ID // the inferred conversation of the last attempt
	Over      int      // the transaction of it, where the log names its conversation
	LastTry   int64    // when
	Deferred  string   // why the newest try that was put off failed
	Next      string   // the queue id that it goes on under, here
	LastLine  hash.Sum // the last verdict, to know it again
	LastPlace int64
}

// indexFrom is how many recipients are found without an index.
const indexFrom = 16

// recipient finds or adds the recipient of a verdict. One beyond the limit gets a memory of its own line only.
func (h *Host) recipient(m *Message, ev *event.Event) *Recipient {
	if r := m.known(ev); r != nil {
		replace(&r.To, ev.RcptTo) // an id knows its recipient also after expansion
		replace(&r.Orig, ev.OrigRcptTo)
		return r
	}
	if len(m.Recipients) >= h.site.MaxRecipients {
		m.RecipientsDropped++
		return &Recipient{To: ev.RcptTo, Orig: ev.OrigRcptTo}
	}
	m.Recipients = append(m.Recipients, Recipient{
		To: strings.Clone(ev.RcptTo), Orig: strings.Clone(ev.OrigRcptTo), ID: strings.Clone(ev.RecipientID),
	})
	switch n := len(m.Recipients); {
	case m.index != nil:
		m.indexOne(n - 1)
	case n > indexFrom:
		m.index = make(map[string]int, 2*n)
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
	return &m.Recipients[len(m.Recipients)-1]
}

// known finds the recipient of a line.
func (m *Message) known(ev *event.Event) *Recipient {
	if m.index != nil {
		key := ev.RecipientID
		if key == "" {
			key = ev.OrigRcptTo + "\x00" + ev.RcptTo
		}
		if i, ok := m.index[key]; ok {
			return &m.Recipients[i]
		}
		return nil
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.ID == ev.RecipientID && (r.ID != "" || r.Orig == ev.OrigRcptTo && (r.To == ev.RcptTo || isMailboxOf(ev.RcptTo, r.To))) {
			return r
		}
	}
	return nil
}

// isMailboxOf says whether to is the local part of address alone: so a server may call a mailbox that it has delivered to.
func isMailboxOf(to, address string) bool {
	return len(address) > len(to) && address[len(to)] == '@' && address[:len(to)] == to
}

func (m *Message) indexOne(i int) {
	key := m.Recipients[i].ID
	if key == "" {
		key = m.Recipients[i].Orig + "\x00" + m.Recipients[i].To
	}
	m.index[key] = i
}

// take keeps the newest verdict; the words of an end are not replaced by what comes after it.
func (r *Recipient) take(ev *event.Event, wasFinal bool) {
	if wasFinal {
		return
	}
	if ev.Tried == event.No && ev.Status == event.StatusDeferred && r.Status == event.StatusDeferred {
		return // nobody was asked: what the last one said still holds
	}
	r.Status, r.Final, r.Route, r.Direction = ev.Status, ev.Final, ev.Route, ev.Direction
	if ev.Action != event.ActionNone {
		r.Action = ev.Action
	}
	r.Code = ev.Code
	r.Reason, r.Category, r.Basis, r.Provider = ev.Reason, ev.Category, ev.Basis, ev.Provider // constants of the rules, no parts of the line
	if passesOn(ev) {
		replace(&r.Next, cmp.Or(ev.ChildQueueID, ev.RemoteQueueID))
	}
	replaceAll(&r.Enhanced, ev.Enhanced)
	replaceAll(&r.DSN, ev.DSN)
	text := ev.Text
	if len(text) > maxReply {
		text = text[:maxReply]
	}
	replaceAll(&r.Reply, text)
}

// explain gives the end of a recipient that was not tried any more the words of its last try: they are why it ended. The log's own
// status of the end stays.
func (r *Recipient) explain(ev *event.Event) {
	if r.Status != event.StatusDeferred {
		return
	}
	ev.Reason, ev.Category, ev.Basis, ev.Provider = r.Reason, r.Category, r.Basis, r.Provider
	if ev.Route == event.RouteNone || ev.Route == event.RouteUnknown {
		ev.Route, ev.Direction = r.Route, r.Direction
	}
	if ev.Code != 0 || ev.Text != "" {
		return
	}
	ev.Code, ev.Enhanced, ev.Text = r.Code, r.Enhanced, r.Reply
	if r.Code > 0 {
		ev.Class = byte('0' + r.Code/100)
	}
}

// goesOn says whether the recipient lives on under another queue id of this host: its delivery here ended nothing.
func (r *Recipient) goesOn() bool {
	return !r.Final && r.Status == event.StatusDelivered && (r.Route == event.RouteFilter || r.Route == event.RouteForward)
}

const maxReply = 256 // bytes of a recipient's last reply that are kept

// try counts an attempt, and lets the line say what it comes after.
func (r *Recipient) try(m *Message, ev *event.Event, now int64) {
	r.Attempts++
	if m.Partial { // of the tries before its log began only the line may know
		r.Attempts = max(r.Attempts, ev.Attempt)
	}
	ev.Attempt = r.Attempts
	if r.Attempts > 1 {
		ev.PreviousReason = r.Deferred
		if d := now - r.LastTry; d >= 0 && ev.Resolution >= event.ResolutionSecond {
			ev.RetryAfter, ev.HasRetryAfter = time.Duration(d), true
		}
	}
	r.LastTry = now
	if ev.Status == event.StatusDeferred {
		r.Deferred = ev.Reason
	}
}

// mayBeAt says whether an equal line at this place of its file may be the last verdict's, read again: what is new stands behind it.
func (r *Recipient) mayBeAt(place int64) bool {
	return place != event.NewPlace && (r.LastPlace <= 0 || place <= r.LastPlace)
}
