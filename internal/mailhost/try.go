package mailhost

import (
	"cmp"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// try is a delivery that has begun. Some servers write message and recipient only where one begins, and what was said during it in lines
// of their own, so that the verdict has neither.
type try struct {
	QueueID   string
	To, Orig  string
	List      []string // more than one recipient; then To is empty
	Route     event.Route
	Direction event.Direction
	Began     int64
	Number    int64 // how-manieth try of the host, to tell it from a later one under the same id
	Heard     words // the newest
	weight    int
}

// words are what a host said, or what kept it from being asked.
type words struct {
	Command, Enhanced, Text, RemoteQueueID string
	Code                                   int
	Class                                  byte
	Joined, Truncated                      bool
	More                                   bool   // the next line of the answer is to come
	Own                                    string // the server's own words for what kept it from an answer
	ServerAddress, PeerIP, ErrorType       string
	ServerPort                             int
	Route                                  event.Route
}

type tryKey struct{ Instance, ID, To string }

// tries are a host's, in the order in which they began. A number comes again when the server is started anew.
type tries struct {
	byID  map[tryKey]*try
	order []numberedTry
	count int64
	share Share
}

type numberedTry struct {
	Key    tryKey
	Number int64
}

// longestWords bounds an answer of many lines.
const longestWords = 4096

const (
	maxTries   = 4096  // of a host; servers run some hundred at a time
	maxTryList = 10000 // recipients of one
)

func keyOfTry(ev *event.Event) tryKey { return tryKey{ev.Instance, ev.TryID, ev.TryTo} }

// observeTry remembers the try that ev begins, or what it says of one.
func (h *Host) observeTry(ev *event.Event) {
	if ev.TryID == "" {
		return
	}
	switch {
	case ev.Kind == event.KindMessageReceived, ev.Kind == event.KindMessageQueued && ev.First: // which is what a second reception becomes
		if t := h.tries.byID[keyOfTry(ev)]; t != nil {
			t.To, t.List = strings.Clone(ev.RcptTo), nil
			for _, to := range ev.RcptList[:min(len(ev.RcptList), maxTryList)] {
				t.List = append(t.List, strings.Clone(to))
			}
			h.tries.reweigh(t)
		}
	case ev.Kind == event.KindMessageQueued, ev.Kind == event.KindMessageOpened:
		h.tries.open(h, ev)
	case ev.Kind == event.KindReply, ev.Kind == event.KindConnect, ev.Kind == event.KindTLS:
		if t := h.tries.byID[keyOfTry(ev)]; t != nil {
			t.Heard.take(ev)
			h.tries.reweigh(t)
		} else if ev.TryTo != "" { // it needs no line that begins it to be known
			h.tries.open(h, ev)
		}
	}
}

// take keeps a line's words; what it does not say of the host stays.
func (w *words) take(ev *event.Event) {
	replace(&w.ServerAddress, ev.ServerAddress)
	replace(&w.PeerIP, ev.PeerIP)
	if ev.ServerPort != 0 {
		w.ServerPort = ev.ServerPort
	}
	if ev.Route != event.RouteUnknown {
		w.Route = ev.Route
	}
	own := ""
	if ev.Code == 0 && ev.Text == "" && ev.Kind != event.KindMessageQueued && ev.Kind != event.KindMessageOpened {
		own = ev.Argument
	}
	if ev.Code == 0 && ev.ErrorType == "" && ev.Text == "" && own == "" {
		return
	}
	if w.More && w.Code == ev.Code && len(w.Text) < longestWords {
		w.Text += " " + ev.Text[:min(len(ev.Text), longestWords)]
		w.More, w.Truncated = ev.MoreLines, ev.Truncated
		replaceAll(&w.RemoteQueueID, ev.RemoteQueueID)
		return
	}
	w.More = ev.MoreLines
	replaceAll(&w.Own, own)
	w.Code, w.Class, w.Joined, w.Truncated = ev.Code, ev.Class, ev.TextJoined, ev.Truncated
	replaceAll(&w.Command, ev.Command)
	replaceAll(&w.Enhanced, ev.Enhanced)
	replaceAll(&w.Text, ev.Text[:min(len(ev.Text), longestWords)])
	replaceAll(&w.RemoteQueueID, ev.RemoteQueueID)
	replaceAll(&w.ErrorType, ev.ErrorType)
}

// open remembers the try that ev begins.
func (s *tries) open(h *Host, ev *event.Event) {
	if s.byID == nil {
		s.byID = make(map[tryKey]*try)
	}
	for len(s.order) >= maxTries || len(s.order) > 0 && !s.share.Fits() {
		s.dropOldest()
	}
	if !s.share.Fits() {
		return
	}
	s.count++
	key := tryKey{h.word(ev.Instance), strings.Clone(ev.TryID), strings.Clone(ev.TryTo)}
	t := &try{
		QueueID: strings.Clone(ev.QueueID), To: strings.Clone(ev.RcptTo), Orig: strings.Clone(ev.OrigRcptTo),
		Route: ev.Route, Direction: ev.Direction, Began: h.clock.sweep(), Number: s.count,
	}
	t.Heard.take(ev)
	if old := s.byID[key]; old != nil {
		s.share.Add(-old.weight)
	}
	t.weight = t.weigh()
	s.share.Add(t.weight)
	s.byID[key] = t
	s.order = append(s.order, numberedTry{key, s.count})
}

func (s *tries) restore(saved []savedTry) {
	if len(saved) == 0 {
		return
	}
	s.byID = make(map[tryKey]*try, len(saved))
	for _, one := range saved {
		s.byID[one.Key] = one.Try
		one.Try.weight = one.Try.weigh()
		s.share.Add(one.Try.weight)
		s.order = append(s.order, numberedTry{one.Key, one.Try.Number})
		s.count = max(s.count, one.Try.Number)
	}
}

func (s *tries) dropOldest() {
	first := s.order[0]
	if t := s.byID[first.Key]; t != nil && t.Number == first.Number {
		s.share.Add(-t.weight)
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

// Recall completes a line about a try with what the line said that began it, and a verdict with what was said since. The try is kept: the
// verdict may come twice.
func (h *Host) Recall(ev *event.Event) {
	if ev.TryID == "" || ev.Kind == event.KindMessageQueued || ev.Kind == event.KindMessageOpened {
		return
	}
	found := h.tries.byID[keyOfTry(ev)]
	if found == nil {
		return
	}
	if ev.QueueID == "" {
		ev.QueueID = found.QueueID
	}
	if ev.Recipients() == 0 && ev.Kind != event.KindMessageHeader {
		ev.RcptTo, ev.OrigRcptTo = found.To, found.Orig
		ev.RcptList = append(ev.RcptList[:0], found.List...)
	}
	if ev.Kind != event.KindDelivery {
		return
	}
	if ev.Route == event.RouteUnknown {
		ev.Route = cmp.Or(found.Heard.Route, found.Route)
	}
	if ev.Direction == event.DirectionUnknown {
		ev.Direction = found.Direction
	}
	found.Heard.tell(ev)
}

// tell gives a verdict that has no words of its own those that led to it.
func (w *words) tell(ev *event.Event) {
	if ev.ServerAddress == "" && ev.PeerIP == "" {
		ev.ServerAddress, ev.PeerIP, ev.ServerPort = w.ServerAddress, w.PeerIP, w.ServerPort
	}
	if ev.Code != 0 || ev.Text != "" {
		return
	}
	if ev.Argument == "" {
		ev.Argument = w.Own
	}
	if ev.Status == event.StatusBounced && w.Class == '4' { // nobody said no: it has waited too long
		ev.Status = event.StatusExpired
	}
	ev.Command, ev.Code, ev.Class, ev.Enhanced, ev.Text = w.Command, w.Code, w.Class, w.Enhanced, w.Text
	ev.TextJoined, ev.Truncated = w.Joined, w.Truncated
	if ev.RemoteQueueID == "" {
		ev.RemoteQueueID = w.RemoteQueueID
	}
	if ev.ErrorType == "" {
		ev.ErrorType = w.ErrorType
	}
}

// list is for the savers of state.
func (s *tries) list() (all []savedTry) {
	for _, n := range s.order {
		if t := s.byID[n.Key]; t != nil && t.Number == n.Number {
			all = append(all, savedTry{n.Key, t})
		}
	}
	return slices.Clip(all)
}

func (t *try) weigh() int {
	w := &t.Heard
	const base = 700 // with its two entries in maps
	return base + weight.Of(t.List...) + weight.Of(t.QueueID, t.To, t.Orig, w.Enhanced, w.Text, w.RemoteQueueID, w.ServerAddress, w.PeerIP)
}

func (s *tries) reweigh(t *try) {
	s.share.Add(t.weigh() - t.weight)
	t.weight = t.weigh()
}
