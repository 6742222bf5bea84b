package filestorageextension

import (
	"context"
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// summed is a client that knows a value whose bytes were flipped: bbolt has no checksums. Each value has one, under a key of its own. A value without
// one was written by contrib's file_storage, and is taken as it is.
type summed struct {
	guarded
	logger *zap.Logger
}

const (
	sumPrefix   = "\x00sum\x00"
	asideSuffix = ".damaged"
)

func sumOf(key string, value []byte) []byte {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(key)
	_, _ = d.Write(value)
	return binary.BigEndian.AppendUint64(nil, d.Sum64())
}

func (c *summed) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

func (c *summed) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c *summed) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch does the operations and those of their checksums in one transaction. A value that is damaged is as if it were not there.
func (c *summed) Batch(ctx context.Context, ops ...*storage.Operation) error {
	all := make([]*storage.Operation, 0, 2*len(ops))
	for _, op := range ops {
		sum := storage.Operation{Type: op.Type, Key: sumPrefix + op.Key}
		if op.Type == storage.Set {
			sum.Value = sumOf(op.Key, op.Value)
		}
		all = append(all, op, &sum)
	}
	if err := c.guarded.Batch(ctx, all...); err != nil {
		return err
	}
	for i, op := range ops {
		if sum := all[2*i+1].Value; op.Type == storage.Get && sum != nil && string(sum) != string(sumOf(op.Key, op.Value)) {
			c.setAside(ctx, op)
		}
	}
	return nil
}

// setAside keeps a damaged value under another key, and reports it. One whose key is damaged has gone.
func (c *summed) setAside(ctx context.Context, op *storage.Operation) {
	value := op.Value
	op.Value = nil
	ops := []*storage.Operation{storage.DeleteOperation(op.Key), storage.DeleteOperation(sumPrefix + op.Key)}
	if value != nil {
		ops = append(ops, storage.SetOperation(op.Key+asideSuffix, value))
	}
	err := c.guarded.Batch(ctx, ops...)
	c.logger.Error("a saved value is damaged; it is set aside, its component goes on without it",
		zap.String("key", op.Key), zap.String("aside", op.Key+asideSuffix), zap.Bool("found", value != nil), zap.NamedError("set aside", err))
}
