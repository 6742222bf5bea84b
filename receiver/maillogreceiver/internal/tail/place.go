package tail

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Place is where a file's bytes lie, whatever it is called. Born is when the inode was made, in nanoseconds, 0 where the
// filesystem does not keep it: an inode is given to another file as soon as its own is deleted. A filesystem without inodes gives
// the zero Place.
type Place struct {
	Device uint64 `json:"dev,omitempty"`
	Inode  uint64 `json:"ino,omitempty"`
	Born   int64  `json:"born,omitempty"`
}

// Seen is a file as a look at it shows it.
type Seen struct {
	Path    string
	Mode    fs.FileMode
	Place   Place
	Size    int64
	Changed int64  // the last change of its content, in nanoseconds
	links   uint64 // names that it has; 0: it is deleted
}

// key finds a file by its place; where there are no inodes, by its name.
type key struct {
	device, inode uint64
	path          string
}

func (s *Seen) key() key { return keyOf(s.Place, s.Path) }

func keyOf(p Place, path string) key {
	if p.Inode == 0 {
		return key{path: path}
	}
	return key{device: p.Device, inode: p.Inode}
}

// mayBe says whether two inodes may be one: they were not made at different moments.
func (p Place) mayBe(q Place) bool { return p.Born == 0 || q.Born == 0 || p.Born == q.Born }

// ErrIrregular says that a name is not that of a file: nobody can read a pipe, a socket or a device from a place in it.
var ErrIrregular = errors.New("is no regular file")

// What names the kind of a file that is none.
func What(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeDir != 0:
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe (FIFO)"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// open opens what a look has shown, and gives what it is now. It never waits, as opening a pipe would, and gives no other file
// that has the name by now.
func open(s Seen) (*os.File, Seen, error) {
	f, err := openFile(s.Path)
	if err != nil {
		return nil, s, err
	}
	now, err := statFile(f)
	now.Path = s.Path
	if err == nil && !now.Mode.IsRegular() {
		err = fmt.Errorf("%s: %w", s.Path, ErrIrregular)
	}
	if err == nil && (now.key() != s.key() || !now.Place.mayBe(s.Place)) {
		err = fmt.Errorf("%s: %w", s.Path, errMoved)
	}
	if err != nil {
		_ = f.Close()
		return nil, s, err
	}
	return f, now, nil
}

// errMoved says that a name belongs to another file than a moment ago. The next look sees that one.
var errMoved = errors.New("was moved away")

// WasMoved says whether that kept a file from being read.
func WasMoved(err error) bool { return errors.Is(err, errMoved) || errors.Is(err, fs.ErrNotExist) }
