package tail

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// File is one log, whatever it is called and wherever it lies now. What is exported belongs to who reads it, the rest to Known.
type File struct {
	ID   string // stays when the file is renamed, rotated, packed or copied, and is no other file's
	Dir  string // its path without a rotation's suffix: that of the stream it is part of
	Path string // as it is called now
	Kind packed.Kind

	place   Place
	placed  bool  // it lies there, as far as is known
	size    int64 // as the last look showed it; of a packed file: when it was read to its end
	changed int64
	skipped bool // packed, and there before the first start with start_at end: not read

	// What its ID was made from.
	base    uint64
	ordinal int

	mu   sync.Mutex // of what is saved while the file is read
	mark Mark

	changes *atomic.Uint64 // of what is saved, the Known's

	head     imprint  // of its first bytes, as they were when it was begun or met again
	file     *os.File // open as long as it may be read on
	begun    int      // the look that showed it first; 0: it was known before the start
	there    int      // the last look that showed it
	verified bool     // what stands in front of the mark was seen since the start
	left     bool     // it has left the globs, and is read on for a while
	deleted  bool     // and has no name any more
	beside   bool     // no glob shows it: it was found beside one that does
	turn     int      // when it was to be read first, among the files of its stream; 0: never yet
	goesOnIn string   // the file that its log goes on in, while it is nowhere itself and that is to be told
	missed   time.Time
	unsure   int // the last look that could not tell whether it is still there
	grew     time.Time

	// An unfinished last line: how long it was, and since when.
	rest      int
	restSince time.Time
}

// Mark is how far the file was handed on.
func (f *File) Mark() Mark {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mark
}

// Accept says that the lines in front of m were handed on.
func (f *File) Accept(m Mark) {
	f.mu.Lock()
	f.mark = m
	f.mu.Unlock()
	f.changes.Add(1)
}

// Rest says that a last line of n bytes has no end, and gives since when it did not grow.
func (f *File) Rest(n int, now time.Time) time.Time {
	if n != f.rest || n == 0 {
		f.rest, f.restSince = n, now
	}
	return f.restSince
}

// Open gives what stands behind the mark, unpacked. For a packed file its error is a Damage when it is damaged in front of the
// mark already.
func (f *File) Open() (io.ReadCloser, error) {
	src, err := f.fromStart()
	if err != nil {
		return nil, err
	}
	at := f.Mark().At
	if f.Kind == packed.Plain {
		return closing{io.NewSectionReader(src.(closing).Reader.(io.ReaderAt), at, math.MaxInt64-at), src.Close}, nil
	}
	if _, err := io.CopyN(io.Discard, src, at); err != nil {
		_ = src.Close()
		return nil, err
	}
	return src, nil
}

// Still says whether what was read behind m is the file's own: what stands in front of m stands there yet. A file may be truncated
// and written anew between a look and a read.
func (f *File) Still(m Mark) bool {
	if f.Kind != packed.Plain {
		return true
	}
	src, err := f.fromStart()
	if err != nil {
		return false
	}
	defer func() { _ = src.Close() }()
	return f.stands(&m, src.(closing).Reader.(io.ReaderAt))
}

// stands says whether what is in front of m stands in the file; in front of its first line, whether it begins as it did.
func (f *File) stands(m *Mark, file io.ReaderAt) bool {
	if m.At > 0 {
		return m.standsIn(file)
	}
	head := make([]byte, f.head.N)
	n, _ := file.ReadAt(head, 0)
	return f.head.is(head[:n])
}

// Size is how long the file was at the last look.
func (f *File) Size() int64 { return f.size }

// Finish says that a packed file was read as far as it goes. It is false while the file is damaged and young: it may be in the
// making, and is read on at the next look.
func (f *File) Finish(damaged bool, now time.Time) bool {
	s, err := Look(f.Path)
	if err != nil || s.Place != f.place || damaged && isRecent(s.Changed, now) {
		return false
	}
	f.mu.Lock()
	f.size, f.changed = s.Size, s.Changed
	f.mu.Unlock()
	f.changes.Add(1)
	return true
}

// fromStart gives the whole content. Closing it closes what was opened for it.
func (f *File) fromStart() (io.ReadCloser, error) {
	file, end, err := f.opened(&Seen{Path: f.Path, Place: f.place})
	if err != nil {
		return nil, err
	}
	if f.Kind == packed.Plain {
		return closing{io.NewSectionReader(file, 0, math.MaxInt64), end}, nil
	}
	src, err := contentOf(file, f.Kind)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return closing{src, func() error { return errors.Join(src.Close(), end()) }}, nil
}

// opened gives the open file, and what closes it unless it stays open.
func (f *File) opened(s *Seen) (*os.File, func() error, error) {
	if f.file != nil {
		return f.file, func() error { return nil }, nil
	}
	file, _, err := open(*s)
	if err != nil {
		return nil, nil, err
	}
	if f.Kind == packed.Plain && keepsOpen {
		f.file = file
		return file, func() error { return nil }, nil
	}
	return file, file.Close, nil
}

// contentOf unpacks a file from its beginning.
func contentOf(f io.ReaderAt, kind packed.Kind) (io.ReadCloser, error) {
	src, err := packed.NewReader(io.NewSectionReader(f, 0, math.MaxInt64), kind)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return src, nil
}

// closing is a reader with what closes it.
type closing struct {
	io.Reader
	end func() error
}

func (c closing) Close() error { return c.end() }

// close closes what is open of the file.
func (f *File) close() {
	if f.file != nil {
		_ = f.file.Close()
		f.file = nil
	}
}
