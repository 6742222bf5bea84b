package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// A server may write what it refuses twice into the same log, one line right behind the other, because it writes for two logs that go to
// one place. Whether it does is a setting that no line tells. So a second line is taken for the first one's twin unless more refusals of the host
// have stood alone than came in twos: then who does the same twice is refused twice.

// twins are the refusals of a host whose twin may follow.
type twins struct {
	Waiting map[int64]twin // by process
	Doubt   int            // raised by a refusal that stood alone, lowered by one that came in twos
}

type twin struct {
	Key hash.Sum
	At  int64
}

const (
	maxTwins              = 256
	twinAfter             = int64(2e9) // so long after a line its twin does not come any more
	leastDoubt, mostDoubt = -4, 16
)

// isTwin says whether ev is the second line about the same, and remembers the first.
func (w *twins) isTwin(ev *event.Event, clock int64, room *Share) bool {
	before := len(w.Waiting)
	defer func() { room.Add(len(w.Waiting) - before) }()
	if ev.Repeat > 0 {
		return ev.Duplicate
	}
	if ev.Twin == "" || ev.PID == 0 || ev.Resolution < event.ResolutionSecond {
		return false
	}
	w.settle(clock)
	key := hash.New().Num(ev.Time).Str(ev.Twin)
	first, waits := w.Waiting[ev.PID]
	switch {
	case waits && first.Key == key:
		delete(w.Waiting, ev.PID)
		is := w.Doubt <= 0
		w.Doubt = max(w.Doubt-1, leastDoubt)
		return is
	case waits: // the process went on without it
		w.alone()
	case len(w.Waiting) >= maxTwins || !room.Fits():
		return false
	}
	if w.Waiting == nil {
		w.Waiting = make(map[int64]twin)
	}
	w.Waiting[ev.PID] = twin{key, clock}
	return false
}

// repeated takes the twins out of what a line stands for: where the server writes each refusal twice, the first line's twin is among the equal ones, and they are twos.
func (w *twins) repeated(ev *event.Event) {
	if ev.Twin == "" || w.Doubt >= 0 {
		return
	}
	delete(w.Waiting, ev.PID)
	all := ev.Repeat + 1
	if ev.Repeat = (all+1)/2 - 1; ev.Repeat == 0 {
		ev.Duplicate = true
	}
}

// settle finds out that twins have not come.
func (w *twins) settle(clock int64) {
	for pid, first := range w.Waiting {
		if clock-first.At > twinAfter {
			delete(w.Waiting, pid)
			w.alone()
		}
	}
}

func (w *twins) alone() { w.Doubt = min(w.Doubt+2, mostDoubt) }
