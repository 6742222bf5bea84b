package maillogreceiver

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// keeper is a consumer that writes each line to a file before it accepts it, as a backend would, and a participant whose
// state is the place in the log up to which it has them.
type keeper struct {
	mu    sync.Mutex
	out   *os.File
	place int64
	state string
	saves int
}

func (k *keeper) take(ld plog.Logs) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		offset, _ := rec.Attributes().Get("log.file.record_offset")
		if _, err := fmt.Fprintln(k.out, rec.Body().Str()); err != nil {
			return err
		}
		k.place = max(k.place, offset.Int())
	}
	return nil
}

// Checkpoint saves every third time it is asked.
func (k *keeper) Checkpoint(context.Context) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saves++; k.saves%3 != 0 {
		return false, nil
	}
	temp := k.state + ".new"
	if err := os.WriteFile(temp, fmt.Appendf(nil, "%d", k.place), 0o600); err != nil {
		return false, err
	}
	return true, os.Rename(temp, k.state)
}

// TestChildOfKill is the process that TestKilledAtAnyMoment kills.
func TestChildOfKill(t *testing.T) {
	dir := os.Getenv("MAILLOG_KILL_DIR")
	if dir == "" {
		return // it is the parent's
	}
	out, err := os.OpenFile(filepath.Join(dir, "out"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	k := &keeper{out: out, state: filepath.Join(dir, "state")}
	s := &sink{join: k}
	s.set(k.take)
	run(t, s, newStorage(t, filepath.Join(dir, "storage")), filepath.Join(dir, "mail.log"), func(c *Config) {
		c.Storage, c.PollInterval, c.MaxBatchSize = &storageID, time.Millisecond, 50
	})
	select {}
}

// The process is killed at random moments while the log grows and is rotated. No line is lost, and at each death the saved
// offset does not lie ahead of what the participant has saved.
func TestKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "storage"), 0o700))
	path := filepath.Join(dir, "mail.log")
	rnd := rand.New(rand.NewPCG(3, 4))
	written := 0
	var words lockedBuffer // of the process
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestChildOfKill$")
		cmd.Env = append(os.Environ(), "MAILLOG_KILL_DIR="+dir)
		cmd.Stdout, cmd.Stderr = &words, &words
		require.NoError(t, cmd.Start())
		return cmd
	}
	for range 8 {
		before := count(t, filepath.Join(dir, "out"))
		cmd := start()
		until := written + 200 + rnd.IntN(600)
		for written < until {
			n := 1 + rnd.IntN(40)
			write(t, path, numbered(written, written+n))
			written += n
			if rnd.IntN(10) == 0 {
				time.Sleep(time.Duration(rnd.IntN(5)) * time.Millisecond) // so that the kill falls into every stage
			}
		}
		require.Eventually(t, func() bool { return count(t, filepath.Join(dir, "out")) > before }, givesUp, 5*time.Millisecond, "%s", &words)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	cmd := start()
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	got := map[string]bool{}
	missing := func() (list []string) {
		got = unique(t, filepath.Join(dir, "out"))
		for _, l := range numbered(0, written) {
			if !got[l] {
				list = append(list, l)
			}
		}
		return list
	}
	for deadline := time.Now().Add(givesUp); len(missing()) > 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	lost := missing()
	for _, l := range lost {
		delete(got, l)
	}
	for _, l := range numbered(0, written) {
		delete(got, l)
	}
	assert.Empty(t, lost, "lost; what came that nobody wrote: %v; what the process said: %s", got, words.String())
}

// givesUp is when nothing is to be expected any more, also of a process that is watched for races on a machine with much else to do.
const givesUp = 3 * time.Minute

// lockedBuffer takes what a process prints while another goroutine reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func unique(t *testing.T, path string) map[string]bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	set := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		set[lines.Text()] = true
	}
	return set
}

func count(t *testing.T, path string) int { return len(unique(t, path)) }

var _ checkpoint.Participant = (*keeper)(nil)
