package maillogreceiver

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
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
