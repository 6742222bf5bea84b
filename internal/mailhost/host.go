package mailhost

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// The limits that are not the user's to set.
const (
	endedFor       = int64(time.Minute) // late lines find their session or message for so long
	maxDomains     = 1024               // learned local domains of a host
	maxPeers       = 4096               // inferred conversations of a host
	maxWordsOfHost = 1024
	maxCommands    = 50
	maxHops        = 50
	maxOpenOfOne   = 64                     // messages that a session waits for at its end
	lateFor        = int64(time.Hour)       // the beginning of a message may come so long behind its end
	handOverWithin = int64(2 * time.Second) // from a screening daemon to the server
)

// Host is everything known of one mail host: state belongs to the host that logs. It is not safe for concurrent use.
type Host struct {
	name string
	site *Site

	*stream // that the line at hand is of
	streams []*stream

	connections
	queue
	inferred
	known

	starts starts // what began in one second
	copies copies // what another log of the host has said already
	lines  int    // so far, up to as many as copies are remembered of

	all      *Totals
	arrivals *Arrivals
	sums     // of this host
	roomOfHost
	unsaved
}

// connections are the host's sessions, and what finds them.
type connections struct {
	sessions   map[sessionKey]*Session
	passed     map[string]*Session   // by IP: screened sessions that go on to the server
	openers    map[*Message]*Session // that are open still, of what they opened
	aliases    aliases
	tellsAfter bool // lines behind the last one of a session were seen
	tellsCalls bool // so were lines about connections from clients
}

// queue is the host's messages, and what finds them under other names than their queue ids.
type queue struct {
	messages map[string]*Message // by queue id; others of the same id hang on sameID
	ids      *byMessageID        // of open messages; nil where nobody asked for one
	promises promises            // of messages that have no line yet
	receipts receipts
	tries    tries
	repeated repeated
	waiting  waiting
	filters  filters
	single   bool     // a part of a message is for one recipient, not for one domain
	noticed  struct { // the last answer to isOfNotice
		key hash.Sum
		is  bool
	}
}

// inferred are the conversations of which only results are logged.
type inferred struct {
	peers   map[peerKey]*endpoint
	born    int // peers so far
	unnamed int // of the peers there are, those whose address no line has named
}

// known is what the host's lines have taught of it.
type known struct {
	domains map[string]struct{} // learned local domains
	words   map[string]string   // interned instance, service and daemon names
	servers map[server]*server  // likewise
}

// roomOfHost is the host's part of what all may keep of its small things that have no share of their own.
type roomOfHost struct{ streamShare, twinShare, domainShare, wordShare Share }

// New makes the empty state of a host, which counts what it keeps in all and lists what arrives in arrivals.
func New(name string, site *Site, all *Totals, arrivals *Arrivals) *Host {
	h := &Host{name: strings.Clone(name), site: site, all: all, arrivals: arrivals}
	h.sessions = make(map[sessionKey]*Session)
	h.passed = make(map[string]*Session)
	h.messages = make(map[string]*Message)
	h.peers = make(map[peerKey]*endpoint)
	h.domains = make(map[string]struct{})
	h.words = make(map[string]string)
	h.sums = all.partsOf()
	h.takeShares()
	h.unsaved = newUnsaved()
	return h
}

// Name is the host's name, as its lines have it.
func (h *Host) Name() string { return h.name }

// Observe completes ev with what earlier lines of the host told, and adds to out what it brought about. source tells apart the
// inputs of a host that have no connection ids; wall is the owner's clock, in nanoseconds, used by Tick alone. It gives the message
// that the line is about, nil for none, and the line's time.
func (h *Host) Observe(ev *event.Event, source string, wall int64, out *Output) (*Message, int64) {
	now := h.arrive(ev, source, wall)
	h.expire(out)
	h.tellQueues(h.clock.Now, out)
	h.Recall(ev)
	if h.wasTold(ev, source) {
		ev.Duplicate, out.Duplicate = true, true
		return nil, now
	}
	s := h.observeSession(ev, source, now, out)
	if ev.Kind == event.KindNone {
		return nil, now
	}
	if ev.Died || ev.Stopped {
		h.bury(ev, out)
	}
	m := h.observeMessage(s, ev, now, out)
	if ev.Kind == event.KindMessageOpened && m != nil {
		h.foretold(s, m, out)
	}
	h.fronted(s, ev)
	s.carry(m, ev)
	if s != nil && ev.Role == event.RoleClient {
		if s.Answers == nil {
			s.Answers = new(answers)
		}
		s.Answers.take(ev)
	}
	h.observeTry(ev)
	h.observeReceipt(s, m, ev)
	h.observePeer(m, ev, now)
	h.announce(s, ev)
	h.blame(m, ev, now)
	h.settle(m, ev, now, out)
	m.tellSpan(ev)
	if s != nil {
		h.settleSession(s, ev, out)
	}
	if m != nil {
		h.listArrival(m)
	}
	h.touched(s, m)
	for h.peerOrder.N > maxPeers {
		h.forgetPeer(h.peerOrder.Head)
	}
	return m, now
}

// arrive moves the clock of the line's source on, and gives the line's time.
func (h *Host) arrive(ev *event.Event, source string, wall int64) (now int64) {
	h.enter(source)
	now = h.advance(ev, wall, h.site.step())
	h.wall = wall
	ev.PeerIP = oneSpelling(ev.PeerIP)
	return now
}

// wasTold says whether another line has told the same already, in another log of the host or right in front of this one.
func (h *Host) wasTold(ev *event.Event, source string) bool {
	if ev.Repeat > 0 {
		h.twins.repeated(ev)
	}
	return h.copies.isCopy(ev, source, h.isAlone()) || h.twins.isTwin(ev, h.clock.Now, &h.twinShare)
}

// isAlone says whether the host has one source, as most have: by then another one's first line would have come.
func (h *Host) isAlone() bool {
	if h.site.Partly {
		return true
	}
	if h.lines < maxCopies {
		if h.lines++; h.lines == maxCopies && len(h.streams) == 1 {
			h.copies.clear()
		}
		return false
	}
	return len(h.streams) == 1
}

// Tick expires by the wall clock what belongs to sources that have gone silent: for them log time goes on as the wall does. Nobody needs the host
// any more that it says is idle.
func (h *Host) Tick(wall int64, out *Output) (idle bool) {
	before := h.outline()
	defer func() { h.used = h.used || h.outline() != before }()
	h.eachStream(func() {
		if silent := wall - h.wall; silent > int64(time.Second) {
			h.expireAt(h.clock.newest()+silent, out)
			h.tellSilent(silent, out)
		}
	})
	items, newest := h.Open()
	if wall-newest > int64(h.site.MessageTTL) && items == 0 {
		return true
	}
	h.leaveIdle(wall - int64(h.site.MessageTTL))
	return false
}

// Close ends everything that is open: the process goes and nothing is saved, or the host is to be forgotten.
func (h *Host) Close(end event.End, out *Output) {
	h.eachStream(func() {
		h.expireAt(h.clock.newest(), out) // nothing contradicts the newest stamp any more
		for s := h.openSessions.Head; s != nil; s = h.openSessions.Head {
			s.Partial = true
			h.endSession(s, s.silent(end), nil, out)
		}
		for m := h.openMessages.Head; m != nil; m = h.openMessages.Head {
			m.Partial = m.Partial || !m.isOver()
			h.endMessage(m, out)
		}
		h.due = nil
	})
}

// Forget gives back what the closed host has of the totals. It must not be used any more.
func (h *Host) Forget() {
	for h.Count(Remembered) > 0 {
		h.ForgetOldest()
	}
	h.AddUp()
	h.dropShares()
}
