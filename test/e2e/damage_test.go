//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// The files that a collector keeps with examples/loki.yaml, and what may become of one.
var (
	stored  = []string{"receiver_maillog_", "processor_smtp_", "exporter_otlp_http_loki_logs"}
	damages = map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("garbage\n"), 8192), 0o600))
		},
		"cut": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, info.Size()/2+100))
		},
		"cut within its first pages": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 9000)) },
		"a hole": func(t *testing.T, path string) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			clear(data[8192:])
			require.NoError(t, os.WriteFile(path, data, 0o600))
		},
		"empty": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) },
		"a directory": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.MkdirAll(filepath.Join(path, "x"), 0o700))
		},
		"a pipe": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, syscall.Mkfifo(path, 0o600))
		},
		"a link to nowhere": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink("/nowhere/at/all", path))
		},
	}
)

// damaged is a collector with examples/loki.yaml that has run once: the files of its storage hold something.
func damaged(t *testing.T) (o *outage, n *exampleNode, k *kept, state string) {
	t.Helper()
	dir := t.TempDir()
	o = &outage{t: t, dir: dir, log: filepath.Join(dir, "mail.log")}
	loki, prometheus := otlpHTTP{freeAddress(t)}, otlpHTTP{freeAddress(t)}
	o.example("loki.yaml", nil, "127.0.0.1:3100", loki.address, "127.0.0.1:9090", prometheus.address, "/var/log/mail.log", o.log)
	k = newKept()
	loki.open(t, k)
	prometheus.open(t, k)
	n = o.nodes[0]
	appended(t, o.log, []string{"2026-11-22T23:00:00.000000+00:00 mx1 cron[1]: one", "2026-11-22T23:00:01.000000+00:00 mx1 cron[1]: two"})
	n.start()
	o.looked()
	o.grow(40, 100)
	eventually(t, func() bool { return k.count() >= 100 }, 20*time.Millisecond, func() string { return errorsIn(n.output.String()) })
	n.stop()
	return o, n, k, filepath.Join(dir, "state", "loki.yaml")
}

// grow writes lines to the log.
func (o *outage) grow(seed uint64, n int) (lines int) {
	o.t.Helper()
	var list []string
	l := generate.NewLog(fmt.Sprintf("mx%d", seed), seed)
	l.Write(n, func(line string) { list = append(list, line) })
	appended(o.t, o.log, list)
	return len(list)
}

// waitUntil waits until the collector says something.
func (n *exampleNode) waitUntil(says string) {
	n.o.t.Helper()
	eventually(n.o.t, func() bool { return strings.Contains(n.output.String(), says) }, 10*time.Millisecond, func() string { return tail(n.output.String()) })
}

// startsAndReads starts the collector, and lets it read what comes then.
func startsAndReads(t *testing.T, o *outage, n *exampleNode, k *kept, seed uint64) {
	t.Helper()
	n.output.Reset()
	n.start()
	n.waitUntil(isReady)
	waitUntilOpen(t, n.cmd.Process.Pid, o.log) // it cannot save in each case that it has looked at it
	before := k.count()
	lines := o.grow(seed, 50)
	eventually(t, func() bool { return k.count() >= before+lines }, 20*time.Millisecond, func() string { return errorsIn(n.output.String()) })
	n.stop()
}

// Whatever has become of a file of its storage, the collector starts with the example as it stands, says what is wrong, sets the file aside, reads on, and its
// next start finds a file that is right.
func TestDamagedStorageKeepsNobodyFromStarting(t *testing.T) {
	for _, how := range slices.Sorted(maps.Keys(damages)) {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			o, n, k, state := damaged(t)
			for i, name := range stored {
				path := filepath.Join(state, name)
				_, err := os.Lstat(path)
				require.NoError(t, err)
				damages[how](t, path)
				startsAndReads(t, o, n, k, uint64(50+i))
				backups, err := filepath.Glob(path + ".*.backup")
				require.NoError(t, err)
				if how == "empty" { // nothing to keep: it was not begun yet
					assert.Empty(t, backups)
				} else {
					assert.Len(t, backups, 1, name)
					assert.Contains(t, n.output.String(), "a damaged file is set aside")
				}
				startsAndReads(t, o, n, k, uint64(60+i))
				assert.NotContains(t, n.output.String(), "set aside")
			}
		})
	}
}

// All files at once, with bytes flipped anywhere, again and again.
func TestFlippedBytesInStorageKeepNobodyFromStarting(t *testing.T) {
	t.Parallel()
	o, n, k, state := damaged(t)
	rnd := rand.New(rand.NewPCG(7, 8))
	aside := 0
	for round := range 12 {
		for _, name := range stored {
			path := filepath.Join(state, name)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			for range 40 {
				data[rnd.IntN(len(data))] ^= byte(1 + rnd.IntN(255))
			}
			require.NoError(t, os.WriteFile(path, data, 0o600))
		}
		startsAndReads(t, o, n, k, uint64(70+round))
		aside += strings.Count(n.output.String(), "set aside")
	}
	assert.Positive(t, aside)
	t.Logf("files and values were set aside %d times", aside)
}

// A storage that may not be written: the collector runs as somebody else. It starts and reads, and says that what it saves is lost when it ends; a file that it may
// move away it does.
func TestStorageThatMayNotBeWrittenKeepsNobodyFromStarting(t *testing.T) {
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		says      string
	}{
		{"the file", 0o400, 0o755, "a damaged file is set aside"},
		{"the directory, too", 0o400, 0o555, "kept in memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, n, k, state := damaged(t)
			somebody(t, n, o.dir)
			for _, name := range stored {
				require.NoError(t, os.Chmod(filepath.Join(state, name), c.file))
			}
			require.NoError(t, os.Chmod(state, c.dir))
			t.Cleanup(func() { _ = os.Chmod(state, 0o755) })
			startsAndReads(t, o, n, k, 90)
			assert.Equal(t, len(stored), strings.Count(n.output.String(), c.says), n.output.String())
		})
	}
}

// somebody has the collector run under a user of no rights, where the test itself may do everything.
func somebody(t *testing.T, n *exampleNode, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	n.user = &syscall.Credential{Uid: nobody, Gid: nobody}
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	}))
	for d := dir; strings.HasPrefix(d, os.TempDir()+"/"); d = filepath.Dir(d) {
		require.NoError(t, os.Chmod(d, 0o755))
	}
}
