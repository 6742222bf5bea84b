package smtpconnector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/perconfig"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// core is what the instances of one smtp share. The Collector makes one for each pair of signals that its pipelines ask for (logs to metrics, to logs,
// to traces), gives all of them the same configuration, and brings every batch to each: so one of them looks at what a batch says for all (leads), and
// they share own telemetry, the memory of batches and what is said once.
type core struct {
	cfg       *Config
	id        component.ID
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	now       func() time.Time

	mu      sync.Mutex // of all that follows
	store   *store     // nil where no pipeline takes metrics
	sample  metrics.Sample
	batches batches
	watch   *watch // nil where nobody asks for incidents

	life   sync.Mutex
	began  bool
	failed error        // of the start
	made   [signals]int // instances that were made and not shut down
	leader signal
	forget func() // takes the core out of the factory's memory

	enriched                   atomic.Bool  // some record was
	unenriched                 atomic.Int64 // records before the first of those
	saidUnenriched, saidSchema sync.Once
}

// signal is what an instance makes of logs.
type signal uint8

// The signals. The first that there is leads.
const (
	toMetrics signal = iota
	toLogs
	toTraces
	signals
)

func (s signal) String() string { return [...]string{"metrics", "logs", "traces"}[s] }

func newCore(cfg *Config, set connector.Settings, now func() time.Time) (*core, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	c := &core{cfg: cfg, id: set.ID, logger: set.Logger, telemetry: builder, now: now, leader: signals, forget: func() {}}
	return c, c.gauges()
}

// instance is service.instance.id of what the connector makes.
func (c *core) instance() string {
	if c.cfg.InstanceID != "" {
		return c.cfg.InstanceID
	}
	return stableID(c.id)
}

// join adds an instance. The Collector makes all of them before it starts one.
func (c *core) join(s signal) {
	c.life.Lock()
	defer c.life.Unlock()
	c.made[s]++
	c.leader = min(c.leader, s)
}

// leads says whether the instance that makes this signal is the one that looks at a batch for all.
func (c *core) leads(s signal) bool { return s == c.leader }

// begin starts the core, with the first of its instances.
func (c *core) begin(ctx context.Context, host component.Host) error {
	c.life.Lock()
	defer c.life.Unlock()
	if !c.began {
		c.began = true
		if c.watch != nil {
			c.failed = c.watch.start(ctx, host)
		}
	}
	return c.failed
}

// leave takes an instance out; with the last of them the core ends. It is called once for each that has joined.
func (c *core) leave(ctx context.Context, s signal) (err error) {
	c.life.Lock()
	defer c.life.Unlock()
	c.made[s]--
	if c.made == [signals]int{} {
		c.forget()
		if c.watch != nil {
			err = c.watch.end(ctx)
		}
		c.telemetry.Shutdown()
	}
	return err
}

// cores finds the core of a configuration: the Collector gives every instance of a component the same one, and another after a reload.
type cores struct {
	perconfig.Shared[Config, core]
}

func (s *cores) of(cfg *Config, set connector.Settings, now func() time.Time) (*core, error) {
	return s.Of(cfg, func(forget func()) (*core, error) {
		c, err := newCore(cfg, set, now)
		if err == nil {
			c.forget = forget
		}
		return c, err
	})
}
