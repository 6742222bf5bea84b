package maillogreceiver

import (
	"bufio"
	"context"
	"encoding/json"
	"hash/fnv"
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
	mu   sync.Mutex
	list []*stream // newest use last
}

// stream is one file that is being read.
type stream struct {
	ID  string `json:"id"`
	Dir string `json:"path"` // path without a rotation's suffix
	End int64  `json:"end"`  // where its reading stands
}

// maxStreams bounds the memory; the one not used for longest goes.
const maxStreams = 4096

// streamsKey is where they are saved, beside the offsets of fileconsumer.
const streamsKey = "streams"

func newStreams() *streams { return &streams{} }

// find gives the identity of the file whose lines from start to end were read.
func (s *streams) find(path string, first []byte, start, end int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := record.WithoutRotation(path)
	at := -1
	if start > 0 {
		at = s.standing(dir, start)
	}
	if at < 0 {
		return s.begin(dir, path, first, start, end)
	}
	x := s.list[at]
	x.End = end
	s.list = append(append(s.list[:at], s.list[at+1:]...), x)
	return x.ID
}

// standing finds the file whose reading stands at start, or not far before it.
func (s *streams) standing(dir string, start int64) int {
	best := -1
	for i, x := range s.list {
		if x.Dir != dir || x.End > start {
			continue
		}
		if best < 0 || x.End >= s.list[best].End {
			best = i
		}
	}
	return best
}

func (s *streams) begin(dir, path string, first []byte, start, end int64) string {
	if start > 0 {
		first = firstLine(path)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(first)
	id := strconv.FormatUint(h.Sum64(), 16)
	for i, x := range s.list {
		if x.ID == id { // read again from its beginning
			s.list = append(s.list[:i], s.list[i+1:]...)
			break
		}
	}
	s.list = append(s.list, &stream{ID: id, Dir: dir, End: end})
	if len(s.list) > maxStreams {
		s.list = s.list[1:]
	}
	return id
}

// firstLine reads the beginning of a file that is not read from its beginning.
func firstLine(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	line, _ := bufio.NewReaderSize(f, 4096).ReadSlice('\n')
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return append([]byte(nil), line...)
}

func (s *streams) save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.list)
}

func (s *streams) load(ctx context.Context, client storage.Client) error {
	data, err := client.Get(ctx, streamsKey)
	if err != nil || len(data) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Unmarshal(data, &s.list)
}
