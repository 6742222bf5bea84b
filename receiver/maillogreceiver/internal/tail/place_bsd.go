//go:build unix && !linux

package tail

import "os"

// keepsOpen says whether files stay open between two looks: they are read on when they are renamed or deleted.
const keepsOpen = true

// Look is one look at a name, through symbolic links.
func Look(path string) (Seen, error) { return lookUnix(path) }

func statFile(f *os.File) (Seen, error) { return statUnix(f) }
