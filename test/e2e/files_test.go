//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accounting is what every accounting file of PowerMTA begins with, longer than a kilobyte, as sites have it.
var accounting = "type,timeLogged,timeQueued,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,vmta,jobId,envId,queue,vmtaPool," +
	strings.Repeat("header_X-Customer-And-Campaign-Of-The-Mail,", 30) + "dlvSize"

func accounted(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("d,2026-11-23 15:%02d:%02d+0000,2026-11-23 15:00:00+0000,a@example.com,user%d@example.net,relayed,2.0.0 (success),smtp;250 2.0.0 OK,mx.example.net (198.51.100.2),,smtp,mx1 (192.0.2.9),smtp,192.0.2.1,198.51.100.2,mta1,,,example.net/mta1,pool1,%s100",
			i/60%60, i%60, i, strings.Repeat(",", 30)))
	}
	return list
}

// addTo appends lines to a file beside the log.
func (c *collector) addTo(name string, lines []string) {
	c.t.Helper()
	log := c.log
	c.log = filepath.Join(c.dir, name)
	c.write(lines)
	c.log = log
}

// delivered gives how often each recipient's delivery came, and how many records said that they are duplicates.
func (c *collector) delivered() (by map[string]int, marked int) {
	by = map[string]int{}
	for _, r := range c.records() {
		if r.Attr["smtp.duplicate"] != "" {
			marked++
		}
		if to := r.Attr["smtp.rcpt_to"]; r.Attr["smtp.event"] == "delivery" {
			by[to]++
		}
	}
	return by, marked
}

// once wants each recipient's delivery once, as no duplicate.
func (c *collector) once(recipients int) {
	c.t.Helper()
	eventually(c.t, func() bool { by, _ := c.delivered(); return len(by) >= recipients }, 20*time.Millisecond, func() string { return errorsIn(c.output.String()) })
	time.Sleep(300 * time.Millisecond) // for what comes twice
	by, marked := c.delivered()
	assert.Len(c.t, by, recipients)
	for to, n := range by {
		if n != 1 {
			c.t.Fatalf("%s came %d times", to, n)
		}
	}
	assert.Zero(c.t, marked, "records that say they are duplicates")
}

// Accounting files that begin with the same kilobyte, one after the other and at the same time: renamed, moved away, deleted,
// emptied, while the collector runs and while it is down.
func TestAccountingFilesThatBeginAlikeAreAllRead(t *testing.T) {
	t.Parallel()
	col := newCollector(t, "maillog")
	col.configure("include: ["+col.log+"]", "include: ['"+col.dir+"/acct*.csv']")
	next := 0
	file := func() {
		col.addTo("acct.csv", append([]string{accounting}, accounted(next, next+100)...))
		next += 100
	}
	file()
	col.start()
	for _, down := range []bool{false, true} {
		for _, away := range []func(){
			func() {
				require.NoError(t, os.Rename(filepath.Join(col.dir, "acct.csv"), filepath.Join(col.dir, fmt.Sprintf("acct-%d.csv", next))))
			},
			func() {
				require.NoError(t, os.Rename(filepath.Join(col.dir, "acct.csv"), filepath.Join(col.dir, fmt.Sprintf("done-%d", next))))
			},
			func() { require.NoError(t, os.Remove(filepath.Join(col.dir, "acct.csv"))) },
			func() { require.NoError(t, os.Truncate(filepath.Join(col.dir, "acct.csv"), 0)) },
		} {
			col.once(next)
			if down {
				col.stop()
			}
			away()
			file()
			if down {
				col.start()
			}
		}
	}
	col.once(next)
	col.stop()
}

// A log is rotated in every way that there is, while the collector runs, is stopped, and is killed: each line comes, and without a
// kill each comes once.
func TestRotationsOfEveryKindGiveEachLineOnce(t *testing.T) {
	for _, kills := range []bool{false, true} {
		t.Run(fmt.Sprintf("kills=%t", kills), func(t *testing.T) {
			t.Parallel()
			b := newPlainBackend(t)
			col := newCollector(t, "maillog")
			col.configure("include: ["+col.log+"]", "include: ['"+col.log+"*'], retry_on_failure: {initial_interval: 50ms}")
			col.sendTo(b, "retry_on_failure: {enabled: false}")
			rnd := rand.New(rand.NewPCG(5, 6))
			n := 0
			write := func() {
				var lines []string
				for range 1 + rnd.IntN(300) {
					lines = append(lines, sent(n))
					n++
				}
				col.write(lines)
			}
			start := func() {
				col.start()
				col.ready()
			}
			write()
			start()
			for round := range 24 {
				write()
				switch rnd.IntN(4) {
				case 0:
					time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
				case 1:
					if kills {
						col.kill()
					} else {
						col.stop()
					}
				}
				write()
				turn(t, col.log, round%3 == 2)
				write()
				if col.cmd == nil {
					start()
				}
			}
			eventually(t, func() bool { got, _ := b.recipients(); return got == n }, 20*time.Millisecond, func() string { return tail(col.output.String()) })
			time.Sleep(300 * time.Millisecond) // for what comes twice
			col.stop()
			got, twice := b.recipients()
			assert.Equal(t, n, got)
			if !kills {
				assert.Empty(t, twice)
				assert.Zero(t, b.marked, "records that say they are duplicates")
			}
			assert.NotContains(t, col.output.String(), "lines may be missing")
			t.Logf("%d lines, %d starts", n, strings.Count(col.output.String(), isReady))
		})
	}
}

// turn rotates a log as logrotate does with compress and delaycompress: by renaming, or by copying and truncating. A line between
// the copy and the truncation would be lost by logrotate, so none is written then.
func turn(t *testing.T, log string, copies bool) {
	t.Helper()
	for i := 40; i > 1; i-- {
		_ = os.Rename(fmt.Sprintf("%s.%d.gz", log, i), fmt.Sprintf("%s.%d.gz", log, i+1))
	}
	if data, err := os.ReadFile(log + ".1"); err == nil {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(data)
		require.NoError(t, z.Close())
		require.NoError(t, os.WriteFile(log+".2.gz", b.Bytes(), 0o600))
		require.NoError(t, os.Remove(log+".1"))
	}
	if !copies {
		require.NoError(t, os.Rename(log, log+".1"))
		return
	}
	data, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(log+".1", data, 0o600))
	require.NoError(t, os.Truncate(log, 0))
}

// What is no file under include stops nothing, is told of once, and does not hold up a SIGTERM.
func TestWhatIsNoFileUnderIncludeStopsNothing(t *testing.T) {
	t.Parallel()
	col := newCollector(t, "maillog")
	path := func(name string) string { return filepath.Join(col.dir, name) }
	require.NoError(t, syscall.Mkfifo(path("fifo.log"), 0o600))
	l, err := net.Listen("unix", path("socket.log"))
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, os.Symlink("/nowhere/mail.log", path("dangling.log")))
	require.NoError(t, os.Mkdir(path("folder"), 0o700))
	col.configure("include: ["+col.log+"]", "include: ['"+path("*.log")+"', '"+path("folder")+"', '"+path("none*")+"', /dev/zero]")
	col.write([]string{sent(0)})
	col.start()
	col.once(1)
	time.Sleep(time.Second)
	col.write([]string{sent(1)})
	col.once(2)
	began := time.Now()
	col.stop()
	assert.Less(t, time.Since(began), patience)
	for _, words := range []string{
		path("fifo.log") + " is a named pipe (FIFO), which is not read", path("socket.log") + " is a socket, which is not read", "/dev/zero is a device, which is not read",
		path("dangling.log") + " is a link to /nowhere/mail.log, which is not there", path("folder") + " is a directory", path("none*") + " matches no file",
	} {
		assert.Equal(t, 1, strings.Count(col.output.String(), words), "%s\n%s", words, tail(col.output.String()))
	}
	assert.Equal(t, 6, strings.Count(col.output.String(), "\twarn\tmaillog"), "%s", tail(col.output.String()))
}

// The receiver's state holds no byte of a log: no part of a line that it has read.
func TestStateOfTheReceiverHoldsNoByteOfALog(t *testing.T) {
	t.Parallel()
	col := newCollector(t, "maillog")
	const secret = "AGpvZUBleGFtcGxlLmNvbQBodW50ZXIy"
	col.write([]string{"AUTH PLAIN " + secret, "235 2.7.0 Authentication successful"})
	col.start()
	col.waitFor(2)
	col.stop()
	data, err := os.ReadFile(filepath.Join(col.dir, "storage", "receiver_maillog_"))
	require.NoError(t, err)
	require.True(t, bytes.Contains(data, []byte(col.log)), "the state is not there")
	for _, words := range []string{secret, secret[:8], secret[20:28], "Authentication"} {
		assert.False(t, bytes.Contains(data, []byte(words)), words)
	}
}
