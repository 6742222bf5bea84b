//go:build unix

package tail

import (
	"io/fs"
	"os"
	"syscall"
)

// openFile opens a file for reading. It does not wait for the other end of a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// lookUnix is Look by stat(2), which does not know when an inode was made.
func lookUnix(path string) (Seen, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Seen{}, err
	}
	return seenUnix(path, info), nil
}

func statUnix(f *os.File) (Seen, error) {
	info, err := f.Stat()
	if err != nil {
		return Seen{}, err
	}
	return seenUnix(f.Name(), info), nil
}

func seenUnix(path string, info fs.FileInfo) Seen {
	s := Seen{Path: path, Mode: info.Mode().Type(), Size: info.Size(), Changed: info.ModTime().UnixNano(), links: 1}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Place = Place{Device: uint64(st.Dev), Inode: st.Ino} //nolint:unconvert // the types differ from system to system
		s.links = uint64(st.Nlink)                             //nolint:unconvert // so here
	}
	return s
}
