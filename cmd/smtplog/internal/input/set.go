package input

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// set is one log: a file and what it was rotated into, the oldest first.
type set struct {
	files []*File

	file   *File // the one that is open; nil: none yet, or none any more
	open   *opened
	lines  lines
	ahead  bool // the next line is known
	line   Line
	stamp  int64 // of the next line, or of the newest before it that had one
	follow bool
	over   bool
}

// sets puts files together that are one log.
func sets(files []*File) (list []*set) {
	byName := map[string]*set{}
	for _, f := range files {
		name := record.WithoutRotation(f.Path)
		if f.Path == Stdin || byName[name] == nil {
			s := new(set)
			list = append(list, s)
			byName[name] = s
		}
		s := byName[name]
		s.files = append(s.files, f)
	}
	for _, s := range list {
		slices.SortStableFunc(s.files, older)
	}
	return list
}

// older orders the files of a log: by what their names say, if they say it the same way; else by their first stamps; else by when they were changed.
func older(a, b *File) int {
	ka, na := rotation(a.Path)
	kb, nb := rotation(b.Path)
	alike := ka == kb
	switch {
	case alike && kb == numbered:
		return cmp.Compare(nb, na)
	case alike && kb == dated && na != nb:
		return cmp.Compare(na, nb)
	case a.first != 0 && b.first != 0 && a.first != b.first:
		return cmp.Compare(a.first, b.first)
	case !alike: // the one without a suffix is the newest
		return cmp.Compare(kb, ka)
	}
	return a.Changed.Compare(b.Changed)
}

// way is how a rotated file is named.
type way uint8

const (
	bare way = iota
	old
	numbered
	dated
)

// rotation reads what a rotation has put behind a name: a number, which grows with age, or a date.
func rotation(path string) (way, int) {
	suffix := path[len(record.WithoutRotation(path)):]
	for _, packed := range [...]string{".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4"} {
		suffix = strings.TrimSuffix(suffix, packed)
	}
	switch {
	case suffix == "":
		return bare, 0
	case suffix == ".old":
		return old, 0
	case suffix[0] == '.':
		n, _ := strconv.Atoi(suffix[1:])
		return numbered, n
	}
	digits := strings.ReplaceAll(suffix, "-", "")
	n, _ := strconv.Atoi(digits[:min(len(digits), 18)])
	return dated, n
}
