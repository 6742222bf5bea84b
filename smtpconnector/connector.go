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

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/recurring"
)

// smtpConnector adds up enriched records and hands on the metrics at every flush. It reads attributes only.
type smtpConnector struct {
	*core
	next    consumer.Metrics
	flushed pcommon.Timestamp // when the last flush was accepted

	flushing sync.Mutex
	stop     chan struct{}
	done     sync.WaitGroup
	once     sync.Once
}

// newConnector is a connector with a core of its own.
func newConnector(cfg *Config, set connector.Settings, next consumer.Metrics, now func() time.Time) (*smtpConnector, error) {
	c, err := newCore(cfg, set, now)
	if err != nil {
		return nil, err
	}
	return newMetrics(c, next), nil
}

func newMetrics(shared *core, next consumer.Metrics) *smtpConnector {
	c := &smtpConnector{core: shared, next: next, stop: make(chan struct{})}
	c.store = newStore(c.cfg)
	if c.store.wants(metrics.Incidents) {
		c.look()
	}
	c.join(toMetrics)
	return c
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
func (c *smtpConnector) Start(ctx context.Context, host component.Host) error {
	if err := c.begin(ctx, host); err != nil {
		return err
	}
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
		err = errors.Join(c.last(ctx), c.leave(ctx, toMetrics))
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
	refused := recurring.New(
		c.logger, zap.WarnLevel, "metrics were refused; nothing is lost, they go out with the next flush", "metrics are taken again",
	)
	ticker := time.NewTicker(c.cfg.MetricsFlushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
			refused.Note(c.flush(context.Background()))
		}
	}
}

// flush hands on all series, outside of the lock.
func (c *smtpConnector) flush(ctx context.Context) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	// two points of a series at one time would be one
	now := max(pcommon.NewTimestampFromTime(c.now()), c.flushed+pcommon.Timestamp(time.Millisecond))
	c.store.expire(now)
	out := c.store.build(now, c.flushed, c.instance())
	if c.watch != nil {
		c.watch.gauge(c.store, now, out)
	}
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

// ConsumeLogs counts the enriched records of a batch.
func (c *smtpConnector) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	c.observe(ctx, toMetrics, ld)
	return nil
}
