package mailhost

import (
	"encoding/gob"
	"fmt"
	"slices"
	"strings"

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
	for _, e := range h.starts.order {
		out.Starts = append(out.Starts, savedStart{e.key, e.when, h.starts.count[e.key]})
	}
	out.Repeated = h.repeated.list()
	out.Aliases, out.Waiting, out.Client = h.aliases.ids, h.aliases.waiting, h.aliases.client
	out.Tries, out.Receipts = h.tries.list(), h.receipts.order
	for d := range h.domains {
		out.Domains = append(out.Domains, d)
	}
	slices.Sort(out.Domains)
	out.TellsAfter, out.TellsCalls = h.tellsAfter, h.tellsCalls
	for _, key := range h.copies.order {
		out.Copies = append(out.Copies, savedCopy{key, h.copies.said[key]})
	}
	out.Single, out.Promises = h.single, h.promises.list()
	out.Places, out.Filtered, out.Fronts = h.filters.list()
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

// Decode reads what Encode wrote of a host.
func Decode(from *gob.Decoder, site *Site, all *Totals, arrivals *Arrivals) (*Host, error) {
	in := new(savedHost)
	if err := from.Decode(in); err != nil {
		return nil, err
	}
	var items savedItems
	if err := items.decode(from, in); err != nil {
		return nil, err
	}
	h := New(in.Name, site, all, arrivals)
	return h, h.restoreAll(in, &items)
}

// savedItems are the items of a saved host, each kind in the order of its lists.
type savedItems struct {
	sessions []*savedSession
	messages []*savedMessage
	peers    []*savedPeer
}

// decode reads the sessions, messages and peers that follow a host's head.
func (items *savedItems) decode(from *gob.Decoder, in *savedHost) error {
	for range in.Sessions {
		one := new(savedSession)
		if err := from.Decode(one); err != nil {
			return err
		}
		items.sessions = append(items.sessions, one)
	}
	for range in.Messages {
		one := new(savedMessage)
		if err := from.Decode(one); err != nil {
			return err
		}
		if one.Message == nil {
			one.Message = new(plainMessage)
		}
		items.messages = append(items.messages, one)
	}
	for range in.Peers {
		one := &savedPeer{Peer: new(peer)}
		if err := from.Decode(one); err != nil {
			return err
		}
		items.peers = append(items.peers, one)
	}
	return nil
}

// restoreAll makes an empty host what was saved.
func (h *Host) restoreAll(in *savedHost, items *savedItems) error {
	h.restore(in)
	if err := h.restoreItems(in, items); err != nil || len(h.streams) == 0 {
		return err
	}
	return h.resume(in.Stream)
}

// restore takes the head of a saved host.
func (h *Host) restore(in *savedHost) {
	h.single = in.Single
	h.aliases.ids, h.aliases.waiting, h.aliases.client = in.Aliases, in.Waiting, in.Client
	h.aliases.share.Add(len(in.Aliases))
	h.starts.count = make(map[hash.Sum]uint32, len(in.Starts))
	for _, s := range in.Starts {
		h.starts.order = append(h.starts.order, startEntry{s.Key, s.When})
		h.starts.count[s.Key] = s.Count
	}
	h.starts.share.Add(len(in.Starts))
	h.repeated.restore(in.Repeated)
	h.tellsAfter, h.tellsCalls = in.TellsAfter, in.TellsCalls
	for i := range in.Streams {
		st := newStream(h, in.Streams[i].Name)
		st.clock, st.wall, st.twins = in.Streams[i].Time, in.Streams[i].Wall, in.Streams[i].Twins
		st.clock.Now = in.Streams[i].Clock
		h.streams = append(h.streams, st)
		h.streamShare.Add(1)
		h.twinShare.Add(len(st.twins.Waiting))
	}
	for _, c := range in.Copies {
		if h.copies.remember(c.Key) {
			h.copies.said[c.Key] = c.Said
		}
	}
	for _, d := range in.Domains {
		h.learn(d)
	}
	for _, p := range in.Promises {
		h.promises.add(p)
	}
	h.tries.restore(in.Tries)
	h.receipts.restore(in.Receipts)
	h.filters.restore(in.Places, in.Filtered)
	h.filters.fronts = in.Fronts
	h.waiting.restore(h, in.QueueBegan, in.QueueTold, in.Lots)
}

// restoreItems takes over the sessions, messages and peers; sessions name the messages that they opened.
func (h *Host) restoreItems(in *savedHost, items *savedItems) error {
	byUID := make(map[event.ID]*Message, len(items.messages))
	for _, m := range items.messages {
		if err := h.resume(m.Stream); err != nil {
			return err
		}
		kept := h.restoreMessage(m)
		byUID[kept.UID] = kept
	}
	byID := make(map[event.ID]*Session, len(items.sessions))
	for _, s := range items.sessions {
		if err := h.resume(s.Stream); err != nil {
			return err
		}
		h.restoreSession(s, byUID)
		byID[s.ID] = s.Session
	}
	for i, st := range h.streams {
		st.await(&in.Streams[i], byUID, byID)
	}
	return h.restorePeers(items.peers)
}

// resume makes a saved stream the one that items are of.
func (h *Host) resume(i int) error {
	if i < 0 || i >= len(h.streams) {
		return fmt.Errorf("the state of a host names stream %d of %d", i, len(h.streams))
	}
	h.stream = h.streams[i]
	return nil
}

// await gives a stream what waits for its end.
func (st *stream) await(in *savedStream, byUID map[event.ID]*Message, byID map[event.ID]*Session) {
	for _, uid := range in.Due {
		if m := byUID[uid]; m != nil {
			st.due = append(st.due, m)
		}
	}
	for _, id := range in.Parting {
		if s := byID[id]; s != nil {
			st.parting = append(st.parting, s)
		}
	}
}

// restorePeers takes over peers in the order of their last lines, and chains them in that of their beginnings.
func (h *Host) restorePeers(saved []*savedPeer) error {
	chained := make([]*peer, 0, len(saved))
	for _, one := range saved {
		if err := h.resume(one.Stream); err != nil {
			return err
		}
		one.Peer.key = one.Key
		h.peerOrder.Push(one.Peer)
		chained = append(chained, one.Peer)
	}
	slices.SortFunc(chained, func(a, b *peer) int { return a.Born - b.Born })
	for _, p := range chained {
		h.chain(p)
		h.reweighPeer(p)
	}
	return nil
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

func (h *Host) restoreMessage(in *savedMessage) *Message {
	m := h.keptMessage(in.Message)
	m.host, m.of, m.weak, m.ended, m.received = h, h.server(in.Instance, in.Message.Dialect), in.Weak, in.Ended, in.Queued
	m.trust, m.forwarded, m.met, m.notice, m.reentered, m.brought = in.Trust, in.Forwarded, in.Met, in.Notice, in.Reentered, in.Brought
	m.behind = h.waiting.number(in.Behind)
	h.chainMessage(m)
	if m.ended {
		h.keepEnded(m)
	} else {
		h.openMessages.Push(m)
	}
	if len(m.Recipients) > indexFrom {
		m.index = make(map[string]int, len(m.Recipients))
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
	m.reweigh()
	return m
}

func (h *Host) restoreSession(in *savedSession, byUID map[event.ID]*Message) {
	s := in.Session
	s.host, s.hasTime, s.ended, s.talk = h, in.HasTime, in.Ended, in.Talk
	s.key = sessionKey{in.Scope, h.word(in.KeyInstance), strings.Clone(in.KeyName), in.KeyNumber}
	for _, uid := range in.Open {
		if m := byUID[uid]; m != nil {
			s.holds(m)
		}
	}
	h.sessions[s.key] = s
	if in.Waits {
		h.pass(s)
	}
	if s.ended {
		h.endedSessions.Push(s)
	} else {
		h.openSessions.Push(s)
	}
	s.reweigh()
}
