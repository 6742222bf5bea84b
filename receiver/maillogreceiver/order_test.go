package maillogreceiver

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
)

func pack(t *testing.T, path string, lines []string) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(strings.Join(lines, "\n") + "\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}

// inOrder names the first line that is out of its place.
func inOrder(t *testing.T, want, got []string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// A month of rotated logs is read from the oldest to the newest.
func TestRotatedFilesAreReadOldestFirst(t *testing.T) {
	for _, names := range [][]string{
		{"mail.log.10.gz", "mail.log.2.gz", "mail.log.1", "mail.log"},
		{"mail.log-20261101.gz", "mail.log-20261115", "mail.log-20261122", "mail.log"},
	} {
		dir := t.TempDir()
		for i, name := range names {
			path := filepath.Join(dir, name)
			if strings.HasSuffix(name, ".gz") {
				pack(t, path, numbered(i*2000, (i+1)*2000))
			} else {
				write(t, path, numbered(i*2000, (i+1)*2000))
			}
		}
		s := new(sink)
		r := run(t, s, componenttest.NewNopHost(), filepath.Join(dir, "mail.log*"), func(c *Config) { c.Compression, c.MaxBatchSize = "auto", 70 })
		waitFor(t, s, 8000)
		inOrder(t, numbered(0, 8000), s.texts())
		require.NoError(t, r.Shutdown(t.Context()))
	}
}

// While the collector was down a file was rotated, and both have lines that nobody has read.
func TestFileRotatedWhileDownIsReadOnBeforeItsSuccessor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mail.log")
	host := newStorage(t, t.TempDir())
	stored := func(c *Config) { c.Storage, c.MaxBatchSize = &storageID, 10 }
	s := new(sink)
	for i := range 4 {
		from := i * 300
		r := run(t, s, host, path+"*", stored)
		write(t, path, numbered(from, from+100))
		waitFor(t, s, from+100)
		require.NoError(t, r.Shutdown(t.Context()))
		write(t, path, numbered(from+100, from+200))
		for n := i; n > 0; n-- {
			require.NoError(t, os.Rename(path+"."+string(rune('0'+n)), path+"."+string(rune('1'+n))))
		}
		require.NoError(t, os.Rename(path, path+".1"))
		write(t, path, numbered(from+200, from+300))
	}
	r := run(t, s, host, path+"*", stored)
	waitFor(t, s, 1200)
	inOrder(t, numbered(0, 1200), s.texts())
	require.NoError(t, r.Shutdown(t.Context()))
}

// An older file that brings nothing, because it is another's copy, cannot keep the newer one waiting for long.
func TestNewerFileDoesNotWaitForACopy(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mail.log.1"), numbered(0, 100))
	write(t, filepath.Join(dir, "mail.log.2"), numbered(0, 100))
	write(t, filepath.Join(dir, "mail.log"), numbered(100, 200))
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), filepath.Join(dir, "mail.log*"), nil)
	waitFor(t, s, 200)
	inOrder(t, numbered(0, 200), s.texts())
}

// A first backlog is one poll. Who dies in it goes on from what was accepted.
func TestCrashInTheFirstBacklogGoesOnFromThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 5000))
	dir := t.TempDir()
	host := newStorage(t, dir)
	s := new(sink)
	stuck := make(chan struct{})
	batches := 0
	s.set(func(plog.Logs) error {
		if batches++; batches == 40 {
			close(stuck)
		}
		if batches >= 40 {
			return errors.New("busy")
		}
		time.Sleep(10 * time.Millisecond)
		return nil
	})
	stored := func(c *Config) { c.Storage, c.MaxBatchSize = &storageID, 100 }
	r := run(t, s, host, path, stored)
	<-stuck
	require.Len(t, s.lines(), 3900)
	r.offsets.mu.Lock()
	r.offsets.Client = failing{r.offsets.Client} // it dies: nothing is saved any more
	r.offsets.mu.Unlock()
	require.Error(t, r.Shutdown(t.Context()))

	s.set(nil)
	run(t, s, host, path, stored)
	require.Eventually(t, func() bool {
		got := s.texts()
		return got[len(got)-1] == numbered(4999, 5000)[0]
	}, 20*time.Second, 2*time.Millisecond)
	again := len(s.lines()) - 5000
	assert.Less(t, again, 3000, "lines that came again")
	seen := map[string]bool{}
	for _, l := range s.texts() {
		seen[l] = true
	}
	assert.Len(t, seen, 5000)
}

// failing is a storage that keeps nothing any more.
type failing struct{ storage.Client }

func (failing) Set(context.Context, string, []byte) error { return errors.New("dead") }

// What was overwritten under the same name is read, also when it begins with the same line.
func TestFileThatWasOverwrittenWhileDownIsReadWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.txt")
	host := newStorage(t, t.TempDir())
	stored := func(c *Config) { c.Storage = &storageID }
	s := new(sink)
	write(t, path, append([]string{"=== Trying 127.0.0.1:25..."}, numbered(0, 300)...))
	r := run(t, s, host, path, stored)
	waitFor(t, s, 301)
	require.NoError(t, r.Shutdown(t.Context()))
	require.NoError(t, os.Remove(path))
	write(t, path, append([]string{"=== Trying 127.0.0.1:25..."}, numbered(300, 400)...))
	run(t, s, host, path, stored)
	waitFor(t, s, 402)
	inOrder(t, numbered(300, 400), s.texts()[302:])
}
