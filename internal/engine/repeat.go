package engine

import (
	"strings"
	"sync/atomic"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// repeats remembers the newest line of each host in each source, where it is one that counts by itself: a log daemon may say later how often that came again. It
// lives in memory only, and holds no more than the record does that the line left in. What is a source's is under its lock.
type repeats struct {
	n atomic.Int32 // of all sources
}

type saidLine struct {
	program string
	pid     int64
	text    []byte // empty: the newest line is another one
}

// The bounds of that memory.
const (
	maxSaid     = 4096
	longestSaid = 1024
)

// read makes h the header of the line that a log daemon's words stand for, and gives how many there were; before says that it is the line
// before. 0: the line is an ordinary one.
func (r *repeats) read(src *source, h *header.Header) (times int, before bool) {
	if text, times, ok := header.Repeated(h.Text); ok {
		h.Text = text
		r.forget(src, h.Host)
		return times, false
	}
	host, times, ok := header.RepeatedBefore(h)
	if !ok {
		r.forget(src, h.Host)
		return 0, false
	}
	said := r.find(src, host)
	if said == nil || len(said.text) == 0 {
		return 0, false
	}
	h.Host, h.Program, h.PID, h.Text = host, said.program, said.pid, string(said.text)
	return times, true
}

// find gives the newest line of a host in a stream, if it was one to remember at any time.
func (r *repeats) find(src *source, host string) *saidLine {
	if src.said == nil {
		return nil
	}
	return src.said[host]
}

func (r *repeats) forget(src *source, host string) {
	if said := r.find(src, host); said != nil {
		said.text = said.text[:0]
	}
}

// add makes room for the lines of a host in a stream; nil where other streams have it all.
func (r *repeats) add(src *source, host string) *saidLine {
	if r.n.Load() >= maxSaid {
		if r.drop(src); r.n.Load() >= maxSaid {
			return nil
		}
	}
	if src.said == nil {
		src.said = make(map[string]*saidLine)
	}
	said := new(saidLine)
	src.said[strings.Clone(host)] = said
	r.n.Add(1)
	return said
}

// drop forgets the lines of a stream.
func (r *repeats) drop(src *source) {
	r.n.Add(-int32(len(src.said)))
	src.said = nil
}

// keep remembers a line that may come again, as it left.
func (r *repeats) keep(src *source, h *header.Header, ev *event.Event, text string) {
	if ev.Repeat > 0 || h.Program == "" || len(text) > longestSaid || !session.CountsByLine(ev) {
		return
	}
	said := r.find(src, h.Host)
	if said == nil {
		if said = r.add(src, h.Host); said == nil {
			return
		}
	}
	if said.program != h.Program {
		said.program = strings.Clone(h.Program)
	}
	said.pid, said.text = h.PID, append(said.text[:0], text...)
}
