package session

// share is a host's part of what all hosts may keep of one small kind: starts, copies, tries ... When all have taken what there is, a host gives up its own oldest
// for each new one; one is anybody's.
type share struct {
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
)

// smallSums are what all hosts have taken of the small kinds.
type smallSums struct {
	streams, starts, repeated, copies, twins, aliases, domains, places, words, tries, receipts, filtered, columns int
}

// fits says whether the host may take one more.
func (s *share) fits() bool {
	return s.used == nil || *s.used < s.most || s.own == 0 && *s.used < 2*s.most
}

// add takes n, or gives them back.
func (s *share) add(n int) {
	s.own += n
	if s.used != nil {
		*s.used += n
	}
}

// drop gives all of it back.
func (s *share) drop() { s.add(-s.own) }

// shares gives a new host its part of everything.
func (h *host) takeShares(all *smallSums) {
	h.streamShare = share{used: &all.streams, most: mostStreams}
	h.starts.share = share{used: &all.starts, most: mostStarts}
	h.repeated.share = share{used: &all.repeated, most: mostRepeated}
	h.copies.share = share{used: &all.copies, most: mostCopies}
	h.twinShare = share{used: &all.twins, most: mostTwins}
	h.aliases.share = share{used: &all.aliases, most: mostAliases}
	h.domainShare = share{used: &all.domains, most: mostDomains}
	h.filters.placeShare = share{used: &all.places, most: mostPlaces}
	h.wordShare = share{used: &all.words, most: mostWords}
	h.tries.share = share{used: &all.tries, most: mostTries}
	h.receipts.share = share{used: &all.receipts, most: mostReceipts}
	h.filters.share = share{used: &all.filtered, most: mostFiltered}
}

// dropShares gives a host's part back when it is forgotten.
func (h *host) dropShares() {
	for _, s := range []*share{
		&h.streamShare, &h.starts.share, &h.repeated.share, &h.copies.share, &h.twinShare, &h.aliases.share, &h.domainShare, &h.filters.placeShare, &h.wordShare, &h.tries.share, &h.receipts.share,
		&h.filters.share,
	} {
		s.drop()
	}
}
