package maillogreceiver

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// turn rotates a log as logrotate does with compress and delaycompress: by renaming it, or by copying and truncating it.
func (f *folder) turn(copies bool) {
	f.t.Helper()
	for i := 60; i > 1; i-- {
		_ = os.Rename(f.path(fmt.Sprintf("mail.log.%d.gz", i)), f.path(fmt.Sprintf("mail.log.%d.gz", i+1)))
	}
	if _, err := os.Stat(f.path("mail.log.1")); err == nil {
		f.gzip("mail.log.1", "mail.log.2.gz")
	}
	if copies {
		f.copyOver("mail.log", "mail.log.1")
		f.truncate("mail.log")
	} else {
		f.rename("mail.log", "mail.log.1")
	}
}

// Rotations at random, while it runs and while it is stopped, with globs that show what was rotated, and one that does not: each line comes once.
func TestRotationsAtRandomGiveEachLineOnce(t *testing.T) {
	for seed := range uint64(8) {
		glob := []string{"mail.log*", "mail.log"}[seed%2]
		t.Run(fmt.Sprint(glob, " ", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			f := newFolder(t, glob)
			n := 0
			more := func() {
				k := 1 + rnd.IntN(200)
				f.write("mail.log", numbered(n, n+k)...)
				n += k
			}
			more()
			f.start()
			f.settle() // what is missing is looked for behind what was read
			running := true
			for round := range 30 {
				more()
				switch rnd.IntN(4) {
				case 0, 1:
					time.Sleep(time.Duration(rnd.IntN(30)) * time.Millisecond)
				case 2:
					f.stop()
					running = false
				}
				more()
				f.turn(round%3 == 2)
				more()
				if !running {
					f.start()
					running = true
				}
			}
			waitFor(t, f.sink, n) // a file that is being packed is waited for
			f.settle()
			seen := map[string]line{}
			var twice []string
			for _, l := range f.sink.lines() {
				if first, ok := seen[l.text]; ok && len(twice) < 5 {
					twice = append(twice, fmt.Sprintf("%v and %v", first, l))
				}
				seen[l.text] = l
			}
			require.Empty(t, twice, strings.Join(twice, "\n"))
			var lost []string
			for _, l := range numbered(0, n) {
				if _, ok := seen[l]; !ok && len(lost) < 5 {
					lost = append(lost, l)
				}
			}
			require.Empty(t, lost)
			for _, l := range numbered(0, n) {
				delete(seen, l)
			}
			require.Empty(t, seen, "lines that nobody wrote")
		})
	}
}
