package smtpprocessor

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// smtpProcessor enriches the mail logs of one pipeline. What a line means is the engine's work (internal/...); here is only what
// the Collector asks for: batches, refusals, life cycle. What it has in common with other pipelines is its core.
type smtpProcessor struct {
	*core
	next consumer.Logs
	once sync.Once
}

// newProcessor is a processor with a core of its own.
func newProcessor(cfg *Config, set processor.Settings, next consumer.Logs, now func() time.Time) (*smtpProcessor, error) {
	c, err := newCore(cfg, set, now)
	if err != nil {
		return nil, err
	}
	return newPipeline(c, next), nil
}

func newPipeline(c *core, next consumer.Logs) *smtpProcessor {
	p := &smtpProcessor{core: c, next: next}
	c.join(p)
	return p
}

// Capabilities says that records are changed in place.
func (*smtpProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start starts the core, with the first of its pipelines.
func (p *smtpProcessor) Start(ctx context.Context, host component.Host) error {
	return p.start(ctx, host)
}

// Shutdown saves the state where there is storage, behind the last pipeline; without it what is open of the hosts that were observed through
// this pipeline goes out as partial. Safe before Start and twice.
func (p *smtpProcessor) Shutdown(ctx context.Context) (err error) {
	p.once.Do(func() {
		p.settle()
		last := p.leave(p)
		if p.store == nil {
			sending, cancel := context.WithTimeout(ctx, patience)
			err = p.sendOpen(sending, last)
			cancel()
		}
		if last {
			err = errors.Join(err, p.end(ctx))
		}
	})
	return err
}

// ConsumeLogs enriches the batch in place and hands it on. A batch that was refused before gives the same output.
func (p *smtpProcessor) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if p.passes(ctx) {
		return p.next.ConsumeLogs(ctx, ld)
	}
	if flight := checkpoint.FlightFromContext(ctx); flight != nil { // on its way to other pipelines, too
		flight.Board(p.core, p.accepting.enter, p.accepting.leave)
	} else {
		p.accepting.enter()
		defer p.accepting.leave()
	}
	round, _ := checkpoint.FromContext(ctx)
	if p.store != nil && round != nil {
		round.Join(p.core)
	}
	if err := p.sendKept(ctx); err != nil {
		return err
	}
	in := batchid.ContentOf(ld)
	if again, changed := p.refusals.find(in); again != nil {
		if !changed {
			again.logs.CopyTo(ld)
		}
		return p.resend(ctx, again, ld)
	}
	p.rounds.brought(round, p.changes.Add(1))
	now := p.now()
	p.telemetry.batch(ctx, p.enricher.Enrich(ld, now, p))
	p.telemetry.lag(ctx, ld, now)
	if ld.LogRecordCount() == 0 {
		return nil
	}
	id, counts := batchid.ID{Owner: p.owner, Seq: p.seq.Add(1)}, batchid.NewCounts()
	if p.count.Load() > 1 { // a fan-out brings it to the other pipelines, too
		return p.resend(ctx, p.refusals.add(in, id, counts, ld), ld)
	}
	err := p.hand(ctx, id, counts, ld)
	if err != nil && !consumererror.IsPermanent(err) { // a batch that is refused for good does not come again
		return p.refuse(ctx, p.refusals.add(in, id, counts, ld), ld, err)
	}
	return err
}

// resend hands on a batch that is known, under the identity that it had.
func (p *smtpProcessor) resend(ctx context.Context, b *refused, ld plog.Logs) error {
	err := p.hand(ctx, b.id, b.counts, ld)
	if err != nil && !consumererror.IsPermanent(err) {
		return p.refuse(ctx, b, ld, err)
	}
	p.refusals.done(b, p, int(p.count.Load())) // accepted, or refused for good
	return err
}

// sendMade hands on the records that no batch is behind and that are this pipeline's. What is refused waits on.
func (p *smtpProcessor) sendMade(ctx context.Context) error {
	waiting, ok := p.pending[p]
	if !ok {
		return nil
	}
	p.changes.Add(1)
	logs := plog.NewLogs()
	waiting.CopyTo(logs)
	id := batchid.ID{Owner: p.owner, Seq: p.seq.Add(1)}
	if err := p.next.ConsumeLogs(batchid.NewContext(p.passed(ctx), id), logs); err != nil {
		return err
	}
	delete(p.pending, p)
	return nil
}

// sendOpen ends what is open of this pipeline's hosts, and of all when it is the last, and hands on the records of that.
func (p *smtpProcessor) sendOpen(ctx context.Context, last bool) error {
	p.accepting.enter()
	defer p.accepting.leave()
	p.pending.add(p.close(ctx, p, last))
	if last {
		for via := range p.pending {
			p.pending.move(via, p)
		}
	}
	return p.sendMade(ctx)
}
