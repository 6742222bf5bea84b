package input

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// The sizes of what is read at a time, and of the longest line; a longer one comes in pieces.
const (
	chunk       = 256 << 10
	longestLine = 1 << 20
)

// lines cuts a stream into lines. Many of them share the memory of one chunk.
type lines struct {
	from io.Reader
	size int // how much is read at a time
	room []byte
	text string // what is read and not handed out
	at   int64  // where it begins in the stream
	done bool
	err  error // why the stream ended, when not because it is over
	// passes is asked about whole lines before they are handed out; true: they are passed over. nil: none are.
	passes func(piece []byte, at int64) bool
}

// next gives the next line and where it begins; what was written as one entry is one line. ok is false at the end, and where nothing is to be had
// now of a stream that may grow.
func (l *lines) next() (line string, at int64, ok bool) {
	for {
		line, n := record.CutLine(l.text)
		switch {
		case n > 0:
		case l.done && l.text != "":
			if n = strings.LastIndexByte(l.text, '\n') + 1; n == 0 { // else an entry of several lines, and perhaps the beginning of another one
				n = len(l.text)
			}
			line = strings.TrimRight(l.text[:n], "\r\n")
		case len(l.text) >= longestLine:
			line, n = l.text[:longestLine], longestLine
		default:
			if l.done || !l.fill() {
				return "", l.at, false
			}
			continue
		}
		at = l.at
		l.text, l.at = l.text[n:], l.at+int64(n)
		if at == 0 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		return line, at, true
	}
}

// fill reads more, and says whether it did; the end of the stream counts as more.
func (l *lines) fill() bool {
	rest := len(l.text)
	if need := rest + l.size; cap(l.room) < need {
		l.room = make([]byte, need)
	}
	room := l.room[:rest+l.size]
	copy(room, l.text)
	n, err := readAll(l.from, room[rest:])
	if n > 0 {
		l.text = string(l.pass(room[:rest+n]))
	}
	switch {
	case err == nil:
	case errors.Is(err, errLater):
		return n > 0
	default:
		l.done = true
		if !errors.Is(err, io.EOF) {
			l.err = err
		}
	}
	return true
}

// pass leaves out the lines of a piece, if none of them is of interest.
func (l *lines) pass(piece []byte) []byte {
	if l.passes == nil {
		return piece
	}
	end := bytes.LastIndexByte(piece, '\n') + 1
	if end == 0 || !l.passes(piece[:end], l.at) {
		return piece
	}
	l.at += int64(end)
	return piece[end:]
}

// readAll fills the room as far as there is something. Unlike io.ReadFull it gives the stream's own error: an unexpected end is that of packed data.
func readAll(from io.Reader, room []byte) (n int, err error) {
	for n < len(room) && err == nil {
		var more int
		more, err = from.Read(room[n:])
		n += more
	}
	if n == len(room) {
		err = nil
	}
	return n, err
}

// errLater is the end of a file that may grow.
var errLater = errors.New("nothing more for now")
