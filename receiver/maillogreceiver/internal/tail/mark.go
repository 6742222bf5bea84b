package tail

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
)

// Mark is a place in a file and what stands in front of it. Two files with the same mark are one, or one is the other's copy.
type Mark struct {
	At    int64
	sum   uint32  // of all that stands in front; a sum that Castagnoli's polynomial gives costs next to nothing
	whole bool    // the sum is known: all in front of At was read
	tail  []byte  // what stands right in front, at most tailSize; nil when only its imprint is known
	print imprint // of the tail, as it was saved
	head  []byte  // the first bytes of the file, until there are headSize of them
	begin imprint // of the first bytes, of fewer when the mark was saved before it came so far
}

const (
	// headSize is how many of a file's first bytes choose among the files that it may be.
	headSize = 4096
	// tailSize is how many bytes in front of a mark are compared before a file is read on: enough for several lines.
	tailSize = 1024
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Past is the mark behind data that follows m.
func (m Mark) Past(data []byte) Mark {
	if len(data) == 0 {
		return m
	}
	next := Mark{At: m.At + int64(len(data)), whole: m.whole || m.At == 0}
	if next.whole {
		next.sum = crc32.Update(m.sum, castagnoli, data)
	}
	keep := data[max(0, len(data)-tailSize):]
	before := m.tail[max(0, len(m.tail)-(tailSize-len(keep))):]
	next.tail = slices.Concat(before, keep)
	next.head, next.begin = m.head, m.begin
	if int64(len(m.head)) == m.At && m.begin.N < headSize {
		next.head = slices.Concat(m.head, data[:min(len(data), headSize-len(m.head))])
		if len(next.head) == headSize {
			next.head, next.begin = nil, imprintOf(next.head)
		}
	}
	return next
}

// first is the print of the first bytes.
func (m Mark) first() imprint {
	if m.head != nil {
		return imprintOf(m.head)
	}
	return m.begin
}

// InLine says whether the mark stands behind a line without its end, which was handed on as it was.
func (m Mark) InLine() bool { return len(m.tail) > 0 && m.tail[len(m.tail)-1] != '\n' }

// tailLen is how many bytes of the tail are known.
func (m Mark) tailLen() int {
	if m.tail != nil {
		return len(m.tail)
	}
	return m.print.N
}

// isTail says whether b is what stands in front of the mark.
func (m Mark) isTail(b []byte) bool {
	if m.tail != nil {
		return bytes.Equal(m.tail, b)
	}
	return m.print.is(b)
}

// standsIn says whether the file has in front of At what the mark has, by its tail. The mark learns the tail when it knew the
// imprint only.
func (m *Mark) standsIn(f io.ReaderAt) bool {
	b := make([]byte, m.tailLen())
	if n, err := f.ReadAt(b, m.At-int64(len(b))); n < len(b) || err != nil && !errors.Is(err, io.EOF) || !m.isTail(b) {
		return false
	}
	m.tail = b
	return true
}

// same says whether a mark that was measured is m.
func (m Mark) same(o Mark) bool {
	return m.At == o.At && (!m.whole || !o.whole || m.sum == o.sum) && len(o.tail) >= m.tailLen() && m.isTail(o.tail[len(o.tail)-m.tailLen():])
}

// measure reads the first at bytes of r and gives the mark behind them. An error is io.EOF when there are not so many, else the reader's.
func measure(r io.Reader, at int64) (Mark, error) {
	var m Mark
	buf := make([]byte, 64<<10)
	for m.At < at {
		n, err := r.Read(buf[:min(int64(len(buf)), at-m.At)])
		m = m.Past(buf[:n])
		if err != nil && m.At < at {
			return m, err
		}
	}
	return m, nil
}

// imprint is a hash of bytes that are not to be kept themselves: a line may hold a credential.
type imprint struct {
	N   int    `json:"n,omitempty"`
	Sum uint64 `json:"sum,omitempty"`
}

func imprintOf(b []byte) imprint {
	h := sha256.Sum256(b)
	return imprint{len(b), binary.BigEndian.Uint64(h[:])}
}

func (p imprint) is(b []byte) bool { return len(b) == p.N && imprintOf(b) == p }
