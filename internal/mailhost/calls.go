package mailhost

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Servers whose settings decide whether connections are logged: where a line says that one began, it is a session like any other; where
// none does, the lines of one client that belong together are an inferred conversation, which has an id and no summary.

const (
	maxCalls  = 64                     // open at once from one client that is known by its address alone
	callPause = int64(1 * time.Minute) // lines of one client without pid and port that are further apart belong to two conversations
)

// observeCall finds or begins the session of a server's line. nil: it is inferred, or there is none.
func (h *Host) observeCall(key sessionKey, ev *event.Event, now int64, out *Output) *Session {
	if ev.ConnShared && h.clock.isAhead() {
		for one := key; one.number < maxCalls; one.number++ {
			h.outdate(h.sessions[one], out)
		}
	}
	switch ev.Kind {
	case event.KindNone:
		return nil
	case event.KindConnect:
		h.tellsCalls = true
		key.number = h.freeCall(key, ev)
		if s := h.sessions[key]; s != nil && !s.ended { // the process died without a last line
			s.Partial = true
			h.endSession(s, event.EndAborted, nil, out)
		}
		return h.beginSession(key, ev, now, false)
	}
	if h.tellsCalls && ev.Kind == event.KindReject && ev.Command == event.CommandConnect && ev.Last { // refused before it was logged
		key.number = h.freeCall(key, ev)
		return h.beginSession(key, ev, now, false)
	}
	s := h.call(key, ev)
	if s == nil {
		h.outdatePeers(callOf(ev))
		h.inferCall(ev, now)
		return nil
	}
	if s.ended && ev.Last {
		h.tellsAfter = true
	}
	if s.Worker == 0 && ev.PID != 0 { // the process that took the connection over from the one that logged its beginning
		s.Worker, s.PID = ev.PID, ev.PID
	}
	return s
}

// freeCall gives the number under which a new session of the key is kept.
func (h *Host) freeCall(key sessionKey, ev *event.Event) int64 {
	if !ev.ConnShared {
		return 0
	}
	for n := int64(0); n < maxCalls; n++ {
		key.number = n
		if s := h.sessions[key]; s == nil || s.ended && h.clock.Line > s.Seen {
			return n
		}
	}
	return 0
}

// call finds the session that ev is a line of: by its process, else the oldest that no process has spoken for; also after its end.
func (h *Host) call(key sessionKey, ev *event.Event) *Session {
	if !ev.ConnShared || len(h.sessions) == 0 {
		return h.sessions[key]
	}
	var free, over, parting *Session
	for n := int64(0); n < maxCalls; n++ {
		key.number = n
		s := h.sessions[key]
		switch {
		case s == nil:
		case ev.PID != 0 && s.Worker == ev.PID:
			return s
		case s.Worker != 0:
		case s.Parting != event.EndNone && !s.ended:
			if parting == nil || s.Seen < parting.Seen {
				parting = s
			}
		case s.ended:
			if over == nil || s.Seen > over.Seen {
				over = s
			}
		case free == nil || s.First < free.First:
			free = s
		}
	}
	switch {
	case parting != nil && (ev.Last || free == nil):
		return parting
	case free != nil:
		return free
	}
	return over
}

// inferCall finds or begins the inferred conversation of a server's line and completes the line with it.
func (h *Host) inferCall(ev *event.Event, now int64) {
	if ev.PeerIP == "" {
		return
	}
	key := callOf(ev)
	name := ev.Helo
	if name == "" {
		name = ev.ClientAddress
	}
	p := h.caller(key, ev, name)
	if p == nil {
		p = h.beginPeer(key, ev, now)
	}
	p.Seen = h.clock.Line
	if name != "" && p.Name != name {
		p.Name = strings.Clone(name)
	}
	if ev.Kind == event.KindMessageReceived {
		p.N++
	}
	keep(&p.By, ev.CallBy)
	p.Over = p.Over || ev.Kind == event.KindDisconnect
	h.peerOrder.Push(p)
	h.reweighPeer(p)
	p.Shown.take(ev)
	ev.SessionID, ev.SessionInferred, ev.Transaction = p.ID, true, p.N
}

// caller finds the conversation that a line goes on with: of its process, where processes are logged.
func (h *Host) caller(key peerKey, ev *event.Event, name string) *peer {
	e := h.peers[key]
	if e == nil {
		return nil
	}
	first, c := e.newest, chainAll
	if !e.isSmall() {
		first, c = e.first(chainProcess, ev.PID, 0, ""), chainProcess
	}
	n := 0
	p := newestOf(first, c, func(p *peer) bool { n++; return n > maxCalls || p.isCallOf(ev, name, h.clock.Line) })
	if n > maxCalls {
		return nil
	}
	return p
}

// callOf is the key of an inferred conversation with a client.
func callOf(ev *event.Event) peerKey {
	return peerKey{Instance: ev.Instance, IP: ev.PeerIP, Port: ev.PeerPort, Caller: true}
}

// isCallOf says whether a line goes on with the conversation: of the same process, or of the same port, where they are logged; else of the same
// name and soon enough.
func (p *peer) isCallOf(ev *event.Event, name string, clock int64) bool {
	switch {
	case p.Over && clock-p.Seen > int64(time.Second):
		return false
	case p.PID != ev.PID, p.By != "" && ev.CallBy != "" && p.By != ev.CallBy:
		return false
	case ev.PID != 0 || ev.PeerPort != 0:
		return true
	}
	return !p.Over && clock-p.Seen <= callPause && (name == "" || p.Name == "" || p.Name == name)
}
