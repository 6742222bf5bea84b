package footprint

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestUnchanged(t *testing.T) {
	const smaps = `00400000-0360b000 r-xp 00000000 fe:00 10420371                           /usr/bin/otelcol-smtp
Size:              52268 kB
Rss:               31764 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
0360b000-06d67000 r--p 0320b000 fe:00 10420371                           /usr/bin/otelcol-smtp
Anonymous:             8 kB
06d67000-06f8c000 rw-p 06967000 fe:00 10420371                           /usr/bin/otelcol-smtp
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 fe:00 99                         /usr/lib/locale/locale-archive
Anonymous:             0 kB
7ffd6b9e9000-7ffd6ba0a000 rw-p 00000000 00:00 0                          [stack]
Anonymous:             0 kB
zz-1 r--p 00000000 fe:00 10420371                           /usr/bin/otelcol-smtp
Anonymous:             0 kB
`
	got := unchanged(bufio.NewScanner(strings.NewReader(smaps)), "/usr/bin/otelcol-smtp")
	if len(got) != 1 || got[0] != (mapping{0x400000, 0x360b000}) {
		t.Errorf("%x, want only the first: it has no page of its own, and can't be written", got)
	}
}

// The test's own program goes on after its pages went, and fewer of them are resident.
func TestReleasePages(t *testing.T) {
	before := residentFile(t)
	releasePages()
	if after := residentFile(t); after >= before {
		t.Errorf("%d KiB of files resident, %d before", after, before)
	}
}

func residentFile(t *testing.T) int {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "RssFile:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
