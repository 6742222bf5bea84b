package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// peer is an inferred conversation: a client that logs only results, over one connection to one address. Sockets are
// passed from process to process, so the how-manieth use of the connection finds it again whatever the pid. Or it is that of a server that
// logs no connections.
type peer struct {
	ID      event.ID
	PID     int64
	Use     int
	QueueID string
	Seen    int64 // the host's clock at its newest line
	N       int   // transactions
	Born    int   // in which order they came into their chain

	TLS                    event.Tri
	Version, Cipher, Trust string

	Answers answers
	Shown   shown

	By     string // of a caller: CallBy of its messages
	Judged bool   // the process that waited for its end has told a verdict
	Name   string // of the host, where its address was not named yet; of a caller: what it is called
	Over   bool   // of a caller: its end was logged
	key    peerKey
	at     *endpoint // that it goes to
	links  aging.Links[peer]
	page   page
	weight int
	near   [chains]neighbours // see endpoint
}

// peerKey is where the conversation goes to, or, where the log has one, its own id of it.
type peerKey struct {
	Instance, IP string
	Port         int
	Conn         string
	Caller       bool // it called us
}

// isUnnamed says whether no line has named the address yet: the process stands for it.
func (k *peerKey) isUnnamed() bool { return k.IP == "" && k.Conn == "" }

// observePeer finds or begins the inferred conversation of a client's line and completes the line with it.
func (h *Host) observePeer(m *Message, ev *event.Event, now int64) {
	if ev.Scope != event.ScopePeer || ev.PeerIP == "" && ev.ConnID == "" && ev.Kind != event.KindTLS && ev.Kind != event.KindAuth {
		return
	}
	key := peerKey{Instance: ev.Instance, IP: ev.PeerIP, Port: ev.PeerPort}
	switch {
	case ev.ConnID != "":
		key = peerKey{Instance: ev.Instance, Conn: ev.ConnID}
	case ev.PeerIP == "":
		key.Port = int(ev.PID) // until a line names its address
	}
	h.outdatePeers(key)
	var r *recipient
	verdict := m != nil && ev.Kind == event.KindDelivery
	if verdict {
		r = m.addressed(ev)
	}
	p := h.peer(key, ev, verdict, r)
	if p == nil && ev.PeerIP != "" && key.Conn == "" {
		p = h.named(key, ev)
	}
	if p == nil {
		p = h.beginPeer(key, ev, now)
	}
	p.Seen = h.clock.Line
	p.Judged = p.Judged || ev.Waited
	p.Shown.take(ev)
	h.follow(p, ev)
	if ev.Kind == event.KindTLS {
		p.TLS, p.Version, p.Cipher, p.Trust = ev.TLS, h.word(ev.TLSVersion), h.word(ev.TLSCipher), h.word(ev.TLSTrust)
	} else if ev.TLS == event.Open && ev.Kind == event.KindDelivery {
		ev.TLS, ev.TLSVersion, ev.TLSCipher = p.TLS, p.Version, p.Cipher
		if ev.TLSTrust == "" {
			ev.TLSTrust = p.Trust
		}
	}
	h.peerOrder.Push(p)
	ev.SessionID, ev.SessionInferred, ev.Transaction = p.ID, true, p.N
	if m != nil && ev.Kind == event.KindMessageReceived && m.Origin == 0 {
		m.Origin, m.Transaction, ev.OriginSession = p.ID, int32(p.N), p.ID
	}
	if r != nil {
		r.Client = p.ID
	}
	p.Answers.take(ev)
	h.reweighPeer(p)
}

// peer finds the conversation that ev goes on with: the one of this process that is at ev's message, or at none yet;
// for a used connection the one with one use less.
func (h *Host) peer(key peerKey, ev *event.Event, verdict bool, r *recipient) *peer {
	if ev.Kind == event.KindTLS { // the handshake begins a connection
		return nil
	}
	if key.Conn != "" {
		return h.ofConnection(key)
	}
	e := h.peers[key]
	if e == nil {
		return nil
	}
	goesOn := func(p *peer) bool {
		return (p.PID == ev.PID || ev.Waited && p.QueueID == ev.QueueID) && p.goesOn(ev, verdict, r)
	}
	handed := func(p *peer) bool { return ev.ConnUse > 1 && p.Use == ev.ConnUse-1 }
	if e.isSmall() {
		if p := newestOf(e.newest, chainAll, goesOn); p != nil {
			return p
		}
		return newestOf(e.newest, chainAll, handed)
	}
	if p := e.goesOn(ev, goesOn); p != nil || ev.ConnUse <= 1 {
		return p
	}
	return newestOf(e.first(chainUse, 0, ev.ConnUse-1, ""), chainUse, handed)
}

// ofConnection is the conversation that the log has an id of its own for.
func (h *Host) ofConnection(key peerKey) *peer {
	if e := h.peers[key]; e != nil {
		return e.newest
	}
	return nil
}

// goesOn finds by the index what a line goes on with: its process at its message, or at none yet, or at the one before of a
// connection that is kept.
func (e *endpoint) goesOn(ev *event.Event, wanted func(*peer) bool) *peer {
	if ev.ConnKept {
		return newestOf(e.first(chainProcess, ev.PID, 0, ""), chainProcess, wanted)
	}
	found := newestOf(e.first(chainQueue, ev.PID, 0, ""), chainQueue, wanted)
	if ev.QueueID != "" {
		found = newer(found, newestOf(e.first(chainQueue, 0, 0, ev.QueueID), chainQueue, wanted))
	}
	if ev.ConnUse > 1 {
		found = newer(found, newestOf(e.first(chainTurn, ev.PID, ev.ConnUse-1, ""), chainTurn, wanted))
	}
	return found
}

// follow keeps the process, use and message that the conversation has come to.
func (h *Host) follow(p *peer, ev *event.Event) {
	pid, use, moves := ev.PID, max(p.Use, ev.ConnUse), ev.QueueID != "" && p.QueueID != ev.QueueID
	if ev.Waited {
		pid = p.PID
	}
	if p.PID == pid && p.Use == use && !moves {
		return
	}
	p.at.remove(p)
	p.PID, p.Use = pid, use
	if moves {
		p.QueueID = strings.Clone(ev.QueueID)
		p.N++
	}
	h.insert(p)
}

// named finds the conversation of this process with ev's host that so far only named the host, and gives it the address.
func (h *Host) named(key peerKey, ev *event.Event) *peer {
	if h.unnamed == 0 {
		return nil
	}
	e := h.peers[peerKey{Instance: ev.Instance, Port: int(ev.PID)}]
	if e == nil {
		return nil
	}
	p := newestOf(e.newest, chainAll, func(p *peer) bool { return p.PID == ev.PID && isSameName(p.Name, ev.ServerAddress) })
	if p == nil {
		return nil
	}
	h.forgetPeer(p)
	p.key = peerKey{Instance: p.key.Instance, IP: strings.Clone(key.IP), Port: key.Port}
	p.Name = ""
	h.chain(p)
	return p
}

// isSameName compares a host's name with one that may be shortened to "head...Tail".
func isSameName(name, short string) bool {
	if strings.EqualFold(name, short) {
		return true
	}
	head, tail, ok := strings.Cut(short, "...")
	return ok && len(head)+len(tail) <= len(name) && strings.EqualFold(name[:len(head)], head) &&
		strings.EqualFold(name[len(name)-len(tail):], tail)
}

// goesOn says whether ev is of the transaction that this process is in; r is the recipient of a verdict, as far as it is known.
func (p *peer) goesOn(ev *event.Event, verdict bool, r *recipient) bool {
	if p.QueueID != "" && p.QueueID != ev.QueueID {
		return ev.ConnKept || ev.ConnUse > 1 && p.Use == ev.ConnUse-1
	}
	if ev.ConnUse > 1 && p.Use != ev.ConnUse && p.QueueID != "" {
		return p.Use == ev.ConnUse-1
	}
	if !verdict {
		return !p.Judged
	}
	return r == nil || r.Client != p.ID // a second verdict on one recipient is another try, so another connection
}

// addressed finds the recipient of a verdict before that is taken.
func (m *Message) addressed(ev *event.Event) *recipient {
	if m.index != nil {
		return m.known(ev)
	}
	for i := range m.Recipients {
		if r := &m.Recipients[i]; r.To == ev.RcptTo && r.Orig == ev.OrigRcptTo {
			return r
		}
	}
	return nil
}

func (h *Host) beginPeer(key peerKey, ev *event.Event, now int64) *peer {
	key.Instance, key.IP, key.Conn = h.word(key.Instance), strings.Clone(key.IP), strings.Clone(key.Conn)
	id := hash.New().Str(ev.Host).Str(ev.Instance).Str(ev.Daemon).Num(ev.PID).
		Str(h.site.told(key.IP)).Num(int64(key.Port)).Num(stamp(now, ev.Resolution))
	if key.Conn != "" {
		id = id.Str(h.site.told(key.Conn))
	}
	p := &peer{ID: id.Num(h.starts.next(id, h.clock.Now)).ID(), key: key, PID: ev.PID, Use: max(1, ev.ConnUse)}
	if ev.PeerIP == "" {
		p.Name = strings.Clone(ev.ServerAddress)
	}
	h.chain(p)
	return p
}

func (h *Host) forgetPeer(p *peer) {
	if p.links.In != nil {
		p.links.In.Remove(p)
	}
	h.gone(h.peerLedger.drop(p))
	h.reweighPeer(p)
	h.unchain(p)
}
