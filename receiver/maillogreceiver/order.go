package maillogreceiver

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// fileconsumer reads all files at the same time: what a rotation has moved away and what is written since, a month's rotated logs. But a message
// that was received in the one is delivered in the other, so the lines of a file wait for those of the older files of its stream.

// patience is how long an older file may bring nothing before the newer one goes on without it: it may be one that nobody can read.
const patience = 2 * time.Second

// waitForOlder returns when the older files of x's stream have been read as far as they go. Its error is that of a shutdown.
func (r *maillogReceiver) waitForOlder(x *stream, path string) error {
	for _, older := range r.olderFiles(x.Dir, path) {
		id, end := r.contents.look(older, x.Dir)
		if id == "" || id == x.ID || r.streams.unknown(id) && r.cfg.StartAt == "end" && !r.streams.resumed {
			continue
		}
		if err := r.waitFor(id, end, older); err != nil {
			return err
		}
	}
	return nil
}

func (r *maillogReceiver) waitFor(id string, end int64, path string) error {
	stood, since := int64(-1), r.now()
	for {
		at, busy := r.streams.stands(id)
		if at >= end && !busy {
			break
		}
		if at != stood || busy {
			stood, since = at, r.now()
		}
		if r.now().Sub(since) > patience {
			r.logger.Debug("an older file brings nothing, the newer one does not wait for it", zap.String("path", path))
			break
		}
		if !sleep(r.running, 2*time.Millisecond) {
			r.setLost()
			return errStopped
		}
	}
	r.mu.Lock()
	b := r.pending[id]
	r.mu.Unlock()
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return r.send(r.running, b)
}

// olderFiles lists the other files of a stream that are older than path, oldest first.
func (r *maillogReceiver) olderFiles(dir, path string) (list []string) {
	matches, _ := r.matcher.MatchFiles()
	for _, m := range matches {
		if m != path && record.WithoutRotation(m) == dir && isOlder(m, path, dir) {
			at := len(list)
			for at > 0 && isOlder(m, list[at-1], dir) {
				at--
			}
			list = append(list[:at], append([]string{m}, list[at:]...)...)
		}
	}
	return list
}

// isOlder says whether file a of a stream was rotated before file b: by the number or date that the rotation put behind the name, else by the
// time of the last change.
func isOlder(a, b, dir string) bool {
	x, y := rotation(a, dir), rotation(b, dir)
	if x == "" || y == "" {
		if x != y {
			return y == ""
		}
	} else if m, n := number(x), number(y); m >= 0 && n >= 0 && m != n {
		return m > n
	} else if m < 0 && n < 0 && x != y {
		return x < y // dates
	}
	s, errA := os.Stat(a)
	t, errB := os.Stat(b)
	return errA == nil && errB == nil && s.ModTime().Before(t.ModTime())
}

// rotation is what a rotation put behind a name, without what packing put behind that.
func rotation(path, dir string) string {
	suffix := strings.TrimPrefix(path, dir)
	for _, packed := range [...]string{".gz", ".bz2", ".xz", ".zst", ".Z", ".lz4"} {
		suffix = strings.TrimSuffix(suffix, packed)
	}
	return suffix
}

// number reads ".2"; -1 for a date.
func number(suffix string) int {
	digits, ok := strings.CutPrefix(suffix, ".")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || len(digits) > 5 {
		return -1
	}
	return n
}

// contents remembers of files what had to be read to know it.
type contents struct {
	mu    sync.Mutex
	files map[string]content // by path
}

type content struct {
	size    int64
	changed time.Time
	id      string
	end     int64
}

// look gives the identity of a file and the offset behind its last whole line; the identity is empty for one that cannot be read.
func (c *contents) look(path, dir string) (id string, end int64) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.files[path]; ok && known.size == info.Size() && known.changed.Equal(info.ModTime()) {
		return known.id, known.end
	}
	now := content{size: info.Size(), changed: info.ModTime()}
	if strings.HasSuffix(path, ".gz") {
		now.id, now.end = lookPacked(f, dir)
	} else if first := readFirstLine(f); first != nil {
		now.id, now.end = identity(dir, first), lastLineEnd(f, info.Size())
	}
	if c.files == nil || len(c.files) >= maxStreams {
		c.files = make(map[string]content)
	}
	c.files[path] = now
	return now.id, now.end
}

// lookPacked reads a packed file for its first line and its length.
func lookPacked(f io.Reader, dir string) (id string, end int64) {
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", 0
	}
	in := bufio.NewReaderSize(z, 64<<10)
	first, err := in.ReadSlice('\n')
	if err != nil {
		return "", 0
	}
	id, end = identity(dir, withoutEnd(first)), int64(len(first))
	rest, _ := io.Copy(io.Discard, in) // a damaged end is as far as it goes
	return id, end + rest
}

// lastLineEnd is the offset behind the last line end of a file.
func lastLineEnd(f io.ReaderAt, size int64) int64 {
	buf := make([]byte, 64<<10)
	for at := size; at > 0; {
		n := min(int64(len(buf)), at)
		at -= n
		got, err := f.ReadAt(buf[:n], at)
		if err != nil && err != io.EOF {
			return 0
		}
		if i := bytes.LastIndexByte(buf[:got], '\n'); i >= 0 {
			return at + int64(i) + 1
		}
	}
	return 0
}
