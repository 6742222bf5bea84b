package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// Every record of a message carries the id of its trace, from the line on where it is known which that is: that of the Message-ID, so that the records of
// all hosts that a mail passes meet without knowing of each other; or that of the message alone, where it comes in without one.

// The bounds of a trace.
const (
	maxOfTrace = 100  // messages of one host with one Message-ID; further ones have a trace of their own
	maxSpans   = 1000 // of a message; further records are no spans
)

// repeated remembers how many messages of a host had a Message-ID: which one a mail has is its sender's to choose.
type repeated struct {
	recents[repeat]
}

// repeat is one Message-ID.
type repeat struct {
	N    uint32
	When int64 // of the newest message
}

const (
	maxRepeated = 8192
	repeatedFor = int64(24 * time.Hour) // of log time without another message
)

// next counts one more message with the Message-ID.
func (r *repeated) next(messageID string, now int64) uint32 {
	key := hash.Of(messageID)
	if one := r.Get(key); one != nil {
		one.N++
		one.When = now
		return one.N
	}
	r.forgetOld(now)
	if r.share.Fits() {
		r.keep(key, repeat{1, now})
	}
	return 1
}

// forgetOld forgets what is old, and beyond the limit what has not come again since it was looked at last: a Message-ID that comes again and again stays.
func (r *repeated) forgetOld(now int64) {
	for turns := r.Len(); turns > 0; turns-- {
		key, oldest := r.Oldest()
		one, old := *oldest, now-oldest.When > repeatedFor
		if !old && r.Len() < maxRepeated && r.share.Fits() {
			return
		}
		r.Delete(key)
		if one.N > 1 && !old && turns > 1 {
			r.Add(key, one)
		} else {
			r.share.Add(-1)
		}
	}
}

// traced gives ev the id of the message's trace. Which one it is, is decided once.
func (m *Message) traced(ev *event.Event) {
	if m.Trace == (event.TraceID{}) {
		switch {
		case m.MessageID != "" && m.host.repeated.next(m.MessageID, m.host.clock.Now) <= maxOfTrace:
			m.Trace = event.TraceOfMessageID(m.MessageID)
		case m.MessageID != "", m.received, ev.Status != event.StatusNone, ev.Kind == event.KindMessage:
			m.Trace = event.TraceOfMessage(m.UID)
		}
	}
	ev.Trace = m.Trace
}

// tellSpan makes the record a span's own where it tells of one: a try at a host, what a filter did, a notice. The id is made from what the record says, and from the
// how-manieth it is, since a server may say the same twice. Programs beside the server log elsewhere, so theirs are not in that number: it is the same in whichever
// order the files of a host are read.
func (m *Message) tellSpan(ev *event.Event) {
	if m == nil || m.Trace == (event.TraceID{}) || !isSpan(ev) || m.Spans >= maxSpans {
		return
	}
	m.Spans++
	nth := m.Spans - m.Beside
	if ev.Beside {
		m.Beside++
		nth = 0
	}
	id := hash.New().Num(int64(m.UID)).Num(int64(nth)).Num(int64(ev.Kind)).Num(stamp(ev.Time, ev.Resolution))
	if m.host.site.Told == nil {
		id = id.Str(ev.Line).Str(ev.RcptTo)
	} else {
		id = id.Str(m.host.site.told(ev.Line + " " + ev.RcptTo))
	}
	ev.Span = id.ID()
}

// isSpan says whether a record of a message is a span's own.
func isSpan(ev *event.Event) bool {
	switch {
	case ev.Duplicate:
		return false
	case ev.Status != event.StatusNone:
		return ev.Final || ev.Tried != event.No && !ev.Synthetic || passesOn(ev)
	case ev.Kind == event.KindFilter:
		return ev.FilterVerdict != "" && !ev.VerdictRetold
	case ev.Kind == event.KindReply, ev.Kind == event.KindConnect, ev.Kind == event.KindWarning:
		return refuses(ev) && !ev.NoTrial && !ev.Retold && !ev.MoreLines
	}
	return ev.Kind == event.KindNotification
}

// refuses says whether the line is about a host that we called, and that refused or failed.
func refuses(ev *event.Event) bool {
	return ev.Role == event.RoleClient && ev.Class != '2' && ev.Class != '3' && (ev.Class != 0 || ev.ErrorType != "")
}

// list is for the saver of state, oldest first.
func (r *repeated) list() (list []savedRepeat) {
	for key, one := range r.All() {
		list = append(list, savedRepeat{key, *one})
	}
	return list
}

func (r *repeated) restore(list []savedRepeat) {
	for _, one := range list {
		r.keep(one.Key, one.Repeat)
	}
}

// savedRepeat is a Message-ID in the saved state.
type savedRepeat struct {
	Key    hash.Sum
	Repeat repeat
}
