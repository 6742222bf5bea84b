package filestorageextension

import (
	"bytes"
	"context"
	"sync"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// memory is the client of a component whose file can not be used.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

func newMemory() *memory { return &memory{values: make(map[string][]byte)} }

func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := m.Batch(ctx, op)
	return op.Value, err
}

func (m *memory) Set(ctx context.Context, key string, value []byte) error {
	return m.Batch(ctx, storage.SetOperation(key, value))
}

func (m *memory) Delete(ctx context.Context, key string) error {
	return m.Batch(ctx, storage.DeleteOperation(key))
}

func (m *memory) Batch(_ context.Context, ops ...*storage.Operation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = bytes.Clone(m.values[op.Key])
		case storage.Set:
			m.values[op.Key] = bytes.Clone(op.Value)
		case storage.Delete:
			delete(m.values, op.Key)
		}
	}
	return nil
}

func (*memory) Close(context.Context) error { return nil }
