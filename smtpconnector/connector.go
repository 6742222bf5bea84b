package smtpconnector

import (
	"context"
	"encoding/hex"
	"errors"
	"hash/fnv"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// smtpConnector adds up enriched records and hands on the metrics at every flush. It reads attributes only.
type smtpConnector struct {
	cfg       *Config
	name      string // of who counts
	logger    *zap.Logger
	next      consumer.Metrics
	telemetry *metadata.TelemetryBuilder
	now       func() time.Time
	instance  string

	mu      sync.Mutex
	store   *store
	sample  sample
	batches batches
	flushed pcommon.Timestamp // when the last flush was accepted

	flushing sync.Mutex
	stop     chan struct{}
	done     sync.WaitGroup
	once     sync.Once

	saidUnenriched, saidSchema sync.Once
}

func newConnector(cfg *Config, set connector.Settings, next consumer.Metrics, now func() time.Time) (*smtpConnector, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	c := &smtpConnector{
		cfg: cfg, name: set.ID.String() + " metrics", logger: set.Logger, next: next, telemetry: builder, now: now,
		instance: cfg.InstanceID, store: newStore(cfg), stop: make(chan struct{}),
	}
	if c.instance == "" {
		c.instance = stableID(set.ID)
	}
	return c, c.gauges()
}

// stableID is the same at every start, unlike the collector's own, so that series go on; and another for every collector and connector.
func stableID(id component.ID) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(host + "\x00" + id.String()))
	return hex.EncodeToString(h.Sum(nil))
}

// Capabilities says that records are only read.
func (*smtpConnector) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start begins to flush.
func (c *smtpConnector) Start(context.Context, component.Host) error {
	c.done.Add(1)
	go c.tick()
	return nil
}

// Shutdown hands on what there is, a last time. Safe before Start and twice.
func (c *smtpConnector) Shutdown(ctx context.Context) error {
	var err error
	c.once.Do(func() {
		close(c.stop)
		c.done.Wait()
		err = c.last(ctx)
		c.telemetry.Shutdown()
	})
	return err
}

// last hands on what there is for good: a series that nobody has seen yet at zero, then every series at its value.
func (c *smtpConnector) last(ctx context.Context) error {
	c.mu.Lock()
	unborn := c.store.unborn()
	c.mu.Unlock()
	var err error
	if unborn {
		err = c.flush(ctx)
	}
	c.mu.Lock()
	c.store.final = true
	c.mu.Unlock()
	return errors.Join(err, c.flush(ctx))
}

func (c *smtpConnector) tick() {
	defer c.done.Done()
	ticker := time.NewTicker(c.cfg.MetricsFlushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
			if err := c.flush(context.Background()); err != nil {
				c.logger.Warn("metrics were refused; nothing is lost, they go out with the next flush", zap.Error(err))
			}
		}
	}
}

// flush hands on all series, outside of the lock.
func (c *smtpConnector) flush(ctx context.Context) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	now := max(pcommon.NewTimestampFromTime(c.now()), c.flushed+pcommon.Timestamp(time.Millisecond)) // two points of a series at one time would be one
	c.store.expire(now)
	out := c.store.build(now, c.flushed, c.instance)
	c.mu.Unlock()
	var err error
	if out.DataPointCount() > 0 {
		err = c.next.ConsumeMetrics(ctx, out)
	}
	c.mu.Lock()
	c.store.settle(err == nil, now)
	if err == nil {
		c.flushed = now
	}
	c.mu.Unlock()
	return err
}

// ConsumeLogs counts the enriched records of a batch, once: a batch that comes again because another branch refused it has been counted.
func (c *smtpConnector) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	var t tally
	now := pcommon.NewTimestampFromTime(c.now())
	c.mu.Lock()
	if c.batches.seen(ctx, c.name, ld) {
		t.retried = 1
	} else {
		c.count(ld, now, &t)
	}
	t.overflown, c.store.overflown = c.store.overflown, 0
	c.mu.Unlock()
	c.report(ctx, &t)
	return nil
}

// count goes through the records under our scope.
func (c *smtpConnector) count(ld plog.Logs, now pcommon.Timestamp, t *tally) {
	for _, rl := range ld.ResourceLogs().All() {
		host := ""
		if v, ok := rl.Resource().Attributes().Get(attrs.HostName); ok {
			host = v.AsString()
		}
		for _, sl := range rl.ScopeLogs().All() {
			if sl.Scope().Name() != attrs.Scope {
				t.foreign += int64(sl.LogRecords().Len())
				continue
			}
			t.otherSchema = t.otherSchema || sl.Scope().Version() != attrs.Version
			for _, rec := range sl.LogRecords().All() {
				c.record(host, rec, now, t)
			}
		}
	}
}

func (c *smtpConnector) record(host string, rec plog.LogRecord, now pcommon.Timestamp, t *tally) {
	s := &c.sample
	switch {
	case !s.take(rec.Attributes()):
		return
	case s.isTrue(sDuplicate):
		t.duplicates++
		return
	}
	s.complete()
	t.counted++
	if s.has[sHost] {
		host = s.text[sHost]
	}
	s.time = rec.Timestamp()
	c.store.observe(origin{host, s.text[sInstance]}, s, now)
}
