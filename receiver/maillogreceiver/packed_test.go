package maillogreceiver

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPackedFilesThatNobodyHasSeenAreReadOnce(t *testing.T) {
	f := newFolder(t, "mail.log*")
	f.pack("mail.log.3.gz", numbered(0, 500)...)
	f.pack("mail.log.2.gz", numbered(500, 1000)...)
	f.write("mail.log.1", numbered(1000, 1100)...)
	f.write("mail.log", numbered(1100, 1200)...)
	f.start()
	f.settle()
	inOrder(t, numbered(0, 1200), f.sink.texts())
	f.restart(func() {
		f.rename("mail.log.3.gz", "mail.log.4.gz")
		f.rename("mail.log.2.gz", "mail.log.3.gz")
		f.gzip("mail.log.1", "mail.log.2.gz")
		f.copyOver("mail.log.4.gz", "mail.log.5.gz") // by a copy: in another inode
		f.remove("mail.log.4.gz")
	})
	f.want(numbered(0, 1200)...)
}

func TestPackedFilesOfBeforeTheStartAreNotReadWithStartAtEnd(t *testing.T) {
	f := newFolder(t, "mail.log*")
	f.pack("mail.log.2.gz", numbered(0, 500)...)
	f.write("mail.log.1", numbered(500, 600)...)
	f.write("mail.log", numbered(600, 700)...)
	atEnd := func(c *Config) { c.Storage, c.StartAt = &storageID, "end" }
	f.r = run(t, f.sink, f.host, f.path(f.glob), atEnd)
	f.settle()
	f.write("mail.log", numbered(700, 800)...)
	f.want(numbered(700, 800)...)
	f.stop()
	f.rename("mail.log.2.gz", "mail.log.3.gz")
	f.gzip("mail.log.1", "mail.log.2.gz")
	f.rename("mail.log", "mail.log.1")
	f.write("mail.log", numbered(800, 900)...)
	f.r = run(t, f.sink, f.host, f.path(f.glob), atEnd)
	f.want(numbered(700, 900)...)
}

// With compression none a packed file is left alone, and told of. In no case are its bytes records.
func TestPackedFilesAreNeverReadAsText(t *testing.T) {
	f := newFolder(t, "*")
	f.pack("mail.log.1.gz", numbered(0, 100)...)
	require.NoError(t, os.WriteFile(f.path("mail.log.2.xz"), []byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\n\n\n"), 0o600))
	f.pack("mail.log", numbered(100, 110)...) // whatever it is called
	logged := observe(t, f.sink, []string{f.path("*")}, func(c *Config) { c.Compression = "none" })
	require.Eventually(t, func() bool { return len(logged.warnings()) == 3 }, 20*time.Second, time.Millisecond)
	assert.Contains(t, logged.warnings()[1], "is packed (gzip), and is not read because of compression: none")
	assert.Empty(t, f.sink.lines())
	f.start()
	f.want(numbered(0, 110)...)
}

func gzipped(t *testing.T, lines []string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(strings.Join(lines, "\n") + "\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// A packed file that is cut or damaged gives what can be read, in whole lines, and is told of once. When it is whole the rest comes.
func TestPackedFileThatIsCutGivesWhatItHolds(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mail.log.1.gz")
	all := numbered(0, 2000)
	whole := gzipped(t, all)
	require.NoError(t, os.WriteFile(path, whole[:len(whole)*2/3], 0o600))
	long := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, long, long))
	s := new(sink)
	logged := observe(t, s, []string{path}, nil)
	require.Eventually(t, func() bool { return len(logged.warnings()) == 1 }, 20*time.Second, time.Millisecond)
	got := len(s.texts())
	require.Greater(t, got, 500)
	inOrder(t, all[:got], s.texts())
	time.Sleep(200 * time.Millisecond)
	assert.Len(t, logged.warnings(), 1)
	assert.Contains(t, logged.warnings()[0], "cut or damaged")
	assert.Len(t, s.texts(), got)
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	waitFor(t, s, len(all))
	inOrder(t, all, s.texts())
}

func TestPackedFileThatIsDamagedIsToldOfOnceAndReadAsFarAsItGoes(t *testing.T) {
	long := time.Now().Add(-time.Hour)
	for name, damage := range map[string]func([]byte) []byte{
		"its sum is wrong":      func(b []byte) []byte { b[len(b)-6] ^= 0xff; return b },
		"its middle is wrong":   func(b []byte) []byte { copy(b[len(b)/2:], strings.Repeat("\xff", 200)); return b },
		"something is behind":   func(b []byte) []byte { return append(b, "garbage"...) },
		"its beginning is gone": func(b []byte) []byte { return append(b[:10:10], strings.Repeat("\xff", 100)...) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "mail.log.1.gz")
			all := numbered(0, 20_000)
			require.NoError(t, os.WriteFile(path, damage(gzipped(t, all)), 0o600))
			require.NoError(t, os.Chtimes(path, long, long))
			s := new(sink)
			logged := observe(t, s, []string{path}, nil)
			require.Eventually(t, func() bool { return len(logged.warnings()) == 1 }, 20*time.Second, time.Millisecond)
			time.Sleep(100 * time.Millisecond)
			assert.Len(t, logged.warnings(), 1)
			got := s.texts()
			if name == "its beginning is gone" {
				assert.Empty(t, got)
				return
			}
			require.Greater(t, len(got), 100)
			inOrder(t, all[:100], got[:100])
			if name != "its middle is wrong" {
				inOrder(t, all, got)
			}
		})
	}
}

// A packed file that is being written is waited for.
func TestPackedFileInTheMakingIsNoDamagedOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log.1.gz")
	all := numbered(0, 20_000)
	whole := gzipped(t, all)
	s := new(sink)
	logged := observe(t, s, []string{path + "*"}, nil)
	for _, part := range []int{5, len(whole) / 3, len(whole) / 2, len(whole)} {
		require.NoError(t, os.WriteFile(path, whole[:part], 0o600))
		time.Sleep(50 * time.Millisecond)
	}
	waitFor(t, s, len(all))
	inOrder(t, all, s.texts())
	for _, w := range logged.warnings() {
		assert.Contains(t, w, "matches no file", "it was not there yet")
	}
}
