package boltfile

import (
	"bytes"
	"fmt"
	"io"
)

// page is one page of the file with those that it goes on for, or one that stands in a value (an inline bucket).
type page struct {
	r     io.ReaderAt
	id    uint64
	flags uint16
	count uint16
	size  int64
	held  int64 // bytes of its keys and values so far
}

func (p *page) wrong(what string) error { return fmt.Errorf("page %d %s", p.id, what) }

// bytes reads a part of the page.
func (p *page) bytes(at, n int64) ([]byte, error) {
	if at < 0 || n < 0 || at+n > p.size {
		return nil, p.wrong("ends before what is in it")
	}
	b := make([]byte, n)
	if n == 0 {
		return b, nil
	}
	if _, err := p.r.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("page %d: %w", p.id, err)
	}
	return b, nil
}

// page reads a page's header. No page may be used twice.
func (f *file) page(id uint64) (*page, error) {
	if id < 2 || id >= f.meta.end {
		return nil, fmt.Errorf("page %d is none of %d", id, f.meta.end)
	}
	b := make([]byte, headerSize)
	if _, err := f.r.ReadAt(b, int64(id)*f.pageSize); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	more := uint64(order.Uint32(b[12:]))
	p := &page{id: id, flags: order.Uint16(b[8:]), count: order.Uint16(b[10:])}
	if order.Uint64(b) != id {
		return nil, p.wrong("has another number")
	}
	if id+more >= f.meta.end {
		return nil, p.wrong("goes on behind the end")
	}
	for i := id; i <= id+more; i++ {
		if f.seen[i] {
			return nil, p.wrong("is used twice")
		}
		f.seen[i] = true
	}
	p.size = int64(more+1) * f.pageSize
	whole := io.NewSectionReader(f.r, int64(id)*f.pageSize, p.size)
	if _, err := io.Copy(io.Discard, whole); err != nil { // a bad sector would end the process once it is mapped
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	p.r = whole
	return p, nil
}

// tree goes through a page and what is below it. Where first and end are given, its first key is first, as in the branch above it
// (bbolt finds the entry of a page in the branch by that key), and all are before end.
func (f *file) tree(id uint64, first, end []byte) error {
	p, err := f.page(id)
	if err != nil {
		return err
	}
	switch p.flags {
	case branchPage:
		return f.branch(p, first, end)
	case leafPage:
		return f.leaf(p, first, end)
	}
	return p.wrong(fmt.Sprintf("is of kind %#x", p.flags))
}

func (f *file) branch(p *page, first, end []byte) error {
	if p.count == 0 {
		return p.wrong("leads nowhere")
	}
	elements, err := p.bytes(headerSize, int64(p.count)*elementSize)
	if err != nil {
		return err
	}
	keys := make([][]byte, p.count)
	for i := range keys {
		e := elements[i*elementSize:]
		if keys[i], err = p.key(i, order.Uint32(e), order.Uint32(e[4:]), 0); err != nil {
			return err
		}
		if err := p.inOrder(keys, i, first, end); err != nil {
			return err
		}
	}
	for i, key := range keys {
		next := end
		if i+1 < len(keys) {
			next = keys[i+1]
		}
		if err := f.tree(order.Uint64(elements[i*elementSize+8:]), key, next); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) leaf(p *page, first, end []byte) error {
	if p.count == 0 && first != nil {
		return p.wrong("is empty below a branch")
	}
	elements, err := p.bytes(headerSize, int64(p.count)*elementSize)
	if err != nil {
		return err
	}
	keys := make([][]byte, p.count)
	for i := range keys {
		e := elements[i*elementSize:]
		flags, pos, ksize, vsize := order.Uint32(e), order.Uint32(e[4:]), order.Uint32(e[8:]), order.Uint32(e[12:])
		if keys[i], err = p.key(i, pos, ksize, vsize); err != nil {
			return err
		}
		if err := p.inOrder(keys, i, first, end); err != nil {
			return err
		}
		value := headerSize + int64(i)*elementSize + int64(pos) + int64(ksize)
		switch {
		case value+int64(vsize) > p.size:
			return p.wrong("ends before a value")
		case flags == bucketFlag:
			err = f.bucket(p, value, int64(vsize))
		case flags != 0:
			err = p.wrong(fmt.Sprintf("has an element of kind %#x", flags))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket goes through a bucket: its value names its root page, or holds its only page.
func (f *file) bucket(p *page, at, size int64) error {
	b, err := p.bytes(at, min(size, 32))
	if err != nil {
		return err
	}
	if len(b) < 16 {
		return p.wrong("has a bucket that is too short")
	}
	if root := order.Uint64(b); root != 0 {
		return f.tree(root, nil, nil)
	}
	if len(b) < 32 {
		return p.wrong("has a bucket that is too short")
	}
	inline := &page{
		r: io.NewSectionReader(p.r, at+16, size-16), id: p.id, flags: order.Uint16(b[24:]), count: order.Uint16(b[26:]), size: size - 16,
	}
	if inline.flags != leafPage {
		return p.wrong("has a bucket of no kind")
	}
	return f.leaf(inline, nil, nil)
}

// key reads the key of an element, whose place is told from the element on. Keys and values do not overlap: together they fit into
// the page.
func (p *page) key(i int, pos, size, value uint32) ([]byte, error) {
	at := headerSize + int64(i)*elementSize + int64(pos)
	p.held += int64(size) + int64(value)
	if at < headerSize+int64(p.count)*elementSize || size > maxKeySize || p.held > p.size {
		return nil, p.wrong("has a key that is none")
	}
	return p.bytes(at, int64(size))
}

func (p *page) inOrder(keys [][]byte, i int, first, end []byte) error {
	key := keys[i]
	switch {
	case i > 0 && bytes.Compare(keys[i-1], key) >= 0,
		i == 0 && first != nil && !bytes.Equal(first, key), end != nil && bytes.Compare(key, end) >= 0:
		return p.wrong("is out of order")
	}
	return nil
}
