package smtpconnector

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// memory is a storage extension.
type memory struct {
	component.StartFunc
	component.ShutdownFunc
	mu   sync.Mutex
	data map[string][]byte
}

func (m *memory) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return m, nil
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data[key], nil
}

func (m *memory) Set(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data[key] = value
	return nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.data, key)
	return nil
}
func (*memory) Batch(context.Context, ...*storage.Operation) error { return nil }
func (*memory) Close(context.Context) error                        { return nil }

type extensions struct {
	component.Host
	list map[component.ID]component.Component
}

func (h extensions) GetExtensions() map[component.ID]component.Component { return h.list }

var storageID = component.MustNewID("file_storage")

func (m *memory) host() component.Host {
	return extensions{componenttest.NewNopHost(), map[component.ID]component.Component{storageID: m}}
}

// pair is a connector with both of its instances, as the Collector makes them.
type pair struct {
	metrics *smtpConnector
	logs    *incidents
	points  *consumertest.MetricsSink
	told    *consumertest.LogsSink
	clock   *clock
}

func newPair(t *testing.T, next consumer.Logs, change func(*Config)) *pair {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.InstanceID, cfg.SeriesBirth = "test", 0
	if change != nil {
		change(cfg)
	}
	p := &pair{points: new(consumertest.MetricsSink), told: new(consumertest.LogsSink), clock: &clock{noon}}
	if next == nil {
		next = p.told
	}
	c, err := newCore(cfg, connectortest.NewNopSettings(metadata.Type), p.clock.Now)
	require.NoError(t, err)
	p.metrics, p.logs = newMetrics(c, p.points), newIncidents(c, next)
	t.Cleanup(func() {
		_ = p.metrics.Shutdown(context.Background())
		_ = p.logs.Shutdown(context.Background())
	})
	return p
}

// consume brings a batch to both instances, as a fan-out does.
func (p *pair) consume(t *testing.T, ctx context.Context, ld plog.Logs) { //nolint:revive // the test comes first
	t.Helper()
	require.NoError(t, p.logs.ConsumeLogs(ctx, ld))
	require.NoError(t, p.metrics.ConsumeLogs(ctx, ld))
}

// tries is a batch of n messages from a time on, one a second; refused of them are.
func tries(from time.Time, n, refused int) plog.Logs {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = strings.ReplaceAll(sent, "google", "google message.uid="+fmt.Sprintf("%016x", from.Unix()+int64(i)))
		if i >= n-refused {
			lines[i] = strings.ReplaceAll(deferred, "google", "google message.uid="+fmt.Sprintf("%016x", from.Unix()+int64(i)))
		}
	}
	ld := logs(lines...)
	for i, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		rec.SetTimestamp(pcommon.NewTimestampFromTime(from.Add(time.Duration(i) * time.Second)))
	}
	return ld
}

func states(sink *consumertest.LogsSink) (list []string) {
	for _, ld := range sink.AllLogs() {
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			state, _ := rec.Attributes().Get(attrs.IncidentState)
			list = append(list, state.Str())
		}
	}
	return list
}

func TestIncidentIsARecordAndAPoint(t *testing.T) {
	p := newPair(t, nil, nil)
	ctx := t.Context()
	p.consume(t, ctx, tries(noon.Add(-5*time.Hour), 3*3600, 0))
	require.NoError(t, p.logs.send(ctx))
	require.Empty(t, p.told.AllLogs())
	p.consume(t, ctx, tries(noon.Add(-time.Hour), 25, 25))
	require.NoError(t, p.logs.send(ctx))
	require.NoError(t, p.logs.send(ctx)) // what was accepted does not go out again
	require.Equal(t, []string{"started"}, states(p.told))
	ld := p.told.AllLogs()[0]
	rec := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	assert.Equal(t, "smtp.incident", rec.EventName())
	assert.Equal(t, plog.SeverityNumberError, rec.SeverityNumber())
	assert.Equal(t, noon.Add(-time.Hour+19*time.Second), rec.Timestamp().AsTime())
	got := rec.Attributes().AsRaw()
	id := got[attrs.IncidentID]
	assert.Regexp(t, "^[0-9a-f]{16}$", id)
	delete(got, attrs.IncidentID)
	baseline := got[attrs.IncidentBaseline].(float64)
	assert.Less(t, baseline, 0.02)
	delete(got, attrs.IncidentBaseline)
	assert.Equal(t, map[string]any{
		attrs.Event: "incident", attrs.IncidentKind: "refusals", attrs.IncidentState: "started", attrs.IncidentStart: "2026-11-24T11:00:00Z", attrs.Provider: "google",
		attrs.FailureReason: "rate_limited", attrs.FailureCategory: "block", attrs.ReplyCode: int64(421), attrs.IncidentShare: 1.0, attrs.IncidentMessages: int64(20),
		attrs.IncidentTrials: int64(20), attrs.IncidentHelp: "https://support.google.com/a/answer/3726730",
		attrs.IncidentExamples: []any{
			fmt.Sprintf("%016x", noon.Add(-time.Hour).Unix()), fmt.Sprintf("%016x", noon.Add(-time.Hour).Unix()+1), fmt.Sprintf("%016x", noon.Add(-time.Hour).Unix()+2),
		},
	}, got)
	assert.Equal(t, attrs.Scope, ld.ResourceLogs().At(0).ScopeLogs().At(0).Scope().Name())

	require.NoError(t, p.metrics.flush(ctx))
	const name = "smtp.incidents.open"
	assert.Equal(t, []string{"{destination.provider=google failure.reason=rate_limited incident.kind=refusals} 1"}, openPoints(p.points, name))
	p.consume(t, ctx, tries(noon.Add(-time.Hour+time.Minute), 1200, 0))
	require.NoError(t, p.logs.send(ctx))
	assert.Equal(t, []string{"started", "ended"}, states(p.told))
	p.points.Reset()
	require.NoError(t, p.metrics.flush(ctx))
	assert.Equal(t, []string{"{destination.provider=google failure.reason=rate_limited incident.kind=refusals} 0"}, openPoints(p.points, name))
	p.clock.Time = p.clock.Add(time.Hour)
	p.points.Reset()
	require.NoError(t, p.metrics.flush(ctx))
	assert.Empty(t, openPoints(p.points, name))
}

func openPoints(sink *consumertest.MetricsSink, name string) (list []string) {
	for _, md := range sink.AllMetrics() {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() != name {
				continue
			}
			for _, p := range m.Gauge().DataPoints().All() {
				var dims []string
				for _, d := range []string{attrs.Provider, attrs.FailureReason, attrs.IncidentKind} {
					if v, ok := p.Attributes().Get(d); ok {
						dims = append(dims, strings.TrimPrefix(d, "smtp.")+"="+v.Str())
					}
				}
				list = append(list, fmt.Sprintf("{%s} %d", strings.Join(dims, " "), p.IntValue()))
			}
		}
	}
	return list
}

// The batch comes to each instance, and again when another branch has refused it: it is observed once.
func TestBatchIsObservedOnceForAllInstances(t *testing.T) {
	p := newPair(t, nil, nil)
	ctx := batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 1})
	ld := tries(noon.Add(-time.Hour), 12, 12)
	for range 5 {
		p.consume(t, ctx, ld)
	}
	require.NoError(t, p.logs.send(ctx))
	assert.Empty(t, p.told.AllLogs())
	require.NoError(t, p.metrics.flush(ctx))
	assert.Contains(t, strings.Join(points(p.points.AllMetrics()...), "\n"), "smtp.delivery.attempts{delivery.route=mx delivery.status=deferred destination.provider=google email.direction=outbound failure.reason=rate_limited message.kind=mail} 12")
}

// The gauge needs no pipeline of incidents, and without both nobody looks for them.
func TestGaugeAlone(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), tries(noon.Add(-time.Hour), 25, 25)))
	require.NoError(t, conn.flush(t.Context()))
	assert.Len(t, openPoints(sink, "smtp.incidents.open"), 1)
	assert.Empty(t, conn.watch.told, "nobody takes them")

	off := false
	conn, _ = start(t, sink, func(c *Config) { c.Metrics = map[string]MetricConfig{"smtp.incidents.open": {Enabled: &off}} })
	assert.Nil(t, conn.watch)
	require.NoError(t, conn.ConsumeLogs(t.Context(), tries(noon.Add(-time.Hour), 25, 25)))
}

// Without a metrics pipeline the instance of incidents looks itself, and counts nothing.
func TestIncidentsAlone(t *testing.T) {
	f, sink := NewFactory(), new(consumertest.LogsSink)
	c, err := f.CreateLogsToLogs(t.Context(), connectortest.NewNopSettings(metadata.Type), f.CreateDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, c.ConsumeLogs(t.Context(), tries(noon.Add(-time.Hour), 25, 25)))
	assert.Eventually(t, func() bool { return len(states(sink)) == 1 }, 20*time.Second, 5*time.Millisecond) // at once, not at the next tick
	require.NoError(t, c.Shutdown(t.Context()))
	require.NoError(t, c.Shutdown(t.Context()))
}

// A pipeline of incidents that is stuck keeps no mail log back, and misses nothing.
func TestIncidentsThatWereRefusedGoOutAgain(t *testing.T) {
	busy := true
	sink := new(consumertest.LogsSink)
	next, err := consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
		if busy {
			return errors.New("busy")
		}
		return sink.ConsumeLogs(ctx, ld)
	})
	require.NoError(t, err)
	p := newPair(t, next, nil)
	p.consume(t, t.Context(), tries(noon.Add(-time.Hour), 25, 25))
	require.Error(t, p.logs.send(t.Context()))
	busy = false
	require.NoError(t, p.logs.send(t.Context()))
	assert.Equal(t, []string{"started"}, states(sink))
}

// With storage an incident goes on behind a restart, and what nobody accepted goes out then.
func TestIncidentOutlivesARestart(t *testing.T) {
	m := &memory{data: map[string][]byte{}}
	stored := func(c *Config) { c.Storage = &storageID }
	refusing := consumertest.NewErr(errors.New("busy"))
	p := newPair(t, refusing, stored)
	require.NoError(t, p.metrics.Start(t.Context(), m.host()))
	require.NoError(t, p.logs.Start(t.Context(), m.host()))
	p.consume(t, t.Context(), tries(noon.Add(-2*time.Hour), 25, 25))
	require.NoError(t, p.metrics.Shutdown(t.Context()))
	require.Error(t, p.logs.Shutdown(t.Context()))

	p = newPair(t, nil, stored)
	require.NoError(t, p.logs.Start(t.Context(), m.host()))
	require.NoError(t, p.metrics.Start(t.Context(), m.host()))
	p.consume(t, t.Context(), tries(noon.Add(-time.Hour), 10, 10)) // of the same incident
	p.consume(t, t.Context(), tries(noon.Add(-50*time.Minute), 1200, 0))
	require.NoError(t, p.metrics.Shutdown(t.Context()))
	require.NoError(t, p.logs.Shutdown(t.Context()))
	assert.Equal(t, []string{"started", "ongoing", "ended"}, states(p.told))
}

func TestDamagedPastIsSetAside(t *testing.T) {
	m := &memory{data: map[string][]byte{pastKey: []byte("{")}}
	p := newPair(t, nil, func(c *Config) { c.Storage = &storageID })
	require.NoError(t, p.logs.Start(t.Context(), m.host()))
	assert.Equal(t, "{", string(m.data[asideKey]))
	require.NoError(t, p.metrics.Shutdown(t.Context()))
	require.NoError(t, p.logs.Shutdown(t.Context()))
	assert.NotEqual(t, "{", string(m.data[pastKey]))
}

func TestStorageThatIsNotThere(t *testing.T) {
	p := newPair(t, nil, func(c *Config) { c.Storage = &storageID })
	assert.ErrorContains(t, p.logs.Start(t.Context(), componenttest.NewNopHost()), `storage: there is no extension "file_storage"`)
}

// participant is the processor in a receiver's round.
type participant struct{ due bool }

func (p *participant) Checkpoint(context.Context) (bool, error) { return p.due, nil }

// The past is saved behind the processor's state, and only then: else what is read again after a crash would be counted twice.
func TestPastIsSavedBehindTheProcessorsState(t *testing.T) {
	m := &memory{data: map[string][]byte{}}
	p := newPair(t, nil, func(c *Config) { c.Storage = &storageID })
	require.NoError(t, p.logs.Start(t.Context(), m.host()))
	round, processor := checkpoint.NewRound(), &participant{}
	p.consume(t, checkpoint.NewContext(t.Context(), round), tries(noon.Add(-time.Hour), 5, 0))
	round.Join(processor)
	saved, err := round.Checkpoint(t.Context())
	require.NoError(t, err)
	assert.False(t, saved)
	p.metrics.watch.tick(t.Context())
	assert.Empty(t, m.data)
	processor.due = true
	saved, err = round.Checkpoint(t.Context())
	require.NoError(t, err)
	assert.True(t, saved)
	before := maps.Clone(m.data)
	assert.NotEmpty(t, before[pastKey])
}
