package mailhost

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// waiting is the host's queues by its log: which messages stand in them now, put together by instance, by what holds them up and by
// who put them off last. Once a minute of the log's time a record tells each of these lots. It is true after a restart, since the
// messages are saved.
type waiting struct {
	instances map[server]*standing
	providers []string // by Message.behind; the first is none
	Began     int64    // since when the log tells of all that came in: what is older may wait without a line of it
	Told      int64    // the minute of the newest records
}

const (
	maxInstances = 64
	maxLots      = 256 // of one instance; further providers are none
	minute       = int64(time.Minute)
)

// status says whether the message is in the queue, and how.
func (m *Message) status() (status event.QueueStatus, waits bool) {
	switch {
	case m.ended || m.isOver() || m.Refused || m.First == 0: // a log without stamps does not tell when it came
		return 0, false
	case m.Held:
		return event.QueueHeld, true
	case !m.received && m.Off == 0:
		return 0, false
	case m.Off > 0 && m.Left == 0 && int(m.Off) >= m.undecided():
		return event.QueueDeferred, true
	}
	return event.QueueActive, true
}

// undecided is how many recipients have not ended here.
func (m *Message) undecided() int {
	return max(int(m.Count), len(m.Recipients)) - int(m.Final+m.Passed+m.Moved)
}

// runs notes that the queue manager takes the message up again.
func (m *Message) runs() {
	m.Held = false
	if m.Off > 0 {
		m.Left = bounded(m.undecided())
	}
}

// judged notes a verdict on a recipient that was put off before, or not.
func (m *Message) judged(r *recipient, ev *event.Event, wasOff bool) {
	if isOff := r.isOff(); isOff != wasOff {
		m.countOff(isOff)
	}
	if ev.Tried == event.Yes {
		m.Held = false
	}
	if m.Left > 0 {
		m.Left--
	}
	if ev.Status == event.StatusDeferred && ev.Provider != "" {
		m.behind = m.host.waiting.number(ev.Provider)
	}
	if ev.Delays.Has&event.DelayTotal != 0 && m.Partial {
		if came := ev.Time - int64(ev.Delays.Total*1e9); came < m.since() {
			m.Earlier = int32(min((m.First-came)/int64(time.Second), math.MaxInt32))
			m.host.waiting.moved(m)
		}
	}
}

// countOff counts a recipient that is put off, or is not any more.
func (m *Message) countOff(is bool) {
	switch {
	case is:
		m.Off = bounded(int(m.Off) + 1)
	case m.Off > 0:
		m.Off--
	}
}

func bounded(n int) uint16 { return uint16(max(0, min(n, math.MaxUint16))) }

// number is a provider's, on this host.
func (w *waiting) number(provider string) uint8 {
	if w.providers == nil {
		w.providers = []string{""}
	}
	i := slices.Index(w.providers, provider)
	switch {
	case i >= 0:
		return uint8(i)
	case len(w.providers) > math.MaxUint8:
		return 0
	}
	w.providers = append(w.providers, provider)
	return uint8(len(w.providers) - 1)
}

// provider is the one that put one of the message's recipients off last.
func (w *waiting) provider(m *Message) string {
	if m.behind == 0 {
		return ""
	}
	return w.providers[m.behind]
}

// isOff says whether the recipient waits for another try.
func (r *recipient) isOff() bool { return r.Status == event.StatusDeferred && !r.Final }

// since is when the message came, as far as the log tells.
func (m *Message) since() int64 { return m.First - int64(m.Earlier)*int64(time.Second) }

// place puts a message where its lines say that it stands now.
func (w *waiting) place(m *Message) {
	status, waits := m.status()
	key := lotKey{status, w.provider(m)}
	l := m.lot
	if l != nil && waits && l.lotKey == key && l.of.server == *m.of {
		return
	}
	if l != nil {
		heap.Remove(l, int(m.inLot))
		m.lot = nil
	}
	if waits {
		if l = w.lot(m, key); l != nil {
			heap.Push(l, m)
		}
	}
}

// moved keeps the order of a lot when a message turned out to have come earlier.
func (w *waiting) moved(m *Message) {
	if l := m.lot; l != nil {
		heap.Fix(l, int(m.inLot))
	}
}

// tellQueues makes the records of the newest full minute, once.
func (h *Host) tellQueues(now int64, out *Output) {
	w := &h.waiting
	at := now / minute
	switch {
	case now == 0:
		return
	case w.Told == 0 || w.Told-at > stepBack/minute: // the first line, or the clock was set back
		w.Began, w.Told = now, at
		return
	case at <= w.Told:
		return
	}
	w.Told = at
	for _, s := range w.sorted() {
		for _, l := range s.sorted() {
			if len(l.list) == 0 && !l.told && l.lotKey != (lotKey{}) {
				delete(s.lots, l.lotKey)
				continue
			}
			l.told = len(l.list) > 0
			out.Made = append(out.Made, Made{Event: l.record(h, at*minute), Host: h.name})
		}
	}
}

// tellSilent is tellQueues for a log that nobody writes to at present: its time goes on as the owner's clock does, where the two agreed. A log without stamps has none.
func (h *Host) tellSilent(silent int64, out *Output) {
	if h.clock.Now == 0 {
		return
	}
	if apart := h.wall - h.clock.newest(); apart < int64(time.Hour) && apart > -int64(time.Hour) {
		h.tellQueues(h.clock.newest()+silent, out)
	}
}

// describeQueue is the sentence of a record about a queue.
func describeQueue(b *strings.Builder, ev *event.Event) {
	q := &ev.Queue
	fmt.Fprintf(b, "%d %s in the queue", q.Messages, q.Status)
	if ev.Host != "" {
		b.WriteString(" of " + ev.Host)
	}
	switch ev.Provider {
	case "":
	case diagnose.Other:
		b.WriteString(", put off by others than the known providers")
	default:
		b.WriteString(", put off by " + ev.Provider)
	}
	if q.Messages > 0 {
		fmt.Fprintf(b, ", the oldest for %s", q.Oldest.Round(time.Second))
	}
}
