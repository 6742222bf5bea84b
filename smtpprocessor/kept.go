package smtpprocessor

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// kept is the batches that were refused until the process before ended. The state has observed their lines, so what became of them
// was saved with it, and goes out before anything else. The receiver does not read them again.
type kept struct {
	mu   sync.Mutex
	list []keptBatch
	n    atomic.Int32 // of them
}

type keptBatch struct {
	Counted []string `json:"counted,omitempty"` // who did before the restart
	Logs    []byte   `json:"logs"`              // as OTLP

	logs   plog.Logs
	counts *batchid.Counts
}

// keptKey is where they are saved.
const keptKey = "state.refused"

// restore reads them; damaged ones are lost.
func (k *kept) restore(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, &k.list); err != nil {
		k.list = nil
		return err
	}
	for i := range k.list {
		b := &k.list[i]
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(b.Logs)
		if err != nil {
			k.list = nil
			return err
		}
		b.logs, b.counts, b.Logs = logs, batchid.NewCounts(b.Counted...), nil
	}
	k.n.Store(int32(len(k.list)))
	return nil
}

// marshal gives those that are still to go out and those that wait to come again now; nil when there are none.
func (k *kept) marshal(waiting []*refused) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := append([]keptBatch(nil), k.list...)
	for _, b := range waiting {
		list = append(list, keptBatch{logs: b.logs, counts: b.counts})
	}
	if len(list) == 0 {
		return nil, nil
	}
	for i := range list {
		data, err := (&plog.ProtoMarshaler{}).MarshalLogs(list[i].logs)
		if err != nil {
			return nil, err
		}
		list[i].Counted, list[i].Logs = list[i].counts.List(), data
	}
	return json.Marshal(list)
}

// sendKept hands on what was kept. While it is refused nothing else goes out.
func (p *smtpProcessor) sendKept(ctx context.Context) error {
	if p.kept.n.Load() == 0 {
		return nil
	}
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	for len(p.kept.list) > 0 {
		b := p.kept.list[0]
		logs := plog.NewLogs()
		b.logs.CopyTo(logs)
		err := p.hand(ctx, batchid.ID{Owner: p.owner, Seq: p.seq.Add(1)}, b.counts, logs)
		if err != nil && !consumererror.IsPermanent(err) {
			return err
		}
		if err != nil {
			p.logger.Error("records of before the restart were refused for good and are dropped",
				zap.Int("records", b.logs.LogRecordCount()), zap.Error(err))
		}
		p.kept.list = p.kept.list[1:]
		p.kept.n.Add(-1)
		p.changes.Add(1)
	}
	return nil
}

// hand gives a batch to the next consumer, with its identity and the memory of who has counted it.
func (p *smtpProcessor) hand(ctx context.Context, id batchid.ID, counts *batchid.Counts, ld plog.Logs) error {
	err := p.next.ConsumeLogs(batchid.WithCounts(batchid.NewContext(p.passed(ctx), id), counts), ld)
	if err != nil {
		p.telemetry.refused(ctx)
	}
	return err
}

// refuse remembers a batch that is to come again, and gives the error that says so: to a receiver that saves with us, one that the
// batch may be kept.
func (p *smtpProcessor) refuse(ctx context.Context, b *refused, ld plog.Logs, err error) error {
	if _, saves := checkpoint.FromContext(ctx); !saves || p.store == nil {
		p.refusals.waits(b, p, ld, nil)
		return err
	}
	answer := checkpoint.NewRefusal(err)
	p.refusals.waits(b, p, ld, answer)
	return answer
}

// keeps says whether the batches that wait to come again can be kept instead: in a last round, when their receivers understand
// that. Of several pipelines nobody knows after a restart which one refused a batch.
func (c *core) keeps(ctx context.Context, waiting []*refused) bool {
	again := func(b *refused) bool { return slices.Contains(b.answers(), nil) } // whoever brought it brings it again
	return checkpoint.IsFinal(ctx) && c.joined == 1 && !slices.ContainsFunc(waiting, again)
}
