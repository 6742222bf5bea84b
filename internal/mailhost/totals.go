package mailhost

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

// sums are the counts of a host, or of all.
type sums [Kinds]int

// Totals are what all hosts keep together. Hosts that are made with the same totals must not be used at the same time.
type Totals struct {
	sums
	bytes int // as weighed
	small smallSums
}

// Count is how many of a kind all hosts have.
func (t *Totals) Count(k Kind) int { return t.sums[k] }

// Bytes is what sessions, messages and inferred conversations take, Remembered ones included.
func (t *Totals) Bytes() int { return t.bytes }

// IsEmpty says whether nothing is kept by any host, nor of any file.
func (t *Totals) IsEmpty() bool { return *t == Totals{} }

// ColumnShare is a source's part of what all may keep of the columns of files, in bytes.
func (t *Totals) ColumnShare(most int) Share { return Share{used: &t.small.columns, most: most} }

// Count is how many of a kind the host has.
func (h *Host) Count(k Kind) int { return h.sums[k] }

// add changes the counts of a host and of all.
func (h *Host) add(k Kind, n int) {
	h.sums[k] += n
	h.all.sums[k] += n
}
