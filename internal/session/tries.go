package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// try is a delivery that has begun: servers that number their tries write message and recipient only where one begins.
type try struct {
	QueueID   string
	To, Orig  string
	Route     event.Route
	Direction event.Direction
	Began     int64
	Number    int64 // how-manieth try of the host, to tell it from a later one under the same id
}

type tryKey struct{ Instance, ID string }

// tries are a host's, in the order in which they began. A number comes again when the server is started anew.
type tries struct {
	byID  map[tryKey]*try
	order []numberedTry
	count int64
}

type numberedTry struct {
	Key    tryKey
	Number int64
}

const maxTries = 4096 // of a host; servers run some hundred at a time

// open remembers the try that ev begins.
func (s *tries) open(h *host, ev *event.Event, now int64) {
	if s.byID == nil {
		s.byID = make(map[tryKey]*try)
	}
	if len(s.order) >= maxTries {
		s.dropOldest()
	}
	s.count++
	key := tryKey{h.word(ev.Instance), strings.Clone(ev.TryID)}
	s.byID[key] = &try{
		QueueID: strings.Clone(ev.QueueID), To: strings.Clone(ev.RcptTo), Orig: strings.Clone(ev.OrigRcptTo),
		Route: ev.Route, Direction: ev.Direction, Began: now, Number: s.count,
	}
	s.order = append(s.order, numberedTry{key, s.count})
}

func (s *tries) restore(saved []savedTry) {
	if len(saved) == 0 {
		return
	}
	s.byID = make(map[tryKey]*try, len(saved))
	for _, one := range saved {
		s.byID[one.Key] = one.Try
		s.order = append(s.order, numberedTry{one.Key, one.Try.Number})
		s.count = max(s.count, one.Try.Number)
	}
}

func (s *tries) dropOldest() {
	first := s.order[0]
	if t := s.byID[first.Key]; t != nil && t.Number == first.Number {
		delete(s.byID, first.Key)
	}
	s.order = s.order[1:]
}

// expire drops what began before a moment.
func (s *tries) expire(before int64) {
	for len(s.order) > 0 {
		first := s.order[0]
		if t := s.byID[first.Key]; t != nil && t.Number == first.Number && t.Began >= before {
			return
		}
		s.dropOldest()
	}
}

// Recall completes a verdict that has the number of a try with what the line said that began it. The try is kept: the verdict may come twice.
func (t *Tracker) Recall(ev *event.Event) {
	if ev.TryID == "" || ev.QueueID != "" {
		return
	}
	h := t.hosts[ev.Host]
	if h == nil {
		return
	}
	found := h.tries.byID[tryKey{ev.Instance, ev.TryID}]
	if found == nil {
		return
	}
	ev.QueueID, ev.RcptTo, ev.OrigRcptTo = found.QueueID, found.To, found.Orig
	if ev.Route == event.RouteUnknown {
		ev.Route = found.Route
	}
	if ev.Direction == event.DirectionUnknown {
		ev.Direction = found.Direction
	}
}
