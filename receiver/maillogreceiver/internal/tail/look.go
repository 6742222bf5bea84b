package tail

import (
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// Look takes what the globs show now. It gives the files that have something to read, each stream's oldest first, and by path what
// keeps files from being read.
func (k *Known) Look(there []Seen) (streams [][]*File, troubles map[string]string) {
	k.looks++
	k.troubles = make(map[string]string)
	unknown := k.meet(there)
	k.follow()
	k.succeed(unknown)
	searches := k.searches()
	for _, s := range searches {
		s.findKnown()
		s.findMovedAway()
	}
	for i := range unknown {
		k.learn(&unknown[i])
	}
	for _, s := range searches {
		s.beginNewer()
	}
	k.tellGaps()
	k.forget()
	k.looked = k.options.Now()
	return k.streams(), k.troubles
}

// meet finds by their places those that are known, and gives the others.
func (k *Known) meet(there []Seen) (unknown []Seen) {
	names := make(map[key]bool, len(there))
	for i := range there {
		s := &there[i]
		at := s.key()
		if names[at] {
			continue // one more name of the same file
		}
		names[at] = true
		f := k.places[at]
		if f != nil {
			still, sure := k.isStill(f, s)
			if still {
				k.meetAgain(f, s)
			}
			if still || !sure {
				continue
			}
			k.options.Debug("another file in a known one's place", s.Path, f.ID)
			k.leave(f)
			if f.mark.At == 0 && !f.skipped {
				k.drop(f)
			}
			k.lose(f.Dir)
		}
		if s.Size > 0 {
			unknown = append(unknown, *s)
		}
	}
	return unknown
}

// meetAgain notes that a known file was seen.
func (k *Known) meetAgain(f *File, s *Seen) {
	if f.Path != s.Path {
		f.Path, f.Dir = s.Path, dirOf(s.Path)
		k.changes.Add(1)
	}
	f.there, f.left, f.deleted, f.beside = k.looks, false, false, false
}

// isStill says whether what lies in f's place is f, grown or not, and notes how long it is. It is not sure of a file that was
// moved a moment ago or may not be read.
func (k *Known) isStill(f *File, s *Seen) (still, sure bool) {
	unchanged := f.size == s.Size && f.changed == s.Changed
	switch {
	case !f.place.mayBe(s.Place):
		return false, true
	case f.Kind != packed.Plain:
		return unchanged, true
	case unchanged && f.verified:
		return true, true
	case s.Size < f.mark.At:
		return false, true // truncated, or another file
	}
	file, end, err := f.opened(s)
	if err != nil {
		if !k.trouble(s.Path, err) {
			f.unsure = k.looks
		}
		return false, false
	}
	defer func() { _ = end() }()
	if !f.stands(&f.mark, file) {
		return false, true
	}
	if s.Size != f.size {
		f.grew = k.options.Now()
	}
	f.size, f.changed, f.verified = s.Size, s.Changed, true
	return true, true
}

// follow looks after files that have left the globs. What is written until their writer takes a new file is theirs.
func (k *Known) follow() {
	now := k.options.Now()
	for _, f := range k.files {
		if f.there == k.looks {
			continue
		}
		atStart := k.looks == 1 && k.restored
		if atStart || f.there == k.looks-1 && !f.beside || f.isUnfinished() {
			k.lose(f.Dir)
		}
		if f.file == nil {
			continue
		}
		s, err := statFile(f.file)
		if err != nil {
			continue
		}
		if still, _ := k.isStill(f, &s); !still {
			k.leave(f)
			continue
		}
		if !f.left {
			f.left, f.grew = true, now
		}
		f.deleted = s.links == 0
		if now.Sub(f.grew) > farewell {
			f.close()
			f.left = false
		}
	}
}

// streams gives what there is to read.
func (k *Known) streams() (list [][]*File) {
	byDir := map[string][]*File{}
	for _, f := range k.files {
		if l := k.lost[f.Dir]; k.isAlive(f) && f.unread() && (l == nil || !l.holds || f.mark.At > 0) {
			byDir[f.Dir] = append(byDir[f.Dir], f)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		slices.SortFunc(byDir[dir], older)
		for _, f := range byDir[dir] {
			if f.turn == 0 {
				k.turns++
				f.turn = k.turns
			}
		}
		list = append(list, byDir[dir])
	}
	return list
}

// unread says whether there is something behind the mark.
func (f *File) unread() bool {
	if f.Kind != packed.Plain {
		return f.size < 0
	}
	return f.size > f.mark.At
}
