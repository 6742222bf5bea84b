package footprint

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// releasePages gives back the pages of files that are resident: the start of some eighty components has touched most of the program, and the work that
// follows needs a fifth; of a storage that was large once most is free. They are read-only, and the kernel has the files: what is needed again comes again, for
// a page fault.
func releasePages() {
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = maps.Close() }()
	for _, m := range unchanged(bufio.NewScanner(maps)) {
		// An error leaves them resident, as they were.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// unchanged are the mappings of files that can't be written and hold nothing but what stands in the file (proc(5), smaps): a relocated or patched page would
// not come back, nor one that was swapped out since. Where the kernel doesn't say so of both, it is none.
func unchanged(smaps *bufio.Scanner) (list []mapping) {
	var now mapping
	candidate, noneResident, noneSwapped := false, false, false // of now, and of its own pages
	for smaps.Scan() {
		first, rest, _ := strings.Cut(smaps.Text(), " ")
		m, begins := addresses(first)
		switch {
		case begins:
			now, candidate, noneResident, noneSwapped = m, isReadOnly(rest), false, false
			continue
		case first == "Anonymous:":
			noneResident = strings.TrimSpace(rest) == "0 kB"
		case first == "Swap:":
			noneSwapped = strings.TrimSpace(rest) == "0 kB"
		default:
			continue
		}
		if candidate && noneResident && noneSwapped {
			list = append(list, now)
			candidate = false
		}
	}
	return list
}

// isReadOnly reads what stands behind the addresses, `r-xp 00000000 fe:00 10420371   /usr/bin/otelcol-smtp`: whether it is a file's, and nobody writes there. What has no
// path, or one in brackets, is no file's.
func isReadOnly(s string) bool {
	rights, s, _ := strings.Cut(s, " ")
	for range 3 { // offset, device, inode
		_, s, _ = strings.Cut(s, " ")
	}
	return strings.HasPrefix(strings.TrimLeft(s, " "), "/") && !strings.Contains(rights, "w")
}

// addresses reads `00400000-0360b000`.
func addresses(s string) (m mapping, ok bool) {
	from, to, _ := strings.Cut(s, "-")
	a, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
	b, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
	return mapping{from: uintptr(a), to: uintptr(b)}, err1 == nil && err2 == nil && a < b
}
