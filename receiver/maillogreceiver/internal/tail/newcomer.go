package tail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// newcomer is a file in a place where no known one lies.
type newcomer struct {
	Seen
	dir    string
	kind   packed.Kind
	file   *os.File
	head   []byte          // its first bytes, unpacked
	prints map[int]imprint // of so many of them
	cut    bool            // it is packed, and damaged as far as the head goes
	end    Mark            // behind all that it holds, when it was compared
}

// newcomer opens what a look has shown and reads its beginning.
func (k *Known) newcomer(s Seen) (*newcomer, error) {
	file, now, err := open(s)
	if err != nil {
		return nil, err
	}
	n := &newcomer{Seen: now, dir: dirOf(s.Path), file: file, prints: make(map[int]imprint)}
	if err := n.readHead(k.options.Packed); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

func (n *newcomer) readHead(unpacks bool) error {
	var magic [packed.HeadSize]byte
	got, err := n.file.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if n.kind = packed.Of(magic[:got]); n.kind != packed.Plain && !unpacks {
		return fmt.Errorf("is packed (%s), and is not read because of compression: none", n.kind)
	}
	if n.kind != packed.Plain && !n.kind.Readable() {
		return fmt.Errorf("is packed with %s, which is not read; plain files and those of gzip, bzip2 and zstd are", n.kind)
	}
	src, err := contentOf(n.file, n.kind)
	if err != nil {
		n.cut = true
		return nil
	}
	defer func() { _ = src.Close() }()
	n.head, err = readUpTo(src, headSize)
	n.cut = err != nil
	return nil
}

// readUpTo reads n bytes or fewer when there are no more. An error is the reader's, and comes with what it had read.
func readUpTo(r io.Reader, n int) ([]byte, error) {
	b, err := make([]byte, n), error(nil)
	got := 0
	for got < n && err == nil {
		var more int
		more, err = r.Read(b[got:])
		got += more
	}
	if err == io.EOF { //nolint:errorlint // a packed file that is cut wraps io.ErrUnexpectedEOF
		err = nil
	}
	return b[:got], err
}

// close closes what nobody has taken over.
func (n *newcomer) close() {
	if n.file != nil {
		_ = n.file.Close()
		n.file = nil
	}
}

// isYoung says whether the file may still be in the making.
func (n *newcomer) isYoung(now time.Time) bool { return isRecent(n.Changed, now) }

// isWhole says whether the file can be unpacked to its end: nobody is packing it any more.
func (n *newcomer) isWhole() bool {
	if n.kind == packed.Plain {
		return true
	}
	src, err := contentOf(n.file, n.kind)
	if err != nil {
		return false
	}
	defer func() { _ = src.Close() }()
	_, err = io.Copy(io.Discard, src)
	return err == nil
}

// isRecent says whether something changed a moment ago. A stamp that lies far ahead is another clock's and says nothing.
func isRecent(changed int64, now time.Time) bool {
	age := now.UnixNano() - changed
	return age < int64(young) && age > -int64(young)
}

// isArchived says whether the file is one that a rotation has made of another, by its name or because it is packed.
func (n *newcomer) isArchived() bool { return n.kind != packed.Plain || n.Path != n.dir }

// firstLine is the first line, or what there is of it.
func (n *newcomer) firstLine() []byte {
	line, _, _ := bytes.Cut(n.head, []byte("\n"))
	return line
}

// beginsWith says whether p is the print of the newcomer's beginning. One that is too short for it may yet be a part.
func (n *newcomer) beginsWith(p imprint) bool {
	if p.N > len(n.head) {
		return true
	}
	q, ok := n.prints[p.N]
	if !ok {
		q = imprintOf(n.head[:p.N])
		n.prints[p.N] = q
	}
	return p == q
}

// holds says whether m stands in the newcomer, by all of its content as far as that is known. The mark learns its tail.
func (n *newcomer) holds(m *Mark) bool {
	if n.kind == packed.Plain && (n.Size < m.At || !m.standsIn(n.file)) {
		return false
	}
	if n.kind == packed.Plain && !m.whole {
		return true
	}
	src, err := contentOf(n.file, n.kind)
	if err != nil {
		return false
	}
	defer func() { _ = src.Close() }()
	own, err := measure(src, m.At)
	if err != nil || !m.same(own) {
		return false
	}
	m.tail = own.tail[len(own.tail)-m.tailLen():]
	return true
}

// isStamped says whether lines carry the time: then two files with the same lines are one or copies. Conversations without stamps are
// often the same word for word.
func isStamped(text []byte) bool {
	run := 0 // digits
	for i, c := range text {
		if c >= '0' && c <= '9' {
			run++
			continue
		}
		if run >= len("1795447947") && text[i-run] == '1' && text[i-run+1] >= '5' || run == 2 && isTimeOfDay(text[i-2:]) {
			return true
		}
		if c == '@' && bytes.HasPrefix(text[i:], []byte("@40000000")) {
			return true // TAI64
		}
		run = 0
	}
	return false
}

// isTimeOfDay says whether s begins like "15:32:27".
func isTimeOfDay(s []byte) bool {
	const shape = "00:00:00"
	if len(s) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if digit := s[i] >= '0' && s[i] <= '9'; digit != (shape[i] == '0') || !digit && s[i] != ':' {
			return false
		}
	}
	return true
}
