package input

import (
	"errors"
	"io"
	"os"
)

// tail reads a file that grows, and goes on with the file that is put in its place: by a rotation, or by cutting it to nothing.
type tail struct {
	open *opened
	path string
	read *int64
	at   int64
}

// Read gives what there is; errLater where that is nothing for now.
func (t *tail) Read(p []byte) (int, error) {
	for {
		n, err := t.open.file.Read(p)
		t.at += int64(n)
		*t.read += int64(n)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		if !t.renew() {
			return 0, errLater
		}
	}
}

// renew goes on with another file in the place of one that was read to its end.
func (t *tail) renew() bool {
	there, err := os.Stat(t.path)
	if err != nil {
		return false
	}
	mine, err := t.open.file.Stat()
	switch {
	case err != nil:
		return false
	case !os.SameFile(there, mine):
		next, err := os.Open(t.path)
		if err != nil {
			return false
		}
		_ = t.open.file.Close() // only read
		t.open.file = next
	case there.Size() < t.at:
		if _, err := t.open.file.Seek(0, io.SeekStart); err != nil {
			return false
		}
	default:
		return false
	}
	t.at = 0
	return true
}
