package footprint

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestUnchanged(t *testing.T) {
	const own = "fe:00 10420371                           /usr/bin/otelcol-smtp\n"
	const clean = "Rss:               31764 kB\nAnonymous:             0 kB\nSwap:                  0 kB\nVmFlags: rd ex mr mw me\n"
	const text, patched = "00400000-0360b000 r-xp 00000000 " + own, "Anonymous:             8 kB\nSwap:                  0 kB\n"
	one := []mapping{{0x400000, 0x360b000}}
	for name, c := range map[string]struct {
		smaps string
		want  []mapping
	}{
		"unchanged":                {text + clean, one},
		"patched":                  {text + patched, nil},
		"patched, and swapped out": {text + "Anonymous:             0 kB\nSwap:                  4 kB\n", nil},
		"not said":                 {text + "Rss:               31764 kB\nAnonymous:             0 kB\nVmFlags: rd ex mr mw me\n", nil},
		"writable":                 {"06d67000-06f8c000 rw-p 06967000 " + own + clean, nil},
		"a storage's": {
			"7f0000000000-7f0000001000 r--s 00000000 fe:00 99                         /var/lib/a b (deleted)\n" + clean, []mapping{{0x7f0000000000, 0x7f0000001000}},
		},
		"the kernel's":             {"7ffd6b9e9000-7ffd6ba0a000 r--p 00000000 00:00 0                          [vvar]\n" + clean, nil},
		"nobody's":                 {"7ffd6b9e9000-7ffd6ba0a000 r--p 00000000 00:00 0 \n" + clean, nil},
		"no addresses":             {"zz-1 r--p 00000000 " + own + clean, nil},
		"patched in front of none": {text + patched + "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n" + clean, nil},
		"patched in front of any's": {
			text + patched + "7f0000000000-7f0000001000 r--p 00000000 fe:00 99                         /opt/a b\n" + clean, []mapping{{0x7f0000000000, 0x7f0000001000}},
		},
		"in front of others": {
			text + clean + "7ffd6b9e9000-7ffd6ba0a000 rw-p 00000000 00:00 0                          [stack]\n" + clean + "0360b000-06d67000 r--p 0320b000 " + own + clean,
			append(one, mapping{0x360b000, 0x6d67000}),
		},
	} {
		if got := unchanged(bufio.NewScanner(strings.NewReader(c.smaps))); !slices.Equal(got, c.want) {
			t.Errorf("%s: %x, want %x", name, got, c.want)
		}
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
