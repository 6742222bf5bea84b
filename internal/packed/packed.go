// Package packed knows files that a log rotation has packed, by their first bytes, and reads them.
package packed

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Kind is how a file is packed; Plain is not packed.
type Kind string

// The kinds that logrotate, newsyslog and the like make. The last three are known and not read.
const (
	Plain Kind = ""
	Gzip  Kind = "gzip"
	Bzip2 Kind = "bzip2"
	Zstd  Kind = "zstd"
	XZ    Kind = "xz"
	LZ4   Kind = "lz4"
	LZW   Kind = "compress"
)

// HeadSize is how many of a file's first bytes tell its kind.
const HeadSize = 10

// The first bytes of each kind; no line of text begins with any of them.
var beginnings = [...]struct {
	kind  Kind
	bytes string
}{
	{Gzip, "\x1f\x8b\x08"},     // RFC 1952 2.3.1, with the only method there is
	{Zstd, "\x28\xb5\x2f\xfd"}, // RFC 8878 3.1.1
	{XZ, "\xfd7zXZ\x00"},       // The .xz File Format 2.1.1.1
	{LZ4, "\x04\x22\x4d\x18"},  // LZ4 Frame Format
	{LZW, "\x1f\x9d"},          // compress(1)
}

// Of says how a file with these first bytes is packed.
func Of(head []byte) Kind {
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b.bytes)) {
			return b.kind
		}
	}
	// "BZh", the block size as a digit, and the first block's or the empty stream's number
	if len(head) >= 10 && bytes.HasPrefix(head, []byte("BZh")) && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90") {
		return Bzip2
	}
	return Plain
}

// Readable says whether NewReader can unpack the kind.
func (k Kind) Readable() bool { return k == Gzip || k == Bzip2 || k == Zstd }

// maxWindow bounds the memory that a zstd file can ask for.
const maxWindow = 64 << 20

// NewReader unpacks r as it is read. A Plain one is handed through. Close frees the memory and leaves r alone.
func NewReader(r io.Reader, k Kind) (io.ReadCloser, error) {
	switch k {
	case Plain:
		return io.NopCloser(r), nil
	case Gzip:
		z, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
		if err != nil {
			return nil, err
		}
		return z, nil
	case Bzip2:
		return io.NopCloser(bzip2.NewReader(bufio.NewReaderSize(r, 64<<10))), nil
	case Zstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("packed with %s: %w", k, errors.ErrUnsupported)
}
