package tail

import (
	"cmp"
	"strconv"
	"strings"
)

// older orders the files of a stream: those that have left the globs, then those that a rotation has marked, then the one that is
// written now. Of a file that has left the globs the name is not known any more: where that was decided before, it stays so.
func older(a, b *File) int {
	if (a.left || b.left) && a.turn > 0 && b.turn > 0 {
		return cmp.Compare(a.turn, b.turn)
	}
	if a.left != b.left {
		if a.left {
			return -1
		}
		return 1
	}
	if order := rotationOrder(a.Path, b.Path, a.Dir); order != 0 {
		return order
	}
	return cmp.Or(cmp.Compare(a.changed, b.changed), cmp.Compare(a.Path, b.Path))
}

// newer says whether path a was written after path b, as far as their names tell.
func newer(a, b, dir string) bool { return rotationOrder(a, b, dir) > 0 }

// rotationOrder compares by the number or date that the rotation put behind the name: a greater number is older, a greater date
// newer, none the newest. 0: they do not tell.
func rotationOrder(a, b, dir string) int {
	x, y := rotation(a, dir), rotation(b, dir)
	switch m, n := number(x), number(y); {
	case x == y:
		return 0
	case x == "":
		return 1
	case y == "":
		return -1
	case m >= 0 && n >= 0:
		return cmp.Compare(n, m)
	case m < 0 && n < 0:
		return cmp.Compare(x, y) // dates
	}
	return 0
}

// rotation is what a rotation put behind a name, without what packing put behind that.
func rotation(path, dir string) string {
	suffix := strings.TrimPrefix(path, dir)
	for _, packing := range [...]string{".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4"} {
		suffix = strings.TrimSuffix(suffix, packing)
	}
	return suffix
}

// number reads ".2"; -1 for a date.
func number(suffix string) int {
	digits, ok := strings.CutPrefix(suffix, ".")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || len(digits) > 5 {
		return -1
	}
	return n
}
