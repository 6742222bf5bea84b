package filestorageextension

import (
	"bytes"
	"context"
	"maps"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// disk is a client whose disk may be full: a transaction reads then as it always does, and fails at its end (bbolt commits those that only read, too).
type disk struct {
	memory
	room int // transactions that there is room for; less than 0: for all
}

func newDisk(values map[string]string) *disk {
	d := &disk{memory: *newMemory(), room: -1}
	for k, v := range values {
		d.values[k] = []byte(v)
	}
	return d
}

func (d *disk) Batch(ctx context.Context, ops ...*storage.Operation) error {
	before := maps.Clone(d.values)
	if err := d.memory.Batch(ctx, ops...); err != nil {
		return err
	}
	if d.room != 0 {
		d.room--
		return nil
	}
	d.values = before
	return syscall.ENOSPC
}

func (d *disk) has() map[string]string {
	all := map[string]string{}
	for k, v := range d.values {
		all[k] = string(v)
	}
	return all
}

// What a queue does at its start with the items that it had in hands: it reads them, deletes them, and writes them down again.
func startQueue(t *testing.T, c storage.Client) (refused int) {
	t.Helper()
	read := []*storage.Operation{storage.GetOperation("1"), storage.GetOperation("2")}
	require.NoError(t, ignoreFull(c.Batch(t.Context(), read...)))
	_ = c.Batch(t.Context(), storage.DeleteOperation("1"), storage.DeleteOperation("2"))
	for i, op := range read {
		if c.Batch(t.Context(), storage.SetOperation("meta", []byte{'m', byte('3' + i)}), storage.SetOperation(string(byte('3'+i)), bytes.Clone(op.Value))) != nil {
			refused++
		}
	}
	return refused
}

func ignoreFull(err error) error {
	if isFull(err) {
		return nil
	}
	return err
}

// However much room there is when a queue starts, its items stand on the disk as they did or as they are to, and it has them all.
func TestQueueLosesNothingToAFullDisk(t *testing.T) {
	old := map[string]string{"meta": "m0", "1": "one", "2": "two"}
	for room := range 8 {
		d := newDisk(old)
		d.room = room
		c := newHolding(d, zap.NewNop())
		assert.Zero(t, startQueue(t, c), room)
		stored := map[string]bool{}
		for _, v := range d.has() {
			stored[v] = true
		}
		assert.True(t, stored["one"] && stored["two"], "a crash now would cost an item: %v", d.has())
		for key, want := range map[string]string{"1": "", "2": "", "3": "one", "4": "two"} {
			op := storage.GetOperation(key) // it takes the item in hands
			require.NoError(t, c.Batch(t.Context(), storage.SetOperation("meta", []byte("m9")), op))
			assert.Equal(t, want, string(op.Value), "%s, room for %d", key, room)
		}
		d.room = -1
		require.NoError(t, c.Close(t.Context()))
		assert.Equal(t, map[string]string{"meta": "m9", "3": "one", "4": "two"}, d.has(), room)
	}
}

// Without it an item is lost: the test above can fail.
func TestQueueWithoutItLosesItems(t *testing.T) {
	d := newDisk(map[string]string{"meta": "m0", "1": "one", "2": "two"})
	d.room = 2
	assert.Positive(t, startQueue(t, d))
	assert.NotContains(t, d.has(), "2")
}

// A new item is refused while the disk is full, what is sent is noted, and all is written when there is room.
func TestFullDiskTakesNothingNew(t *testing.T) {
	d := newDisk(map[string]string{"meta": "m0", "1": "one", "2": "two"})
	c := newHolding(d, zap.NewNop())
	d.room = 0
	require.ErrorIs(t, c.Batch(t.Context(), storage.SetOperation("meta", []byte("m1")), storage.SetOperation("3", []byte("three"))), syscall.ENOSPC)
	require.NoError(t, c.Batch(t.Context(), storage.SetOperation("meta", []byte("m2")), storage.DeleteOperation("1")))
	got, err := c.Get(t.Context(), "1")
	require.NoError(t, err)
	assert.Nil(t, got)
	require.ErrorIs(t, c.Set(t.Context(), "1", []byte("another")), syscall.ENOSPC, "it is not there any more")
	assert.Equal(t, map[string]string{"meta": "m0", "1": "one", "2": "two"}, d.has())
	d.room = -1
	require.NoError(t, c.Batch(t.Context(), storage.SetOperation("meta", []byte("m3")), storage.SetOperation("3", []byte("three"))))
	assert.Equal(t, map[string]string{"meta": "m3", "2": "two", "3": "three"}, d.has())
}
