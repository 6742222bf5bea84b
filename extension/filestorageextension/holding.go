package filestorageextension

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"syscall"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// holding is the client of an exporter's queue, which gives an item up when the disk is too full to note that it has it in hands, and deletes what it had in hands
// at its last end before it writes it down anew (exporterhelper, internal/queue/persistent_queue.go, v0.158). Here a deletion waits for what is written next, and
// what a full disk does not take of keys that are there already is held in memory: the file stays as it was, and nothing of it is lost at a crash. An item that
// is new is refused, so that who brings it waits.
type holding struct {
	client storage.Client
	logger *zap.Logger

	mu     sync.Mutex
	held   map[string]*storage.Operation // by key, what is to be written when there is room
	moving map[string]uint64             // keys that are to be deleted, and the sums of their values
}

func newHolding(client storage.Client, logger *zap.Logger) *holding {
	return &holding{client: client, logger: logger, held: make(map[string]*storage.Operation), moving: make(map[string]uint64)}
}

func (c *holding) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

func (c *holding) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c *holding) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

func (c *holding) Batch(ctx context.Context, ops ...*storage.Operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if deletesOnly(ops) {
		return c.move(ctx, ops)
	}
	moved := c.released(ops)
	err := c.write(ctx, moved, ops)
	if !isFull(err) || !c.mayHold(ctx, moved, ops) {
		return err
	}
	if len(c.held) == 0 {
		c.logger.Error("the disk is full: nothing new is taken, what is sent meanwhile may come again after a restart", zap.Error(err))
	}
	for _, op := range append(moved, ops...) {
		if op.Type != storage.Get { // those that read have their values: a transaction fails at its end
			c.held[op.Key] = &storage.Operation{Type: op.Type, Key: op.Key, Value: bytes.Clone(op.Value)}
		}
	}
	for _, op := range moved {
		delete(c.moving, op.Key)
	}
	return nil
}

func (c *holding) Close(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.write(ctx, c.released(nil), nil); err != nil {
		c.logger.Error("what was sent could not be noted, and comes again after the next start", zap.Error(err))
	}
	return c.client.Close(ctx)
}

// write does what is held, the deletions and the operations, all or none.
func (c *holding) write(ctx context.Context, moved, ops []*storage.Operation) error {
	all := make([]*storage.Operation, 0, len(c.held)+len(moved)+len(ops))
	for _, op := range c.held {
		all = append(all, op)
	}
	all = append(append(all, moved...), ops...)
	if len(all) == 0 {
		return nil
	}
	if err := c.client.Batch(ctx, all...); err != nil {
		return err
	}
	if len(c.held) > 0 {
		c.logger.Info("there is room on the disk again")
	}
	clear(c.held)
	for _, op := range moved {
		delete(c.moving, op.Key)
	}
	return nil
}

// move notes what is to be deleted with what is written next.
func (c *holding) move(ctx context.Context, ops []*storage.Operation) error {
	for _, op := range ops {
		value, err := c.read(ctx, op.Key)
		if err != nil {
			return err
		}
		if value != nil {
			c.moving[op.Key] = xxhash.Sum64(value)
		}
	}
	return nil
}

// released are the deletions that are due: of what is written again by these operations, or all when they do not write such a value.
func (c *holding) released(ops []*storage.Operation) (list []*storage.Operation) {
	for key, sum := range c.moving {
		if writes(ops, sum) {
			return []*storage.Operation{storage.DeleteOperation(key)}
		}
	}
	for key := range c.moving {
		list = append(list, storage.DeleteOperation(key))
	}
	return list
}

// mayHold says whether nothing would be lost if memory alone had these operations: they write over what is there, or write again what is deleted.
func (c *holding) mayHold(ctx context.Context, moved, ops []*storage.Operation) bool {
	for _, op := range ops {
		if op.Type != storage.Set || len(moved) == 1 && xxhash.Sum64(op.Value) == c.moving[moved[0].Key] {
			continue
		}
		if value, err := c.read(ctx, op.Key); err != nil || value == nil {
			return false
		}
	}
	return true
}

// read gives the value of a key, nil for none.
func (c *holding) read(ctx context.Context, key string) ([]byte, error) {
	if op := c.held[key]; op != nil {
		return op.Value, nil
	}
	op := storage.GetOperation(key)
	if err := c.client.Batch(ctx, op); err != nil && !isFull(err) {
		return nil, err
	}
	return op.Value, nil
}

func deletesOnly(ops []*storage.Operation) bool {
	for _, op := range ops {
		if op.Type != storage.Delete {
			return false
		}
	}
	return len(ops) > 0
}

func writes(ops []*storage.Operation, sum uint64) bool {
	for _, op := range ops {
		if op.Type == storage.Set && xxhash.Sum64(op.Value) == sum {
			return true
		}
	}
	return false
}

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
