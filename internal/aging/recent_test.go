package aging

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// model does what Recent does, as simply as can be.
type model struct {
	keys   []uint64
	values map[uint64]int
}

func (m *model) remove(key uint64) {
	if i := slices.Index(m.keys, key); i >= 0 {
		m.keys = slices.Delete(m.keys, i, i+1)
		delete(m.values, key)
	}
}

func TestRecentKeepsWhatAMapAndAListWould(t *testing.T) {
	for _, keys := range []uint64{3, 40, 500, 1 << 60} {
		rng := rand.New(rand.NewPCG(keys, 1))
		var r Recent[uint64, int]
		m := model{values: map[uint64]int{}}
		for step := range 30_000 {
			key := rng.Uint64N(keys) << rng.Uint64N(3) // neighbours and multiples
			if len(m.keys) > 0 && rng.IntN(2) == 0 {
				key = m.keys[rng.IntN(len(m.keys))]
			}
			switch rng.IntN(5) {
			case 0, 1:
				if _, known := m.values[key]; !known {
					m.keys = append(m.keys, key)
					m.values[key] = step
					*r.Add(key, 0) = step
				}
			case 2:
				m.remove(key)
				r.Delete(key)
			case 3:
				if v := r.Get(key); v != nil {
					*v++
					m.values[key]++
				}
			default:
				if len(m.keys) > 200 {
					oldest, v := r.Oldest()
					if v == nil || oldest != m.keys[0] || *v != m.values[oldest] {
						t.Fatalf("step %d: %d is the oldest, not %d", step, oldest, m.keys[0])
					}
					m.remove(oldest)
					r.Delete(oldest)
				}
			}
			compare(t, &r, &m, key)
		}
	}
}

func compare(t *testing.T, r *Recent[uint64, int], m *model, key uint64) {
	t.Helper()
	want, known := m.values[key]
	got := r.Get(key)
	if known != (got != nil) || known && *got != want || r.Len() != len(m.keys) {
		t.Fatalf("%d: %v, not %d; %d keys, not %d", key, got, want, r.Len(), len(m.keys))
	}
	i := 0
	for key, v := range r.All() {
		if i >= len(m.keys) || key != m.keys[i] || *v != m.values[key] {
			t.Fatalf("%d is not the %d. of %v", key, i, m.keys)
		}
		i++
	}
	if i != len(m.keys) {
		t.Fatalf("%d of %d keys", i, len(m.keys))
	}
}

func TestRecentThatIsEmptyHasNothing(t *testing.T) {
	var r Recent[uint64, string]
	r.Delete(7)
	if _, oldest := r.Oldest(); oldest != nil || r.Get(7) != nil || r.Len() != 0 {
		t.Error("something is there")
	}
}

// A ring that is filled and emptied at the same pace does not grow.
func TestRecentDoesNotGrowWithoutNeed(t *testing.T) {
	var r Recent[uint64, int]
	for i := range uint64(100_000) {
		r.Add(i*7, 0)
		if r.Len() > 100 {
			oldest, _ := r.Oldest()
			r.Delete(oldest)
		}
		if i > 0 && i%3 == 0 {
			r.Delete((i - 1) * 7)
		}
	}
	if len(r.ring) > 256 || len(r.table) > 512 {
		t.Errorf("%d in the ring, %d in the table", len(r.ring), len(r.table))
	}
}

// What it took when there was much goes when there is little.
func TestRecentGivesRoomBack(t *testing.T) {
	var r Recent[uint64, int]
	for i := range uint64(10_000) {
		r.Add(i, int(i))
	}
	for i := range uint64(9_990) {
		r.Delete(i)
	}
	if len(r.ring) > 100 || len(r.table) > 200 || r.Len() != 10 || *r.Get(9_995) != 9_995 {
		t.Errorf("%d in the ring, %d in the table", len(r.ring), len(r.table))
	}
}
