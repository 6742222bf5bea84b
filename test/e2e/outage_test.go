//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// outage is one example, or several that belong together, in front of a backend that is down.
type outage struct {
	t     *testing.T
	dir   string
	log   string // the mail log
	nodes []*exampleNode
	put   func(lines []string) // hands lines over; nil: to the log
	reads func() bool          // what is handed over now is read; nil: it is when the place in the log has been saved
	store store
	raw   bool // the backend gets the lines as they are
}

// exampleNode is one collector that runs an example; only addresses and paths are other ones.
type exampleNode struct {
	o      *outage
	config string
	env    map[string]string
	user   *syscall.Credential // who it runs as; nil: who we are
	cmd    *exec.Cmd
	output said
}

// example adds a collector. changes are pairs of what the example says and what it is here; each must be there.
func (o *outage) example(name string, env map[string]string, changes ...string) {
	text, err := os.ReadFile("../../examples/" + name)
	require.NoError(o.t, err)
	o.run(name, string(text), env, changes...)
}

func (o *outage) run(name, text string, env map[string]string, changes ...string) {
	o.t.Helper()
	for i := 0; i < len(changes); i += 2 {
		require.Contains(o.t, text, changes[i], name)
	}
	state := filepath.Join(o.dir, "state", name)
	// All at once: a port of this run may begin with one of the example's.
	text = strings.NewReplacer(append(changes, "/var/lib/otelcol-smtp", state)...).Replace(text)
	if env == nil {
		env = map[string]string{}
	}
	env["STATE_DIR"], env["MAIL_ZONE"], env["MAIL_LOG"], env["HEALTH"] = state, "UTC", o.log, freeAddress(o.t)
	require.NoError(o.t, os.MkdirAll(filepath.Dir(state), 0o755))
	n := &exampleNode{o: o, config: filepath.Join(o.dir, name), env: env}
	require.NoError(o.t, os.WriteFile(n.config, []byte(text), 0o644))
	o.nodes = append(o.nodes, n)
	o.t.Cleanup(func() {
		n.kill()
		if o.t.Failed() {
			o.t.Logf("%s: %s\n%s", name, errorsIn(n.output.String()), tail(n.output.String()))
		}
	})
}

func (n *exampleNode) start() {
	n.o.t.Helper()
	n.cmd = exec.Command(binary, "--config", n.config, "--config", "yaml:service::telemetry::metrics::level: none") // its own metrics have one address
	n.cmd.Env = append(environment(), "TZ=UTC")
	for k, v := range n.env {
		n.cmd.Env = append(n.cmd.Env, k+"="+v)
	}
	n.cmd.Stdout, n.cmd.Stderr = &n.output, &n.output
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: n.user} // with what it starts
	if n.user != nil {                                                          // who may not look into the folder that the binary is in
		f, err := os.Open(binary)
		require.NoError(n.o.t, err)
		defer f.Close()
		n.cmd.ExtraFiles, n.cmd.Path = []*os.File{f}, "/proc/self/fd/3"
	}
	require.NoError(n.o.t, n.cmd.Start())
}

// environment is ours but for PROMETHEUS: a program to the tests, an address to the examples, and a stop waits long for what cannot be written to.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PROMETHEUS=") })
}

func (n *exampleNode) stop() {
	n.o.t.Helper()
	began := time.Now()
	require.NoError(n.o.t, n.cmd.Process.Signal(syscall.SIGTERM))
	n.wait()
	assert.Less(n.o.t, time.Since(began), patience, "SIGTERM took too long")
}

func (n *exampleNode) kill() {
	if n.cmd != nil {
		_ = n.cmd.Process.Kill()
		n.wait()
	}
}

func (n *exampleNode) wait() {
	_ = n.cmd.Wait()
	_ = syscall.Kill(-n.cmd.Process.Pid, syscall.SIGKILL)
	n.cmd = nil
}

// ways to end a collector during an outage.
var endings = map[string]func(*exampleNode){"SIGTERM": (*exampleNode).stop, "kill": (*exampleNode).kill, "none": nil}

// appended appends lines to a file.
func appended(t *testing.T, path string, lines []string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(t, err)
	_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// lose is the outage: the backend is down, 500 lines come, the collectors end, the backend is up, they start again.
func (o *outage) lose(end func(*exampleNode)) {
	t := o.t
	var lines []string
	l := generate.NewLog("mx1", 33)
	l.Write(500, func(line string) { lines = append(lines, line) })
	// Lines that were there first: the receiver begins behind them.
	appended(t, o.log, []string{"2026-11-22T23:00:00.000000+00:00 mx1 cron[1]: one", "2026-11-22T23:00:01.000000+00:00 mx1 cron[1]: two", "2026-11-22T23:00:02.000000+00:00 mx1 cron[1]: three"})
	for _, n := range o.nodes {
		n.start()
	}
	o.looked()
	if o.put == nil {
		appended(t, o.log, lines)
	} else {
		o.put(lines)
	}
	if o.put != nil { // nobody can hand them over again
		require.Eventually(t, func() bool { return o.queued(lines[len(lines)-1]) }, patience, 50*time.Millisecond, "not all lines wait on disk")
	}
	time.Sleep(4 * time.Second) // until it has read them, and tried
	k := newKept()
	if end != nil {
		for _, n := range o.nodes {
			end(n)
		}
	}
	o.store.open(t, k)
	if end != nil {
		for _, n := range slices.Backward(o.nodes) {
			n.start()
		}
	}
	eventually(t, func() bool { return k.count() >= len(lines) }, 20*time.Millisecond, func() string { return fmt.Sprintf("%d of %d lines", k.count(), len(lines)) })
	time.Sleep(500 * time.Millisecond)
	k.mu.Lock()
	defer k.mu.Unlock()
	assert.Equal(t, len(lines), k.lines)
	t.Logf("%d of %d lines, %d records came again", k.lines, len(lines), k.again)
	if o.raw {
		return
	}
	truth.Settle(&k.totals)
	compareEnds(t, l.Ends, k.totals.Ends)
	assert.Equal(t, l.Sessions, k.totals.Sessions)
	assert.Equal(t, l.Messages, k.totals.Messages)
}

// looked waits until the collectors have started, and one of them has looked at the log: what is written from now on is new.
func (o *outage) looked() {
	o.t.Helper()
	for _, n := range o.nodes {
		n.waitUntil(isReady)
	}
	if o.reads == nil {
		o.reads = o.placeSaved
	}
	require.Eventually(o.t, o.reads, patience, 20*time.Millisecond, "nobody has looked at the log")
}

// placeSaved says whether a receiver of files has saved where in the log it is.
func (o *outage) placeSaved() bool {
	files, _ := filepath.Glob(filepath.Join(o.dir, "state", "*", "receiver_maillog_"))
	return slices.ContainsFunc(files, func(file string) bool {
		data, err := os.ReadFile(file)
		return err == nil && bytes.Contains(data, []byte(o.log))
	})
}

// queued says whether the text of a line waits on disk, in the queue of an exporter.
func (o *outage) queued(line string) bool {
	text := []byte(line[strings.Index(line, "]: ")+len("]: "):])
	files, _ := filepath.Glob(filepath.Join(o.dir, "state", "*", "exporter_*"))
	return slices.ContainsFunc(files, func(file string) bool {
		data, err := os.ReadFile(file)
		return err == nil && bytes.Contains(data, text)
	})
}

// overSyslog sends lines as a syslog daemon would.
func overSyslog(t *testing.T, address string) func([]string) {
	return func(lines []string) {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		for _, l := range lines {
			f := strings.SplitN(l, " ", 4) // stamp, host, tag[pid]:, text
			tag, pid, _ := strings.Cut(strings.TrimSuffix(f[2], "]:"), "[")
			_, err = fmt.Fprintf(c, "<22>1 %s %s %s %s - - %s\n", f[0], f[1], tag, pid, f[3])
			require.NoError(t, err)
		}
		require.NoError(t, c.Close())
	}
}

// overJournal puts a journalctl into the collector's path that follows a file of entries as the real one does, by their cursors.
func (o *outage) overJournal() (path string) {
	t, journal, followed := o.t, filepath.Join(o.dir, "journal"), filepath.Join(o.dir, "followed")
	appended(t, journal, []string{`{"__CURSOR":"i=1","__REALTIME_TIMESTAMP":"1795388400000000","MESSAGE":"started","SYSLOG_IDENTIFIER":"systemd"}`})
	script := `#!/bin/sh
after=$(wc -l < "` + journal + `")
while [ $# -gt 0 ]; do
	case "$1" in
	--after-cursor) shift; after=${1#i=} ;;
	--after-cursor=*) after=${1#--after-cursor=i=} ;;
	esac
	shift
done
: > "` + followed + `"
exec tail -n +$((after + 1)) -f "` + journal + `"
`
	bin := filepath.Join(o.dir, "bin")
	require.NoError(t, os.MkdirAll(bin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "journalctl"), []byte(script), 0o755))
	o.reads = func() bool { _, err := os.Stat(followed); return err == nil }
	o.put = func(lines []string) {
		var entries []string
		for i, l := range lines {
			f := strings.SplitN(l, " ", 4)
			tag, pid, _ := strings.Cut(strings.TrimSuffix(f[2], "]:"), "[")
			at, err := time.Parse("2006-01-02T15:04:05.000000-07:00", f[0])
			require.NoError(t, err)
			entries = append(entries, fmt.Sprintf(`{"__CURSOR":"i=%d","__REALTIME_TIMESTAMP":"%d","_HOSTNAME":%q,"SYSLOG_IDENTIFIER":%q,"_PID":%q,"MESSAGE":%q}`,
				i+2, at.UnixMicro(), f[1], tag, pid, f[3]))
		}
		// The receiver hands a full batch of a hundred over beside the one that its clock hands over, so a journal that is written faster may come in another order.
		for some := range slices.Chunk(entries, 80) {
			appended(t, journal, some)
			time.Sleep(300 * time.Millisecond)
		}
	}
	return bin
}

// readme is the complete configuration that README.md begins with.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, text2, _ := strings.Cut(string(text), "## Use it")
	_, text2, _ = strings.Cut(text2, "```yaml\n")
	block, _, ok := strings.Cut(text2, "```")
	require.True(t, ok)
	return block
}

// outages says of every example how its backend goes away. README is its first configuration.
func outages(t *testing.T) map[string]func(o *outage) {
	t.Helper()
	prometheus := func() []string { return []string{"127.0.0.1:9464", freeAddress(t)} }
	json := func(b []byte) (plog.Logs, error) { return (&plog.JSONUnmarshaler{}).UnmarshalLogs(b) }
	proto := func(b []byte) (plog.Logs, error) { return (&plog.ProtoUnmarshaler{}).UnmarshalLogs(b) }
	gateway := func(o *outage, name string, env map[string]string) (listen string) {
		env = maps.Clone(env)
		if env == nil {
			env = map[string]string{}
		}
		env["LISTEN"], env["METRICS"], env["BACKEND"] = freeAddress(t), freeAddress(t), "http://"+o.store.(otlpHTTP).address
		o.example(name, env)
		return env["LISTEN"]
	}
	return map[string]func(o *outage){
		"README": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.run("README.yaml", readme(t), nil, append(prometheus(), "127.0.0.1:3100", a, "/var/log/mail.log", o.log, "/var/log/maillog", o.dir+"/maillog")...)
		},
		"loki.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("loki.yaml", nil, "127.0.0.1:3100", a, "127.0.0.1:9090", freeAddress(t), "/var/log/mail.log", o.log)
		},
		"victorialogs.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("victorialogs.yaml", map[string]string{"VICTORIALOGS": "http://" + a, "VICTORIAMETRICS": "http://" + freeAddress(t)})
		},
		"opensearch.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpGRPC{a}
			o.example("opensearch.yaml", map[string]string{"DATA_PREPPER": "http://" + a, "DATA_PREPPER_INSECURE": "true", "METRICS": freeAddress(t)})
		},
		"splunk.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = splunk{a}
			o.example("splunk.yaml", map[string]string{"SPLUNK_HEC": "http://" + a, "SPLUNK_HEC_TOKEN": "x", "METRICS": freeAddress(t)})
		},
		"otlp.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("otlp.yaml", map[string]string{"OTLP_ENDPOINT": "http://" + a})
		},
		"traces.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("traces.yaml", nil, append(prometheus(), "127.0.0.1:4318", a, "/var/log/mail.log", o.log)...)
		},
		"incidents.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("incidents.yaml", nil, append(prometheus(), "127.0.0.1:4318", a, "/var/log/otelcol-smtp", o.dir,
				"/var/log/mail.log", o.log, "/var/log/maillog", o.dir+"/maillog")...)
		},
		"datadog.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			env := map[string]string{"DD_LOGS_ENDPOINT": "http://" + a + "/v1/logs", "DD_METRICS_ENDPOINT": "http://" + a + "/v1/metrics", "DD_API_KEY": "x"}
			o.example("datadog.yaml", env, append(prometheus(), "/var/log/mail.log", o.log)...)
		},
		"elasticsearch.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = elasticsearch{a}
			o.example("elasticsearch.yaml", nil, append(prometheus(), "127.0.0.1:9200", a, "/var/log/mail.log", o.log)...)
		},
		"journald.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpHTTP{a}
			o.example("journald.yaml", map[string]string{"PATH": o.overJournal() + ":" + os.Getenv("PATH")}, append(prometheus(), "127.0.0.1:3100", a)...)
		},
		"syslog.yaml": func(o *outage) {
			a, listen := freeAddress(t), freeAddress(t)
			o.store = otlpHTTP{a}
			o.put, o.reads = overSyslog(t, listen), func() bool { return true } // it listens
			o.example("syslog.yaml", nil, append(prometheus(), "127.0.0.1:3100", a, "127.0.0.1:54526", listen)...)
		},
		"kafka.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = kafka{a, "mail", json}
			o.example("kafka.yaml", nil, append(prometheus(), "127.0.0.1:9092", a, "/var/log/mail.log", o.log)...)
		},
		"kafka-agent.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store, o.raw = kafka{a, "mail-raw", proto}, true
			o.example("kafka-agent.yaml", map[string]string{"KAFKA": a})
		},
		"kafka-gateway.yaml": func(o *outage) { // behind the agents' topic
			o.store = otlpHTTP{freeAddress(t)}
			a := freeAddress(t)
			broker(o.t, a, "mail-raw")
			gateway(o, "kafka-gateway.yaml", map[string]string{"KAFKA": a})
			o.example("kafka-agent.yaml", map[string]string{"KAFKA": a})
		},
		"enriching-agent.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store = otlpGRPC{a}
			o.example("enriching-agent.yaml", map[string]string{"GATEWAY_1": a})
		},
		"counting-gateway.yaml": func(o *outage) {
			o.store = otlpHTTP{freeAddress(t)}
			o.example("enriching-agent.yaml", map[string]string{"GATEWAY_1": gateway(o, "counting-gateway.yaml", nil)})
		},
		"scale-out-agent.yaml": func(o *outage) {
			a := freeAddress(t)
			o.store, o.raw = otlpGRPC{a}, true
			o.example("scale-out-agent.yaml", map[string]string{"GATEWAY_1": a, "GATEWAY_2": a})
		},
		"scale-out-gateway.yaml": func(o *outage) {
			o.store = otlpHTTP{freeAddress(t)}
			a := gateway(o, "scale-out-gateway.yaml", nil)
			o.example("scale-out-agent.yaml", map[string]string{"GATEWAY_1": a, "GATEWAY_2": a})
		},
	}
}

// Every example, and the configuration of the README, over an outage of its backend, in which the collector ends as an operator ends it, by a crash, or not
// at all: each of 500 lines arrives, and they say what happened.
func TestOutagesLoseNothing(t *testing.T) {
	all := outages(t)
	files, err := filepath.Glob("../../examples/*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		name := filepath.Base(f)
		if metricsAlone := strings.HasPrefix(name, "prometheus"); name != "minimal.yaml" && !metricsAlone { // no backend; test/backends has the others' outages
			require.Contains(t, all, name, "its outage is not tried")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, how := range slices.Sorted(maps.Keys(endings)) {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				o := &outage{t: t, dir: dir, log: filepath.Join(dir, "mail.log")}
				outages(t)[name](o)
				o.lose(endings[how])
			})
		}
	}
}
