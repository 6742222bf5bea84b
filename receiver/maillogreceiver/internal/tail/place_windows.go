package tail

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// keepsOpen is false: an open file is in the way of a rotation there.
const keepsOpen = false

// openFile opens a file for reading, and lets others rename and delete it meanwhile.
func openFile(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// Look is one look at a name. Only an open file tells where it lies.
func Look(path string) (Seen, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		if err == nil {
			return Seen{Path: path, Mode: info.Mode().Type()}, nil
		}
		return Seen{}, err
	}
	f, err := openFile(path)
	if err != nil {
		return Seen{}, err
	}
	defer func() { _ = f.Close() }()
	return statFile(f)
}

func statFile(f *os.File) (Seen, error) {
	info, err := f.Stat()
	if err != nil {
		return Seen{}, err
	}
	s := Seen{Path: f.Name(), Mode: info.Mode().Type(), Size: info.Size(), Changed: info.ModTime().UnixNano(), links: 1}
	var by windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &by) == nil {
		s.links = uint64(by.NumberOfLinks)
		s.Place = Place{
			Device: uint64(by.VolumeSerialNumber), Inode: uint64(by.FileIndexHigh)<<32 | uint64(by.FileIndexLow),
			Born: by.CreationTime.Nanoseconds(),
		}
	}
	return s, nil
}
