package maillogreceiver

import (
	"bytes"
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// persister stands between fileconsumer and the storage. fileconsumer gives it the offsets of all that it has read, at the end of each poll and
// at the end of all; they are written only when all of that was accepted and the components downstream have saved their state, so that on
// disk the offsets never lie ahead. Offsets that are kept back come again with the next poll.
type persister struct {
	storage.Client
	receiver *maillogReceiver
	stores   bool   // there is a storage
	written  []byte // the offsets that are on disk

	mu     sync.Mutex
	final  context.Context // of the shutdown
	looked time.Time       // when a poll's progress was to be saved
}

// progressInterval is how often progress within a poll is to be saved; the components downstream say when they are due.
const progressInterval = 200 * time.Millisecond

// progress saves in the middle of a poll what was accepted: a backlog is one poll, and a crash in it would begin it anew. fileconsumer reads it
// again all the same, and the lines that were accepted are skipped.
func (p *persister) progress(ctx context.Context) error {
	r := p.receiver
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := r.now(); !p.stores || p.final != nil || now.Sub(p.looked) < progressInterval {
		return nil
	} else {
		p.looked = now
	}
	data, err := r.streams.save(false)
	if err != nil {
		return err
	}
	saved, err := r.round.Checkpoint(ctx)
	if err == nil && saved {
		err = p.Client.Set(ctx, streamsKey, data)
	}
	if err != nil {
		r.logger.Warn("progress could not be saved; after a crash more lines are read again", zap.Error(err))
	}
	return nil
}

// last says that the next offsets are the last ones.
func (p *persister) last(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.final = ctx
}

func (p *persister) shutdown() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.final
}

// Set is Batch for one key.
func (p *persister) Set(ctx context.Context, key string, value []byte) error {
	return p.Batch(ctx, storage.SetOperation(key, value))
}

// Batch hands on what was read, and then writes the offsets.
func (p *persister) Batch(ctx context.Context, ops ...*storage.Operation) error {
	r := p.receiver
	send, final := r.running, p.shutdown()
	if final != nil {
		send, ctx = final, checkpoint.Final(final)
	}
	if err := r.flush(send); err != nil {
		return err
	}
	if r.isLost() {
		return errStopped
	}
	if final == nil && len(ops) == 1 && bytes.Equal(ops[0].Value, p.written) {
		return nil
	}
	saved, err := r.round.Checkpoint(ctx)
	if err != nil || !saved {
		return err
	}
	data, err := r.streams.save(true)
	if err != nil {
		return err
	}
	if err := p.Client.Batch(ctx, append(ops, storage.SetOperation(streamsKey, data))...); err != nil {
		return err
	}
	r.streams.pollSaved()
	if len(ops) == 1 {
		p.written = ops[0].Value
	}
	return nil
}
