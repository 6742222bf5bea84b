package mailhost

import "sync/atomic"

// Kind is what is counted over all hosts.
type Kind uint8

// The kinds.
const (
	OpenSessions Kind = iota
	OpenMessages
	Remembered // ended sessions and messages, and inferred conversations: what late lines may ask for
	kindCount
)

// Kinds is the number of kinds, for arrays indexed by Kind.
const Kinds = int(kindCount)

// Totals are what all hosts keep together. Hosts that count in the same ones may be used at the same time.
type Totals struct {
	counts [Kinds]atomic.Int64
	bytes  atomic.Int64 // as weighed
	small  [smallKinds]atomic.Int64
}

// Count is how many of a kind all hosts have.
func (t *Totals) Count(k Kind) int { return int(t.counts[k].Load()) }

// Bytes is what sessions, messages and inferred conversations take, remembered ones included.
func (t *Totals) Bytes() int { return int(t.bytes.Load()) }

// weigh adds to what all hosts keep.
func (t *Totals) weigh(bytes int) {
	if bytes != 0 {
		t.bytes.Add(int64(bytes))
	}
}

// IsEmpty says whether nothing is kept by any host, nor of any file.
func (t *Totals) IsEmpty() bool {
	for k := range t.counts {
		if t.counts[k].Load() != 0 {
			return false
		}
	}
	for k := range t.small {
		if t.small[k].Load() != 0 {
			return false
		}
	}
	return t.bytes.Load() == 0
}

// ColumnShare is a source's part of what all may keep of the columns of files, in bytes.
func (t *Totals) ColumnShare() Share { return t.share(smallColumns) }

// sums are the counts of a host.
type sums [Kinds]int

// Count is how many of a kind the host has.
func (h *Host) Count(k Kind) int { return h.sums[k] }

// add changes the counts of a host and of all.
func (h *Host) add(k Kind, n int) {
	h.sums[k] += n
	h.all.counts[k].Add(int64(n))
}

// Has is the set of the kinds that the host has some of: bit k for kind k.
func (h *Host) Has() (kinds uint32) {
	for k, n := range h.sums {
		if n > 0 {
			kinds |= 1 << k
		}
	}
	return kinds
}
