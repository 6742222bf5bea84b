package truth

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		"../../testdata/conversations/*.log", "../../testdata/conversations/*.txt", "../../internal/dialect/*/testdata/*.log", "../../internal/dialect/*/testdata/*.txt",
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
func (*disk) Close(context.Context) error                         { return nil }
func (d *disk) Get(_ context.Context, key string) ([]byte, error) { return d.values[key], nil }
func (d *disk) Set(_ context.Context, key string, value []byte) error {
	d.values[key] = value
	return nil
}
func (d *disk) Delete(_ context.Context, key string) error { delete(d.values, key); return nil }
func (d *disk) Batch(_ context.Context, ops ...*storage.Operation) error {
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
	reV6      = regexp.MustCompile(`(?:^|[^\pL\pN_:.]|IPv6:|ipv6:)((?:[0-9A-Fa-f]{1,4}:|:)[0-9A-Fa-f:]*:[0-9A-Fa-f.]*)(?:[^\pL\pN_]|$)`)
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
	for _, m := range reV6.FindAllStringSubmatch(text, -1) {
		if ip, err := netip.ParseAddr(strings.TrimRight(m[1], ".")); err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
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

// roles are names of roles and of servers' own accounts: words of theirs, too.
var roles = map[string]bool{"opensmtpd": true, "unavailable": true, "root": true, "mail": true, "postfix": true, "nobody": true, "exim": true, "smtp": true, "user": true, "admin": true, "test": true, "daemon": true, "mailbox": true, "local": true, "unknown": true}

// isMails says whether a record was recognised.
func isMails(rec plog.LogRecord) bool { _, ok := rec.Attributes().Get("smtp.event"); return ok }

// text is a record as it leaves.
func recordText(t *testing.T, rec plog.LogRecord) string {
	t.Helper()
	ld := plog.NewLogs()
	rec.CopyTo(ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	text, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return unescape.Replace(string(text))
}

var unescape = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`, `\\`, `\`)

// modes are the settings that hide.
var modes = map[string]func(*site.Privacy){
	"hash":   func(p *site.Privacy) { p.Addresses, p.IPs = "hash", "hash" },
	"domain": func(p *site.Privacy) { p.Addresses, p.IPs, p.FailedLogins = "domain", "truncate", "keep" },
}

const hashKey = "a key of the test's own"

// Of every log that the repository has, with bodies hidden, too: no address, IP address or user that an independent reader finds in it is in any record, metric,
// saved state or own log. And what is hidden changes nothing else: every record has the same event, message, verdict, reason, provider and direction, its session
// joins the same records, and every number of every metric is the same.
func TestNobodyOfALogLeavesAndAllElseStays(t *testing.T) {
	for _, file := range everyText(t) {
		t.Run(strings.TrimPrefix(file, "../../"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			text, had := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), look(string(data))
			plain := through(t, text, func(*smtpprocessor.Config) {})
			for name, mode := range modes {
				out := through(t, text, func(c *smtpprocessor.Config) {
					mode(&c.Privacy)
					c.Privacy.Bodies, c.Privacy.HashKey = true, hashKey
				})
				var texts []string
				for _, rec := range out.records {
					if isMails(rec) {
						texts = append(texts, recordText(t, rec))
					}
				}
				if len(had.toldBy(strings.Join(texts, "\n"))) > 0 {
					for _, text := range texts {
						assert.Empty(t, had.toldBy(text), "%s: a record: %s", name, text)
					}
				}
				assert.Empty(t, had.toldBy(out.all), "%s: a metric: %s", name, out.all)
				assert.Empty(t, had.toldBy(out.said), "%s: the own log: %s", name, out.said)
				for _, word := range had.toldBy(out.state) { // sealed bytes may be any short word
					assert.LessOrEqual(t, len(word), 7, "%s: the state", name)
				}
				sameElse(t, &plain, &out)
			}
		})
	}
}

// toldBy lists what a text tells of that the log named: the text is cut where no address and no name goes on, and each piece is looked up.
func (f *found) toldBy(text string) (told []string) {
	add := func(what string, is bool) {
		if is && !slices.Contains(told, what) {
			told = append(told, what)
		}
	}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"<>()[],;:\\", r) }) {
		word := strings.ToLower(strings.TrimRight(piece, ".-_"))
		for ; word != ""; _, word, _ = strings.Cut(word, "=") {
			add(word, strings.Contains(word, "@") && f.addresses[word])
			add(word, f.ips[word] && !isNetwork(word))
			if !strings.Contains(word, "=") {
				break
			}
		}
		word = strings.Trim(piece, ".'`!?=")
		if i := strings.LastIndexByte(word, '='); i >= 0 {
			word = word[i+1:]
		}
		add("user "+word, f.users[word] && len(word) > 3 && !roles[strings.ToLower(word)])
	}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != ':' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F')
	}) {
		add(piece, f.ips[strings.Trim(piece, ".:")] && !isNetwork(strings.Trim(piece, ".:")))
	}
	return told
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

// private are the attributes that are hidden, or made of what is.
var private = regexp.MustCompile(`^(smtp\.(mail_from|rcpt_to|orig_rcpt_to|rcpt_to_list|argument|reply\.text|reply\.fingerprint|helo|source\.address|delivery\.mailbox|recipients|hops|commands|remote_queue_id|filter\.verdict)|email\.(message_id|subject)|user\.name|client\.address|server\.address|network\.peer\.address|log\.record\.original|copied)$`)

// joins are the attributes that name sessions: they are made of addresses, so they are other ones, and join the same records.
var joins = map[string]bool{"smtp.session.id": true, "smtp.origin.session.id": true, "smtp.transaction.id": true}

// sameElse holds the records and numbers of a log against those of the same log with names.
func sameElse(t *testing.T, plain, hidden *outcome) {
	t.Helper()
	require.Len(t, hidden.records, len(plain.records))
	to, back := map[string]string{}, map[string]string{}
	for i, rec := range plain.records {
		want, got := public(rec), public(hidden.records[i])
		for name := range joins {
			id, other := want[name], got[name]
			require.Equal(t, id == "", other == "", "%s of %s", name, rec.Body().AsString())
			if to[id] == "" && back[other] == "" {
				to[id], back[other] = other, id
			}
			want[name], got[name] = to[id], to[back[other]]
		}
		require.Equal(t, want, got, "%s", rec.Body().AsString())
	}
	require.Equal(t, values([]pmetric.Metrics{plain.metrics}), values([]pmetric.Metrics{hidden.metrics}))
}

// public is what of a record is not hidden.
func public(rec plog.LogRecord) map[string]string {
	list := map[string]string{"time": rec.Timestamp().String(), "severity": rec.SeverityText(), "event": rec.EventName(), "trace": rec.TraceID().String()}
	for k, v := range rec.Attributes().All() {
		if !private.MatchString(k) {
			list[k] = v.AsString()
		}
	}
	return list
}
