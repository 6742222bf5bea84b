package session

import (
	"slices"
	"strings"
)

// stream is one source's part of a host: how far its lines have come, and what they have touched last. A host's files are read at the same time, and one may be hours behind
// another: what has gone silent is told by the clock of the stream that its newest line was in.
type stream struct {
	name  string
	clock clock
	wall  int64 // when the newest line was seen, by the owner's clock

	openSessions, endedSessions list[Session]
	openMessages, endedMessages list[Message]
	lateMessages                list[Message] // ended ones whose beginning was not seen
	peerOrder                   list[peer]

	due     []*Message // all their recipients have ended, unless an expansion made more of them
	parting []*Session // ended ones that a last line may still follow
	twins   twins
}

// maxStreams is how many sources of one host are told apart; further ones share one clock.
const maxStreams = 16

func newStream(h *host, name string) *stream {
	st := &stream{name: strings.Clone(name)}
	st.openSessions.host, st.openMessages.host, st.openMessages.kind = h, h, openMessages
	st.endedSessions.host, st.endedSessions.kind = h, remembered
	st.endedMessages.host, st.endedMessages.kind = h, remembered
	st.lateMessages.host, st.lateMessages.kind = h, remembered
	st.peerOrder.host, st.peerOrder.kind = h, remembered
	ofSession := func(s *Session) *links[Session] { return &s.links }
	ofMessage := func(m *Message) *links[Message] { return &m.links }
	st.openSessions.of, st.endedSessions.of = ofSession, ofSession
	st.openMessages.of, st.endedMessages.of, st.lateMessages.of = ofMessage, ofMessage, ofMessage
	st.peerOrder.of = func(p *peer) *links[peer] { return &p.links }
	return st
}

// enter makes a source's stream the one that lines are of now.
func (h *host) enter(source string) {
	if h.stream != nil && h.stream.name == source {
		return
	}
	for _, st := range h.streams {
		if st.name == source {
			h.stream = st
			return
		}
	}
	if len(h.streams) >= maxStreams || !h.streamShare.fits() && len(h.streams) > 0 {
		h.stream = h.streams[0]
		return
	}
	h.streamShare.add(1)
	h.stream = newStream(h, source)
	h.streams = append(h.streams, h.stream)
}

// eachStream visits the streams, each as the one that lines are of, in the order in which they came up.
func (h *host) eachStream(visit func()) {
	now := h.stream
	for _, st := range h.streams {
		h.stream = st
		visit()
	}
	h.stream = now
}

// leaveIdle forgets the streams that nothing waits for and that were silent since a moment.
func (h *host) leaveIdle(since int64) {
	before := len(h.streams)
	h.streams = slices.DeleteFunc(h.streams, func(st *stream) bool { return st != h.stream && st.wall < since && st.isIdle() })
	h.streamShare.add(len(h.streams) - before)
}

// isIdle says whether nothing waits for the stream's next line.
func (st *stream) isIdle() bool {
	return st.openSessions.n+st.endedSessions.n+st.openMessages.n+st.endedMessages.n+st.lateMessages.n+st.peerOrder.n == 0
}

// open says how much of the host is open, over its streams, and when its newest line was seen.
func (h *host) open() (items int, wall int64) {
	for _, st := range h.streams {
		items += st.openSessions.n + st.openMessages.n
		wall = max(wall, st.wall)
	}
	return items, wall
}
