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
	recents[start]
}

// start is the second in which things of one key began, and how many so far.
type start struct {
	when int64
	n    uint32
}

// The memory of starts: a key cannot come again later than startsFor behind the log's clock.
const (
	startsMax = 2048
	startsFor = int64(2 * time.Minute)
)

// next gives the ordinal of key's newest start, from 0.
func (s *starts) next(key hash.Sum, when int64) int64 {
	s.forgetBefore(when)
	if one := s.Get(key); one != nil {
		one.n++
		return int64(one.n - 1)
	}
	if s.makeRoom(startsMax) {
		s.keep(key, start{when, 1})
	}
	return 0
}

// forgetBefore drops what cannot come again.
func (s *starts) forgetBefore(when int64) {
	for {
		key, oldest := s.Oldest()
		if oldest == nil || when-oldest.when <= startsFor {
			return
		}
		s.forget(key)
	}
}
