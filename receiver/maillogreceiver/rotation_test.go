package maillogreceiver

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// The globs name one file, as they do by default: what was written to it before a rotation is read, wherever that has put it.
func TestFileThatWasRotatedOutOfTheGlobsIsReadToItsEnd(t *testing.T) {
	rename := func(f *folder) { f.rename("mail.log", "mail.log.1"); f.write("mail.log", numbered(150, 200)...) }
	for name, rotate := range map[string]func(*folder){
		"renamed": rename,
		"renamed twice": func(f *folder) {
			f.rename("mail.log", "mail.log-20261122")
			f.write("mail.log", numbered(150, 200)...)
			f.rename("mail.log-20261122", "mail.log-20261123")
		},
		"packed": func(f *folder) { rename(f); f.gzip("mail.log.1", "mail.log.1.gz") },
		"copied": func(f *folder) {
			f.copyOver("mail.log", "mail.log.1")
			f.truncate("mail.log")
			f.write("mail.log", numbered(150, 200)...)
		},
		"moved back": func(f *folder) {
			f.copyOver("mail.log", "x")
			f.remove("mail.log")
			f.rename("x", "mail.log")
			f.write("mail.log", numbered(150, 200)...)
		},
	} {
		t.Run(name+" while down", func(t *testing.T) {
			f := newFolder(t, "mail.log")
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.restart(func() { f.write("mail.log", numbered(100, 150)...); rotate(f) })
			f.want(numbered(0, 200)...)
			f.restart(func() {})
			f.want(numbered(0, 200)...)
		})
	}
}

// A writer keeps the file that it has until it is told of the rotation.
func TestWhatIsWrittenBehindARotationIsRead(t *testing.T) {
	f := newFolder(t, "mail.log")
	f.write("mail.log", numbered(0, 100)...)
	f.start()
	f.settle()
	f.rename("mail.log", "mail.log.1")
	f.settle()
	f.write("mail.log.1", numbered(100, 150)...)
	f.settle()
	f.write("mail.log", numbered(200, 250)...)
	f.write("mail.log.1", numbered(150, 200)...)
	f.want(numbered(0, 250)...)
}

// logrotate copies a large file for a while before it truncates it.
func TestCopyInTheMakingIsNotRead(t *testing.T) {
	f := newFolder(t, "mail.log*")
	f.write("mail.log", numbered(0, 1000)...)
	f.start()
	f.settle()
	data, err := os.ReadFile(f.path("mail.log"))
	require.NoError(t, err)
	for _, part := range []int{1, 100, 5000, 50_000, len(data)} {
		require.NoError(t, os.WriteFile(f.path("mail.log.1"), data[:part], 0o600))
		f.settle()
	}
	f.truncate("mail.log")
	f.write("mail.log", numbered(1000, 1100)...)
	f.want(numbered(0, 1100)...)
}

// What was written between the last poll and the copy stands in the copy alone.
func TestWhatStandsInTheCopyAloneIsReadFromIt(t *testing.T) {
	for name, more := range map[string]int{"less than it had": 20, "more than it had": 500} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, "mail.log*")
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.restart(func() {
				f.write("mail.log", numbered(100, 200)...)
				f.copyOver("mail.log", "mail.log.1")
				f.truncate("mail.log")
				f.write("mail.log", numbered(200, 200+more)...)
			})
			f.want(numbered(0, 200+more)...)
			inOrder(t, numbered(0, 200+more), f.sink.texts())
		})
	}
}

// The copy lacks what was written while it was made; that was read from the file itself.
func TestCopyThatLacksTheLastLinesIsNotReadAgain(t *testing.T) {
	f := newFolder(t, "mail.log*")
	f.write("mail.log", numbered(0, 100)...)
	f.start()
	f.settle()
	f.copyOver("mail.log", "mail.log.1")
	f.settle()
	f.write("mail.log", numbered(100, 110)...)
	f.settle()
	f.truncate("mail.log")
	f.write("mail.log", numbered(110, 200)...)
	f.want(numbered(0, 200)...)
	f.restart(func() { f.gzip("mail.log.1", "mail.log.2.gz") })
	f.want(numbered(0, 200)...)
}

// The globs name one file: one that was begun and rotated away while nobody read was never seen under that name, and none of its lines may be missing.
func TestFilesThatCameAndWentWhileNobodyReadAreRead(t *testing.T) {
	for name, rotate := range map[string]func(*folder){
		"renamed": func(f *folder) {
			for day := range 3 {
				f.shift(day)
				f.rename("mail.log", "mail.log.1")
				f.write("mail.log", numbered(150+20*day, 170+20*day)...)
			}
		},
		"renamed and packed": func(f *folder) {
			for day := range 3 {
				f.shift(day)
				f.rename("mail.log", "mail.log.1")
				if day > 0 {
					f.gzip("mail.log.2", "mail.log.2.gz")
				}
				f.write("mail.log", numbered(150+20*day, 170+20*day)...)
			}
		},
		"by date": func(f *folder) {
			for day := range 3 {
				f.rename("mail.log", fmt.Sprintf("mail.log-2026112%d", day))
				f.write("mail.log", numbered(150+20*day, 170+20*day)...)
			}
		},
		"copied": func(f *folder) {
			for day := range 3 {
				f.shift(day)
				f.copyOver("mail.log", "mail.log.1")
				f.truncate("mail.log")
				f.write("mail.log", numbered(150+20*day, 170+20*day)...)
			}
		},
		"copied, then renamed": func(f *folder) {
			f.copyOver("mail.log", "mail.log.2")
			f.truncate("mail.log")
			f.write("mail.log", numbered(150, 170)...)
			f.rename("mail.log", "mail.log.1")
			f.write("mail.log", numbered(170, 210)...)
		},
	} {
		t.Run(name+" while down", func(t *testing.T) {
			f := newFolder(t, "mail.log")
			f.write("mail.log.7", numbered(900, 950)...) // from before the first start: nobody asked for it
			f.write("mail.log-20261101", numbered(950, 990)...)
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.restart(func() { f.write("mail.log", numbered(100, 150)...); rotate(f) })
			f.want(numbered(0, 210)...)
			inOrder(t, numbered(0, 210), f.sink.texts())
			f.restart(func() {})
			f.want(numbered(0, 210)...)
		})
		t.Run(name+" while a batch was refused", func(t *testing.T) {
			f := newFolder(t, "mail.log")
			f.write("mail.log.7", numbered(900, 950)...)
			f.write("mail.log-20261101", numbered(950, 990)...)
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.settle()
			refused := make(chan struct{})
			var once sync.Once
			f.sink.set(func(plog.Logs) error { once.Do(func() { close(refused) }); return errors.New("the backend is down") })
			f.write("mail.log", numbered(100, 150)...)
			<-refused
			rotate(f)
			f.sink.set(nil)
			f.want(numbered(0, 210)...)
			f.restart(func() {})
			f.want(numbered(0, 210)...)
		})
	}
}

// shift makes room for mail.log.1, as logrotate does; day says how many there are.
func (f *folder) shift(day int) {
	f.t.Helper()
	for i := day; i > 0; i-- {
		for _, end := range []string{"", ".gz"} {
			if _, err := os.Stat(f.path(fmt.Sprintf("mail.log.%d%s", i, end))); err == nil {
				f.rename(fmt.Sprintf("mail.log.%d%s", i, end), fmt.Sprintf("mail.log.%d%s", i+1, end))
			}
		}
	}
}

// While a batch is refused nobody looks at the files, which are rotated and packed again and again, also over a kill: what was written first is read first.
func TestBacklogOfManyRotationsIsReadInItsOrder(t *testing.T) {
	f := newFolder(t, "mail.log")
	f.write("mail.log", numbered(0, 50)...)
	f.start()
	f.settle()
	n := 50
	refused := make(chan struct{}, 1)
	f.sink.set(func(plog.Logs) error {
		select {
		case refused <- struct{}{}:
		default:
		}
		return errors.New("the backend is down")
	})
	rotate := func() {
		f.write("mail.log", numbered(n, n+40)...)
		n += 40
		<-refused
		f.turn(false)
	}
	for range 4 {
		rotate()
	}
	f.stop()
	select { // what was refused before the stop says nothing of what the next start has looked at
	case <-refused:
	default:
	}
	f.start()
	for range 4 {
		rotate()
	}
	// It gets one batch through, looks at the files, and waits again.
	for range 3 {
		var once sync.Once
		f.sink.set(func(plog.Logs) (err error) {
			err = errors.New("the backend is down again")
			once.Do(func() { err = nil })
			if err != nil {
				select {
				case refused <- struct{}{}:
				default:
				}
			}
			return err
		})
		<-refused
		rotate()
	}
	f.sink.set(nil)
	waitFor(t, f.sink, n)
	f.want(numbered(0, n)...)
	inOrder(t, numbered(0, n), f.sink.texts())
}
