package tail

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// Look takes what the globs show now. It gives the files that have something to read, each stream's oldest first, and by path what
// keeps files from being read.
func (k *Known) Look(there []Seen) (streams [][]*File, troubles map[string]string) {
	k.looks++
	k.troubles = make(map[string]string)
	unknown := k.meet(there)
	k.follow()
	if k.looks == 1 && k.restored {
		k.seek(there)
	}
	for i := range unknown {
		k.learn(&unknown[i])
	}
	k.forget()
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
	f.there, f.left, f.deleted = k.looks, false, false
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
		if f.file == nil || f.there == k.looks {
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

// seek looks beside their old names for files that were rotated out of the globs while nobody read: the rest of them was never seen.
func (k *Known) seek(there []Seen) {
	shown := make(map[string]bool, len(there))
	for i := range there {
		shown[there[i].Path] = true
	}
	missing := map[string]bool{} // streams, by their path
	for _, f := range k.files {
		if f.there < k.looks && !f.left {
			missing[f.Dir] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(missing)) {
		entries, err := os.ReadDir(filepath.Dir(dir))
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(filepath.Dir(dir), e.Name())
			if strings.HasPrefix(path, dir) && dirOf(path) == dir && !shown[path] {
				k.seekIn(path)
			}
		}
	}
}

// seekIn takes the file at path when it is a known one.
func (k *Known) seekIn(path string) {
	s, err := Look(path)
	if err != nil || !s.Mode.IsRegular() || s.Size == 0 {
		return
	}
	if f := k.places[s.key()]; f != nil && f.there < k.looks {
		if still, _ := k.isStill(f, &s); still {
			k.meetAgain(f, &s)
			return
		}
	}
	n, err := k.newcomer(s)
	if err != nil {
		return
	}
	defer n.close()
	if f, kin := k.find(n); kin == same {
		k.settle(f, n)
	}
}

// streams gives what there is to read.
func (k *Known) streams() (list [][]*File) {
	byDir := map[string][]*File{}
	for _, f := range k.files {
		if k.isAlive(f) && f.unread() {
			byDir[f.Dir] = append(byDir[f.Dir], f)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		slices.SortFunc(byDir[dir], older)
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
