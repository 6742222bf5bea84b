package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// peer is an inferred conversation: a client that logs only results, over one connection to one address. Sockets are
// passed from process to process, so the how-manieth use of the connection finds it again whatever the pid.
type peer struct {
	id    event.ID
	key   peerKey
	pid   int64
	use   int
	qid   string
	begun int64
	last  int64
	n     int // transactions
	links links[peer]
	next  *peer // of the same key

	tls                      event.Tri
	version, cipher, trustOf string
}

type peerKey struct {
	instance, ip string
	port         int
}

// observePeer finds or begins the inferred conversation of a client's line and completes the line with it.
func (t *Tracker) observePeer(h *host, m *Message, ev *event.Event, now int64) {
	if ev.Scope != event.ScopePeer || ev.PeerIP == "" {
		return
	}
	key := peerKey{ev.Instance, ev.PeerIP, ev.PeerPort}
	p := h.peer(key, ev, m)
	if p == nil {
		p = h.beginPeer(key, ev, now)
	}
	p.last, p.pid = now, ev.PID
	if ev.ConnUse > p.use {
		p.use = ev.ConnUse
	}
	if ev.QueueID != "" && p.qid != ev.QueueID {
		p.qid = strings.Clone(ev.QueueID)
		p.n++
	}
	if ev.Kind == event.KindTLS {
		p.tls, p.version, p.cipher, p.trustOf = ev.TLS, h.word(ev.TLSVersion), h.word(ev.TLSCipher), h.word(ev.TLSTrust)
	} else if ev.TLS == event.Open && ev.Kind == event.KindDelivery {
		ev.TLS, ev.TLSVersion, ev.TLSCipher = p.tls, p.version, p.cipher
		if ev.TLSTrust == "" {
			ev.TLSTrust = p.trustOf
		}
	}
	h.peerOrder.push(p)
	ev.SessionID, ev.SessionInferred, ev.Transaction = p.id, true, p.n
	if m != nil && ev.Kind == event.KindDelivery {
		m.triedOver(p, ev)
	}
}

// peer finds the conversation that ev goes on with: the one of this process that is at ev's message, or at none yet;
// for a used connection the one with one use less.
func (h *host) peer(key peerKey, ev *event.Event, m *Message) *peer {
	if ev.Kind == event.KindTLS { // the handshake begins a connection
		return nil
	}
	var handed *peer
	for p := h.peers[key]; p != nil; p = p.next {
		if p.pid == ev.PID && p.goesOn(ev, m) {
			return p
		}
		if ev.ConnUse > 1 && p.use == ev.ConnUse-1 && handed == nil {
			handed = p
		}
	}
	return handed
}

// goesOn says whether ev is of the transaction that this process is in.
func (p *peer) goesOn(ev *event.Event, m *Message) bool {
	if p.qid != "" && p.qid != ev.QueueID {
		return ev.ConnUse > 1 && p.use == ev.ConnUse-1
	}
	if ev.ConnUse > 1 && p.use != ev.ConnUse && p.qid != "" {
		return p.use == ev.ConnUse-1
	}
	if m == nil || ev.Kind != event.KindDelivery {
		return true
	}
	for i := range m.Recipients { // a second verdict on one recipient is another try, so another connection
		if r := &m.Recipients[i]; r.To == ev.RcptTo && r.Orig == ev.OrigRcptTo {
			return r.Client != p.id
		}
	}
	return true
}

func (m *Message) triedOver(p *peer, ev *event.Event) {
	for i := range m.Recipients {
		if r := &m.Recipients[i]; r.To == ev.RcptTo && r.Orig == ev.OrigRcptTo {
			r.Client = p.id
			return
		}
	}
}

func (h *host) beginPeer(key peerKey, ev *event.Event, now int64) *peer {
	key.instance, key.ip = h.word(key.instance), strings.Clone(key.ip)
	id := newHash().str(ev.Host).str(ev.Instance).str(ev.Daemon).num(ev.PID).str(key.ip).num(int64(key.port)).num(stamp(now, ev.Resolution))
	p := &peer{id: id.num(h.starts.next(id, now)).id(), key: key, pid: ev.PID, begun: now, use: max(1, ev.ConnUse)}
	p.next = h.peers[key]
	h.peers[key] = p
	return p
}

func (h *host) forgetPeer(p *peer) {
	h.peerOrder.remove(p)
	first := h.peers[p.key]
	if first == p {
		if p.next == nil {
			delete(h.peers, p.key)
		} else {
			h.peers[p.key] = p.next
		}
		return
	}
	for q := first; q != nil; q = q.next {
		if q.next == p {
			q.next = p.next
			return
		}
	}
}
