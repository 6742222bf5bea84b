package maillogreceiver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// folder is a directory of logs, the storage of a collector that reads them, and what came out.
type folder struct {
	t    *testing.T
	dir  string
	host *storageHost
	sink *sink
	r    *maillogReceiver
	glob string
	seen zapcore.Core
	told *observer.ObservedLogs // warnings of all its starts
	gaps int                    // that are to be told
	late atomic.Int64           // how far its clock is ahead
}

func newFolder(t *testing.T, glob string) *folder {
	f := &folder{t: t, dir: t.TempDir(), host: newStorage(t, t.TempDir()), sink: new(sink), glob: glob}
	t.Cleanup(f.wantGaps)
	return f
}

// wantGaps waits until what may be missing would have been told, and counts.
func (f *folder) wantGaps() {
	if f.told == nil {
		return
	}
	f.sink.set(nil)
	_ = f.r.Shutdown(context.Background())
	f.start()
	f.settle()
	f.late.Add(int64(time.Minute))
	f.settle()
	_ = f.r.Shutdown(context.Background())
	told := f.told.FilterMessageSnippet("lines may be missing")
	assert.Equal(f.t, f.gaps, told.Len(), "gaps that were told: %v", told.All())
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) write(name string, lines ...string) { f.t.Helper(); write(f.t, f.path(name), lines) }

func (f *folder) pack(name string, lines ...string) { f.t.Helper(); pack(f.t, f.path(name), lines) }

func (f *folder) rename(from, to string) {
	f.t.Helper()
	require.NoError(f.t, os.Rename(f.path(from), f.path(to)))
}

func (f *folder) remove(name string) { f.t.Helper(); require.NoError(f.t, os.Remove(f.path(name))) }

// copyOver copies a file over another, which keeps its inode.
func (f *folder) copyOver(from, to string) {
	f.t.Helper()
	data, err := os.ReadFile(f.path(from))
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(f.path(to), data, 0o600))
}

func (f *folder) truncate(name string) {
	f.t.Helper()
	require.NoError(f.t, os.Truncate(f.path(name), 0))
}

// gzip packs a file and removes it, as gzip does.
func (f *folder) gzip(name, to string) {
	f.t.Helper()
	data, err := os.ReadFile(f.path(name))
	require.NoError(f.t, err)
	pack(f.t, f.path(to), strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"))
	f.remove(name)
}

func (f *folder) start() {
	f.t.Helper()
	if f.seen == nil {
		f.seen, f.told = observer.New(zap.WarnLevel)
	}
	change := func(c *Config) { c.Storage, c.MaxBatchSize = &storageID, 30 }
	f.r = runAt(f.t, f.sink, f.host, f.path(f.glob), change, zap.New(f.seen), func() time.Time {
		return time.Now().Add(time.Duration(f.late.Load()))
	})
}

func (f *folder) stop() { f.t.Helper(); require.NoError(f.t, f.r.Shutdown(f.t.Context())) }

// settle waits until some polls have brought nothing more.
func (f *folder) settle() {
	f.t.Helper()
	polls := func() int { f.r.mu.Lock(); defer f.r.mu.Unlock(); return f.r.polls }
	last, since := -1, polls()
	require.Eventually(f.t, func() bool {
		if n := len(f.sink.lines()); n != last {
			last, since = n, polls()
		}
		return polls() > since+6
	}, 20*time.Second, 2*time.Millisecond)
}

// restart stops the collector, lets something happen, and starts it.
func (f *folder) restart(meanwhile func()) {
	f.t.Helper()
	f.settle()
	f.stop()
	meanwhile()
	f.start()
}

// want compares what came out with the lines that were written, each once.
func (f *folder) want(lines ...string) {
	f.t.Helper()
	f.settle()
	got := f.sink.texts()
	if !assert.Equal(f.t, slices.Sorted(slices.Values(lines)), slices.Sorted(slices.Values(got))) {
		return
	}
	// A place in a file is one line's.
	places := map[string]string{}
	for _, l := range f.sink.lines() {
		place := fmt.Sprint(l.file, " ", l.offset)
		assert.NotContains(f.t, places, place, "%q and %q", l.text, places[place])
		places[place] = l.text
	}
}

// accounting is what PowerMTA writes into every acct.csv first, and rows that carry no more than a recipient.
const accounting = "type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dlvSourceIp,dlvDestinationIp,vmta,jobId,envId,queue,vmtaPool"

func rows(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("d,,a@example.com,user%d@example.net,relayed,2.0.0,,192.0.2.1,198.51.100.2,mta1,,,,", i))
	}
	return list
}

func acct(from, to int) []string { return append([]string{accounting}, rows(from, to)...) }

// talk is a conversation without stamps: the same beginning, as long as it is, and an end of its own.
func talk(same, from, to int) (list []string) {
	list = append(list, "=== Trying 192.0.2.1:25...")
	for i := range same {
		list = append(list, fmt.Sprintf("<-  250-EXTENSION-%d", i))
	}
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf(" -> RCPT TO:<user%d@example.net>", i))
	}
	return list
}

func both(a, b []string) []string { return append(slices.Clone(a), b...) }

// Files that begin alike are told apart however one takes the other's place.
func TestFilesThatBeginAlikeAreAllRead(t *testing.T) {
	first, second := acct(0, 100), acct(100, 200)
	for name, replace := range map[string]func(*folder){
		"renamed within the globs":                         func(f *folder) { f.rename("acct.csv", "acct-2026-11-23.csv"); f.write("acct.csv", second...) },
		"renamed out of the globs":                         func(f *folder) { f.rename("acct.csv", "acct.csv.done"); f.write("acct.csv", second...) },
		"deleted and made anew, in the same inode perhaps": func(f *folder) { f.remove("acct.csv"); f.write("acct.csv", second...) },
		"emptied and written anew":                         func(f *folder) { f.truncate("acct.csv"); f.write("acct.csv", second...) },
		"overwritten by a longer one": func(f *folder) {
			f.truncate("acct.csv")
			f.write("acct.csv", both(second, rows(200, 300))...)
		},
	} {
		want := both(first, second)
		if strings.HasPrefix(name, "overwritten") {
			want = both(want, rows(200, 300))
		}
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, "*.csv")
			f.write("acct.csv", first...)
			f.start()
			f.settle()
			replace(f)
			f.want(want...)
		})
		t.Run(name+", while down", func(t *testing.T) {
			f := newFolder(t, "*.csv")
			if !strings.HasPrefix(name, "renamed") {
				f.gaps = 1
			}
			f.write("acct.csv", first...)
			f.start()
			f.restart(func() { replace(f) })
			f.want(want...)
			f.restart(func() {})
			f.want(want...)
		})
	}
}

func TestFileThatHoldsItsHeaderOnlyAndIsMadeAnewIsAnother(t *testing.T) {
	f := newFolder(t, "acct*.csv")
	f.write("acct.csv", accounting)
	f.start()
	f.settle()
	f.rename("acct.csv", "acct-1.csv")
	f.write("acct.csv", acct(0, 10)...)
	f.want(both([]string{accounting}, acct(0, 10))...)
	f.restart(func() { f.rename("acct.csv", "acct-2.csv"); f.write("acct.csv", acct(10, 20)...) })
	f.want(both(both([]string{accounting}, acct(0, 10)), acct(10, 20))...)
}

// Conversations that are the same for many kilobytes, in two files at the same time and one after the other.
func TestConversationsWithoutStampsAreAllRead(t *testing.T) {
	a, b, c := talk(2000, 0, 50), talk(2000, 50, 100), talk(2000, 100, 200)
	f := newFolder(t, "*.txt")
	f.gaps = 1
	f.write("a.txt", a...)
	f.write("b.txt", b...)
	f.start()
	f.want(both(a, b)...)
	f.restart(func() { f.remove("a.txt"); f.write("a.txt", c...) })
	f.want(both(both(a, b), c)...)
}

// The same conversation again, word for word, under the same name and under another, is another one.
func TestTheSameConversationAgainIsReadAgain(t *testing.T) {
	a := talk(3, 0, 5)
	f := newFolder(t, "*.txt")
	f.write("a.txt", a...)
	f.start()
	f.want(a...)
	f.write("b.txt", a...)
	f.settle()
	f.remove("a.txt")
	f.write("a.txt", both(a, []string{"QUIT"})...)
	f.want(slices.Concat(a, a, a, []string{"QUIT"})...)
}

// What is copied, packed, moved away and back, linked or put back from a copy is not read twice, and what was written to it
// meanwhile is not lost.
func TestWhatIsOneFileUnderManyNamesIsReadOnce(t *testing.T) {
	for name, steps := range map[string][]func(*folder){
		"rotated, then packed": {
			func(f *folder) { f.rename("mail.log", "mail.log.1"); f.write("mail.log", numbered(100, 150)...) },
			func(f *folder) { f.gzip("mail.log.1", "mail.log.2.gz"); f.write("mail.log", numbered(150, 200)...) },
			func(f *folder) { f.rename("mail.log.2.gz", "mail.log.3.gz") },
		},
		"packed beside it, then removed": {
			func(f *folder) { f.rename("mail.log", "mail.log.1"); f.write("mail.log", numbered(100, 200)...) },
			func(f *folder) { f.pack("mail.log.1.gz", numbered(0, 100)...) },
			func(f *folder) { f.remove("mail.log.1") },
		},
		"copied and truncated": {
			func(f *folder) { f.copyOver("mail.log", "mail.log.1") },
			func(f *folder) { f.truncate("mail.log"); f.write("mail.log", numbered(100, 150)...) },
			func(f *folder) {
				f.rename("mail.log.1", "mail.log.2")
				f.copyOver("mail.log", "mail.log.1")
				f.truncate("mail.log")
				f.write("mail.log", numbered(150, 200)...)
			},
		},
		"copied over the older copies": {
			func(f *folder) { f.copyOver("mail.log", "mail.log.1"); f.copyOver("mail.log", "mail.log.2") },
			func(f *folder) { f.truncate("mail.log"); f.write("mail.log", numbered(100, 200)...) },
			func(f *folder) { f.copyOver("mail.log.1", "mail.log.2"); f.copyOver("mail.log", "mail.log.1") },
		},
		"moved away and back": {
			func(f *folder) { f.rename("mail.log", "away") },
			func(f *folder) { f.write("away", numbered(100, 150)...) },
			func(f *folder) { f.rename("away", "mail.log"); f.write("mail.log", numbered(150, 200)...) },
		},
		"replaced by a longer copy, as rsync does": {
			func(f *folder) { f.copyOver("mail.log", ".mail.log.x"); f.write(".mail.log.x", numbered(100, 150)...) },
			func(f *folder) { f.rename(".mail.log.x", "mail.log"); f.write("mail.log", numbered(150, 200)...) },
		},
		"linked": {
			func(f *folder) { require.NoError(f.t, os.Link(f.path("mail.log"), f.path("mail.log.1"))) },
			func(f *folder) { require.NoError(f.t, os.Symlink(f.path("mail.log"), f.path("mail.log.current"))) },
			func(f *folder) { f.write("mail.log", numbered(100, 200)...) },
		},
		"unpacked again": {
			func(f *folder) { f.gzip("mail.log", "mail.log.1.gz"); f.write("mail.log", numbered(100, 200)...) },
			func(f *folder) { f.write("mail.log.1", numbered(0, 100)...) },
			func(f *folder) { f.remove("mail.log.1.gz") },
		},
		"packed into another folder": {
			func(f *folder) { require.NoError(f.t, os.Mkdir(f.path("mail.log.old"), 0o700)) },
			func(f *folder) {
				f.gzip("mail.log", "mail.log.old/mail.log-20261123.gz")
				f.write("mail.log", numbered(100, 200)...)
			},
		},
	} {
		glob := "mail.log*"
		if strings.Contains(name, "folder") {
			glob = "mail.log*{,/*}"
		}
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, glob)
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			for _, step := range steps {
				f.settle()
				step(f)
			}
			f.want(numbered(0, 200)...)
			f.restart(func() {})
			f.want(numbered(0, 200)...)
		})
		t.Run(name+", step by step while down", func(t *testing.T) {
			f := newFolder(t, glob)
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			for _, step := range steps {
				f.restart(func() { step(f) })
			}
			f.want(numbered(0, 200)...)
		})
		t.Run(name+", all while down", func(t *testing.T) {
			f := newFolder(t, glob)
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.restart(func() {
				for _, step := range steps {
					step(f)
				}
			})
			f.want(numbered(0, 200)...)
		})
	}
}

// What was truncated and is put back from a copy, in its place, is not read twice.
func TestLogThatIsPutBackInItsPlaceIsReadOnce(t *testing.T) {
	f := newFolder(t, "mail.log")
	f.write("mail.log", numbered(0, 100)...)
	f.copyOver("mail.log", "backup")
	f.start()
	f.settle()
	f.truncate("mail.log")
	f.write("mail.log", numbered(100, 110)...)
	f.settle()
	f.copyOver("backup", "mail.log")
	f.write("mail.log", numbered(110, 120)...)
	f.want(numbered(0, 120)...)
}
