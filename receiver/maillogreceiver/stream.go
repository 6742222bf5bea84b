package maillogreceiver

import (
	"bufio"
	"context"
	"encoding/json"
	"hash/fnv"
	"io"
	"os"
	"strconv"
	"sync"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// streams gives each file an identity that survives its renaming, and that a new file under the old name does not get: a hash of its
// name without a rotation's suffix and of its first line. A file that is read on is known by where its reading stands, because at that moment its
// name may belong to another file already.
type streams struct {
	mu      sync.Mutex
	list    []*stream // newest use last
	resumed bool      // some were saved before
}

// stream is one file that is being read. Its fields but ID and Dir are the streams' to change.
type stream struct {
	ID  string `json:"id"`
	Dir string `json:"path"` // path without a rotation's suffix
	End int64  `json:"end"`  // where its reading stands; saved: where fileconsumer's saved offset stands
	// Accepted is the offset behind the last line that was accepted. Saved in the middle of a poll it lies behind fileconsumer's own.
	Accepted int64 `json:"accepted"`

	path  string
	saved int64 // End when fileconsumer's offsets were saved
	skip  int64 // lines in front of it were accepted before a restart, and all downstream has saved what they led to
	used  bool  // it was read since the start
	busy  int   // how many of its batches are on their way
}

// maxStreams bounds the memory; the one not used for longest goes.
const maxStreams = 4096

// streamsKey is where they are saved, beside the offsets of fileconsumer.
const streamsKey = "streams"

func newStreams() *streams { return &streams{} }

// find gives the stream of the file whose lines from start to end were read, and whether they are the first of it since the start, or the
// first at all.
func (s *streams) find(path string, first []byte, start, end int64) (x *stream, begins bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := record.WithoutRotation(path)
	at := -1
	if start > 0 {
		at = s.standing(dir, path, start)
	}
	if at < 0 {
		return s.begin(dir, path, first, start, end), true
	}
	x = s.list[at]
	x.End, x.path = end, path
	begins, x.used = !x.used, true
	s.list = append(append(s.list[:at], s.list[at+1:]...), x)
	return x, begins
}

// standing finds the file whose reading stands at start, or not far before it; of several the one that had the name before.
func (s *streams) standing(dir, path string, start int64) int {
	best := -1
	for i, x := range s.list {
		if x.Dir != dir || x.End > start {
			continue
		}
		if best < 0 || x.End > s.list[best].End || x.End == s.list[best].End && (x.path == path || s.list[best].path != path) {
			best = i
		}
	}
	return best
}

func (s *streams) begin(dir, path string, first []byte, start, end int64) *stream {
	if start > 0 {
		first = firstLine(path)
	}
	x := &stream{ID: identity(dir, first), Dir: dir, path: path, used: true, End: end}
	for i, old := range s.list {
		if old.ID == x.ID { // read again from its beginning
			if !old.used && isAsLong(path, old.skip) {
				x.skip, x.Accepted = old.skip, old.Accepted
			}
			s.list = append(s.list[:i], s.list[i+1:]...)
			break
		}
	}
	s.list = append(s.list, x)
	if len(s.list) > maxStreams {
		s.list = s.list[1:]
	}
	return x
}

// isAsLong says whether a file can hold what was read of it; a packed one can.
func isAsLong(path string, n int64) bool {
	info, err := os.Stat(path)
	return err != nil || info.Size() >= n || len(path) > 3 && path[len(path)-3:] == ".gz"
}

// identity is the hash of a file's name without a rotation's suffix and of its first line.
func identity(dir string, first []byte) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(first)
	return strconv.FormatUint(h.Sum64(), 16)
}

// acceptedBefore is the offset up to which lines were accepted before a restart.
func (s *streams) acceptedBefore(x *stream) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.skip
}

// unknown says whether no line of a file was read yet.
func (s *streams) unknown(id string) bool { return s.byID(id) == nil }

// stands says where the reading of a file stands, and whether lines of it are on their way.
func (s *streams) stands(id string) (at int64, busy bool) {
	x := s.byID(id)
	if x == nil {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.End, x.busy > 0
}

func (s *streams) byID(id string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.list) - 1; i >= 0; i-- {
		if s.list[i].ID == id {
			return s.list[i]
		}
	}
	return nil
}

// sending and sent say that lines of x are on their way, and that those up to end were accepted.
func (s *streams) sending(x *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.busy++
}

func (s *streams) sent(x *stream, end int64, accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.busy--
	if accepted {
		x.Accepted = max(x.Accepted, end)
	}
}

// firstLine reads the beginning of a file that is not read from its beginning.
func firstLine(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	return readFirstLine(f)
}

func readFirstLine(f io.Reader) []byte {
	line, _ := bufio.NewReaderSize(f, 4096).ReadSlice('\n')
	return append([]byte(nil), withoutEnd(line)...)
}

func withoutEnd(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// save encodes the streams. At the end of a poll fileconsumer's offsets are saved together with it, and stand where the reading does;
// in the middle of one they stand where they were.
func (s *streams) save(endOfPoll bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]stream, len(s.list))
	for i, x := range s.list {
		list[i] = stream{ID: x.ID, Dir: x.Dir, End: x.saved, Accepted: max(x.Accepted, x.skip)}
		if endOfPoll {
			list[i].End = x.End
		}
	}
	return json.Marshal(list)
}

// pollSaved says that what save gave at the end of a poll is on disk.
func (s *streams) pollSaved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.list {
		x.saved = x.End
	}
}

func (s *streams) load(ctx context.Context, client storage.Client) error {
	data, err := client.Get(ctx, streamsKey)
	if err != nil || len(data) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(data, &s.list); err != nil {
		return err
	}
	s.resumed = true
	for _, x := range s.list {
		x.saved, x.skip = x.End, x.Accepted
	}
	return nil
}
