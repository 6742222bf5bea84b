package tail

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// keepsOpen says whether files stay open between two looks: they are read on when they are renamed or deleted.
const keepsOpen = true

const statMask = unix.STATX_TYPE | unix.STATX_NLINK | unix.STATX_INO | unix.STATX_SIZE | unix.STATX_MTIME | unix.STATX_BTIME

// Look is one look at a name, through symbolic links.
func Look(path string) (Seen, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_STATX_SYNC_AS_STAT, statMask, &st); errors.Is(err, unix.ENOSYS) {
		return lookUnix(path)
	} else if err != nil {
		return Seen{}, &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	return seen(path, &st), nil
}

func statFile(f *os.File) (Seen, error) {
	var st unix.Statx_t
	if err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_STATX_SYNC_AS_STAT, statMask, &st); errors.Is(err, unix.ENOSYS) {
		return statUnix(f)
	} else if err != nil {
		return Seen{}, &fs.PathError{Op: "statx", Path: f.Name(), Err: err}
	}
	return seen(f.Name(), &st), nil
}

func seen(path string, st *unix.Statx_t) Seen {
	s := Seen{
		Path: path, Mode: modeOf(uint32(st.Mode)), Size: int64(st.Size), Changed: nanoseconds(st.Mtime), links: uint64(st.Nlink),
		Place: Place{Device: unix.Mkdev(st.Dev_major, st.Dev_minor), Inode: st.Ino},
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		s.Place.Born = nanoseconds(st.Btime)
	}
	return s
}

func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1e9 + int64(t.Nsec) }

// modeOf is the type of a file, as inode(7) has it.
func modeOf(mode uint32) fs.FileMode {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFBLK, unix.S_IFCHR:
		return fs.ModeDevice
	}
	return fs.ModeIrregular
}
