package smtpprocessor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// store keeps the tracker's state in a storage extension.
type store struct {
	client storage.Client
	segments
	saved  int64  // when, by the processor's clock, in nanoseconds
	covers uint64 // the changes of the state that are in it
	tried  int64  // when it could not be saved
}

// The keys of the state (of its index: see segments), of made records that nobody has accepted yet, and of a state that could not
// be read and was set aside.
const (
	stateKey   = "state"
	pendingKey = "state.pending"
	asideKey   = "state.damaged"
	homesKey   = "state.homes"
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
func (c *core) restore(ctx context.Context) {
	data, err := c.store.client.Get(ctx, stateKey)
	if err != nil {
		c.logger.Error("the saved state could not be read, starting with none", zap.Error(err))
		c.store.last = likelyLast
		return
	}
	if len(data) > 0 {
		if err := c.resume(ctx, data); err != nil {
			c.logger.Error("the saved state is damaged or of another version; it is set aside, starting with none",
				zap.String("key", asideKey), zap.Error(err))
			if err := c.setAside(ctx, data); err != nil {
				c.logger.Error("the damaged state could not be set aside", zap.Error(err))
			}
		}
		c.restorePending(ctx)
	}
	if err := c.tidy(ctx); err != nil {
		c.logger.Warn("what an unfinished checkpoint has left could not be taken away", zap.Error(err))
	}
}

// resume opens a saved state and takes it over.
func (c *core) resume(ctx context.Context, data []byte) error {
	c.store.last = likelyLast
	plain, err := c.engine.Policy().Open(data)
	if err != nil {
		return err
	}
	index, err := session.ReadIndex(plain)
	if err != nil {
		return err
	}
	if index == nil { // a whole state, as it was saved before there were segments
		return c.engine.Restore(plain)
	}
	c.store.last = max(index.Last, greatest(index.Segments))
	if err := c.engine.RestoreSegments(c.segmentsOf(ctx, index)); err != nil {
		return err
	}
	c.store.list = index.Segments
	return nil
}

// load reads what was saved under a key.
func (c *core) load(ctx context.Context, key string) ([]byte, error) {
	data, err := c.store.client.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return c.engine.Policy().Open(data)
}

// sealed makes it unreadable for others where persons are hidden: state, records and batches have them as they are.
func (c *core) sealed(key string, data []byte) (*storage.Operation, error) {
	closed, err := c.engine.Policy().Seal(data)
	return storage.SetOperation(key, closed), err
}

// restorePending reads the made records that waited for somebody to accept them, and the batches that were refused.
func (c *core) restorePending(ctx context.Context) {
	data, err := c.load(ctx, pendingKey)
	if err == nil {
		err = c.pending.unmarshal(data)
	}
	batches, e := c.load(ctx, keptKey)
	if e == nil {
		e = c.kept.restore(batches)
	}
	if homes, e := c.load(ctx, homesKey); e != nil || c.enricher.RestoreHomes(homes) != nil {
		c.logger.Warn("the resources of hosts could not be read: records that are made before a host's next line have its name alone",
			zap.Error(e))
	}
	if err = errors.Join(err, e); err != nil {
		c.logger.Error("records that were made before the restart could not be read, they are lost", zap.Error(err))
	}
}

// Checkpoint saves the state when it is due, or in any case when ctx is that of a last round. What is saved covers every
// batch that was accepted. A refused batch that is still to come again is in the state already: nothing is saved meanwhile, but in
// a last round, when what became of it is kept with the state.
func (c *core) Checkpoint(ctx context.Context) (saved bool, err error) {
	if checkpoint.IsFinal(ctx) {
		defer c.hurryTicker()()
	}
	c.saving.Lock()
	defer c.saving.Unlock()
	round, _ := checkpoint.FromContext(ctx)
	now := c.now().UnixNano()
	defer func() {
		if err != nil {
			c.store.tried = now
		}
	}()
	if !checkpoint.IsFinal(ctx) {
		if due, covers := c.due(round, now); covers || !due {
			return covers, nil
		}
	}
	if err := c.writeAhead(ctx); err != nil {
		return false, err
	}
	if !c.accepting.close(c.patience(ctx)) {
		c.store.tried = now
		return false, c.tooLate(ctx)
	}
	open := sync.OnceFunc(c.accepting.open)
	defer open()
	waiting := c.refusals.outstanding()
	if len(waiting) > 0 && !c.keeps(ctx, waiting) {
		return false, nil
	}
	changes := c.changes.Load()
	if len(waiting) == 0 && changes == c.store.covers {
		return true, nil
	}
	beside, err := c.gather(waiting)
	if err != nil {
		c.store.drop()
		return false, err
	}
	if len(waiting) == 0 {
		open() // the state is of this moment, however long the disk takes
	}
	if err := c.write(ctx, beside); err != nil {
		return false, err
	}
	c.refusals.keep(waiting)
	c.store.saved, c.store.covers = now, changes
	if round != nil {
		c.rounds.saved(round, now)
	}
	return true, nil
}

// due says whether the state is to be saved for who asks, and whether it has to: what is on disk may cover all that is asked for.
// After a try that came too late or failed it is not tried again at once: a disk stays full for longer.
func (c *core) due(round *checkpoint.Round, now int64) (due, covers bool) {
	since := now - int64(c.cfg.CheckpointInterval)
	due = c.store.saved <= since
	if round != nil {
		due, covers = c.rounds.due(round, c.store.covers, since)
	}
	return due && c.store.tried <= since, covers || c.changes.Load() == c.store.covers
}

// patience is how long a checkpoint waits for the batches that are on their way, and with it all that come meanwhile.
func (*core) patience(ctx context.Context) time.Duration {
	if checkpoint.IsFinal(ctx) {
		return 2 * patience // the ticker's sending is ended after one
	}
	return 2 * time.Second
}

// tooLate is the error of a last round that found no moment without a batch on its way.
func (*core) tooLate(ctx context.Context) error {
	if !checkpoint.IsFinal(ctx) {
		return nil
	}
	return fmt.Errorf("a consumer holds on to records for more than %s, the state is not saved", 2*patience)
}

// gather freezes the state, and gives what waits beside it: made records that nobody has accepted yet, and batches.
func (c *core) gather(waiting []*refused) (beside map[string][]byte, err error) {
	if err := c.freeze(); err != nil {
		return nil, fmt.Errorf("encode the state: %w", err)
	}
	records, err := c.pending.marshal()
	if err != nil {
		return nil, fmt.Errorf("encode the records that wait: %w", err)
	}
	batches, err := c.kept.marshal(waiting)
	if err != nil {
		return nil, fmt.Errorf("encode the batches that wait: %w", err)
	}
	homes, err := c.enricher.SaveHomes()
	if err != nil {
		return nil, fmt.Errorf("encode the resources of hosts: %w", err)
	}
	return map[string][]byte{pendingKey: records, keptKey: batches, homesKey: homes}, nil
}
