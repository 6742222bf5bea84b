//go:build wasip1

// Command fluentbit is the engine as a WebAssembly module for Fluent Bit's filter of that name: GOOS=wasip1 go build -buildmode=c-shared. Its exports are
// what filter_wasm calls, and the two that keep WAMR's own heap out of ours.
package main

import (
	"os"
	"time"
	"unsafe"

	"github.com/otelcol-smtp/otelcol-smtp/fluentbit/internal/filter"
)

func main() {}

// held is the memory that Fluent Bit holds, by its address: the runtime does not see that it is used.
var held = map[unsafe.Pointer][]byte{}

// pool is memory that was given back. Fluent Bit asks for two pieces a record.
var pool [][]byte

const (
	mostPooled = 8
	mostKept   = 64 << 10 // bytes of a piece in the pool
)

//go:wasmexport malloc
func malloc(size uint32) unsafe.Pointer {
	size = max(size, 1)
	var piece []byte
	for i := len(pool) - 1; i >= 0; i-- {
		if cap(pool[i]) >= int(size) {
			piece = pool[i][:size]
			pool[i] = pool[len(pool)-1]
			pool = pool[:len(pool)-1]
			break
		}
	}
	if piece == nil {
		piece = make([]byte, size, max(size, 1024))
	}
	at := unsafe.Pointer(unsafe.SliceData(piece))
	held[at] = piece
	return at
}

//go:wasmexport free
func free(at unsafe.Pointer) {
	piece, ok := held[at]
	if !ok {
		return
	}
	delete(held, at)
	if len(pool) < mostPooled && cap(piece) <= mostKept {
		pool = append(pool, piece)
	}
}

// smtp is one record for one.
//
//go:wasmexport smtp
func smtp(tag unsafe.Pointer, tagLen, sec, nsec uint32, rec unsafe.Pointer, recLen uint32) unsafe.Pointer {
	return answer(tag, tagLen, sec, nsec, rec, recLen, filter.One)
}

// smtpEvents is {"events": [...]} where a record became several.
//
//go:wasmexport smtp_events
func smtpEvents(tag unsafe.Pointer, tagLen, sec, nsec uint32, rec unsafe.Pointer, recLen uint32) unsafe.Pointer {
	return answer(tag, tagLen, sec, nsec, rec, recLen, filter.Events)
}

var (
	the    *filter.Filter
	failed bool   // the configuration is wrong: everything goes through as it came
	result []byte // what was answered last, until the next call
)

// nothing is an empty string: Fluent Bit drops the record.
var nothing = []byte{0}

// answer never traps: what goes wrong inside hands the record back.
func answer(tag unsafe.Pointer, tagLen, sec, nsec uint32, rec unsafe.Pointer, recLen uint32, mode filter.Mode) (out unsafe.Pointer) {
	out = rec
	defer func() {
		if recover() != nil {
			out = rec
		}
	}()
	if the == nil && !begin() {
		return rec
	}
	in := unsafe.Slice((*byte)(rec), recLen)
	at := int64(sec)*int64(time.Second) + int64(nsec)
	b := the.Record(unsafe.String((*byte)(tag), tagLen), at, in, mode)
	switch {
	case b == nil:
		return unsafe.Pointer(unsafe.SliceData(nothing))
	case len(b) == len(in) && unsafe.SliceData(b) == unsafe.SliceData(in):
		return rec
	}
	result = append(append(result[:0], b...), 0)
	return unsafe.Pointer(unsafe.SliceData(result))
}

// begin reads the configuration, at the first record.
func begin() bool {
	if failed {
		return false
	}
	c, err := filter.Read()
	if err == nil {
		the, err = filter.New(c, time.Now)
	}
	if err != nil {
		failed = true
		_, _ = os.Stderr.WriteString("[smtp] every record goes through as it came: " + err.Error() + "\n")
	}
	return !failed
}
