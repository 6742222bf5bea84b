package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A host's lines may come twice: servers write what they refuse into a log of its own, too; syslog daemons write one line into mail.log, mail.info and syslog, and
// what is in these is in the journal. Who reads two of them must not count it twice: what another source of the same host has said already, word for word and
// in the same second, is a copy. A client that does the same twice in a second is told of twice in each of them.

// maxCopies is how many lines of a host are remembered: so far apart its sources may be read.
const maxCopies = 4096

// copies remembers how often which source said what.
type copies struct {
	recents[sayings]
}

type saying struct {
	Source hash.Sum
	N      uint16
}

// sayings are those of two sources.
type sayings [2]saying

// isCopy says whether ev was told by another source already, and remembers it. Of a host that has one source, only refusals are remembered: the log of these is read
// later, perhaps.
func (c *copies) isCopy(ev *event.Event, source string, alone bool) bool {
	if source == "" || ev.Resolution < event.ResolutionSecond || isSpoken(ev) || !isCertain(ev, alone) {
		return false // the same may happen twice
	}
	pid := ev.PID
	if ev.QueueID != "" {
		pid = 0 // a log of the server's own does not name the process
	}
	words, from := hash.New().Num(pid).Str(scan.Trim(ev.Line)), hash.New().Str(source)
	second := floorDiv(ev.Time, 1e9)
	for _, at := range [...]int64{second, second - 1, second + 1} { // carriers that stamp a line themselves do it a moment later
		if c.saysAgain(words.Num(at), from) {
			return true
		}
	}
	key := words.Num(second)
	said := c.Get(key)
	if said == nil {
		said = c.remember(key)
	}
	if said == nil {
		return false
	}
	mine := &said[0]
	if mine.N > 0 && mine.Source != from {
		mine = &said[1]
	}
	mine.Source = from
	mine.N++
	return false
}

// saysAgain says whether another source has said something more often, and notes that this one says it again.
func (c *copies) saysAgain(key, from hash.Sum) bool {
	said := c.Get(key)
	if said == nil {
		return false
	}
	mine, other := &said[0], &said[1]
	if mine.Source != from {
		mine, other = other, mine
	}
	if mine.N > 0 && mine.Source != from { // a third source
		return true
	}
	if mine.N >= other.N {
		return false
	}
	mine.Source = from
	mine.N++
	return true
}

// isCertain says whether a line that is the same in all is the same one.
func isCertain(ev *event.Event, alone bool) bool {
	switch ev.Kind {
	case event.KindReject, event.KindAuth, event.KindFilter:
		return !alone || ev.PeerIP != "" || ev.QueueID != ""
	case event.KindNone, event.KindContent:
		return false
	}
	return !alone
}

// isSpoken is for words of a conversation: they are few, and said again and again.
func isSpoken(ev *event.Event) bool { return ev.FromPeer != event.Open || ev.Said != "" }

// floorDiv is the quotient, downwards.
func floorDiv(a, b int64) int64 {
	if a < 0 {
		a -= b - 1
	}
	return a / b
}

// remember makes room for a line. It is nil where there is none.
func (c *copies) remember(key hash.Sum) *sayings {
	if !c.makeRoom(maxCopies) {
		return nil
	}
	return c.keep(key, sayings{})
}
