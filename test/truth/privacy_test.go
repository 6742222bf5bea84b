package truth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// everyText lists all logs of the repository that are lines as a server wrote them.
func everyText(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{
		"../../testdata/*.log", "../../testdata/*.mainlog", "../../testdata/*.rejectlog", "../../testdata/*.csv", "../../testdata/mission/*.log",
		"../../testdata/conversations/*", "../../internal/dialect/*/testdata/*.log", "../../internal/dialect/*/testdata/*.txt",
	} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.Greater(t, len(files), 60)
	return files
}

// outcome is all that leaves for a log.
type outcome struct {
	records []plog.LogRecord
	metrics pmetric.Metrics // of the default dimensions
	all     string          // metrics of all dimensions that are offered
	state   string
	said    string // in the own logs
}

// disk is a storage extension in memory.
type disk struct {
	component.StartFunc
	component.ShutdownFunc
	values map[string][]byte
}

func (d *disk) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return d, nil
}
func (*disk) Close(context.Context) error                             { return nil }
func (d *disk) Get(_ context.Context, key string) ([]byte, error)     { return d.values[key], nil }
func (d *disk) Set(_ context.Context, key string, value []byte) error { d.values[key] = value; return nil }
func (d *disk) Delete(_ context.Context, key string) error            { delete(d.values, key); return nil }
func (d *disk) Batch(ctx context.Context, ops ...*storage.Operation) error {
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = d.values[op.Key]
		case storage.Set:
			d.values[op.Key] = op.Value
		case storage.Delete:
			delete(d.values, op.Key)
		}
	}
	return nil
}

type diskHost struct{ d *disk }

var diskID = component.MustNewID("disk")

func (h diskHost) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{diskID: h.d}
}

// through takes lines through processor and connectors.
func through(t *testing.T, text []string, change func(*smtpprocessor.Config)) outcome {
	t.Helper()
	said, log := observer.New(zap.DebugLevel)
	usual, wide := new(consumertest.MetricsSink), new(consumertest.MetricsSink)
	logs := new(consumertest.LogsSink)
	everything := map[string]smtpconnector.MetricConfig{}
	on := true
	for i := range metrics.Table {
		everything[metrics.Table[i].Name] = smtpconnector.MetricConfig{Enabled: &on, Dimensions: metrics.Table[i].Offered()}
	}
	to := fanout{logs}
	cf := smtpconnector.NewFactory()
	var shut []func()
	for _, sink := range []*consumertest.MetricsSink{usual, wide} {
		cfg := cf.CreateDefaultConfig().(*smtpconnector.Config)
		cfg.MetricsFlushInterval, cfg.SeriesBirth, cfg.InstanceID = time.Hour, 0, "test"
		if sink == wide {
			cfg.Metrics, cfg.AggregationCardinalityLimit = everything, 100_000
		}
		set := connectortest.NewNopSettings(cf.Type())
		set.Logger = zap.New(said)
		conn, err := cf.CreateLogsToMetrics(t.Context(), set, cfg, sink)
		require.NoError(t, err)
		require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
		to = append(to, conn)
		shut = append(shut, func() { require.NoError(t, conn.Shutdown(t.Context())) })
	}
	d := &disk{values: map[string][]byte{}}
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location, pc.Attributes, pc.Summaries, pc.Storage = "UTC", "full", []string{"session", "message"}, &diskID
	change(pc)
	require.NoError(t, pc.Validate())
	set := processortest.NewNopSettings(pf.Type())
	set.Logger = zap.New(said)
	p, err := pf.CreateLogs(t.Context(), set, pc, to)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), diskHost{d}))
	for at := 0; at < len(text); at += 200 {
		ld := plog.NewLogs()
		recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, l := range text[at:min(at+200, len(text))] {
			rec := recs.AppendEmpty()
			rec.Body().SetStr(l)
			rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
			rec.Attributes().PutStr("log.record.original", l)
			rec.Attributes().PutEmptyMap("copied").PutStr("text", "said: "+l)
		}
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	}
	require.NoError(t, p.Shutdown(t.Context())) // saves what is open
	for _, f := range shut {
		f()
	}
	out := outcome{metrics: pmetric.NewMetrics()}
	if all := usual.AllMetrics(); len(all) > 0 {
		out.metrics = all[len(all)-1]
	}
	for _, md := range wide.AllMetrics() {
		text, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(md)
		require.NoError(t, err)
		out.all += string(text)
	}
	for _, ld := range logs.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					out.records = append(out.records, rec)
				}
			}
		}
	}
	for _, v := range d.values {
		out.state += string(v)
	}
	for _, e := range log.All() {
		context, err := json.Marshal(e.ContextMap())
		require.NoError(t, err)
		out.said += e.Message + string(context) + "\n"
	}
	return out
}

// The independent reader: what looks like an address, an IP address or the name of a user, whoever wrote it.
var (
	reAddress = regexp.MustCompile(`[\pL\pN.!#$%&'*+/=?^_{|}~-]+@(?:\[[^\]\s]+\]|[\pL\pN][\pL\pN._-]*)`)
	reV4      = regexp.MustCompile(`(?:^|[^\pL\pN_.])((?:\d{1,3}\.){3}\d{1,3})`)
	reV6      = regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*`)
	reUsers   = []*regexp.Regexp{
		regexp.MustCompile(`sasl_username=([^,\s\]]+)`), regexp.MustCompile(`authid=([^,\s]+)`), regexp.MustCompile(`user=<([^>\s]+)>`), regexp.MustCompile(` A=\w+:(\S+)`),
		regexp.MustCompile(`user=([a-z][\w.@-]+)`),
	}
)

// found is what a text names.
type found struct{ addresses, ips, users map[string]bool }

func look(text string) found {
	f := found{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, a := range reAddress.FindAllString(text, -1) {
		f.addresses[strings.ToLower(strings.TrimRight(a, ".-_"))] = true
	}
	for _, m := range reV4.FindAllStringSubmatch(text, -1) {
		if ip, err := netip.ParseAddr(m[1]); err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
			f.ips[ip.String()] = true
		}
	}
	for _, m := range reV6.FindAllString(text, -1) {
		if ip, err := netip.ParseAddr(strings.TrimRight(m, ".")); err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
			f.ips[ip.Unmap().String()] = true
		}
	}
	for _, re := range reUsers {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			f.users[strings.Trim(m[1], `"'();`)] = true
		}
	}
	return f
}

// isMails says whether a record was recognised.
func isMails(rec plog.LogRecord) bool { _, ok := rec.Attributes().Get("smtp.event"); return ok }

// text is a record as it leaves.
func recordText(t *testing.T, rec plog.LogRecord) string {
	t.Helper()
	ld := plog.NewLogs()
	rec.CopyTo(ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	text, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`, `\\`, `\`).Replace(string(text))
	return unescaped
}

// modes are the settings that hide.
var modes = map[string]func(*site.Privacy){
	"hash": func(p *site.Privacy) { p.Addresses, p.IPs = "hash", "hash" },
	"domain": func(p *site.Privacy) { p.Addresses, p.IPs, p.FailedLogins = "domain", "truncate", "keep" },
}

const hashKey = "a key of the test's own"

// Of every log that the repository has, with bodies hidden, too: no address, IP address or user that an independent reader finds in it is in any record, metric,
// saved state or own log.
func TestNobodyOfALogLeaves(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			for _, file := range everyText(t) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				out := through(t, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), func(c *smtpprocessor.Config) {
					mode(&c.Privacy)
					c.Privacy.Bodies, c.Privacy.HashKey = true, hashKey
				})
				had := look(string(data))
				check := func(where, text string) {
					has := look(text)
					var told []string
					for a := range has.addresses {
						if had.addresses[a] {
							told = append(told, a)
						}
					}
					for ip := range has.ips {
						if had.ips[ip] && !isNetwork(ip) {
							told = append(told, ip)
						}
					}
					for u := range has.users {
						if had.users[u] {
							told = append(told, "user "+u)
						}
					}
					if len(told) > 0 {
						sort.Strings(told)
						t.Errorf("%s: %s tells of %v\n%.600s", filepath.Base(filepath.Dir(filepath.Dir(file)))+"/"+filepath.Base(file), where, told, text)
					}
				}
				others := 0
				for _, rec := range out.records {
					if isMails(rec) {
						check("a record", recordText(t, rec))
					} else {
						others++
					}
				}
				check("a metric", out.all)
				check("the state", out.state)
				check("the log", out.said)
				_ = others
			}
		})
	}
}

// isNetwork says whether an address is what remains of one that was truncated.
func isNetwork(ip string) bool {
	addr := netip.MustParseAddr(ip)
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	network, err := addr.Prefix(bits)
	return err == nil && network.Addr() == addr
}

var _ = fmt.Sprint
var _ = assert.Equal
