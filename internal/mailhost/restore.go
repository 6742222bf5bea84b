package mailhost

import (
	"encoding/gob"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

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
	for _, s := range in.Starts {
		h.starts.keep(s.Key, start{s.When, s.Count})
	}
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
		if said := h.copies.remember(c.Key); said != nil {
			*said = c.Said
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
	h.filters.restorePipes(in.Pipes)
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
