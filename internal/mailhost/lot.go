package mailhost

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// server is one of the mail servers that write the host's logs.
type server struct{ instance, dialect string }

// standing is the queue of one of them.
type standing struct {
	server
	lots map[lotKey]*lot
}

type lotKey struct {
	status   event.QueueStatus
	provider string
}

// lot are messages that wait alike: a heap by the time that they came.
type lot struct {
	lotKey
	of   *standing
	list []*Message
	told bool // the newest record of it told of some
}

// lot finds or makes the one of a key in the queue of the message's instance; nil where there are too many instances.
func (w *waiting) lot(m *Message, key lotKey) *lot {
	s := w.queue(*m.of)
	if s == nil {
		return nil
	}
	l := s.lots[key]
	if l == nil {
		if len(s.lots) >= maxLots {
			key.provider = ""
			if l = s.lots[key]; l != nil {
				return l
			}
		}
		l = &lot{lotKey: key, of: s}
		s.lots[key] = l
	}
	return l
}

func (w *waiting) queue(of server) *standing {
	s := w.instances[of]
	if s == nil && len(w.instances) < maxInstances {
		if w.instances == nil {
			w.instances = make(map[server]*standing)
		}
		s = &standing{server: of, lots: make(map[lotKey]*lot)}
		s.lots[lotKey{}] = &lot{of: s}
		w.instances[of] = s
	}
	return s
}

// record tells how many messages stand in the lot.
func (l *lot) record(h *Host, at int64) *event.Event {
	ev := events.Get().(*event.Event)
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.Synthetic = event.KindQueue, l.of.dialect, h.name, l.of.instance, true
	ev.Time, ev.Resolution = at, event.ResolutionSecond
	ev.Provider = l.provider
	ev.Queue = event.Queue{Told: true, Status: l.status, Messages: len(l.list), Partial: at-h.waiting.Began < int64(h.site.MessageTTL)}
	if len(l.list) > 0 {
		ev.Queue.Oldest = time.Duration(max(0, at-l.list[0].since()))
	}
	return ev
}

func (w *waiting) sorted() []*standing {
	list := make([]*standing, 0, len(w.instances))
	for _, s := range w.instances {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *standing) int {
		return cmp.Or(strings.Compare(a.instance, b.instance), strings.Compare(a.dialect, b.dialect))
	})
	return list
}

func (s *standing) sorted() []*lot {
	list := make([]*lot, 0, len(s.lots))
	for _, l := range s.lots {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *lot) int {
		return cmp.Or(int(a.status)-int(b.status), strings.Compare(a.provider, b.provider))
	})
	return list
}

// savedLot is a lot that the newest record told of: when it is empty, one more has to say so.
type savedLot struct {
	Instance, Dialect string
	Status            event.QueueStatus
	Provider          string
	Told              bool
}

func (w *waiting) list() (list []savedLot) {
	for _, s := range w.sorted() {
		for _, l := range s.sorted() {
			list = append(list, savedLot{s.instance, s.dialect, l.status, l.provider, l.told})
		}
	}
	return list
}

func (w *waiting) restore(h *Host, began, told int64, lots []savedLot) {
	w.Began, w.Told = began, told
	for i := range lots {
		in := &lots[i]
		s := w.queue(server{h.word(in.Instance), in.Dialect})
		if s == nil {
			continue
		}
		key := lotKey{in.Status, in.Provider}
		if s.lots[key] == nil {
			s.lots[key] = &lot{lotKey: key, of: s}
		}
		s.lots[key].told = in.Told
	}
}

// The heap: the message that came first is in front.
func (l *lot) Len() int           { return len(l.list) }
func (l *lot) Less(i, j int) bool { return l.list[i].since() < l.list[j].since() }

func (l *lot) Swap(i, j int) {
	l.list[i], l.list[j] = l.list[j], l.list[i]
	l.list[i].inLot, l.list[j].inLot = int32(i), int32(j)
}

// Push is heap.Interface's.
func (l *lot) Push(x any) {
	m := x.(*Message)
	m.lot, m.inLot = l, int32(len(l.list))
	l.list = append(l.list, m)
}

// Pop is heap.Interface's.
func (l *lot) Pop() any {
	last := len(l.list) - 1
	m := l.list[last]
	l.list[last] = nil
	l.list = l.list[:last]
	return m
}
