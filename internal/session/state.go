package session

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// stateVersion is written in front of a saved state; a state of another version is not read.
const stateVersion = 5

var stateMagic = [4]byte{'s', 'm', 't', 'p'}

// stateHead is the length of magic, version and checksum.
const stateHead = 12

// savedState is what concerns all hosts. The hosts follow it in the stream.
type savedState struct {
	Hosts   int      // of a state that is one piece
	Numbers []uint64 // of the hosts, of one in segments
	Files   map[string]int64
	Sources map[string]*Source

	Promises []savedPromise     // oldest first
	Arrivals []mailhost.Arrival // likewise
}

// savedPromise is a handover; or, in states of before, what a host promised of its own queue.
type savedPromise struct {
	Key       hash.Sum
	Parent    event.ID
	Queue     string // the parent's queue id, of a promise
	Host      string // the host that named it
	MessageID hash.Sum
	Trace     event.TraceID
	When      int64
	Forwarded bool
	Filter    bool
	Notice    bool
}

// Save writes the tracker's state as a whole: magic, version, checksum, then a stream of gob values. Items are encoded one by one, so
// that saving needs little more memory than its result.
func (t *Tracker) Save() ([]byte, error) {
	var body bytes.Buffer
	body.Grow(t.saved + t.saved/8)
	body.Write(make([]byte, stateHead))
	if err := t.encode(gob.NewEncoder(&body)); err != nil {
		return nil, err
	}
	t.saved = body.Len()
	return wrap(body.Bytes(), stateVersion), nil
}

// wrap writes the head of a state in front of it.
func wrap(data []byte, version byte) []byte {
	copy(data, stateMagic[:])
	data[4] = version
	binary.LittleEndian.PutUint32(data[8:], crc32.ChecksumIEEE(data[stateHead:]))
	return data
}

// unwrap gives what stands behind the head, if it is what was written there.
func unwrap(data []byte, version byte) ([]byte, error) {
	if len(data) < stateHead || !bytes.Equal(data[:4], stateMagic[:]) {
		return nil, errors.New("not a saved state")
	}
	if data[4] != version {
		return nil, fmt.Errorf("state version %d, want %d", data[4], version)
	}
	body := data[stateHead:]
	if sum := crc32.ChecksumIEEE(body); sum != binary.LittleEndian.Uint32(data[8:]) {
		return nil, errors.New("checksum does not fit")
	}
	return body, nil
}

func (t *Tracker) encode(to *gob.Encoder) error {
	names := t.hosts.names()
	state := t.state()
	state.Hosts = len(names)
	if err := to.Encode(state); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.hosts.byName[name].Encode(to); err != nil {
			return err
		}
	}
	return nil
}

// state is what concerns all hosts.
func (t *Tracker) state() *savedState {
	state := &savedState{Files: t.files.list(), Sources: t.sources.byName, Arrivals: t.arrivals.Past()}
	for _, p := range t.handovers.list() {
		state.Promises = append(state.Promises, savedPromise{
			Key: p.Key, Parent: p.Parent, Host: p.Host, MessageID: p.MessageID, Trace: p.Trace, When: p.When,
		})
	}
	return state
}

// Restore reads what Save wrote into an empty tracker. An error leaves the tracker empty.
func (t *Tracker) Restore(data []byte) error {
	body, err := unwrap(data, stateVersion)
	if err != nil {
		return err
	}
	t.clear()
	if err = t.decode(gob.NewDecoder(bytes.NewReader(body))); err != nil {
		t.clear()
	}
	return err
}

func (t *Tracker) decode(from *gob.Decoder) error {
	var state savedState
	if err := from.Decode(&state); err != nil {
		return err
	}
	for range state.Hosts {
		h, err := mailhost.Decode(from, t.site, t.all, t.arrivals)
		if err != nil {
			return err
		}
		t.hosts.add(h)
	}
	t.restoreState(&state)
	return nil
}

// restoreState takes over what concerns all hosts, which are there already.
func (t *Tracker) restoreState(state *savedState) {
	t.files.set(state.Files)
	for _, name := range slices.Sorted(maps.Keys(state.Sources)) {
		t.keepSource(name, state.Sources[name])
	}
	t.arrivals.RestorePast(state.Arrivals)
	if len(t.hosts.byName) > 1 {
		t.listArrivals()
	}
	for i := range state.Promises {
		t.restorePromise(&state.Promises[i])
	}
	t.addUp()
	t.orderHosts()
}

func (t *Tracker) restorePromise(p *savedPromise) {
	if p.Queue == "" {
		t.handovers.add(handover{Key: p.Key, Parent: p.Parent, Host: p.Host, MessageID: p.MessageID, Trace: p.Trace, When: p.When})
	} else if h := t.hosts.byName[p.Host]; h != nil {
		h.Promise(mailhost.Promise{
			Key: p.Key, Parent: p.Parent, Queue: p.Queue, When: p.When, Forwarded: p.Forwarded, Filter: p.Filter, Notice: p.Notice,
		})
	}
}

// orderHosts puts the hosts in the order in which they were heard last.
func (t *Tracker) orderHosts() {
	list := make([]*host, 0, len(t.hosts.byName))
	for _, name := range t.hosts.names() {
		list = append(list, t.hosts.byName[name])
	}
	slices.SortStableFunc(list, func(a, b *host) int {
		_, at := a.Open()
		_, bt := b.Open()
		return cmp.Compare(at, bt)
	})
	for _, h := range list {
		t.hosts.ranks.touch(h, h.Has())
	}
}
