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

// Totals are what all hosts keep together. Hosts that count in the same ones may be used at the same time. What a host has not added up is not in them:
// less than the 16,384th part of a limit. The zero value has no such rest.
type Totals struct {
	counts [Kinds]atomic.Int64
	bytes  atomic.Int64 // as weighed
	small  [smallKinds]atomic.Int64

	slackOf      [Kinds]int // see part
	slackOfBytes int
	slackOfSmall [smallKinds]int
}

// NewTotals makes totals of which all hosts may keep so many of each kind, and so many bytes.
func NewTotals(most [Kinds]int, bytes int) *Totals {
	t := &Totals{slackOfBytes: bytes / slackPart}
	for k := range most {
		t.slackOf[k] = most[k] / slackPart
	}
	for k := range mostOf {
		t.slackOfSmall[k] = mostOf[k] / slackPart
	}
	return t
}

// slackPart makes the slack of 4,096 hosts a quarter of a limit at most, and none of what is counted by the thousand.
const slackPart = 16384

// Count is how many of a kind all hosts have.
func (t *Totals) Count(k Kind) int { return int(t.counts[k].Load()) }

// Bytes is what sessions, messages and inferred conversations take, remembered ones included.
func (t *Totals) Bytes() int { return int(t.bytes.Load()) }

// part is somebody's part of a sum of all. What changes it reaches the sum when it has come to more than slack, so that those who count on several cores do not
// write to one word at each line.
type part struct {
	sum         *atomic.Int64 // nil: nobody asks for it
	late, slack int
}

func (p *part) add(n int) {
	if p.late += n; p.late > p.slack || p.late < -p.slack {
		p.addUp()
	}
}

// addUp makes the sum true.
func (p *part) addUp() {
	if p.late != 0 && p.sum != nil {
		p.sum.Add(int64(p.late))
	}
	p.late = 0
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

// sums are the counts of a host, and its part of those of all.
type sums struct {
	count  [Kinds]int
	counts [Kinds]part
	bytes  part
}

func (t *Totals) partsOf() (s sums) {
	for k := range s.counts {
		s.counts[k] = part{sum: &t.counts[k], slack: t.slackOf[k]}
	}
	s.bytes = part{sum: &t.bytes, slack: t.slackOfBytes}
	return s
}

// Count is how many of a kind the host has.
func (h *Host) Count(k Kind) int { return h.count[k] }

// add changes the counts of a host and of all.
func (h *Host) add(k Kind, n int) {
	h.count[k] += n
	h.counts[k].add(n)
}

// AddUp makes the sums of all true of the host.
func (h *Host) AddUp() {
	for k := range h.counts {
		h.counts[k].addUp()
	}
	h.bytes.addUp()
}

// Has is the set of the kinds that the host has some of: bit k for kind k.
func (h *Host) Has() (kinds uint32) {
	for k, n := range h.count {
		if n > 0 {
			kinds |= 1 << k
		}
	}
	return kinds
}
