package tail

import (
	"cmp"
	"os"
	"path/filepath"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// Gap is that a log went on while nobody looked, and the file that was read last is nowhere: what was written behind that place may
// be missing, in that file and in files that came and went after it.
type Gap struct {
	Path    string    // of the file that was read last, as it was called
	ID      string    // its identity
	Read    int64     // how far it was read
	Unread  int64     // bytes behind that which were seen, and are lost for certain
	Changed time.Time // when it was last written to, as far as was seen; zero when that is not known
	Next    string    // the file that its log goes on in
}

// inattentive is how long nobody may have looked at a file that is gone, so that nothing of it is missing: a poll comes several times a
// second, but not while a consumer lets it wait.
const inattentive = 10 * time.Second

// newest gives the file of a stream that was written last, of those that are known: the one that its log was read from last. Packed
// files are not written to any more.
func (k *Known) newest(dir string) (newest *File) {
	for _, f := range k.files {
		if f.Dir != dir || f.Kind != packed.Plain {
			continue
		}
		if newest == nil || cmp.Or(cmp.Compare(f.changed, newest.changed), rotationOrder(f.Path, newest.Path, dir)) >= 0 {
			newest = f
		}
	}
	return newest
}

// isUnattended says whether nobody has looked after a file for so long that its log may have gone through a rotation.
func (k *Known) isUnattended(f *File) bool {
	return f.there == 0 || k.options.Now().Sub(k.looked) > inattentive
}

// isMissing says whether the file that was read last is not among those that are there, after nobody looked for a while.
func (s *search) isMissing() bool {
	f := s.loss.newest
	return f != nil && s.loss.unattended && !f.beside && (!s.k.isAlive(f) || f.deleted)
}

// findMovedAway looks for it under a name that is no rotation's, mail.log.bak, where its place is the only thing to go by.
func (s *search) findMovedAway() {
	f := s.loss.newest
	if !s.isMissing() || !f.placed || f.place.Inode == 0 || f.mark.At == 0 {
		return
	}
	parent := filepath.Dir(s.dir)
	entries, _ := os.ReadDir(parent) // that it may not be read is told of by list
	for _, e := range entries {
		path := filepath.Join(parent, e.Name())
		if !e.Type().IsRegular() || s.k.options.Shown(path) || s.k.options.Excluded(path) {
			continue
		}
		seen, err := Look(path)
		if err != nil || seen.key() != keyOf(f.place, f.Path) {
			continue
		}
		if still, _ := s.k.isStill(f, &seen); still {
			f.Path, f.there, f.beside, f.left, f.deleted = path, s.k.looks, true, false, false
			s.k.changes.Add(1)
		}
		return
	}
}

// noteGap notes it when the log goes on in a file that is new.
func (s *search) noteGap() {
	f := s.loss.newest
	if !s.isMissing() || f.mark.At == 0 {
		return
	}
	for _, next := range s.k.files {
		if next.Dir == s.dir && next.begun > 0 && next.begun >= s.loss.look {
			f.goesOnIn, f.missed = next.Path, s.k.options.Now()
			s.k.changes.Add(1)
			return
		}
	}
}

// settled is how long a file has to stay away until that is told: a look between the steps of a rotation misses what is renamed then.
const settled = 5 * time.Second

// tellGaps tells of the files that have stayed away. What could not be told any more before a stop is told behind the next start.
func (k *Known) tellGaps() {
	for _, f := range k.files {
		switch {
		case f.goesOnIn == "":
			continue
		case f.missed.IsZero():
			f.missed = k.options.Now()
		}
		if f.there > 0 && (k.isAlive(f) && !f.deleted || f.beside) {
			f.goesOnIn = "" // it was only moved
			continue
		}
		if k.options.Now().Sub(f.missed) < settled {
			continue
		}
		g := Gap{Path: f.Path, ID: f.ID, Read: f.mark.At, Unread: max(0, f.size-f.mark.At), Next: f.goesOnIn}
		if f.changed > 0 {
			g.Changed = time.Unix(0, f.changed)
		}
		f.goesOnIn = ""
		k.changes.Add(1)
		k.options.Gap(g)
	}
}
