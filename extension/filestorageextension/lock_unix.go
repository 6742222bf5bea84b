//go:build unix && !solaris && !aix

package filestorageextension

import (
	"os"
	"syscall"
)

// lock takes the lock that bbolt takes; it is given back when the file is closed. False: somebody has it.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
