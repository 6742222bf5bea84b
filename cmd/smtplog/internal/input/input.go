// Package input finds the files of logs and gives their lines in the order in which they were written, as far as their stamps tell: the files of a rotated log
// one behind the other, several logs merged.
package input

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/term"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// Options say what to read.
type Options struct {
	Paths []string // files, patterns, directories; Stdin
	Stdin io.Reader
	Now   time.Time // what is read from a pipe is seen at
	// Since leaves out files that were changed before; zero: none.
	Since time.Time
	// Follow goes on with what is written to the newest file of each log.
	Follow bool
	// Piece is how many bytes are read at a time; 0: as many as is best.
	Piece int
	// Stamp reads a line's stamp, in nanoseconds since 1970, 0 where it has none. anchor is when the line was seen, last the newest stamp before it.
	Stamp func(line string, anchor, last int64) int64
}

// Input is the lines of several logs.
type Input struct {
	// Passes says that no line of a piece of a file, whole lines from a place on, is of interest: they are counted and not given. nil: all are given. It is not
	// asked about what is followed.
	Passes func(piece []byte, file string, at int64) bool

	options Options
	files   []*File
	sets    []*set
	current *set
	read    int64
	total   int64
	now     func() time.Time
	turn    int // lines so far
}

// Line is one line.
type Line struct {
	Text   string
	Place  record.File
	Anchor int64 // when it was seen, nanoseconds since 1970: when the file was changed last
	File   *File
}

// ErrIdle says that there is nothing more for now: only where files are followed.
var ErrIdle = errors.New("no further line yet")

// Open finds the files. Troubles are files that cannot be read, each a sentence; an error is that there are none.
func Open(o Options) (in *Input, troubles []error, err error) {
	files, troubles := find(o.Paths)
	files = unique(files)
	in = &Input{options: o, now: time.Now}
	for i, f := range files {
		f.number(i)
		if f.Path == Stdin || f.Size == 0 {
			f.Changed = o.Now
		}
		f.first = firstStamp(f, o.Stamp)
	}
	slices.SortStableFunc(files, func(a, b *File) int { return a.Changed.Compare(b.Changed) })
	for _, f := range files {
		if !o.Since.IsZero() && f.Changed.Before(o.Since) && f.Path != Stdin {
			continue
		}
		in.files = append(in.files, f)
		in.total += f.Size
	}
	switch {
	case len(files) == 0 && len(troubles) > 0:
		return nil, troubles[1:], troubles[0]
	case len(files) == 0:
		return nil, nil, errors.New("there is no log to read")
	}
	in.sets = sets(in.files)
	for _, s := range in.sets {
		s.follow = o.Follow
		if s.stamp = s.files[0].first; len(in.sets) == 1 {
			s.stamp = 0
		}
	}
	return in, troubles, nil
}

// firstStamp is the first stamp at the beginning of a file.
func firstStamp(f *File, stamp func(string, int64, int64) int64) int64 {
	for text := f.text; text != ""; {
		line, n := record.CutLine(text)
		if n == 0 {
			line, n = text, len(text)
		}
		if at := stamp(line, f.Changed.UnixNano(), 0); at != 0 {
			return at
		}
		text = text[n:]
	}
	return 0
}

// Files are what is read, in no order.
func (in *Input) Files() []*File { return in.files }

// Progress says how many bytes were read of how many, as they lie in the files; total is 0 where nobody knows.
func (in *Input) Progress() (read, total int64) {
	for _, s := range in.files {
		if s.Size == 0 {
			return in.read, 0
		}
	}
	return in.read, in.total
}

// Next gives the next line, valid until the next call; io.EOF at the end of all. A file that cannot be read to its end says so in its Err.
func (in *Input) Next() (*Line, error) {
	s := in.current
	if s != nil {
		s.advance(in)
	}
	if s == nil || s.over || !s.ahead || len(in.sets) > 1 {
		if s = in.earliest(); s == nil {
			in.current = nil
			if in.options.Follow && in.alive() {
				return nil, ErrIdle
			}
			return nil, io.EOF
		}
	}
	in.current = s
	s.line.File.Lines++
	in.turn++
	return &s.line, nil
}

// alive says whether a log may grow.
func (in *Input) alive() bool {
	return slices.ContainsFunc(in.sets, func(s *set) bool { return !s.over })
}

// earliest is the log whose next line was written first. A log is opened when it may be that one.
func (in *Input) earliest() *set {
	for {
		var first *set
		for _, s := range in.sets {
			if s.idle(in) {
				continue
			}
			if first == nil || s.stamp < first.stamp {
				first = s
			}
		}
		if first == nil && in.options.Follow {
			if first = in.grown(); first == nil {
				return nil
			}
		}
		if first == nil || first.ahead {
			return first
		}
		first.advance(in)
	}
}

// grown is a followed log that has another line.
func (in *Input) grown() *set {
	for _, s := range in.sets {
		if s.over {
			continue
		}
		if s.advance(in); s.ahead {
			return s
		}
	}
	return nil
}

// looks is after how many lines of one log the others are asked whether they have grown.
const looks = 256

// Close closes what is open.
func (in *Input) Close() {
	for _, s := range in.sets {
		if s.open != nil {
			s.open.close()
		}
		s.file, s.open, s.over = nil, nil, true
	}
}

// Troubles are the files that could not be read to their end, each a sentence.
func (in *Input) Troubles() (list []error) {
	for _, f := range in.files {
		if f.Err != nil {
			list = append(list, fmt.Errorf("%s: %w", f.Name(), f.Err))
		}
	}
	return list
}

// IsTerminal says whether a file is a terminal, where nobody pipes a log in.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Width is how many characters a line of a terminal has; 0 where it does not say.
func Width(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
