package mailhost

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// stream is one source's part of a host: how far its lines have come, and what they have touched last. A host's files are read at
// the same time, and one may be hours behind
// another: what has gone silent is told by the clock of the stream that its newest line was in.
type stream struct {
	name   string
	number int // of the host's streams; none has that of one that was left
	clock  clock
	wall   int64 // when the newest line was seen, by the owner's clock

	openSessions, endedSessions aging.List[Session]
	openMessages, endedMessages aging.List[Message]
	lateMessages                aging.List[Message] // ended ones whose beginning was not seen
	peerOrder                   aging.List[peer]

	due     []*Message // all their recipients have ended, unless an expansion made more of them
	parting []*Session // ended ones that a last line may still follow
	twins   twins
}

// maxStreams is how many sources of one host are told apart; further ones share one clock.
const maxStreams = 16

func newStream(h *Host, name string) *stream {
	h.streamsSoFar++
	st := &stream{name: strings.Clone(name), number: h.streamsSoFar}
	counted := func(k Kind) func(int) { return func(n int) { h.add(k, n) } }
	ofSession := func(s *Session) *aging.Links[Session] { return &s.links }
	ofMessage := func(m *Message) *aging.Links[Message] { return &m.links }
	st.openSessions = aging.List[Session]{Of: ofSession, Counted: counted(OpenSessions), Pushed: h.sessionLedger.change}
	st.endedSessions = aging.List[Session]{Of: ofSession, Counted: counted(Remembered), Pushed: h.sessionLedger.change}
	st.openMessages = aging.List[Message]{Of: ofMessage, Counted: counted(OpenMessages), Pushed: h.messageLedger.change}
	st.endedMessages = aging.List[Message]{Of: ofMessage, Counted: counted(Remembered), Pushed: h.messageLedger.change}
	st.lateMessages = aging.List[Message]{Of: ofMessage, Counted: counted(Remembered), Pushed: h.messageLedger.change}
	st.peerOrder = aging.List[peer]{
		Of: func(p *peer) *aging.Links[peer] { return &p.links }, Counted: counted(Remembered), Pushed: h.peerLedger.change,
	}
	return st
}

// enter makes a source's stream the one that lines are of now.
func (h *Host) enter(source string) {
	if h.stream != nil && h.stream.name == source {
		return
	}
	for _, st := range h.streams {
		if st.name == source {
			h.stream = st
			return
		}
	}
	if len(h.streams) >= maxStreams || !h.streamShare.Fits() && len(h.streams) > 0 {
		h.stream = h.streams[0]
		return
	}
	h.streamShare.Add(1)
	h.stream = newStream(h, source)
	h.streams = append(h.streams, h.stream)
}

// eachStream visits the streams, each as the one that lines are of, in the order in which they came up.
func (h *Host) eachStream(visit func()) {
	now := h.stream
	for _, st := range h.streams {
		h.stream = st
		visit()
	}
	h.stream = now
}

// leaveIdle forgets the streams that nothing waits for and that were silent since a moment.
func (h *Host) leaveIdle(since int64) {
	before := len(h.streams)
	h.streams = slices.DeleteFunc(h.streams, func(st *stream) bool { return st != h.stream && st.wall < since && st.isIdle() })
	h.streamShare.Add(len(h.streams) - before)
}

// isIdle says whether nothing waits for the stream's next line.
func (st *stream) isIdle() bool {
	return st.openSessions.N+st.endedSessions.N+st.openMessages.N+st.endedMessages.N+st.lateMessages.N+st.peerOrder.N == 0
}

// Open says how much of the host is open, over its streams, and when its newest line was seen.
func (h *Host) Open() (items int, wall int64) {
	for _, st := range h.streams {
		items += st.openSessions.N + st.openMessages.N
		wall = max(wall, st.wall)
	}
	return items, wall
}

// advance moves the stream's clock to the line and gives the line's time.
func (st *stream) advance(ev *event.Event, wall, step int64) int64 {
	begins := st.clock.Now == 0
	now := st.clock.advance(ev, wall, step)
	if begins && st.clock.Now != 0 { // what came without a stamp so far, came just now
		for s := st.openSessions.Head; s != nil; s = s.links.Next {
			s.Last, s.Seen = max(s.Last, now), now
			s.host.sessionLedger.change(s)
		}
		for m := st.openMessages.Head; m != nil; m = m.links.Next {
			m.Seen = now
			m.host.messageLedger.change(m)
		}
	}
	return now
}
