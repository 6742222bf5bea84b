package mailhost

// Share is a host's part of what all hosts may keep of one small kind: starts, copies, tries ... When all have taken what there is, a host gives up its own oldest
// for each new one; one is anybody's.
type Share struct {
	own  int
	used *int // by all
	most int
}

// The small kinds, and how much all hosts keep of each: numbers of items, or bytes where they hold words.
const (
	mostStreams  = 8192
	mostStarts   = 65536
	mostRepeated = 65536
	mostCopies   = 32768
	mostTwins    = 4096
	mostAliases  = 65536
	mostDomains  = 16384
	mostPlaces   = 4096
	mostWords    = 1 << 20
	mostTries    = 6 << 20
	mostReceipts = 4 << 20
	mostFiltered = 4 << 20
	mostPromises = 16384
)

// smallSums are what all hosts have taken of the small kinds.
type smallSums struct {
	streams, starts, repeated, copies, twins, aliases, domains, places, words, tries, receipts, filtered, columns, promises int
}

// Fits says whether the host may take one more.
func (s *Share) Fits() bool {
	return s.used == nil || *s.used < s.most || s.own == 0 && *s.used < 2*s.most
}

// Add takes n, or gives them back.
func (s *Share) Add(n int) {
	s.own += n
	if s.used != nil {
		*s.used += n
	}
}

// Drop gives all of it back.
func (s *Share) Drop() { s.Add(-s.own) }

// shares gives a new host its part of everything.
func (h *Host) takeShares(all *smallSums) {
	h.promises.share = Share{used: &all.promises, most: mostPromises}
	h.streamShare = Share{used: &all.streams, most: mostStreams}
	h.starts.share = Share{used: &all.starts, most: mostStarts}
	h.repeated.share = Share{used: &all.repeated, most: mostRepeated}
	h.copies.share = Share{used: &all.copies, most: mostCopies}
	h.twinShare = Share{used: &all.twins, most: mostTwins}
	h.aliases.share = Share{used: &all.aliases, most: mostAliases}
	h.domainShare = Share{used: &all.domains, most: mostDomains}
	h.filters.placeShare = Share{used: &all.places, most: mostPlaces}
	h.wordShare = Share{used: &all.words, most: mostWords}
	h.tries.share = Share{used: &all.tries, most: mostTries}
	h.receipts.share = Share{used: &all.receipts, most: mostReceipts}
	h.filters.share = Share{used: &all.filtered, most: mostFiltered}
}

// dropShares gives a host's part back when it is forgotten.
func (h *Host) dropShares() {
	for _, s := range []*Share{
		&h.streamShare, &h.starts.share, &h.repeated.share, &h.copies.share, &h.twinShare, &h.aliases.share, &h.domainShare, &h.filters.placeShare, &h.wordShare, &h.tries.share, &h.receipts.share,
		&h.filters.share, &h.promises.share,
	} {
		s.Drop()
	}
}
