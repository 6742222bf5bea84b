package mailhost

import (
	"encoding/gob"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// The saved shapes, one after the other in the stream: of each host its head and its items. What stands in exported
// fields of the live types is saved as it is; these add what does not.
type (
	savedHost struct {
		Name                      string
		Streams                   []savedStream
		Stream                    int // the one that the newest line was of
		Sessions, Messages, Peers int // that follow; oldest first, the ended ones in front
		Starts                    []savedStart
		Repeated                  []savedRepeat // oldest first
		Tries                     []savedTry
		Receipts                  []*receipt
		Promises                  []Promise // oldest first
		Domains                   []string
		Copies                    []savedCopy // oldest first
		TellsAfter, TellsCalls    bool
		Aliases                   map[string]string
		Waiting, Client           string // what a second name was given to
		Places                    []place
		Pipes                     []savedPipe
		Filtered                  []*filtered // oldest first
		Fronts                    bool
		Single                    bool
		QueueBegan, QueueTold     int64
		Lots                      []savedLot
	}
	savedStream struct {
		Name         string
		Number       int
		Clock, Wall  int64
		Time         clock
		Twins        twins
		Due, Parting []event.ID // messages and sessions that wait for their end, in its order
	}
	savedSession struct {
		*Session
		Scope                event.Scope
		KeyInstance, KeyName string
		KeyNumber            int64
		HasTime, Ended       bool
		Waits                bool // screened, for the server's connect line
		Stream               int
		Talk                 *conversation.Conversation
		Open                 []event.ID
	}
	savedMessage struct {
		Message             *plainMessage
		Instance            string
		Weak, Ended, Queued bool
		Met                 bool
		Trust               trust
		Forwarded           bool
		Notice, Reentered   bool
		Brought             bool
		Stream              int
		Behind              string
	}
	savedPeer struct {
		Peer   *peer
		Key    peerKey
		Stream int
	}
	savedTry struct {
		Key tryKey
		Try *try
	}
	savedCopy struct {
		Key  hash.Sum
		Said [2]saying
	}
	savedStart struct {
		Key   hash.Sum
		When  int64
		Count uint32
	}
)

// Encode writes the host's state. Items are encoded one by one, so that saving needs little more memory than its result.
func (h *Host) Encode(to *gob.Encoder) error {
	err := to.Encode(h.head())
	for _, of := range []func(*stream) *Session{
		func(st *stream) *Session { return st.endedSessions.Head },
		func(st *stream) *Session { return st.openSessions.Head },
	} {
		for i, st := range h.streams {
			for s := of(st); s != nil && err == nil; s = s.links.Next {
				err = to.Encode(s.save(i))
			}
		}
	}
	for _, of := range []func(*stream) *Message{
		func(st *stream) *Message { return st.lateMessages.Head },
		func(st *stream) *Message { return st.endedMessages.Head },
		func(st *stream) *Message { return st.openMessages.Head },
	} {
		for i, st := range h.streams {
			for m := of(st); m != nil && err == nil; m = m.links.Next {
				saved := m.save(i)
				err = to.Encode(saved)
				saved.Message.release()
			}
		}
	}
	for i, st := range h.streams {
		for p := st.peerOrder.Head; p != nil && err == nil; p = p.links.Next {
			err = to.Encode(&savedPeer{p, p.key, i})
		}
	}
	return err
}

func (m *Message) save(stream int) *savedMessage {
	return &savedMessage{
		m.plain(), m.of.instance, m.weak, m.ended, m.received, m.met, m.trust, m.forwarded,
		m.notice, m.reentered, m.brought, stream, m.host.waiting.provider(m),
	}
}

func (h *Host) head() savedHost {
	out := savedHost{Name: h.name, Stream: slices.Index(h.streams, h.stream)}
	for _, st := range h.streams {
		out.Sessions += st.endedSessions.N + st.openSessions.N
		out.Messages += st.lateMessages.N + st.endedMessages.N + st.openMessages.N
		out.Peers += st.peerOrder.N
		out.Streams = append(out.Streams, st.save())
	}
	for key, one := range h.starts.All() {
		out.Starts = append(out.Starts, savedStart{key, one.when, one.n})
	}
	out.Repeated = h.repeated.list()
	out.Aliases, out.Waiting, out.Client = h.aliases.ids, h.aliases.waiting, h.aliases.client
	out.Tries, out.Receipts = h.tries.list(), h.receipts.order
	for d := range h.domains {
		out.Domains = append(out.Domains, d)
	}
	slices.Sort(out.Domains)
	out.TellsAfter, out.TellsCalls = h.tellsAfter, h.tellsCalls
	for key, said := range h.copies.All() {
		out.Copies = append(out.Copies, savedCopy{key, *said})
	}
	out.Single, out.Promises = h.single, h.promises.list()
	out.Places, out.Filtered, out.Fronts = h.filters.list()
	out.Pipes = h.filters.listPipes()
	out.QueueBegan, out.QueueTold, out.Lots = h.waiting.Began, h.waiting.Told, h.waiting.list()
	return out
}

func (st *stream) save() savedStream {
	out := savedStream{Name: st.name, Number: st.number, Clock: st.clock.Now, Time: st.clock, Wall: st.wall, Twins: st.twins}
	for _, m := range st.due {
		out.Due = append(out.Due, m.UID)
	}
	for _, s := range st.parting {
		out.Parting = append(out.Parting, s.ID)
	}
	return out
}

func (s *Session) save(stream int) *savedSession {
	out := &savedSession{
		Session: s, Scope: s.key.scope, KeyInstance: s.key.instance, KeyName: s.key.name, KeyNumber: s.key.number,
		HasTime: s.hasTime, Ended: s.ended, Waits: s.host.passed[s.PeerIP] == s, Talk: s.talk, Stream: stream,
	}
	for _, m := range s.open {
		out.Open = append(out.Open, m.UID)
	}
	return out
}
