// Package hash makes the identities of sessions and messages: the same in every run and on every machine.
package hash

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// FNV-1a, 64 bits, but for eight bytes at a time, with a final mix. Ids must be the same in every run and on every machine, so the hash is not seeded.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	odd       = 0x9e3779b97f4a7c15 // spreads eight bytes, where the prime spreads one
)

// Sum is a hash of what was added to it so far.
type Sum uint64

// New is the hash of nothing.
func New() Sum { return fnvOffset }

// Of is the hash of a string; 0 of an empty one.
func Of(s string) Sum {
	if s == "" {
		return 0
	}
	return New().Str(s)
}

// Str adds a string and a separator, so that ("a","bc") and ("ab","c") differ. Eight bytes go at a time: lines are hashed, too.
func (h Sum) Str(s string) Sum {
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ Sum(scan.Eight(s))) * odd
		h ^= h >> 32
	}
	for i := 0; i < len(s); i++ {
		h = (h ^ Sum(s[i])) * fnvPrime
	}
	return (h ^ 0xff) * fnvPrime
}

// Num adds a number.
func (h Sum) Num(n int64) Sum {
	for i := 0; i < 8; i++ {
		h = (h ^ Sum(n&0xff)) * fnvPrime
		n >>= 8
	}
	return h
}

// ID mixes the bits and never gives zero, which is no id.
func (h Sum) ID() event.ID {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	if h == 0 {
		h = 1
	}
	return event.ID(h)
}
