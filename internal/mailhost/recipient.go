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
	Way       uint32 // by which it was sent on last, as a hash
}

// recipient is a Recipient as long as its message is open, and for late lines. There are many of them: what the rules say of an
// answer is one for all that got the same, what few have hangs on a pointer.
type recipient struct {
	To, Orig      string
	Reply         string
	why           *why // of the newest verdict; nil: there is none, or it says nothing
	deferred      *why // of the newest try that was put off
	Client        event.ID
	LastTry       int64
	LastLine      hash.Sum
	LastPlace     int64
	ids           *idsOfRecipient
	Order         int32
	Attempts      int32
	Over          int32
	way           uint32 // by which it was sent on last, as a hash; 0 where that is not told
	Wanted, Final bool
	Status        event.Status
	Route         event.Route
	Direction     event.Direction
	Action        event.MailboxAction
}

// why is an answer's codes, and what the rules say of it. Nobody changes it: who got the same shares it.
type why struct {
	Reason, Category, Basis, Provider string
	Enhanced, DSN                     string
	Code                              int32
}

// idsOfRecipient are the log's own id of a recipient, and the queue id that it goes on under, here.
type idsOfRecipient struct{ ID, Next string }

var whys shared[why]

// whyOf is what an event says of its answer: constants of the rules, words that many have, no parts of a line.
func whyOf(one why) *why {
	if one == (why{}) {
		return nil
	}
	return whys.of(one, func(own *why) { own.Enhanced, own.DSN = common(own.Enhanced), common(own.DSN) })
}

// said is what there is of it.
func (w *why) said() why {
	if w == nil {
		return why{}
	}
	return *w
}

func (r *recipient) names() idsOfRecipient {
	if r.ids == nil {
		return idsOfRecipient{}
	}
	return *r.ids
}

// name keeps the ids that are not empty.
func (r *recipient) name(id, next string) {
	if id == "" && next == "" {
		return
	}
	if r.ids == nil {
		r.ids = new(idsOfRecipient)
	}
	replace(&r.ids.ID, id)
	replace(&r.ids.Next, next)
}

// plain is the recipient as summaries and saved states have it.
func (r *recipient) plain() Recipient {
	ids, why := r.names(), r.why.said()
	return Recipient{
		To: r.To, Orig: r.Orig, ID: ids.ID, Order: int(r.Order), Wanted: r.Wanted, Final: r.Final,
		Status: r.Status, Route: r.Route, Direction: r.Direction, Action: r.Action,
		Attempts: int(r.Attempts), Code: int(why.Code), Enhanced: why.Enhanced, DSN: why.DSN,
		Reason: why.Reason, Category: why.Category, Basis: why.Basis, Reply: r.Reply,
		Provider: why.Provider, Client: r.Client, Over: int(r.Over), LastTry: r.LastTry, Deferred: r.deferred.said().Reason, Next: ids.Next,
		LastLine: r.LastLine, LastPlace: r.LastPlace, Way: r.way,
	}
}

// keptRecipient is a recipient of a saved state.
func keptRecipient(in *Recipient) recipient {
	r := recipient{
		To: in.To, Orig: in.Orig, Order: int32(in.Order), Wanted: in.Wanted, Final: in.Final,
		Status: in.Status, Route: in.Route, Direction: in.Direction, Action: in.Action,
		Attempts: int32(in.Attempts), Reply: commonReply(in.Reply),
		why:    whyOf(why{in.Reason, in.Category, in.Basis, in.Provider, in.Enhanced, in.DSN, int32(in.Code)}),
		Client: in.Client, Over: int32(in.Over), LastTry: in.LastTry,
		deferred: whyOf(why{Reason: in.Deferred}), LastLine: in.LastLine, LastPlace: in.LastPlace, way: in.Way,
	}
	r.name(in.ID, in.Next)
	return r
}

// indexFrom is how many recipients are found without an index.
const indexFrom = 16

// recipient finds or adds the recipient of a verdict. One beyond the limit gets a memory of its own line only.
func (h *Host) recipient(m *Message, ev *event.Event) *recipient {
	if r := m.known(ev); r != nil {
		replace(&r.To, ev.RcptTo) // an id knows its recipient also after expansion
		replace(&r.Orig, ev.OrigRcptTo)
		return r
	}
	if len(m.Recipients) >= h.site.MaxRecipients {
		m.Dropped++
		return &recipient{To: ev.RcptTo, Orig: ev.OrigRcptTo}
	}
	m.Recipients = append(m.Recipients, recipient{To: strings.Clone(ev.RcptTo), Orig: strings.Clone(ev.OrigRcptTo)})
	m.Recipients[len(m.Recipients)-1].name(ev.RecipientID, "")
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

// known finds the recipient of a line. One that was sent on by one rule and has come to its end may be sent on by another, which makes a copy: that arrives, too, and is
// no second recipient, or has an end of its own.
func (m *Message) known(ev *event.Event) *recipient {
	r := m.namedBy(ev)
	if r == nil || !r.endedOtherwise(ev) {
		return r
	}
	for i := range m.Recipients {
		if c := &m.Recipients[i]; c.To == r.To && c.Orig == r.Orig && !c.endedOtherwise(ev) {
			return c
		}
	}
	if ev.Status == event.StatusDelivered {
		return r
	}
	return nil
}

// endedOtherwise says whether the recipient has come to its end by another way than that of the line.
func (r *recipient) endedOtherwise(ev *event.Event) bool {
	return r.Final && ev.Way != "" && r.way != 0 && r.way != wayOf(ev)
}

// wayOf is the way of a line as recipients keep it.
func wayOf(ev *event.Event) uint32 {
	if ev.Way == "" {
		return 0
	}
	return uint32(hash.Of(ev.Way)) | 1
}

// namedBy finds the recipient that a line names.
func (m *Message) namedBy(ev *event.Event) *recipient {
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
		if id := r.names().ID; id == ev.RecipientID &&
			(id != "" || r.Orig == ev.OrigRcptTo && (r.To == ev.RcptTo || isMailboxOf(ev.RcptTo, r.To))) {
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
	key := m.Recipients[i].names().ID
	if key == "" {
		key = m.Recipients[i].Orig + "\x00" + m.Recipients[i].To
	}
	m.index[key] = i
}

// take keeps the newest verdict; the words of an end are not replaced by what comes after it.
func (r *recipient) take(ev *event.Event, wasFinal bool) {
	if wasFinal {
		return
	}
	if ev.Tried == event.No && ev.Status == event.StatusDeferred && r.Status == event.StatusDeferred {
		return // nobody was asked: what the last one said still holds
	}
	r.Status, r.Final, r.Route, r.Direction, r.way = ev.Status, ev.Final, ev.Route, ev.Direction, wayOf(ev)
	if ev.Action != event.ActionNone {
		r.Action = ev.Action
	}
	r.why = whyOf(why{ev.Reason, ev.Category, ev.Basis, ev.Provider, ev.Enhanced, ev.DSN, int32(ev.Code)})
	if passesOn(ev) {
		r.name("", cmp.Or(ev.ChildQueueID, ev.RemoteQueueID))
	}
	text := ev.Text
	if len(text) > maxReply {
		text = text[:maxReply]
	}
	if r.Reply != text {
		r.Reply = commonReply(text)
	}
}

// explain gives the end of a recipient that was not tried any more the words of its last try: they are why it ended. The log's own
// status of the end stays.
func (r *recipient) explain(ev *event.Event) {
	if r.Status != event.StatusDeferred {
		return
	}
	why := r.why.said()
	ev.Reason, ev.Category, ev.Basis, ev.Provider = why.Reason, why.Category, why.Basis, why.Provider
	if ev.Route == event.RouteNone || ev.Route == event.RouteUnknown {
		ev.Route, ev.Direction = r.Route, r.Direction
	}
	if ev.Code != 0 || ev.Text != "" {
		return
	}
	ev.Code, ev.Enhanced, ev.Text = int(why.Code), why.Enhanced, r.Reply
	if why.Code > 0 {
		ev.Class = byte('0' + why.Code/100)
	}
}

// goesOn says whether the recipient lives on under another queue id of this host: its delivery here ended nothing.
func (r *Recipient) goesOn() bool {
	return !r.Final && r.Status == event.StatusDelivered && (r.Route == event.RouteFilter || r.Route == event.RouteForward)
}

const maxReply = 256 // bytes of a recipient's last reply that are kept

// try counts an attempt, and lets the line say what it comes after.
func (r *recipient) try(m *Message, ev *event.Event, now int64) {
	r.Attempts++
	if m.Partial { // of the tries before its log began only the line may know
		r.Attempts = max(r.Attempts, int32(ev.Attempt))
	}
	ev.Attempt = int(r.Attempts)
	if r.Attempts > 1 {
		ev.PreviousReason = r.deferred.said().Reason
		if d := now - r.LastTry; d >= 0 && ev.Resolution >= event.ResolutionSecond {
			ev.RetryAfter, ev.HasRetryAfter = time.Duration(d), true
		}
	}
	r.LastTry = now
	if ev.Status == event.StatusDeferred {
		r.deferred = whyOf(why{Reason: ev.Reason})
	}
}

// mayBeAt says whether an equal line at this place of its file may be the last verdict's, read again: what is new stands behind it.
func (r *recipient) mayBeAt(place int64) bool {
	return place != event.NewPlace && (r.LastPlace <= 0 || place <= r.LastPlace)
}
