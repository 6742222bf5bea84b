package truth

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
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

// Of every log that the repository has, with bodies hidden, too: no address, IP address or user that an independent reader finds in it is in any record, metric,
// saved state or own log. And what is hidden changes nothing else: every record has the same event, message, verdict, reason, provider and direction, its session
// joins the same records, and every number of every metric is the same.
func TestNobodyOfALogLeavesAndAllElseStays(t *testing.T) {
	for _, file := range everyText(t) {
		t.Run(strings.TrimPrefix(file, "../../"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			text, all := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), LookForPersons(string(data))
			plain := through(t, text, func(*smtpprocessor.Config) {})
			for name, mode := range PrivacyModes {
				had := mode.Hidden(all)
				out := through(t, text, func(c *smtpprocessor.Config) {
					mode.Change(&c.Privacy)
					c.Privacy.Bodies, c.Privacy.HashKey = true, HashKey
				})
				var texts []string
				for _, rec := range out.records {
					if isMails(rec) {
						texts = append(texts, recordText(t, rec))
					}
				}
				if len(had.ToldBy(strings.Join(texts, "\n"))) > 0 {
					for _, text := range texts {
						assert.Empty(t, had.ToldBy(text), "%s: a record: %s", name, text)
					}
				}
				if mode.Domain != nil {
					assert.NotRegexp(t, mode.Domain, strings.Join(texts, "\n"), name)
					assert.NotRegexp(t, mode.Domain, out.all, name)
				}
				assert.Empty(t, had.ToldBy(out.all), "%s: a metric: %s", name, out.all)
				assert.Empty(t, had.ToldBy(out.said), "%s: the own log: %s", name, out.said)
				for _, word := range had.ToldBy(out.state) { // sealed bytes may be any short word
					assert.LessOrEqual(t, len(word), 7, "%s: the state", name)
				}
				sameElse(t, &plain, &out, mode.Domain != nil)
			}
		})
	}
}

// A line that a mail program wrote in words that nobody knows names nobody either, where bodies are hidden; one of another program stays as it is.
func TestWordsThatNobodyKnowsNameNobody(t *testing.T) {
	for _, name := range []string{"postfix-main.rfc3164.log", "sendmail-main.rfc3164.log", "opensmtpd-main.rfc3164.log"} {
		data, err := os.ReadFile("../../testdata/" + name)
		require.NoError(t, err)
		text := strings.ReplaceAll(strings.TrimSuffix(string(data), "\n"), "]: ", "]: hereby newly said, ")
		own, all := strings.Split(text, "\n"), LookForPersons(text)
		const other = "Nov 23 15:22:32 mailout accounts[470]: anna@example.com came from 192.0.2.7"
		for mode, set := range PrivacyModes {
			hide := func(c *smtpprocessor.Config) {
				set.Change(&c.Privacy)
				c.Privacy.Bodies, c.Privacy.HashKey = true, HashKey
			}
			hidden, unknown := set.Hidden(all), 0
			for _, rec := range through(t, own, hide).records {
				if !isMails(rec) {
					unknown++
				}
				require.Empty(t, hidden.ToldBy(recordText(t, rec)), "%s: %s", mode, rec.Body().AsString())
			}
			require.Greater(t, unknown, len(own)*9/10, name)
			require.Equal(t, other, through(t, []string{own[0], other}, hide).records[1].Body().AsString())
		}
	}
}

// private are the attributes that are hidden, or made of what is.
var private = regexp.MustCompile(`^(smtp\.(mail_from|rcpt_to|orig_rcpt_to|rcpt_to_list|argument|reply\.text|reply\.fingerprint|helo|source\.address|delivery\.mailbox|recipients|hops|commands|remote_queue_id|filter\.verdict)|email\.(message_id|subject)|user\.name|client\.address|server\.address|network\.peer\.address|log\.record\.original|copied)$`)

// joins are the attributes that name sessions: they are made of addresses, so they are other ones, and join the same records.
var joins = map[string]bool{"smtp.session.id": true, "smtp.origin.session.id": true, "smtp.transaction.id": true}

// sameElse holds the records and numbers of a log against those of the same log with names.
func sameElse(t *testing.T, plain, hidden *outcome, domains bool) {
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
		if domains {
			for _, name := range [...]string{"smtp.mail_from_domain", "smtp.destination.domain"} {
				require.Equal(t, want[name] == "", got[name] == "", "%s of %s", name, rec.Body().AsString())
				delete(want, name)
				delete(got, name)
			}
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
