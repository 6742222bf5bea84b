package smtpprocessor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// smtpProcessor enriches mail logs. What a line means is the engine's work (internal/...); here is only what the
// Collector asks for: batches, refusals, checkpoints, life cycle and own telemetry.
type smtpProcessor struct {
	cfg       *Config
	id        component.ID
	logger    *zap.Logger
	next      consumer.Logs
	telemetry *telemetry
	now       func() time.Time

	engine   *engine
	refusals *refusals
	store    *store // nil without storage
	owner    uint64
	seq      atomic.Uint64
	changed  atomic.Bool // since the state was saved

	// What a silent source's expiry made and nobody has accepted yet.
	pending *plog.Logs

	// accepting is held for reading by every batch on its way and for writing by a checkpoint: what is saved covers
	// accepted batches only.
	accepting sync.RWMutex

	stop chan struct{}
	done sync.WaitGroup
	once sync.Once
}

// tickInterval is how often sources that have gone silent are looked at, at least.
const tickInterval = 5 * time.Second

var owners atomic.Uint64

func newProcessor(cfg *Config, set processor.Settings, next consumer.Logs, now func() time.Time) (*smtpProcessor, error) {
	e, err := newEngine(cfg, set.Logger)
	if err != nil {
		return nil, err
	}
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	p := &smtpProcessor{
		cfg: cfg, id: set.ID, logger: set.Logger, next: next, now: now,
		engine: e, refusals: newRefusals(), owner: owners.Add(1), stop: make(chan struct{}),
	}
	p.telemetry, err = newTelemetry(builder, e)
	return p, err
}

// Capabilities says that records are changed in place.
func (*smtpProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start reads the saved state, if there is storage, and begins to look after silent sources.
func (p *smtpProcessor) Start(ctx context.Context, host component.Host) error {
	if p.cfg.Storage != nil {
		s, err := openStore(ctx, host, *p.cfg.Storage, p.id)
		if err != nil {
			return err
		}
		p.store = s
		p.restore(ctx)
	}
	p.done.Add(1)
	go p.tick()
	return nil
}

// Shutdown saves the state where there is storage; without it what is open goes out as partial. Safe before Start and twice.
func (p *smtpProcessor) Shutdown(ctx context.Context) error {
	var err error
	p.once.Do(func() {
		close(p.stop)
		p.done.Wait()
		if p.store != nil {
			_, err = p.Checkpoint(checkpoint.Final(ctx))
			err = errors.Join(err, p.store.close(ctx))
		} else {
			err = p.sendMade(ctx, p.engine.close())
		}
		p.telemetry.shutdown()
	})
	return err
}

// ConsumeLogs enriches the batch in place and hands it on. A batch that was refused before gives the same output.
func (p *smtpProcessor) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	p.accepting.RLock()
	defer p.accepting.RUnlock()
	if p.store != nil {
		if round, ok := checkpoint.FromContext(ctx); ok {
			round.Join(p)
		}
	}
	in := contentOf(ld)
	if again, changed := p.refusals.find(in); again != nil {
		if !changed {
			again.logs.CopyTo(ld)
		}
		return p.resend(ctx, again, ld)
	}
	p.changed.Store(true)
	p.telemetry.batch(ctx, p.engine.enrich(ld, p.now()))
	if ld.LogRecordCount() == 0 {
		return nil
	}
	id := batchid.ID{Owner: p.owner, Seq: p.seq.Add(1)}
	err := p.next.ConsumeLogs(batchid.NewContext(ctx, id), ld)
	if err != nil {
		p.telemetry.refused(ctx)
		if !consumererror.IsPermanent(err) { // a batch that is refused for good does not come again
			p.refusals.add(in, id, ld)
		}
	}
	return err
}

// resend hands on a batch that was refused before, under the identity that it had.
func (p *smtpProcessor) resend(ctx context.Context, b *refused, ld plog.Logs) error {
	err := p.next.ConsumeLogs(batchid.NewContext(ctx, b.id), ld)
	if err != nil {
		p.telemetry.refused(ctx)
	}
	if err != nil && !consumererror.IsPermanent(err) {
		p.refusals.again(b, ld)
		return err
	}
	p.refusals.done(b) // accepted, or refused for good
	return err
}

// tick expires what belongs to silent sources, and saves the state when it is time.
func (p *smtpProcessor) tick() {
	defer p.done.Done()
	ticker := time.NewTicker(min(tickInterval, p.cfg.CheckpointInterval))
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.lookAfter(context.Background())
		}
	}
}

// lookAfter is one turn of the ticker.
func (p *smtpProcessor) lookAfter(ctx context.Context) {
	if err := p.sendMade(ctx, p.engine.tick(p.now())); err != nil {
		p.logger.Warn("records of expired sessions were refused, they will be sent again", zap.Error(err))
	}
	if p.store == nil {
		return
	}
	if _, err := p.Checkpoint(ctx); err != nil {
		p.logger.Error("the state could not be saved", zap.Error(err))
	}
}

// sendMade hands on records that no batch is behind. What is refused waits for the next turn.
func (p *smtpProcessor) sendMade(ctx context.Context, made plog.Logs) error {
	p.accepting.RLock()
	defer p.accepting.RUnlock()
	if p.pending != nil {
		made.ResourceLogs().MoveAndAppendTo(p.pending.ResourceLogs())
		made = *p.pending
	}
	if made.LogRecordCount() == 0 {
		return nil
	}
	p.changed.Store(true)
	keep := plog.NewLogs()
	made.CopyTo(keep)
	id := batchid.ID{Owner: p.owner, Seq: p.seq.Add(1)}
	if err := p.next.ConsumeLogs(batchid.NewContext(ctx, id), made); err != nil {
		p.pending = &keep
		return err
	}
	p.pending = nil
	return nil
}
