package tail

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// Known is the files that are known. Look is to be called by one goroutine, and not while files that it gave are read; Save by any.
type Known struct {
	options  Options
	restored bool // its state was saved before
	looks    int
	looked   time.Time     // when the last of them was
	turns    int           // that were given
	changes  atomic.Uint64 // of what is saved

	mu     sync.Mutex // of the list
	files  []*File    // those not seen for longest first
	places map[key]*File
	copies map[key]*replica
	lost   map[string]*loss // by the paths of streams

	troubles map[string]string // of this look, by path
}

// Options are how files are looked at.
type Options struct {
	AtEnd    bool                   // what is there at the first look is not read, when nothing was known before
	Packed   bool                   // packed files are read
	Shown    func(path string) bool // what the globs show, when it is there
	Excluded func(path string) bool // what is not read, though it lies beside a file that is
	Now      func() time.Time
	Gap      func(Gap)                   // is told when the file that a log was read from last is nowhere, and the log goes on
	Debug    func(what, path, id string) // is told what was decided, by path and the identity of the known file
}

// replica is a file that is another's copy, and is not read: what it holds was handed on, or will be from the original.
type replica struct {
	original *File
	place    Place
	size     int64
	changed  int64
	end      Mark // behind all that it held when it was compared
	there    int
}

const (
	// maxFiles bounds the files that are remembered beside those that are there.
	maxFiles = 4096
	// maxOpen bounds the files that are kept open.
	maxOpen = 512
	// farewell is how long a file that has left the globs is read on: a writer keeps its file until it is told of the rotation.
	farewell = time.Minute
	// young is how long a file that is not whole may still be in the making.
	young = 5 * time.Second
)

// NewKnown knows nothing yet.
func NewKnown(o Options) *Known {
	return &Known{options: o, places: make(map[key]*File), copies: make(map[key]*replica), lost: make(map[string]*loss)}
}

// begin makes the file that nobody has seen before.
func (k *Known) begin(n *newcomer, m Mark) *File {
	f := &File{Dir: n.dir, mark: m, base: n.base(), ordinal: 1, begun: k.looks, changes: &k.changes}
	for _, known := range k.files {
		if known.base == f.base {
			f.ordinal = max(f.ordinal, known.ordinal+1)
		}
	}
	f.ID = identity(f.base, f.ordinal)
	k.mu.Lock()
	k.files = append(k.files, f)
	k.mu.Unlock()
	k.settle(f, n)
	k.options.Debug("a new file", n.Path, f.ID)
	return f
}

// identity is the same when a file is begun anew after a crash: it is made from where the file lies and from its first line; for a
// file that lies where one lay that began alike, also from the how-manieth it is.
func identity(base uint64, ordinal int) string {
	if ordinal > 1 {
		base = xxhash.Sum64String(strconv.FormatUint(base, 16) + "." + strconv.Itoa(ordinal))
	}
	return strconv.FormatUint(base, 16)
}

func (n *newcomer) base() uint64 {
	d := xxhash.New()
	for _, v := range [...]uint64{n.Place.Inode, uint64(n.Place.Born)} {
		_, _ = d.WriteString(strconv.FormatUint(v, 16) + ".")
	}
	if n.Place.Inode == 0 {
		_, _ = d.WriteString(n.dir + ".")
	}
	_, _ = d.Write(n.firstLine())
	return d.Sum64()
}

// drop forgets a file of which nothing was handed on.
func (k *Known) drop(f *File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.files = slices.DeleteFunc(k.files, func(g *File) bool { return g == f })
}

// settle says that f lies where the newcomer does.
func (k *Known) settle(f *File, n *newcomer) {
	k.leave(f)
	delete(k.copies, n.key())
	f.Dir, f.Path, f.Kind, f.place = n.dir, n.Path, n.kind, n.Place
	f.size, f.changed, f.grew = n.Size, n.Changed, k.options.Now()
	f.there, f.placed, f.verified, f.left, f.deleted, f.beside, f.head = k.looks, true, true, false, false, false, imprintOf(n.head)
	if f.Kind != packed.Plain && !f.skipped {
		f.size = -1 // not read to its end yet
	} else if f.Kind == packed.Plain && keepsOpen {
		f.file, n.file = n.file, nil
	}
	k.places[n.key()] = f
	k.changes.Add(1)
}

// leave says that f does not lie any more where it did.
func (k *Known) leave(f *File) {
	f.close()
	if at := keyOf(f.place, f.Path); k.places[at] == f {
		delete(k.places, at)
	}
	f.place, f.placed, f.left, f.verified = Place{}, false, false, false
	k.changes.Add(1)
}

// isAlive says whether the file itself is still there.
func (k *Known) isAlive(f *File) bool { return f.there == k.looks && f.placed || f.left }

// forget bounds the memory. What was not seen for longest goes.
func (k *Known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.files) > maxFiles {
		slices.SortStableFunc(k.files, func(a, b *File) int { return a.there - b.there })
		gone := 0
		for gone < len(k.files) && !k.isAlive(k.files[gone]) {
			gone++
		}
		for ; gone > maxFiles; gone-- {
			k.leave(k.files[0])
			k.files = k.files[1:]
		}
	}
	for at, c := range k.copies {
		if c.there < k.looks && len(k.copies) > maxFiles {
			delete(k.copies, at)
		}
	}
	open := 0
	for _, f := range slices.Backward(k.files) {
		if f.file != nil {
			if open++; open > maxOpen {
				f.close()
				f.left = false
			}
		}
	}
}

// Close closes all files.
func (k *Known) Close() {
	for _, f := range k.files {
		f.close()
	}
}

// trouble notes what keeps a file from being read. It is false when the file has only been moved since it was seen.
func (k *Known) trouble(path string, err error) bool {
	if WasMoved(err) {
		return false
	}
	var of *fs.PathError // the path stands in front already
	if errors.As(err, &of) {
		err = fmt.Errorf("cannot be read: %w", of.Err)
	}
	k.troubles[path] = err.Error()
	return true
}

// dirOf is the stream that a path belongs to.
func dirOf(path string) string { return record.WithoutRotation(path) }

// lineStart is where a file's last line begins that has no end yet, or the file's end when there is none or nobody writes it any more.
func lineStart(f io.ReaderAt, s *Seen, now time.Time) int64 {
	if !isRecent(s.Changed, now) {
		return s.Size
	}
	buf := make([]byte, 64<<10)
	for at := s.Size; at > 0; {
		n := min(int64(len(buf)), at)
		at -= n
		if got, _ := f.ReadAt(buf[:n], at); int64(got) < n {
			return s.Size // it became shorter
		}
		for i := n - 1; i >= 0; i-- {
			if buf[i] == '\n' {
				return at + i + 1
			}
		}
	}
	return 0
}
