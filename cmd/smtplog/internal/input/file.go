package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/ulikunitz/xz"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// File is one file of the input, or standard input.
type File struct {
	Path    string // as it was given, or found in a directory
	Size    int64  // in bytes as it lies there; 0 for standard input
	Changed time.Time
	Lines   int64 // that were read so far
	Err     error // why it was not read to its end

	id    string // of no other file
	info  fs.FileInfo
	kind  packed.Kind
	head  uint64 // of the first bytes of its content, which tells the same content under two names
	full  bool   // so many bytes were there
	first int64  // the first stamp, 0 where none was seen
	text  string // the beginning, as far as it was read
}

// Name is what a sentence calls it.
func (f *File) Name() string {
	if f.Path == Stdin {
		return "standard input"
	}
	return f.Path
}

// headSize is how much of a file is looked at before it is read.
const headSize = 8 << 10

var headSeed = maphash.MakeSeed()

// The reasons why a file is not read.
var (
	errBinary = errors.New("is no text")
	errFolder = errors.New("is no file")
	errUnread = errors.New("which is not read; gzip, bzip2, xz and zstd are")
	errWide   = errors.New("is in UTF-16, which is not read: iconv -f UTF-16 -t UTF-8 makes it text") // what PowerShell's ">" writes
)

// look opens a file and reads its beginning. The error is what is wrong with it, without its name.
func look(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) == 0 {
		return nil, errFolder
	}
	f := &File{Path: path, Size: info.Size(), Changed: info.ModTime(), info: info, id: "file " + path}
	if !info.Mode().IsRegular() { // what is read of it is gone
		f.id, f.Size = "pipe "+path, 0
		return f, nil
	}
	r, err := f.open(nil)
	if r == nil {
		return nil, err
	}
	defer r.close()
	head := make([]byte, headSize)
	n, err := readAll(r, head)
	if err != nil && !errors.Is(err, io.EOF) && n == 0 {
		return nil, f.damage(err)
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil, errWide
	}
	if bytes.IndexByte(head, 0) >= 0 && !bytes.HasPrefix(head, []byte("__CURSOR=")) {
		return nil, errBinary
	}
	f.text, f.full = string(head), n == headSize
	f.head = maphash.Bytes(headSeed, head)
	return f, nil
}

// plain is an error of the system without the name of its call and file.
func plain(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// damage says what is wrong with a packed file.
func (f *File) damage(err error) error {
	if f.kind == packed.Plain || errors.Is(err, errUnread) {
		return plain(err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("is cut short: its %s data ends in the middle", f.kind)
	}
	return fmt.Errorf("is damaged: %w", err)
}

// opened is an open file, unpacked as it is read.
type opened struct {
	io.Reader
	file  *os.File
	inner io.Closer
}

func (o *opened) close() {
	if o.inner != nil {
		_ = o.inner.Close() // only read
	}
	_ = o.file.Close()
}

// open opens it from its start. read counts the bytes as they lie there; nil: nobody asks.
func (f *File) open(read *int64) (*opened, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, plain(err)
	}
	o := &opened{file: file}
	if f.info != nil && f.info.Mode().IsRegular() {
		var magic [packed.HeadSize]byte
		n, err := file.ReadAt(magic[:], 0)
		if err != nil && !errors.Is(err, io.EOF) {
			o.close()
			return nil, plain(err)
		}
		f.kind = packed.Of(magic[:n])
	}
	var source io.Reader = file
	if read != nil {
		source = &counting{file, read}
	}
	if f.info != nil && !f.info.Mode().IsRegular() {
		piped := &stream{from: source, file: f}
		o.Reader, o.inner = piped, piped
		return o, nil
	}
	if o.Reader, o.inner, err = unpack(source, f.kind); err != nil {
		o.close()
		return nil, f.damage(err)
	}
	return o, nil
}

func unpack(from io.Reader, kind packed.Kind) (io.Reader, io.Closer, error) {
	if kind == packed.XZ {
		r, err := xz.NewReader(bufio.NewReaderSize(from, 64<<10))
		return r, nil, err
	}
	if kind != packed.Plain && !kind.Readable() {
		return nil, nil, fmt.Errorf("is packed with %s, %w", kind, errUnread)
	}
	r, err := packed.NewReader(from, kind)
	return r, r, err
}

// counting counts what is read.
type counting struct {
	io.Reader
	read *int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	*c.read += int64(n)
	return n, err
}

// place is where a line of the file stands.
func (f *File) place(at int64) record.File {
	return record.File{ID: f.id, Path: f.Path, Offset: at, HasOffset: true}
}

// number gives it an id of no other file.
func (f *File) number(n int) { f.id = "#" + strconv.Itoa(n) }
