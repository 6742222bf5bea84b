package tail

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// loss is that a file of a stream is not where it was: it is looked for.
type loss struct {
	since time.Time // its first search
	again time.Time // no search before that
	last  *File     // the newest known file when it was searched first: what is missing was begun behind it
	// newest is the file of the stream that was read last, unattended that nobody had looked at it for a while.
	newest     *File
	unattended bool
	look       int  // the first that missed something
	holds      bool // what the globs show waits, since it was written behind what is missing
}

// search looks beside the files of one stream that the globs show for what a rotation has put out of their sight: the rest of a file
// that was read, and files that came and went while nobody looked (a collector that was down, or waited for its consumer). Those
// were begun behind the newest file that is known; what is older than that was there before, and nobody has asked for it.
type search struct {
	k       *Known
	dir     string
	loss    *loss
	beside  []Seen // files of the stream that no glob shows, newest first
	last    string // where loss.last lies among them
	unclear bool   // one of them is in the making, or was moved meanwhile: a later look decides
	barred  bool   // one of them may not be read: it is told of until it may
}

// patience is how long a search waits for a file in the making. It ends (searching) before a file that has left the globs is closed.
const patience, searching = time.Second, farewell - 10*time.Second

// lose says that a file of the stream is not where it was.
func (k *Known) lose(dir string) {
	if k.lost[dir] == nil {
		l := &loss{since: k.options.Now(), look: k.looks, newest: k.newest(dir)}
		l.unattended = l.newest != nil && k.isUnattended(l.newest)
		k.lost[dir] = l
	}
}

// succeed looks for what was begun between a file that is new and the one that was read before it in its stream.
func (k *Known) succeed(unknown []Seen) {
	for _, s := range unknown {
		dir := dirOf(s.Path)
		if k.copies[s.key()] == nil && slices.ContainsFunc(k.files, func(f *File) bool { return f.Dir == dir }) {
			k.lose(dir)
		}
	}
}

// searches gives those that are due.
func (k *Known) searches() (list []*search) {
	now := k.options.Now()
	for _, dir := range slices.Sorted(maps.Keys(k.lost)) {
		s := &search{k: k, dir: dir, loss: k.lost[dir]}
		if now.Before(s.loss.again) {
			continue
		}
		s.beside = s.list()
		list = append(list, s)
	}
	return list
}

// list gives the files of the stream that lie beside those that the globs show.
func (s *search) list() (list []Seen) {
	parent := filepath.Dir(s.dir)
	entries, err := os.ReadDir(parent)
	s.barred = err != nil && s.k.trouble(parent, err)
	for _, e := range entries {
		path := filepath.Join(parent, e.Name())
		if !strings.HasPrefix(path, s.dir) || dirOf(path) != s.dir || s.k.options.Shown(path) {
			continue
		}
		if seen, err := Look(path); err == nil && seen.Mode.IsRegular() && seen.Size > 0 {
			list = append(list, seen)
		}
	}
	slices.SortStableFunc(list, func(a, b Seen) int { return rotationOrder(b.Path, a.Path, s.dir) })
	return list
}

// stands says whether every file still lies where it was found: none was moved past the search.
func (s *search) stands() bool {
	return slices.EqualFunc(s.list(), s.beside, func(a, b Seen) bool { return a.Path == b.Path && a.key() == b.key() })
}

// findKnown takes the files that are known. While the collector runs the newest is enough: others are open, or read to their ends.
func (s *search) findKnown() {
	all := s.k.looks == 1
	for _, f := range s.k.files {
		if f.Dir == s.dir && f.there < s.k.looks {
			all = all || f.isUnfinished()
			f.beside = false
		}
	}
	for _, seen := range s.beside {
		f := s.known(seen)
		if f == nil || f.mark.At == 0 && !f.skipped {
			continue
		}
		if s.loss.last == nil {
			s.loss.last = f
		}
		if f == s.loss.last && s.last == "" {
			s.last = seen.Path
		}
		if s.last != "" && !all {
			return
		}
	}
}

// isUnfinished says whether the file was found beside the globs, and is packed and not read to its end: it may have been moved again.
func (f *File) isUnfinished() bool { return f.beside && f.Kind != packed.Plain && f.unread() }

// known gives the known file that this is, or is a copy of, and notes that it lies there; nil for others.
func (s *search) known(seen Seen) *File {
	k := s.k
	n, err := k.newcomer(seen)
	if err != nil {
		return nil
	}
	defer n.close()
	if f := k.places[n.key()]; f != nil {
		if still, _ := k.isStill(f, &n.Seen); still {
			if f.there < k.looks && !f.left {
				k.meetAgain(f, &n.Seen)
				f.beside = true
			}
			return f
		}
	}
	f, kin := k.find(n)
	switch {
	case kin == same && !f.left: // one that has left the globs is open, and read on where it is
		k.settle(f, n)
		f.beside = true
	case kin == unclear, kin == stranger && n.isYoung(k.options.Now()) && !n.isWhole():
		s.unclear = true
		return nil
	}
	return f
}

// beginNewer begins what was written behind the last file that is known, oldest first, and ends the search. It comes when what the globs
// show is known, too: a copy of that is none.
func (s *search) beginNewer() {
	l, now := s.loss, s.k.options.Now()
	s.unclear = s.unclear || !s.stands()
	for _, seen := range slices.Backward(s.beside) {
		if s.unclear || s.barred {
			break
		}
		if s.isNewer(&seen) && !s.k.options.Excluded(seen.Path) {
			s.begin(seen)
		}
	}
	s.unclear = s.unclear && now.Sub(l.since) < searching
	if !s.unclear && !s.barred {
		delete(s.k.lost, s.dir)
		s.noteGap()
		return
	}
	if l.holds = s.unclear && !s.barred; l.holds {
		l.again = now.Add(patience)
	}
}

// isNewer says whether a file was written behind the last one that is known: by its name, when that one lies beside it; when the one that
// was read last is nowhere, because it was written to later.
func (s *search) isNewer(seen *Seen) bool {
	if s.last != "" {
		return newer(seen.Path, s.last, s.dir)
	}
	return s.isMissing() && s.loss.newest.changed > 0 && seen.Changed > s.loss.newest.changed
}

// begin begins a file, unless it is known.
func (s *search) begin(seen Seen) {
	k := s.k
	if f := k.places[seen.key()]; f != nil {
		if still, _ := k.isStill(f, &seen); still || f.there == k.looks {
			return
		}
		k.leave(f)
	}
	n, err := k.newcomer(seen)
	if err != nil {
		s.unclear = !k.trouble(seen.Path, err)
		s.barred = errors.Is(err, os.ErrPermission)
		return
	}
	defer n.close()
	switch _, kin := k.find(n); {
	case kin == stranger && len(n.head) > 0:
		k.begin(n, Mark{}).beside = true
	case kin == unclear:
		s.unclear = true
	}
}
