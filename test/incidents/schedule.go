package incidents

import (
	"container/heap"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

func (w *World) at(at time.Time, o incident.Observation) {
	if o.Host == "" {
		o.Host = w.host()
	}
	o.Time = at.UnixNano()
	o.Wall = o.Time + int64(time.Second)
	if o.Recipients == 0 {
		o.Recipients = 1
	}
	heap.Push(&w.due, &o)
}

// drain hands over what is due.
func (w *World) drain(to time.Time) {
	for len(w.due) > 0 && w.due[0].Time < to.UnixNano() {
		o := heap.Pop(&w.due).(*incident.Observation)
		if o.Host != w.Trouble.Mute {
			w.take(o)
		}
	}
}

type schedule []*incident.Observation

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].Time < s[j].Time }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)        { *s = append(*s, x.(*incident.Observation)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
