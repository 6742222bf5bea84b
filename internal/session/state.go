package session

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// stateVersion is written in front of a saved state; a state of another version is not read.
const stateVersion = 5

var stateMagic = [4]byte{'s', 'm', 't', 'p'}

// The saved shapes, one after the other in the stream: the head, then of each host its head and its items. What stands in exported
// fields of the live types is saved as it is; these add what does not.
type (
	savedState struct {
		Hosts   int
		Files   map[string]int64
		Sources map[string]*Source

		Promises []promise // oldest first
	}
	savedHost struct {
		Name                      string
		Streams                   []savedStream
		Stream                    int // the one that the newest line was of
		Sessions, Messages, Peers int // that follow; oldest first, the ended ones in front
		Starts                    []savedStart
		Repeated                  []savedRepeat // oldest first
		Tries                     []savedTry
		Receipts                  []*receipt
		Domains                   []string
		Copies                    []savedCopy // oldest first
		TellsAfter, TellsCalls    bool
		Aliases                   map[string]string
		Waiting, Client           string // what a second name was given to
		Places                    []place
		Filtered                  []*filtered // oldest first
		Fronts                    bool
		Single                    bool
	}
	savedStream struct {
		Name         string
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
		*Message
		Instance            string
		Weak, Ended, Queued bool
		Met                 bool
		Trust               trust
		Forwarded           bool
		Notice, Reentered   bool
		Brought             bool
		Stream              int
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
		Key  hash
		Said [2]saying
	}
	savedStart struct {
		Key   hash
		When  int64
		Count uint32
	}
)

// Save writes the tracker's state: magic, version, checksum, then a stream of gob values. Items are encoded one by one, so
// that saving needs little more memory than its result.
func (t *Tracker) Save() ([]byte, error) {
	var body bytes.Buffer
	body.Grow(t.saved + t.saved/8)
	body.Write(stateMagic[:])
	body.Write([]byte{stateVersion, 0, 0, 0, 0, 0, 0, 0})
	if err := t.encode(gob.NewEncoder(&body)); err != nil {
		return nil, err
	}
	data := body.Bytes()
	binary.LittleEndian.PutUint32(data[8:], crc32.ChecksumIEEE(data[stateHead:]))
	t.saved = len(data)
	return data, nil
}

// stateHead is the length of magic, version and checksum.
const stateHead = 12

func (t *Tracker) encode(to *gob.Encoder) error {
	names := t.hostNames()
	if err := to.Encode(savedState{Hosts: len(names), Files: t.files, Sources: t.sources, Promises: t.promises.list()}); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.hosts[name].encode(to); err != nil {
			return err
		}
	}
	return nil
}

func (h *host) encode(to *gob.Encoder) error {
	err := to.Encode(h.head())
	for _, of := range []func(*stream) *Session{
		func(st *stream) *Session { return st.endedSessions.head },
		func(st *stream) *Session { return st.openSessions.head },
	} {
		for i, st := range h.streams {
			for s := of(st); s != nil && err == nil; s = s.links.next {
				err = to.Encode(s.save(i))
			}
		}
	}
	for _, of := range []func(*stream) *Message{
		func(st *stream) *Message { return st.lateMessages.head },
		func(st *stream) *Message { return st.endedMessages.head },
		func(st *stream) *Message { return st.openMessages.head },
	} {
		for i, st := range h.streams {
			for m := of(st); m != nil && err == nil; m = m.links.next {
				err = to.Encode(&savedMessage{m, m.instance, m.weak, m.ended, m.received, m.met, m.trust, m.forwarded, m.notice, m.reentered, m.brought, i})
			}
		}
	}
	for i, st := range h.streams {
		for p := st.peerOrder.head; p != nil && err == nil; p = p.links.next {
			err = to.Encode(&savedPeer{p, p.key, i})
		}
	}
	return err
}

func (h *host) head() savedHost {
	out := savedHost{Name: h.name, Stream: slices.Index(h.streams, h.stream)}
	for _, st := range h.streams {
		out.Sessions += st.endedSessions.n + st.openSessions.n
		out.Messages += st.lateMessages.n + st.endedMessages.n + st.openMessages.n
		out.Peers += st.peerOrder.n
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
	out.Single = h.single
	out.Places, out.Filtered, out.Fronts = h.filters.list()
	return out
}

func (st *stream) save() savedStream {
	out := savedStream{Name: st.name, Clock: st.clock.Now, Time: st.clock, Wall: st.wall, Twins: st.twins}
	for _, m := range st.due {
		out.Due = append(out.Due, m.UID)
	}
	for _, s := range st.parting {
		out.Parting = append(out.Parting, s.ID)
	}
	return out
}

// Restore reads what Save wrote into an empty tracker. An error leaves the tracker empty.
func (t *Tracker) Restore(data []byte) error {
	if len(data) < stateHead || !bytes.Equal(data[:4], stateMagic[:]) {
		return errors.New("not a saved state")
	}
	if data[4] != stateVersion {
		return fmt.Errorf("state version %d, want %d", data[4], stateVersion)
	}
	body := data[stateHead:]
	if sum := crc32.ChecksumIEEE(body); sum != binary.LittleEndian.Uint32(data[8:]) {
		return errors.New("checksum does not fit")
	}
	restored := New(t.cfg)
	if err := restored.decode(gob.NewDecoder(bytes.NewReader(body))); err != nil {
		return err
	}
	*t = *restored
	return nil
}

func (t *Tracker) decode(from *gob.Decoder) error {
	var state savedState
	if err := from.Decode(&state); err != nil {
		return err
	}
	if state.Files != nil {
		t.files = state.Files
	}
	for _, name := range slices.Sorted(maps.Keys(state.Sources)) {
		t.keepSource(name, state.Sources[name])
	}
	for _, p := range state.Promises {
		t.promises.add(p)
	}
	for range state.Hosts {
		if err := t.decodeHost(from); err != nil {
			return err
		}
	}
	t.orderHosts()
	return nil
}

// orderHosts puts the hosts in the order in which they were heard last.
func (t *Tracker) orderHosts() {
	hosts := make([]*host, 0, len(t.hosts))
	for _, name := range t.hostNames() {
		hosts = append(hosts, t.hosts[name])
	}
	slices.SortStableFunc(hosts, func(a, b *host) int {
		_, at := a.open()
		_, bt := b.open()
		return cmp.Compare(at, bt)
	})
	for _, h := range hosts {
		t.order.push(h)
		h.touch()
	}
}

func (t *Tracker) decodeHost(from *gob.Decoder) error {
	var in savedHost
	if err := from.Decode(&in); err != nil {
		return err
	}
	h := newHost(in.Name, t.all)
	h.single = in.Single
	h.aliases.ids, h.aliases.waiting, h.aliases.client = in.Aliases, in.Waiting, in.Client
	h.aliases.share.add(len(in.Aliases))
	t.hosts[h.name] = h
	t.order.push(h)
	h.starts.count = make(map[hash]uint32, len(in.Starts))
	for _, s := range in.Starts {
		h.starts.order = append(h.starts.order, startEntry{s.Key, s.When})
		h.starts.count[s.Key] = s.Count
	}
	h.starts.share.add(len(in.Starts))
	h.repeated.restore(in.Repeated)
	h.tellsAfter, h.tellsCalls = in.TellsAfter, in.TellsCalls
	for i := range in.Streams {
		st := newStream(h, in.Streams[i].Name)
		st.clock, st.wall, st.twins = in.Streams[i].Time, in.Streams[i].Wall, in.Streams[i].Twins
		st.clock.Now = in.Streams[i].Clock
		h.streams = append(h.streams, st)
		h.streamShare.add(1)
		h.twinShare.add(len(st.twins.Waiting))
	}
	for _, c := range in.Copies {
		if h.copies.remember(c.Key) {
			h.copies.said[c.Key] = c.Said
		}
	}
	for _, d := range in.Domains {
		h.learn(d)
	}
	h.tries.restore(in.Tries)
	h.receipts.restore(in.Receipts)
	h.filters.restore(in.Places, in.Filtered)
	h.filters.fronts = in.Fronts

	// sessions name the messages that they opened, which follow
	sessions := make([]*savedSession, in.Sessions)
	for i := range sessions {
		sessions[i] = new(savedSession)
		if err := from.Decode(sessions[i]); err != nil {
			return err
		}
	}
	byUID := make(map[event.ID]*Message)
	for range in.Messages {
		saved := savedMessage{Message: new(Message)}
		if err := from.Decode(&saved); err != nil {
			return err
		}
		if err := h.resume(saved.Stream); err != nil {
			return err
		}
		t.restoreMessage(h, &saved)
		byUID[saved.UID] = saved.Message
	}
	byID := make(map[event.ID]*Session)
	for _, s := range sessions {
		if err := h.resume(s.Stream); err != nil {
			return err
		}
		t.restoreSession(h, s, byUID)
		byID[s.ID] = s.Session
	}
	for i, st := range h.streams {
		st.await(&in.Streams[i], byUID, byID)
	}
	if err := h.decodePeers(from, in.Peers); err != nil || len(h.streams) == 0 {
		return err
	}
	return h.resume(in.Stream)
}

// resume makes a saved stream the one that items are of.
func (h *host) resume(i int) error {
	if i < 0 || i >= len(h.streams) {
		return fmt.Errorf("the state of %q names stream %d of %d", h.name, i, len(h.streams))
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

// decodePeers reads peers in the order of their last lines, and chains them in that of their beginnings.
func (h *host) decodePeers(from *gob.Decoder, n int) error {
	chained := make([]*peer, 0, n)
	for range n {
		saved := savedPeer{Peer: new(peer)}
		if err := from.Decode(&saved); err != nil {
			return err
		}
		if err := h.resume(saved.Stream); err != nil {
			return err
		}
		saved.Peer.key = saved.Key
		h.peerOrder.push(saved.Peer)
		chained = append(chained, saved.Peer)
	}
	slices.SortFunc(chained, func(a, b *peer) int { return a.Born - b.Born })
	for _, p := range chained {
		h.chain(p)
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

func (t *Tracker) restoreMessage(h *host, in *savedMessage) {
	m := in.Message
	m.host, m.instance, m.weak, m.ended, m.received = h, h.word(in.Instance), in.Weak, in.Ended, in.Queued
	m.trust, m.forwarded, m.met, m.notice, m.reentered, m.brought = in.Trust, in.Forwarded, in.Met, in.Notice, in.Reentered, in.Brought
	h.chainMessage(m)
	if m.ended {
		h.keepEnded(m)
	} else {
		h.openMessages.push(m)
		t.messages++
	}
	if len(m.Recipients) > indexFrom {
		m.index = make(map[string]int, len(m.Recipients))
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
	m.reweigh()
}

func (t *Tracker) restoreSession(h *host, in *savedSession, byUID map[event.ID]*Message) {
	s := in.Session
	s.host, s.hasTime, s.ended, s.talk = h, in.HasTime, in.Ended, in.Talk
	s.key = sessionKey{in.Scope, h.word(in.KeyInstance), strings.Clone(in.KeyName), in.KeyNumber}
	for _, uid := range in.Open {
		if m := byUID[uid]; m != nil {
			s.open = append(s.open, m)
		}
	}
	h.sessions[s.key] = s
	if in.Waits {
		h.pass(s)
	}
	if s.ended {
		h.endedSessions.push(s)
	} else {
		h.openSessions.push(s)
		t.sessions++
	}
	s.reweigh()
}
