// Package boltfile says whether a bbolt database can be opened and used without harm. bbolt maps its file into memory and trusts
// it: a file that was cut short ends the process with SIGBUS, a flipped byte with a panic in a goroutine of bbolt's own, and
// neither can be caught. So the file is read here first, by reads that can only fail.
//
// The format is bbolt's version 2 (go.etcd.io/bbolt, internal/common): pages of one size, each with its id, its kind, the number of
// its elements and of the pages that it goes on for; two meta pages with a checksum, of which the newer counts; from there a tree
// of branches and leaves. Pages have no
// checksum: a byte that was flipped within a value is for its owner to find.
package boltfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

const (
	magic   = 0xED0CDAED
	version = 2

	headerSize  = 16
	elementSize = 16 // of a branch and of a leaf
	metaSize    = 64
	maxKeySize  = 32768

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	noFreelist = ^uint64(0)
)

var order = binary.NativeEndian

// file is a database that is looked through.
type file struct {
	r        io.ReaderAt
	size     int64
	pageSize int64
	meta     meta
	seen     map[uint64]bool // pages that are in use
}

// meta is what the newest meta page says.
type meta struct {
	pageSize            uint32
	root, freelist, end uint64 // pages; end is behind the last one
	txid                uint64
}

// Check reads a database of the given size and returns what is wrong with it. An empty file is not wrong: bbolt begins it.
func Check(r io.ReaderAt, size int64) error {
	if size == 0 {
		return nil
	}
	f := &file{r: r, size: size, seen: map[uint64]bool{}}
	if err := f.readMeta(); err != nil {
		return err
	}
	if f.meta.end > uint64(size/f.pageSize) {
		return fmt.Errorf("cut short: %d bytes, want %d pages of %d", size, f.meta.end, f.pageSize)
	}
	if err := f.tree(f.meta.root, nil, nil); err != nil {
		return err
	}
	return f.freelist()
}

// readMeta finds the newest valid meta page. The page size stands in it, so for the second one every size is tried.
func (f *file) readMeta() error {
	found := false
	take := func(at int64) {
		m, ok := f.metaAt(at)
		if ok && (at == 0 || int64(m.pageSize) == at) && (!found || m.txid > f.meta.txid) {
			f.meta, found = m, true
		}
	}
	take(0)
	for size := int64(1024); size <= 1024<<14 && size < f.size; size *= 2 {
		take(size)
	}
	if !found {
		return errors.New("invalid: no meta page is whole")
	}
	f.pageSize = int64(f.meta.pageSize)
	if f.pageSize < 1024 || f.pageSize > 1024<<14 || f.pageSize&(f.pageSize-1) != 0 || f.size < 2*f.pageSize {
		return fmt.Errorf("invalid: %d bytes in pages of %d", f.size, f.pageSize)
	}
	return nil
}

func (f *file) metaAt(at int64) (m meta, ok bool) {
	b := make([]byte, metaSize)
	if _, err := f.r.ReadAt(b, at+headerSize); err != nil {
		return m, false
	}
	sum := fnv.New64a()
	_, _ = sum.Write(b[:56])
	if order.Uint32(b) != magic || order.Uint32(b[4:]) != version || order.Uint64(b[56:]) != sum.Sum64() {
		return m, false
	}
	return meta{
		pageSize: order.Uint32(b[8:]), root: order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]), end: order.Uint64(b[40:]), txid: order.Uint64(b[48:]),
	}, true
}

// freelist looks at the list of free pages, where there is one: none of them may be in use.
func (f *file) freelist() error {
	if f.meta.freelist == noFreelist {
		return nil
	}
	p, err := f.page(f.meta.freelist)
	if err != nil {
		return err
	}
	if p.flags != freelistPage {
		return p.wrong("is no list of free pages")
	}
	at, count := int64(headerSize), int64(p.count)
	if count == 0xFFFF { // the number itself stands in front
		b, err := p.bytes(at, 8)
		if err != nil {
			return err
		}
		at, count = at+8, int64(order.Uint64(b))
	}
	if count < 0 || count > p.size/8 {
		return p.wrong("has more entries than room")
	}
	b, err := p.bytes(at, count*8)
	if err != nil {
		return err
	}
	for ; len(b) > 0; b = b[8:] {
		if id := order.Uint64(b); id < 2 || id >= f.meta.end || f.seen[id] {
			return p.wrong(fmt.Sprintf("calls page %d free", id))
		}
	}
	return nil
}
