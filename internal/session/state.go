package session

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// stateVersion is written in front of a saved state; a state of another version is not read.
const stateVersion = 2

var stateMagic = [4]byte{'s', 'm', 't', 'p'}

// The saved shapes. What stands in exported fields of the live types is saved as it is; these add what does not.
type (
	savedState struct {
		Hosts   []savedHost
		Files   map[string]int64
		Columns map[string]string
	}
	savedHost struct {
		Name     string
		Clock    int64
		Wall     int64
		Sessions []savedSession // oldest first, the ended ones in front
		Messages []savedMessage
		Peers    []savedPeer
		Starts   []savedStart
		Domains  []string
	}
	savedSession struct {
		Session
		Scope                event.Scope
		KeyInstance, KeyName string
		KeyNumber            int64
		HasTime, Ended       bool
		Talk                 *Conversation
		Open                 []event.ID
	}
	savedMessage struct {
		Message
		Instance            string
		Weak, Ended, Queued bool
		Trust               trust
		Forwarded           bool
	}
	savedPeer struct {
		Peer peer
		Key  peerKey
	}
	savedStart struct {
		Key   hash
		When  int64
		Count uint32
	}
)

// Save writes the tracker's state: magic, version, checksum, then the state as gob.
func (t *Tracker) Save() ([]byte, error) {
	state := savedState{Files: t.files, Columns: t.columns}
	for _, name := range t.hostNames() {
		state.Hosts = append(state.Hosts, t.hosts[name].save())
	}
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(&state); err != nil {
		return nil, err
	}
	head := append(stateMagic[:], stateVersion, 0, 0, 0)
	head = binary.LittleEndian.AppendUint32(head, crc32.ChecksumIEEE(body.Bytes()))
	return append(head, body.Bytes()...), nil
}

// Restore reads what Save wrote into an empty tracker. An error leaves the tracker empty.
func (t *Tracker) Restore(data []byte) error {
	const headLen = 12
	if len(data) < headLen || !bytes.Equal(data[:4], stateMagic[:]) {
		return errors.New("not a saved state")
	}
	if data[4] != stateVersion {
		return fmt.Errorf("state version %d, want %d", data[4], stateVersion)
	}
	body := data[headLen:]
	if sum := crc32.ChecksumIEEE(body); sum != binary.LittleEndian.Uint32(data[8:]) {
		return errors.New("checksum does not fit")
	}
	var state savedState
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(&state); err != nil {
		return err
	}
	if state.Files != nil {
		t.files = state.Files
	}
	if state.Columns != nil {
		t.columns = state.Columns
	}
	for i := range state.Hosts {
		t.restoreHost(&state.Hosts[i])
	}
	return nil
}

func (h *host) save() savedHost {
	out := savedHost{Name: h.name, Clock: h.clock, Wall: h.wall}
	for _, l := range []*list[Session]{&h.endedSessions, &h.openSessions} {
		for s := l.head; s != nil; s = s.links.next {
			out.Sessions = append(out.Sessions, s.save())
		}
	}
	for _, l := range []*list[Message]{&h.endedMessages, &h.openMessages} {
		for m := l.head; m != nil; m = m.links.next {
			out.Messages = append(out.Messages, savedMessage{
				Message: *m, Instance: m.instance, Weak: m.weak, Ended: m.ended, Queued: m.received,
				Trust: m.trust, Forwarded: m.forwarded,
			})
		}
	}
	for p := h.peerOrder.head; p != nil; p = p.links.next {
		out.Peers = append(out.Peers, savedPeer{Peer: *p, Key: p.key})
	}
	for _, e := range h.starts.order {
		out.Starts = append(out.Starts, savedStart{e.key, e.when, h.starts.count[e.key]})
	}
	for d := range h.domains {
		out.Domains = append(out.Domains, d)
	}
	return out
}

func (s *Session) save() savedSession {
	out := savedSession{
		Session: *s, Scope: s.key.scope, KeyInstance: s.key.instance, KeyName: s.key.name, KeyNumber: s.key.number,
		HasTime: s.hasTime, Ended: s.ended, Talk: s.talk,
	}
	for _, m := range s.open {
		out.Open = append(out.Open, m.UID)
	}
	return out
}

func (t *Tracker) restoreHost(in *savedHost) {
	h := newHost(in.Name)
	h.clock, h.wall = in.Clock, in.Wall
	t.hosts[h.name] = h
	byUID := make(map[event.ID]*Message, len(in.Messages))
	for i := range in.Messages {
		m := t.restoreMessage(h, &in.Messages[i])
		byUID[m.UID] = m
	}
	for i := range in.Sessions {
		t.restoreSession(h, &in.Sessions[i], byUID)
	}
	for i := range in.Peers {
		p := in.Peers[i].Peer
		p.key = in.Peers[i].Key
		p.links = links[peer]{}
		h.chain(&p)
		h.peerOrder.push(&p)
	}
	h.starts.count = make(map[hash]uint32, len(in.Starts))
	for _, s := range in.Starts {
		h.starts.order = append(h.starts.order, startEntry{s.Key, s.When})
		h.starts.count[s.Key] = s.Count
	}
	for _, d := range in.Domains {
		h.learn(d)
	}
}

func (t *Tracker) restoreMessage(h *host, in *savedMessage) *Message {
	m := in.Message
	m.host, m.instance, m.weak, m.ended, m.received = h, h.word(in.Instance), in.Weak, in.Ended, in.Queued
	m.trust, m.forwarded = in.Trust, in.Forwarded
	m.links, m.sameID = links[Message]{}, h.messages[m.QueueID]
	h.messages[m.QueueID] = &m
	if m.ended {
		h.endedMessages.push(&m)
	} else {
		h.openMessages.push(&m)
		t.messages++
	}
	if len(m.Recipients) > 16 {
		m.index = make(map[string]int, len(m.Recipients))
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
	return &m
}

func (t *Tracker) restoreSession(h *host, in *savedSession, byUID map[event.ID]*Message) {
	s := in.Session
	s.host, s.hasTime, s.ended, s.talk = h, in.HasTime, in.Ended, in.Talk
	s.key = sessionKey{in.Scope, h.word(in.KeyInstance), strings.Clone(in.KeyName), in.KeyNumber}
	s.links = links[Session]{}
	for _, uid := range in.Open {
		if m := byUID[uid]; m != nil {
			s.open = append(s.open, m)
		}
	}
	h.sessions[s.key] = &s
	if s.ended {
		h.endedSessions.push(&s)
		return
	}
	h.openSessions.push(&s)
	t.sessions++
}
