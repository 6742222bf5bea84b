package session

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// A state may be kept in segments: each holds what has changed since those before it, so that a checkpoint costs what has happened since the last one, not what is
// remembered. Most of it is written while lines go on; what changes meanwhile is written once more. Only what has changed in the last moment is written while
// nobody else is in the tracker.

// segmentVersion is written in front of a segment.
const segmentVersion = 6

const (
	segmentBytes = 1 << 20 // of a segment, about
	atATime      = 64      // items that a host is held up for
	fewChanged   = 256     // items that are not worth another pass
	mostPasses   = 4       // where lines change as much as is written
	fewHosts     = 64      // of more the heads are written while lines go on, too
)

// Draft is a state that is being written in segments. It goes on where it was left until it is closed.
type Draft struct {
	t     *Tracker
	body  bytes.Buffer
	to    *gob.Encoder
	heads []mailhost.Entry
	state *savedState

	// The way of Next through the hosts.
	names  []string
	left   int // items of the first of them; -1: it was not asked
	wrote  int // in this pass
	passes int
}

// segmentEntry is one value of a segment.
type segmentEntry struct {
	Entry mailhost.Entry
	State *savedState // the last one
}

// Draft begins a state whose segments go on with those of the one before, or, as a whole, need none before them. Nobody else may be in the tracker meanwhile.
func (t *Tracker) Draft(whole bool) *Draft {
	if whole {
		for _, h := range t.hosts.byName {
			h.ChangeAll()
		}
	}
	d := &Draft{t: t}
	d.begin()
	return d
}

// begin makes room for a segment.
func (d *Draft) begin() {
	d.body = bytes.Buffer{}
	d.body.Write(make([]byte, stateHead))
	d.to = gob.NewEncoder(&d.body)
}

// end gives the segment that is in the making.
func (d *Draft) end() []byte {
	data := wrap(d.body.Bytes(), segmentVersion)
	d.begin()
	return data
}

// Next gives a segment of what has changed, while lines go on; nil when little is left, or as much changes as is written.
func (d *Draft) Next() ([]byte, error) {
	for d.body.Len() < segmentBytes {
		for len(d.names) == 0 {
			if !d.pass() {
				return nil, nil
			}
		}
		if err := d.some(); err != nil {
			return nil, err
		}
	}
	return d.end(), nil
}

// pass begins another pass through the hosts, if that is worth it.
func (d *Draft) pass() bool {
	if d.passes > 0 && d.wrote <= fewChanged || d.passes == mostPasses {
		d.passes = 0
		return false
	}
	d.passes++
	d.names, d.left, d.wrote = d.t.hosts.names(), -1, 0
	return true
}

// some writes a few items of the host whose turn it is.
func (d *Draft) some() error {
	h := d.t.known(d.names[0])
	if h == nil {
		d.names, d.left = d.names[1:], -1
		return nil
	}
	if d.left < 0 {
		d.left = h.Changed()
	}
	n := min(d.left, atATime)
	err := h.WriteSome(d.item, h.number, n)
	d.left -= n
	d.wrote += n
	var head []mailhost.Entry
	if d.left == 0 {
		if d.names, d.left = d.names[1:], -1; d.t.hosts.count() > fewHosts {
			head = h.TakeHead(h.number)
		}
	}
	h.mu.Unlock()
	for i := range head {
		err = errors.Join(err, d.item(&head[i]))
	}
	return err
}

func (d *Draft) item(e *mailhost.Entry) error { return d.to.Encode(&segmentEntry{Entry: *e}) }

// Freeze makes the draft the state of this moment: nobody else may be in the tracker meanwhile.
func (d *Draft) Freeze() error {
	d.names, d.left, d.passes = nil, -1, 0
	d.state = d.t.state()
	d.state.detach()
	d.heads = nil
	for _, name := range d.t.hosts.names() {
		h := d.t.hosts.byName[name]
		if err := h.WriteSome(d.item, h.number, h.Changed()); err != nil {
			return err
		}
		d.heads = append(d.heads, h.TakeHead(h.number)...)
		d.state.Numbers = append(d.state.Numbers, h.number)
	}
	return nil
}

// Close gives the last segment of the frozen draft.
func (d *Draft) Close() ([]byte, error) {
	for i := range d.heads {
		if err := d.item(&d.heads[i]); err != nil {
			return nil, err
		}
	}
	if err := d.to.Encode(&segmentEntry{State: d.state}); err != nil {
		return nil, err
	}
	return d.end(), nil
}

// detach copies what lines go on changing.
func (s *savedState) detach() {
	s.Files = maps.Clone(s.Files)
	sources := make(map[string]*Source, len(s.Sources))
	for name, src := range s.Sources {
		sources[name] = &Source{
			Last: src.Last, Dialect: src.Dialect, Talks: src.Talks, Host: src.Host, Frame: src.Frame, Shown: src.Shown,
			Servers: src.Servers, Claimed: src.Claimed, Columns: maps.Clone(src.Columns), Assumed: src.Assumed, Entries: slices.Clone(src.Entries),
			Cut: src.Cut,
		}
	}
	s.Sources = sources
}

// RestoreSegments reads the segments of a state, oldest first, into an empty tracker. An error leaves the tracker empty.
func (t *Tracker) RestoreSegments(segments iter.Seq2[[]byte, error]) error {
	read := segmentReader{hosts: make(map[uint64]*mailhost.Entries)}
	for data, err := range segments {
		if err == nil {
			err = read.segment(data)
		}
		if err != nil {
			return err
		}
	}
	t.clear()
	err := read.restore(t)
	if err != nil {
		t.clear()
	}
	return err
}

// segmentReader puts together what segments say.
type segmentReader struct {
	hosts map[uint64]*mailhost.Entries
	state *savedState
}

func (r *segmentReader) segment(data []byte) error {
	body, err := unwrap(data, segmentVersion)
	if err != nil {
		return err
	}
	from := gob.NewDecoder(bytes.NewReader(body))
	for {
		one := new(segmentEntry)
		if err := from.Decode(one); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if one.State != nil {
			r.state = one.State
			continue
		}
		host := r.hosts[one.Entry.Host]
		if host == nil {
			host = new(mailhost.Entries)
			r.hosts[one.Entry.Host] = host
		}
		host.Add(&one.Entry)
	}
}

func (r *segmentReader) restore(t *Tracker) error {
	if r.state == nil {
		return errors.New("the state has no end")
	}
	for _, number := range r.state.Numbers {
		entries := r.hosts[number]
		if entries == nil {
			return fmt.Errorf("nothing is said of host %d", number)
		}
		h, err := entries.Restore(t.site, t.all, t.arrivals)
		if err != nil {
			return err
		}
		t.hosts.add(h)
	}
	t.restoreState(r.state)
	return nil
}
