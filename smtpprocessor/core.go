package smtpprocessor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/perconfig"
	"github.com/otelcol-smtp/otelcol-smtp/internal/recurring"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// core is what all pipelines that name one smtp share. A component is told its id and not its pipeline, and a storage extension gives one
// client for an id: so they share the engine, the saved state, the memory of refused batches, the ticker and own telemetry.
type core struct {
	cfg       *Config
	id        component.ID
	logger    *zap.Logger
	telemetry *telemetry
	now       func() time.Time

	engine   *engine.Engine
	enricher *enrich.Enricher
	reasons  reasonsRead

	refusals *refusals
	store    *store // nil without storage
	owner    uint64
	seq      atomic.Uint64
	changes  atomic.Uint64 // of the state
	rounds   rounds

	// pending is what a silent source's expiry made and nobody has accepted yet. The ticker's, and behind it the shutdown's.
	pending made
	kept    kept

	unsaved, unsent *recurring.Failure

	accepting *gate
	saving    sync.Mutex // one checkpoint at a time

	life      sync.Mutex
	began     bool
	failed    error            // of the start
	pipelines []*smtpProcessor // made and not shut down, in the order in which they were made
	count     atomic.Int32     // of them
	joined    int              // how many were made

	// hurry ends what the ticker sends.
	hurry atomic.Pointer[context.CancelFunc]

	stop     chan struct{}
	stopping sync.Once
	done     sync.WaitGroup
	forget   func() // takes the core out of the factory's memory
}

// tickInterval is how often sources that have gone silent are looked at, at least.
const tickInterval = 5 * time.Second

// patience is how long an end waits for a consumer that holds on to records.
const patience = 5 * time.Second

var owners atomic.Uint64

func newCore(cfg *Config, set processor.Settings, now func() time.Time) (*core, error) {
	e, file, err := newEngine(cfg, set.Logger)
	if err != nil {
		return nil, err
	}
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	c := &core{
		cfg: cfg, id: set.ID, logger: set.Logger, now: now, forget: func() {},
		engine: e, enricher: enrich.New(e, enrich.Choices{Full: cfg.Full(), DropChatter: cfg.Drops()}), reasons: reasonsRead{file: file},
		refusals: newRefusals(), owner: owners.Add(1), pending: made{}, accepting: newGate(), stop: make(chan struct{}),
	}
	c.unsaved = recurring.New(
		c.logger, zap.ErrorLevel, "the state cannot be saved; after a crash what came since is read again", "the state is saved again",
	)
	c.unsent = recurring.New(
		c.logger, zap.WarnLevel,
		"records of expired sessions were refused, they will be sent again", "records of expired sessions are taken again",
	)
	c.telemetry, err = newTelemetry(builder, e)
	return c, err
}

// join adds a pipeline. Pipelines are made before any of them starts.
func (c *core) join(p *smtpProcessor) {
	c.life.Lock()
	defer c.life.Unlock()
	c.pipelines = append(c.pipelines, p)
	c.joined++
	c.count.Store(int32(len(c.pipelines)))
}

// start reads the saved state, if there is storage, and begins to look after silent sources: once for all pipelines.
func (c *core) start(ctx context.Context, host component.Host) error {
	c.life.Lock()
	defer c.life.Unlock()
	if c.began {
		return c.failed
	}
	c.began = true
	if c.cfg.Storage != nil {
		if c.store, c.failed = openStore(ctx, host, *c.cfg.Storage, c.id); c.failed != nil {
			return c.failed
		}
		c.restore(ctx)
	}
	c.done.Add(1)
	go c.tick()
	return nil
}

// leave takes a pipeline out, and says whether it was the last.
func (c *core) leave(p *smtpProcessor) (last bool) {
	c.life.Lock()
	defer c.life.Unlock()
	if i := slices.Index(c.pipelines, p); i >= 0 {
		c.pipelines = slices.Delete(c.pipelines, i, i+1)
	}
	c.count.Store(int32(len(c.pipelines)))
	return len(c.pipelines) == 0
}

// settle ends the ticker. The first pipeline that shuts down does so: from then on there is not everybody to send records to.
func (c *core) settle() {
	c.stopping.Do(func() { close(c.stop) })
	defer c.hurryTicker()()
	c.done.Wait()
}

// hurryTicker lets the ticker's sending end, when it does not do so itself in time. What it gives back is to be called when nobody waits any more.
func (c *core) hurryTicker() (stop func()) {
	timer := time.AfterFunc(patience, func() {
		if cancel := c.hurry.Load(); cancel != nil {
			(*cancel)()
		}
	})
	return func() { timer.Stop() }
}

// end saves the state, where there is storage: the last pipeline has gone.
func (c *core) end(ctx context.Context) (err error) {
	c.forget()
	if c.store != nil {
		_, err = c.Checkpoint(checkpoint.Final(ctx))
		err = errors.Join(err, c.store.close(ctx))
	}
	c.telemetry.shutdown()
	return err
}

// tick expires what belongs to silent sources, saves the state when it is time, and looks whether the user's reasons have changed.
func (c *core) tick() {
	defer c.done.Done()
	ticker := time.NewTicker(min(tickInterval, c.cfg.CheckpointInterval))
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
			select {
			case <-c.stop: // both are there when the turn before took long: settle would wait for another one, which nobody hurries any more
				return
			default:
			}
			c.lookAfter(context.Background())
		}
	}
}

// lookAfter is one turn of the ticker.
func (c *core) lookAfter(ctx context.Context) {
	c.rereadReasons()
	sending, cancel := context.WithCancel(ctx)
	c.hurry.Store(&cancel)
	err := c.expire(sending)
	cancel()
	c.unsent.Note(err)
	if c.store == nil {
		return
	}
	saved, err := c.Checkpoint(ctx)
	if err != nil {
		c.telemetry.unsaved(ctx)
	}
	if saved || err != nil {
		c.unsaved.Note(err)
	}
}

// expire ends what is over by the clock and hands on the records of that: those of a host through the pipeline that observed it last.
func (c *core) expire(ctx context.Context) (err error) {
	c.accepting.enter()
	defer c.accepting.leave()
	c.pending.add(c.silent(ctx))
	for i, p := range c.open() {
		if i == 0 {
			c.pending.move(nil, p) // of hosts that no pipeline has observed since the start
			if err = p.sendKept(ctx); err != nil {
				return err
			}
		}
		err = errors.Join(err, p.sendMade(ctx))
	}
	return err
}

// silent ends what belongs to silent hosts, and gives the records of that.
func (c *core) silent(ctx context.Context) made {
	var out session.Output
	c.engine.Tick(c.now(), &out)
	return c.behind(ctx, &out)
}

// close ends what is open of the hosts that were observed through a pipeline, or all when it is the last one, and gives the records of that.
func (c *core) close(ctx context.Context, via *smtpProcessor, last bool) made {
	var out session.Output
	c.engine.CloseHosts(func(host string) bool { return last || c.enricher.Via(host) == via }, &out)
	return c.behind(ctx, &out)
}

// behind gives the records that no batch is behind, and counts them.
func (c *core) behind(ctx context.Context, out *session.Output) made {
	var n enrich.Counts
	n.Output(out)
	c.telemetry.batch(ctx, n)
	all := made{}
	c.enricher.Orphans(out, func(via any) plog.Logs {
		p, _ := via.(*smtpProcessor)
		return all.of(p)
	})
	return all
}

func (c *core) open() []*smtpProcessor {
	c.life.Lock()
	defer c.life.Unlock()
	return slices.Clone(c.pipelines)
}

// passedKey marks what a core has handed on.
type passedKey struct{ c *core }

// passed marks a call to what is behind: a connector may lead from one pipeline of a core into another.
func (c *core) passed(ctx context.Context) context.Context {
	return context.WithValue(ctx, passedKey{c}, true)
}

// passes says whether a batch comes from this core itself: it has been observed, and its way is one that a checkpoint waits for already.
func (c *core) passes(ctx context.Context) bool { return ctx.Value(passedKey{c}) != nil }

// cores finds the core of a configuration: the Collector gives every pipeline that names a component the same one, and another after a reload.
type cores struct {
	perconfig.Shared[Config, core]
}

func (s *cores) of(cfg *Config, set processor.Settings, now func() time.Time) (*core, error) {
	return s.Of(cfg, func(forget func()) (*core, error) {
		c, err := newCore(cfg, set, now)
		if err == nil {
			c.forget = forget
		}
		return c, err
	})
}
