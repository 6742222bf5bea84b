package smtpprocessor

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// store keeps the tracker's state in a storage extension.
type store struct {
	client storage.Client
	saved  int64 // when, by the processor's clock, in nanoseconds
}

// The keys of the state, and of one that could not be read and was set aside.
const (
	stateKey = "state"
	asideKey = "state.damaged"
)

func openStore(ctx context.Context, host component.Host, ext, id component.ID) (*store, error) {
	client, err := checkpoint.Storage(ctx, host, ext, component.KindProcessor, id)
	if err != nil {
		return nil, err
	}
	return &store{client: client}, nil
}

func (s *store) close(ctx context.Context) error { return s.client.Close(ctx) }

// restore reads the saved state. One that cannot be read is set aside and reported: it is no reason not to start.
func (p *smtpProcessor) restore(ctx context.Context) {
	data, err := p.store.client.Get(ctx, stateKey)
	if err != nil {
		p.logger.Error("the saved state could not be read, starting with none", zap.Error(err))
		return
	}
	if len(data) == 0 {
		return
	}
	if err := p.engine.restore(data); err != nil {
		p.logger.Error("the saved state is damaged or of another version; it is set aside, starting with none",
			zap.String("key", asideKey), zap.Error(err))
		if err := p.store.client.Set(ctx, asideKey, data); err != nil {
			p.logger.Error("the damaged state could not be set aside", zap.Error(err))
		}
	}
}

// Checkpoint saves the state when it is due, or in any case when ctx is that of a last round. What is saved covers every
// batch that was accepted; while a refused batch is still to come again nothing is saved, because the state has it already.
func (p *smtpProcessor) Checkpoint(ctx context.Context) (saved bool, err error) {
	p.accepting.Lock()
	defer p.accepting.Unlock()
	now := p.now().UnixNano()
	due := checkpoint.IsFinal(ctx) || now-p.store.saved >= int64(p.cfg.CheckpointInterval)
	if !due || p.refusals.outstanding() {
		return false, nil
	}
	if !p.changed.Load() {
		return true, nil // what is on disk is the state
	}
	data, err := p.engine.save()
	if err != nil {
		return false, fmt.Errorf("encode the state: %w", err)
	}
	if err := p.store.client.Set(ctx, stateKey, data); err != nil {
		return false, fmt.Errorf("save the state: %w", err)
	}
	p.store.saved = now
	p.changed.Store(false)
	return true, nil
}
