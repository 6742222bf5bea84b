package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// Servers write what they refuse into a log of its own, too, word for word and with the same stamp. Who reads both logs must not count it twice: what
// another source of the same host has said already is a copy. A client that does the same twice in a second is refused twice in each of them.

// maxCopies is how many refusals of a host are remembered: so far apart the two logs may be read.
const maxCopies = 4096

// copies remembers how often which source said what.
type copies struct {
	said  map[hash.Sum][2]saying
	order []hash.Sum // oldest first
	share Share
}

type saying struct {
	Source hash.Sum
	N      uint16
}

// isCopy says whether ev was told by another source already, and remembers it.
func (c *copies) isCopy(ev *event.Event, source string) bool {
	switch ev.Kind {
	case event.KindReject, event.KindAuth, event.KindFilter:
	default:
		return false
	}
	if ev.Resolution < event.ResolutionSecond || source == "" || ev.PeerIP == "" && ev.QueueID == "" || isSpoken(ev) {
		return false // the same may happen twice
	}
	key, from := hash.New().Num(ev.Time).Num(ev.PID).Str(ev.Line), hash.New().Str(source)
	said, known := c.said[key]
	if !known && !c.remember(key) {
		return false
	}
	mine, other := &said[0], &said[1]
	if mine.N > 0 && mine.Source != from {
		mine, other = other, mine
	}
	if mine.N > 0 && mine.Source != from { // a third source
		return true
	}
	mine.Source = from
	mine.N++
	c.said[key] = said
	return mine.N <= other.N
}

// isSpoken is for words of a conversation: they are few, and said again and again.
func isSpoken(ev *event.Event) bool { return ev.FromPeer != event.Open || ev.Said != "" }

// remember makes room for a line. It is false where there is none.
func (c *copies) remember(key hash.Sum) bool {
	if c.said == nil {
		c.said = make(map[hash.Sum][2]saying)
	}
	for len(c.order) >= maxCopies || len(c.order) > 0 && !c.share.Fits() {
		delete(c.said, c.order[0])
		c.order = c.order[1:]
		c.share.Add(-1)
	}
	if !c.share.Fits() {
		return false
	}
	c.order = append(c.order, key)
	c.share.Add(1)
	return true
}
