package session

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// kept is a storage of segments.
type kept struct {
	t        *testing.T
	tracker  *Tracker
	draft    *Draft
	segments [][]byte
	fresh    [][]byte // of the draft
	whole    bool
}

// begin begins a draft, unless one was left.
func (k *kept) begin(whole bool) {
	if k.draft == nil {
		k.draft, k.whole = k.tracker.Draft(whole || len(k.segments) == 0), whole || len(k.segments) == 0
	}
}

// copies writes what has changed so far.
func (k *kept) copies() {
	for {
		data, err := k.draft.Next()
		if err != nil {
			k.t.Fatal(err)
		}
		if data == nil {
			return
		}
		k.fresh = append(k.fresh, data)
	}
}

// close makes it the state of now.
func (k *kept) close() {
	if err := k.draft.Freeze(); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) end() {
	data, err := k.draft.Close()
	if err != nil {
		k.t.Fatal(err)
	}
	if k.whole {
		k.segments = nil
	}
	k.segments = append(append(k.segments, k.fresh...), data)
	k.draft, k.fresh = nil, nil
}

func (k *kept) all() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, s := range k.segments {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// restored is a tracker that goes on from what was kept.
func (k *kept) restored(cfg Config) *Tracker {
	k.t.Helper()
	t := New(cfg)
	if err := t.RestoreSegments(k.all()); err != nil {
		k.t.Fatal(err)
	}
	return t
}

// valuesOf gives the values of a saved state, each with its bytes in order: maps are written in any.
func valuesOf(t *testing.T, tracker *Tracker) (list [][]byte) {
	t.Helper()
	data, err := tracker.Save()
	if err != nil {
		t.Fatal(err)
	}
	for data = data[stateHead:]; len(data) > 0; { // gob: a length, then so many bytes
		n, size := int(data[0]), 1
		if n >= 128 {
			size += 256 - n
			n = 0
			for _, b := range data[1:size] {
				n = n<<8 | int(b)
			}
		}
		list = append(list, bytes.Clone(data[size:size+n]))
		data = data[size+n:]
	}
	return list
}

func isSame(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	a, b = bytes.Clone(a), bytes.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return bytes.Equal(a, b)
}

// compare says whether what was kept comes to the same as a state that was saved as a whole, at the moment of which both are.
func compare(t *testing.T, where string, whole []byte, k *kept, cfg Config) {
	t.Helper()
	other := New(cfg)
	if err := other.Restore(whole); err != nil {
		t.Fatal(err)
	}
	want, got := valuesOf(t, other), valuesOf(t, k.restored(cfg))
	for i := range want {
		if i >= len(got) || !isSame(want[i], got[i]) {
			t.Fatalf("%s: value %d of %d and %d\n got %q\nwant %q", where, i, len(want), len(got), got[min(i, len(got)-1)], want[i])
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%s: %d values, want %d", where, len(got), len(want))
	}
}

// Whatever happens between checkpoints, and while one is written, the segments come to the same state as one that is saved as a whole.
func TestSegmentsAreTheWholeState(t *testing.T) {
	tight := Config{MaxSessions: 13, SessionIdle: time.Minute, MaxMessages: 37, MessageTTL: time.Hour, MaxRecipients: 2, SessionSummaries: true, MessageSummaries: true}
	most, least := math.MaxInt, 20 // lines, checkpoints
	if testing.Short() {
		most, least = 10_000, 5
	}
	for name, one := range map[string]struct {
		cfg   Config
		hosts int
		apart int // lines between two steps, at most
		check int // one in so many checkpoints
	}{
		"roomy": {roomy, 1, 400, 8}, "tight": {tight, 1, 6, 100}, "several hosts": {tight, 9, 40, 24}, "many hosts": {roomy, 200, 600, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, uint64(one.hosts)))
			tracker, n, checks := New(one.cfg), 0, 0
			k := &kept{t: t, tracker: tracker}
			var out Output
			next, step := 50, 0
			var whole []byte
			everyEvent(t, func(ev *event.Event, source string) {
				if n++; n > most {
					return
				}
				if one.hosts > 1 {
					ev.Host += fmt.Sprint(n / 50 % one.hosts)
				}
				out.Reset()
				tracker.Observe(ev, source, int64(n)*1e9, &out)
				tracker.Seen(source, int64(n))
				if r.IntN(100) == 0 {
					tracker.Tick(int64(n)*1e9+int64(r.IntN(200))*1e9, &out)
				}
				if n < next {
					return
				}
				switch step { // a checkpoint goes on in steps, with lines in between
				case 0:
					k.begin(r.IntN(12) == 0)
					k.copies()
				case 1:
					k.begin(false)
					k.copies()
					k.close()
					if checks%one.check == 0 {
						whole, _ = tracker.Save()
					}
				case 2:
					k.end()
					if checks++; checks%one.check == 1 {
						compare(t, fmt.Sprint("line ", n), bytes.Clone(whole), k, one.cfg)
					}
				}
				step = (step + 1) % 3
				next = n + r.IntN(one.apart)
			})
			if checks < least {
				t.Errorf("%d checkpoints", checks)
			}
		})
	}
}
