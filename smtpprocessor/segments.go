package smtpprocessor

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// segments are what a state is kept in: each checkpoint adds what has changed, under a key of its own. The index, under the state's key, is written last and names
// those that count. When others take as much room as the state itself, it is written as a whole.
type segments struct {
	list  []session.Segment // that the index on disk names, oldest first
	draft *engine.Draft     // nil: none was begun
	whole bool              // the draft needs none of the list
	fresh []session.Segment // of the draft, on disk
	last  int               // no segment on disk has a greater number

	broken bool // what has changed since the newest index is not known any more: the next state has to be a whole one
	bytes  int  // of the newest whole state
	parts  int  // that it was in
	size   int  // of what it was in memory
}

// leastBytes is the size up to which no state is worth being written anew.
const leastBytes = 256 << 10

// mostParts is how many segments more than a whole state has are worth keeping: each checkpoint writes the index of all, and a start reads them.
const mostParts = 512

// Behind the last number that is known, mostMisses numbers without a segment say that there are no more. Where no index tells it, there may be some up to likelyLast.
const (
	mostMisses = 64
	likelyLast = 8 * mostParts
)

func keyOfSegment(number int) string { return "state.segment." + strconv.Itoa(number) }

// begin begins a draft, unless one was left for want of a moment to close it.
func (s *store) begin(e *engine.Engine) {
	if s.draft != nil {
		return
	}
	total := 0
	for _, one := range s.list {
		total += one.Bytes
	}
	size := max(1, e.Size())
	live := s.bytes * size / max(1, s.size)
	s.whole = s.broken || s.bytes == 0 || total > 2*max(live, leastBytes) || len(s.list) > s.parts+mostParts
	s.draft = e.Draft(s.whole)
	if s.whole {
		s.size = size
	}
}

// drop gives up a draft that could not be written.
func (s *store) drop() { s.draft, s.fresh, s.broken = nil, nil, true }

// free is the least number that no segment has.
func (s *store) free() int {
	taken := make(map[int]bool, len(s.list)+len(s.fresh))
	for _, list := range [...][]session.Segment{s.list, s.fresh} {
		for _, one := range list {
			taken[one.Number] = true
		}
	}
	for n := 1; ; n++ {
		if !taken[n] {
			return n
		}
	}
}

// writeAhead writes most of the state while lines go on.
func (c *core) writeAhead(ctx context.Context) (err error) {
	if c.changes.Load() == c.store.covers || len(c.refusals.outstanding()) > 0 {
		return nil
	}
	c.store.begin(c.engine)
	for {
		data, err := c.store.draft.Next()
		if err != nil {
			c.store.drop()
			return fmt.Errorf("encode the state: %w", err)
		}
		if data == nil {
			return nil
		}
		op, err := c.add(data)
		if err == nil {
			err = c.store.client.Set(ctx, op.Key, op.Value)
		}
		if err != nil {
			c.store.drop()
			return fmt.Errorf("save the state: %w", err)
		}
	}
}

// add gives a segment a number, and what is to be written.
func (c *core) add(data []byte) (*storage.Operation, error) {
	one := session.Segment{Number: c.store.free(), Bytes: len(data), Sum: session.SumOf(data)}
	op, err := c.sealed(keyOfSegment(one.Number), data)
	c.store.fresh = append(c.store.fresh, one)
	c.store.last = max(c.store.last, one.Number)
	return op, err
}

// freeze makes the draft the state of this moment.
func (c *core) freeze() error {
	c.store.begin(c.engine)
	err := c.store.draft.Freeze()
	if err != nil {
		c.store.drop()
	}
	return err
}

// write writes the rest of the frozen state, and at one stroke the index and what stands beside it.
func (c *core) write(ctx context.Context, beside map[string][]byte) error {
	s := c.store
	ops, list, err := c.last(beside)
	if err != nil {
		s.drop()
		return fmt.Errorf("encode the state: %w", err)
	}
	if err := s.client.Batch(ctx, ops...); err != nil {
		s.drop()
		return fmt.Errorf("save the state: %w", err)
	}
	if s.whole {
		s.bytes, s.parts = 0, len(list)
		for _, one := range list {
			s.bytes += one.Bytes
		}
	}
	s.list, s.draft, s.fresh, s.broken = list, nil, nil, false
	return nil
}

// last gives what is to be written at the end, and the segments that the state has then. A storage may be one that writes the parts of a batch one after the other: the index comes
// behind what it names, and what it names no more goes behind it.
func (c *core) last(beside map[string][]byte) (ops []*storage.Operation, list []session.Segment, err error) {
	data, err := c.store.draft.Close()
	if err != nil {
		return nil, nil, err
	}
	op, err := c.add(data)
	if err != nil {
		return nil, nil, err
	}
	ops = append(ops, op)
	if list = c.store.fresh; !c.store.whole {
		list = slices.Concat(c.store.list, c.store.fresh)
	}
	index, err := (&session.Index{Segments: list, Last: c.store.last}).Marshal()
	if err != nil {
		return nil, nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(beside)) {
		if op, err = c.sealed(key, beside[key]); err != nil {
			return nil, nil, err
		}
		ops = append(ops, op)
	}
	if op, err = c.sealed(stateKey, index); err != nil {
		return nil, nil, err
	}
	ops = append(ops, op)
	if c.store.whole {
		for _, one := range c.store.list {
			ops = append(ops, storage.DeleteOperation(keyOfSegment(one.Number)))
		}
	}
	return ops, list, nil
}

// segmentsOf reads the segments that an index names.
func (c *core) segmentsOf(ctx context.Context, index *session.Index) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i, one := range index.Segments {
			data, err := c.load(ctx, keyOfSegment(one.Number))
			if err == nil {
				err = one.Check(data)
			}
			if err != nil {
				err = fmt.Errorf("segment %d of %d: %w", i+1, len(index.Segments), err)
			}
			if !yield(data, err) || err != nil {
				return
			}
		}
	}
}

// setAside keeps a state that could not be read, its segments behind it, for whoever wants to look into it.
func (c *core) setAside(ctx context.Context, data []byte) error {
	all := append([]byte(nil), data...)
	err := c.eachSegment(ctx, func(_ int, data []byte) error {
		all = append(all, data...)
		return nil
	})
	return errors.Join(err, c.store.client.Set(ctx, asideKey, all))
}

// tidy takes away the segments that no index names: of a state that was not written to its end, or that could not be read.
func (c *core) tidy(ctx context.Context) error {
	named := make(map[int]bool)
	for _, one := range c.store.list {
		named[one.Number] = true
	}
	err := c.eachSegment(ctx, func(number int, _ []byte) error {
		if named[number] {
			return nil
		}
		return c.store.client.Delete(ctx, keyOfSegment(number))
	})
	if err == nil {
		c.store.last = greatest(c.store.list)
	}
	return err
}

// greatest is the greatest number that a segment has.
func greatest(list []session.Segment) (number int) {
	for _, one := range list {
		number = max(number, one.Number)
	}
	return number
}

// eachSegment visits the segments that are on disk.
func (c *core) eachSegment(ctx context.Context, visit func(number int, data []byte) error) error {
	for n, misses := 1, 0; n <= c.store.last || misses < mostMisses; n++ {
		data, err := c.store.client.Get(ctx, keyOfSegment(n))
		if err != nil {
			return err
		}
		if len(data) == 0 {
			misses++
			continue
		}
		misses = 0
		if err := visit(n, data); err != nil {
			return err
		}
	}
	return nil
}
