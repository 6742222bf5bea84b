package footprint

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// releasePages gives back the pages of the program that are resident: the start of some eighty components has touched most of them, the work that
// follows needs a fifth. They are read-only, and the kernel has the file: what is needed again comes again, for a page fault.
func releasePages() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = maps.Close() }()
	for _, m := range unchanged(bufio.NewScanner(maps), self) {
		// An error leaves them resident, as they were.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// unchanged are the mappings of a file that can't be written and hold nothing but what stands in the file (proc(5), smaps): a relocated or patched page would
// not come back.
func unchanged(smaps *bufio.Scanner, file string) (list []mapping) {
	var now *mapping
	for smaps.Scan() {
		fields := strings.Fields(smaps.Text())
		switch {
		case len(fields) == 6 && strings.Contains(fields[0], "-"):
			now = nil
			if m, ok := addresses(fields[0]); ok && fields[5] == file && !strings.Contains(fields[1], "w") {
				now = &m
			}
		case len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0" && now != nil:
			list = append(list, *now)
		}
	}
	return list
}

// addresses reads `00400000-0360b000`.
func addresses(s string) (m mapping, ok bool) {
	from, to, _ := strings.Cut(s, "-")
	a, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
	b, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
	return mapping{from: uintptr(a), to: uintptr(b)}, err1 == nil && err2 == nil && a < b
}
