package input

import (
	"bufio"
	"errors"
	"io"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// stream is what comes over a pipe or on standard input. Nothing of it can be looked at before it is read, so how it is packed is told when it begins.
type stream struct {
	from  io.Reader
	file  *File // whose kind it tells
	inner io.Reader
	close io.Closer // what unpacks; nil: nothing is open
}

func (s *stream) Read(p []byte) (int, error) {
	if s.inner == nil {
		if err := s.begin(); err != nil {
			return 0, err
		}
	}
	return s.inner.Read(p)
}

// begin waits for the first bytes.
func (s *stream) begin() (err error) {
	from := bufio.NewReaderSize(s.from, 64<<10)
	head, err := from.Peek(packed.HeadSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.inner = from
	if s.file.kind = packed.Of(head); s.file.kind == packed.Plain {
		return nil
	}
	s.inner, s.close, err = unpack(from, s.file.kind)
	if err != nil {
		s.inner = failed{err}
	}
	return err
}

// Close frees what unpacks.
func (s *stream) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close.Close()
}

// failed is a stream that cannot be read.
type failed struct{ error }

func (f failed) Read([]byte) (int, error) { return 0, f.error }
