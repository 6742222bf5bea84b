package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

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
	count map[hash.Sum]uint32
	order []startEntry
	share Share
}

type startEntry struct {
	key  hash.Sum
	when int64
}

// The memory of starts: a key cannot come again later than startsFor behind the log's clock.
const (
	startsMax = 2048
	startsFor = int64(2 * time.Minute)
)

// next gives the ordinal of key's newest start, from 0.
func (s *starts) next(key hash.Sum, when int64) int64 {
	if s.count == nil {
		s.count = make(map[hash.Sum]uint32)
	}
	s.forgetBefore(when)
	for len(s.order) >= startsMax || len(s.order) > 0 && !s.share.Fits() {
		s.dropOldest()
	}
	n := s.count[key]
	if n == 0 && !s.share.Fits() {
		return 0
	}
	s.count[key] = n + 1
	if n == 0 {
		s.order = append(s.order, startEntry{key, when})
		s.share.Add(1)
	}
	return int64(n)
}

func (s *starts) dropOldest() {
	delete(s.count, s.order[0].key)
	s.order = s.order[1:]
	s.share.Add(-1)
}

// forgetBefore drops what cannot come again.
func (s *starts) forgetBefore(when int64) {
	for len(s.order) > 0 && when-s.order[0].when > startsFor {
		s.dropOldest()
	}
}
