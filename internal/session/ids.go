package session

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// FNV-1a, 64 bits, with a final mix. Ids must be the same in every run and on every machine, so the hash is not seeded.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

type hash uint64

func newHash() hash { return fnvOffset }

// str adds a string and a separator, so that ("a","bc") and ("ab","c") differ.
func (h hash) str(s string) hash {
	for i := 0; i < len(s); i++ {
		h = (h ^ hash(s[i])) * fnvPrime
	}
	return (h ^ 0xff) * fnvPrime
}

func (h hash) num(n int64) hash {
	for i := 0; i < 8; i++ {
		h = (h ^ hash(n&0xff)) * fnvPrime
		n >>= 8
	}
	return h
}

// id mixes the bits and never gives zero, which is no id.
func (h hash) id() event.ID {
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

// stamp is month, day and second in UTC: the part of a time that every header shape carries, so the same line has the
// same id whichever of them it was written with.
func stamp(nanos int64, res event.Resolution) int64 {
	if res < event.ResolutionSecond {
		return nanos / int64(time.Second)
	}
	t := time.Unix(0, nanos).UTC()
	return int64(t.Month())*100_000_000 + int64(t.Day())*1_000_000 + int64(t.Hour()*3600+t.Minute()*60+t.Second())
}

// starts remembers how many things of one key began in one second: the ordinal that tells them apart.
type starts struct {
	count map[hash]uint32
	order []startEntry
	share share
}

type startEntry struct {
	key  hash
	when int64
}

// The memory of starts: a key cannot come again later than startsFor behind the log's clock.
const (
	startsMax = 2048
	startsFor = int64(2 * time.Minute)
)

// next gives the ordinal of key's newest start, from 0.
func (s *starts) next(key hash, when int64) int64 {
	if s.count == nil {
		s.count = make(map[hash]uint32)
	}
	s.forgetBefore(when)
	for len(s.order) >= startsMax || len(s.order) > 0 && !s.share.fits() {
		s.dropOldest()
	}
	n := s.count[key]
	if n == 0 && !s.share.fits() {
		return 0
	}
	s.count[key] = n + 1
	if n == 0 {
		s.order = append(s.order, startEntry{key, when})
		s.share.add(1)
	}
	return int64(n)
}

func (s *starts) dropOldest() {
	delete(s.count, s.order[0].key)
	s.order = s.order[1:]
	s.share.add(-1)
}

// forgetBefore drops what cannot come again.
func (s *starts) forgetBefore(when int64) {
	for len(s.order) > 0 && when-s.order[0].when > startsFor {
		s.dropOldest()
	}
}
