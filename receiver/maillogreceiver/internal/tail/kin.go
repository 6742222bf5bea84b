package tail

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// kin is what a newcomer is to a known file.
type kin int

const (
	stranger kin = iota
	same         // it is that file, renamed, packed, copied back: it is read on
	copied       // it is a copy of one that is still there: it is not read
	unclear      // it may become a copy: the next look decides
)

// learn decides what a file is that lies where none was known.
func (k *Known) learn(s *Seen) {
	c := k.copies[s.key()]
	if c != nil && !c.place.mayBe(s.Place) {
		c = nil
	}
	if c != nil && c.size == s.Size && c.changed == s.Changed && k.stands(c.original) {
		c.there = k.looks
		return
	}
	n, err := k.newcomer(*s)
	if err != nil {
		k.trouble(s.Path, err)
		return
	}
	defer n.close()
	if k.looks == 1 && k.options.AtEnd && !k.restored {
		k.beginAtEnd(n)
		return
	}
	old := !n.isYoung(k.options.Now())
	if len(n.head) == 0 && n.cut && old {
		k.trouble(s.Path, errDamaged)
	}
	if len(n.head) == 0 {
		return
	}
	switch f, kin := k.find(n); kin {
	case same:
		k.settle(f, n)
		k.options.Debug("a known file in another place", n.Path, f.ID)
	case copied:
		k.copies[n.key()] = &replica{original: f, place: n.Place, size: n.Size, changed: n.Changed, end: n.end, there: k.looks}
		k.changes.Add(1)
		k.options.Debug("a copy of a known file", n.Path, f.ID)
	case stranger:
		if c != nil && c.end.At > 0 && c.original.mark.At >= c.end.At && n.holds(&c.end) {
			k.beginBehind(n, c)
		} else if old || bytes.IndexByte(n.head, '\n') >= 0 || len(n.head) == headSize {
			k.begin(n, Mark{}) // its first line is whole
		}
	case unclear:
		k.options.Debug("the beginning of a known file, or one in the making: the next look decides", n.Path, f.ID)
	}
}

var errDamaged = errors.New("is packed, and cut or damaged from its beginning")

// find gives the known file that the newcomer is kin to; of several the one that was read farthest.
func (k *Known) find(n *newcomer) (*File, kin) {
	var list []*File
	for _, f := range k.files {
		if first := f.first(); (first.N <= len(n.head) || k.stands(f)) && n.beginsWith(first) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *File) int { return int(max(-1, min(1, b.mark.At-a.mark.At))) })
	for _, f := range list {
		if kin := k.compare(f, n); kin != stranger {
			return f, kin
		}
	}
	return nil, stranger
}

// first is the print of a file's first bytes.
func (f *File) first() imprint {
	if f.head.N > 0 {
		return f.head
	}
	return f.mark.first()
}

// stands says whether the file still lies where it did, seen in this look or out of the globs' sight, and is not deleted.
func (k *Known) stands(f *File) bool { return k.isAlive(f) && !f.deleted }

// compare decides what the newcomer is to f, by what stands in both. A rotation copies or packs a file under an archive's name of
// its stream. Under another name, or under the file's own, only lines that carry stamps prove anything.
func (k *Known) compare(f *File, n *newcomer) kin {
	rotated := n.isArchived() && n.dir == f.Dir
	if f.unsure == k.looks {
		return unclear
	}
	if f.skipped {
		if n.kind == f.Kind && n.Size == f.size {
			return same
		}
		if rotated && n.kind == packed.Plain {
			return copied
		}
		return stranger
	}
	if k.stands(f) && (!f.left || n.Path != f.Path) {
		if n.kind == packed.Plain && (!rotated || newer(n.Path, f.Path, f.Dir)) {
			return stranger
		}
		return k.compareBoth(f, n, rotated)
	}
	if f.mark.At == 0 && f.left { // nothing of it was handed on yet, and it is open
		return k.compareBoth(f, n, rotated)
	}
	if f.mark.At == 0 && f.turn > 0 && rotated && isStamped(n.head) {
		return same // it was moved before anything of it was handed on, and begins as it did
	}
	if f.mark.At == 0 {
		return stranger
	}
	if !n.holds(&f.mark) || !rotated && !isStamped(f.mark.tail) {
		return stranger
	}
	return same
}

// compareBoth decides whether the newcomer is a copy, or part of one, of a file that can be read beside it.
func (k *Known) compareBoth(f *File, n *newcomer, rotated bool) kin {
	all, err := f.fromStart()
	if err != nil {
		return unclear // it was moved a moment ago
	}
	defer func() { _ = all.Close() }()
	part, err := contentOf(n.file, n.kind)
	if err != nil {
		return stranger
	}
	defer func() { _ = part.Close() }()
	end, begins := isBeginning(part, all)
	length := end.At
	n.end = end
	switch {
	case !begins && f.Kind == packed.Plain && !f.stands(&f.mark, f.file):
		return unclear // it was truncated a moment ago
	case !begins || !rotated && !isStamped(n.head):
		return stranger
	case length >= f.mark.At && f.mark.At > 0 || f.Kind == packed.Plain && length >= f.size:
		return copied
	case n.isYoung(k.options.Now()):
		return unclear
	case isStamped(n.head):
		return copied
	}
	return stranger
}

// isBeginning says whether all begins with what part holds or, if that is damaged, with what can be read of it. It gives the mark
// behind that.
func isBeginning(part, all io.Reader) (end Mark, begins bool) {
	p := make([]byte, 64<<10)
	a := make([]byte, len(p))
	for {
		n, err := part.Read(p)
		if got, _ := io.ReadFull(all, a[:n]); got < n || !bytes.Equal(p[:n], a[:n]) {
			return end, false
		}
		end = end.Past(p[:n])
		if err != nil {
			return end, true
		}
	}
}

// beginAtEnd takes a file that was there before the first start, and hands on only what comes.
func (k *Known) beginAtEnd(n *newcomer) {
	if n.kind != packed.Plain {
		f := k.begin(n, Mark{begin: imprintOf(n.head)})
		f.skipped, f.size = true, n.Size
		return
	}
	m := Mark{At: lineStart(n.file, &n.Seen, k.options.Now())}
	tail := make([]byte, min(m.At, tailSize))
	if _, err := n.file.ReadAt(tail, m.At-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		k.trouble(n.Path, err)
		return
	}
	m.tail, m.begin = tail, imprintOf(n.head[:min(int64(len(n.head)), m.At)])
	if m.At == 0 {
		m = Mark{}
	}
	k.begin(n, m)
}

// beginBehind takes a file that was another's copy and is no more: what it held then was handed on from the original.
func (k *Known) beginBehind(n *newcomer, c *replica) {
	if f := k.begin(n, c.end); n.kind != packed.Plain {
		f.size = n.Size
	}
}
