//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

const binary = "../../bin/otelcol-smtp"

// collector is one running collector, its configuration and its files.
type collector struct {
	t             *testing.T
	dir           string
	log           string // the mail log that it reads
	logs, metrics string // what it wrote
	prometheus    string // where it serves its metrics
	cmd           *exec.Cmd
	before        int // how often it had been ready before it was started last
	output        said
}

// config is a whole configuration; %[1]s is the receiver, the paths follow.
const config = `
extensions:
  file_storage: {directory: %[2]s/storage, create_directory: true}
receivers:
%[1]s
processors:
  smtp: {location: UTC, attributes: full, summaries: [session, message], storage: file_storage, checkpoint_interval: 200ms}
connectors:
  smtp: {metrics_flush_interval: 200ms, series_birth: 0s}
exporters:
  file/logs: {path: %[2]s/logs.json, flush_interval: 100ms, append: true}
  file/metrics: {path: %[2]s/metrics.json, flush_interval: 100ms}
  prometheus: {endpoint: "%[3]s"}
service:
  extensions: [file_storage]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/mail: {receivers: [%[4]s], processors: [smtp], exporters: [file/logs, smtp]}
    metrics/mail: {receivers: [smtp], exporters: [file/metrics, prometheus]}
`

// receivers by name; %s is the log's path.
var receivers = map[string]string{
	"maillog":  "  maillog: {include: [%s], start_at: beginning, storage: file_storage, poll_interval: 10ms, host_name: collector}",
	"file_log": "  file_log: {include: [%s], start_at: beginning, poll_interval: 10ms}",
}

// newCollector writes the configuration of a collector that reads an empty log.
func newCollector(t *testing.T, receiver string) *collector {
	t.Helper()
	_, err := os.Stat(binary)
	require.NoError(t, err, "the collector is not built: run make build")
	dir := t.TempDir()
	c := &collector{
		t: t, dir: dir, log: filepath.Join(dir, "mail.log"), logs: filepath.Join(dir, "logs.json"), metrics: filepath.Join(dir, "metrics.json"),
		prometheus: freeAddress(t),
	}
	text := fmt.Sprintf(config, fmt.Sprintf(receivers[receiver], c.log), dir, c.prometheus, receiver)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(text), 0o600))
	t.Cleanup(c.kill)
	return c
}

// configure changes a part of the configuration.
func (c *collector) configure(old, replacement string) {
	c.t.Helper()
	path := filepath.Join(c.dir, "config.yaml")
	text, err := os.ReadFile(path)
	require.NoError(c.t, err)
	require.Contains(c.t, string(text), old)
	require.NoError(c.t, os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600))
}

// patience is how long a test waits for what must come: many tests share few cores, so it says when to give up, never how fast something is.
const patience = 5 * time.Minute

// eventually waits for what must come, and says what there is when it does not.
func eventually(t *testing.T, condition func() bool, every time.Duration, what func() string) {
	t.Helper()
	if !assert.Eventually(t, condition, patience, every) {
		t.Fatal(what())
	}
}

// The ports that freeAddress gives: those that no system gives to whoever calls somebody (net.ipv4.ip_local_port_range), or asks for any.
const firstPort, ports = 15000, 15000

// portsGiven is how many freeAddress has given, from anywhere: another run may be beside this one.
var portsGiven atomic.Uint32

func init() { portsGiven.Store(rand.Uint32N(ports)) }

// freeAddress is an address that nobody listens at. None is given twice: those of backends that are down look free.
func freeAddress(t *testing.T) string {
	t.Helper()
	syscall.ForkLock.RLock() // else a process that begins right now holds the listener open until it is another program
	defer syscall.ForkLock.RUnlock()
	for range ports {
		address := fmt.Sprintf("127.0.0.1:%d", firstPort+portsGiven.Add(1)%ports)
		if l, err := net.Listen("tcp", address); err == nil {
			require.NoError(t, l.Close())
			return address
		}
	}
	require.Fail(t, "no port is free")
	return ""
}

// listenAt listens at an address that freeAddress gave. Whoever looks for a free one beside this run has it for a moment.
func listenAt(t *testing.T, address string) (l net.Listener) {
	t.Helper()
	eventually(t, func() (ok bool) {
		var err error
		l, err = net.Listen("tcp", address)
		return err == nil
	}, 10*time.Millisecond, func() string { return "nobody can listen at " + address })
	return l
}

// said is what a process has said so far; it is asked while the process goes on.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *said) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Reset()
}

func (c *collector) start() {
	c.t.Helper()
	c.cmd = exec.Command(binary, "--config", filepath.Join(c.dir, "config.yaml"))
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.before = strings.Count(c.output.String(), isReady)
	require.NoError(c.t, c.cmd.Start())
}

// isReady is what a collector says when it has started.
const isReady = "Everything is ready"

// ready waits until it has started.
func (c *collector) ready() {
	c.t.Helper()
	eventually(c.t, func() bool { return strings.Count(c.output.String(), isReady) > c.before }, 5*time.Millisecond, c.output.String)
}

// waitUntilOpen waits until a process has a file open, and a moment longer: it may have just begun to ask where the file ends.
func waitUntilOpen(t *testing.T, pid int, path string) {
	t.Helper()
	require.Eventually(t, func() bool {
		fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		return slices.ContainsFunc(fds, func(fd string) bool { to, _ := os.Readlink(fd); return to == path })
	}, patience, 20*time.Millisecond, "nobody has opened %s", path)
	time.Sleep(500 * time.Millisecond)
}

// stop ends the collector as an operator does.
func (c *collector) stop() {
	c.t.Helper()
	c.ready()
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(c.t, c.cmd.Wait(), c.output.String())
	c.cmd = nil
}

// kill ends it as a crash does.
func (c *collector) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		c.cmd = nil
	}
}

// write appends lines to the log.
func (c *collector) write(lines []string) {
	c.t.Helper()
	f, err := os.OpenFile(c.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(c.t, err)
	_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	require.NoError(c.t, err)
	require.NoError(c.t, f.Close())
}

// waitFor waits until so many lines have come out.
func (c *collector) waitFor(lines int) {
	c.t.Helper()
	got := 0
	defer func() {
		if got < lines {
			c.t.Logf("%d of %d lines; %s", got, lines, errorsIn(c.output.String()))
		}
	}()
	require.Eventually(c.t, func() bool {
		got = 0
		for _, r := range c.records() {
			if !made(&r) {
				got++
			}
		}
		return got >= lines
	}, patience, 50*time.Millisecond)
}

// made says whether the record is one that the processor made.
func made(r *truth.Record) bool { return r.Attr["smtp.synthetic"] != "" }

// records reads what the collector has written; a last line that is not whole yet is left.
func (c *collector) records() []truth.Record {
	var batches []plog.Logs
	for _, l := range wholeLines(c.logs) {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(l)
		if err == nil {
			batches = append(batches, ld)
		}
	}
	return truth.Records(batches...)
}

// points gives the newest value of every series of a metric, summed by one attribute.
func (c *collector) points(metric, by string) map[string]int64 {
	sums := map[string]int64{}
	for _, l := range wholeLines(c.metrics) {
		md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(l)
		if err != nil {
			continue
		}
		newest := map[string]int64{}
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				if m.Name() != metric {
					continue
				}
				for _, p := range m.Sum().DataPoints().All() {
					value := ""
					if v, ok := p.Attributes().Get(by); ok {
						value = v.AsString()
					}
					newest[value] += p.IntValue()
				}
			}
		}
		if len(newest) > 0 {
			sums = newest
		}
	}
	return sums
}

func wholeLines(path string) [][]byte {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	lines := bytes.Split(data, []byte("\n"))
	return lines[:len(lines)-1]
}

// corpus reads the lines of a file of the repository's testdata.
func corpus(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile("../../testdata/" + name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}
