package mailhost

// Share is a host's part of what all hosts may keep of one small kind: starts, copies, tries ... When all have taken what there is, a host gives up its own oldest
// for each new one; one is anybody's.
type Share struct {
	own  int
	used part // of what all have
	most int
}

// small is a kind of small things that hosts keep.
type small uint8

const (
	smallStreams small = iota
	smallStarts
	smallRepeated
	smallCopies
	smallTwins
	smallAliases
	smallDomains
	smallPlaces
	smallPromises
	smallWords // bytes from here on: they hold words
	smallTries
	smallReceipts
	smallFiltered
	smallColumns // of files, which are no host's
	smallKinds
)

// mostOf is how much all hosts keep of each.
var mostOf = [smallKinds]int{
	smallStreams:  8192,
	smallStarts:   65536,
	smallRepeated: 65536,
	smallCopies:   32768,
	smallTwins:    4096,
	smallAliases:  65536,
	smallDomains:  16384,
	smallPlaces:   4096,
	smallPromises: 16384,
	smallWords:    1 << 20,
	smallTries:    6 << 20,
	smallReceipts: 4 << 20,
	smallFiltered: 4 << 20,
	smallColumns:  4 << 20,
}

// share is somebody's part of a kind.
func (t *Totals) share(of small) Share {
	return Share{used: part{sum: &t.small[of], slack: t.slackOfSmall[of]}, most: mostOf[of]}
}

// Fits says whether the host may take one more.
func (s *Share) Fits() bool {
	if s.used.sum == nil {
		return true
	}
	used := int(s.used.sum.Load())
	return used < s.most || s.own == 0 && used < 2*s.most
}

// Add takes n, or gives them back.
func (s *Share) Add(n int) {
	s.own += n
	s.used.add(n)
}

// Drop gives all of it back.
func (s *Share) Drop() {
	s.Add(-s.own)
	s.used.addUp()
}

// shares lists what the host has shares of.
func (h *Host) shares() [smallKinds]*Share {
	return [smallKinds]*Share{
		smallStreams: &h.streamShare, smallStarts: &h.starts.share, smallRepeated: &h.repeated.share, smallCopies: &h.copies.share,
		smallTwins: &h.twinShare, smallAliases: &h.aliases.share, smallDomains: &h.domainShare, smallPlaces: &h.filters.placeShare,
		smallPromises: &h.promises.share, smallWords: &h.wordShare, smallTries: &h.tries.share, smallReceipts: &h.receipts.share,
		smallFiltered: &h.filters.share,
	}
}

// takeShares gives a new host its part of everything.
func (h *Host) takeShares() {
	for of, share := range h.shares() {
		if share != nil {
			*share = h.all.share(small(of))
		}
	}
}

// dropShares gives a host's part back when it is forgotten.
func (h *Host) dropShares() {
	for _, share := range h.shares() {
		if share != nil {
			share.Drop()
		}
	}
}
