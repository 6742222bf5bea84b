package session

import (
	"net/netip"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Config sets the tracker's limits and what it is told about the site. Every limit is finite.
type Config struct {
	MaxSessions   int           // open sessions of all hosts
	SessionIdle   time.Duration // a session without a line for so long in log time is over
	MaxMessages   int           // open messages of all hosts
	MessageTTL    time.Duration // a message without a line for so long in log time is forgotten
	MaxRecipients int           // recipients kept of one message

	LocalDomains  []string // lower case; with a dot in front: what is below it
	LocalNetworks []netip.Prefix
	Relayhosts    []string // lower-case host names or addresses

	SessionSummaries, MessageSummaries bool

	Explain func(*event.Event) // says why a reply was given, again when its command and all its words are known; nil: by the built-in rules
}

// The limits that are not the user's to set.
const (
	endedFor       = int64(time.Minute) // late lines find their session or message for so long
	maxHosts       = 4096
	maxDomains     = 1024 // learned local domains of a host
	maxPeers       = 4096 // inferred conversations of a host
	maxWordsOfHost = 1024
	maxCommands    = 50
	maxHops        = 50
	maxOpenOfOne   = 64                     // messages that a session waits for at its end
	lateFor        = int64(time.Hour)       // the beginning of a message may come so long behind its end
	handOverWithin = int64(2 * time.Second) // from a screening daemon to the server
)

// Tracker puts lines together: sessions by connection, messages by queue id, attempts by recipient. It is not safe for
// concurrent use; its owner locks it. Time is the log's own, but for Tick.
type Tracker struct {
	cfg         Config
	all         *totals
	order       *list[host]         // the one that was silent longest first
	given       map[string]struct{} // its local domains
	hosts       map[string]*host
	sessions    int // open ones
	messages    int // open ones
	files       map[string]int64
	sources     map[string]*Source
	sourceOrder *list[Source] // the one that was asked for longest ago first
	promises    promises
	saved       int      // bytes of the newest saved state
	newest      *host    // of the line before: most lines come from the same
	notice      struct { // the last answer to isOfNotice
		key hash
		is  bool
	}
}

// host is everything known of one mail host: state belongs to the host that logs.
type host struct {
	name    string
	*stream // that the line at hand is of
	streams []*stream

	sessions map[sessionKey]*Session
	messages map[string]*Message // by queue id; others of the same id hang on sameID
	peers    map[peerKey]*peer
	born     int                 // peers so far
	passed   map[string]*Session // by IP: screened sessions that go on to the server
	aliases  aliases

	starts     starts
	copies     copies
	tellsAfter bool // lines behind the last one of a session were seen
	tellsCalls bool // so were lines about connections from clients
	tries      tries
	receipts   receipts
	filters    filters
	repeated   repeated
	ids        *byMessageID        // of open messages; nil where nobody asked for one
	domains    map[string]struct{} // learned local domains
	single     bool                // a part of a message is for one recipient, not for one domain
	words      map[string]string   // interned instance, service and daemon names

	all   *totals
	sums  // of this host
	order links[host]
	holds [kindCount]links[host]

	streamShare, twinShare, domainShare, wordShare share
}

type sessionKey struct {
	scope    event.Scope
	instance string
	name     string // service/daemon, connection id, source or IP
	number   int64  // pid or port
}

// New makes an empty tracker.
func New(cfg Config) *Tracker {
	if cfg.Explain == nil {
		cfg.Explain = diagnose.Standard.Reply
	}
	given := make(map[string]struct{}, len(cfg.LocalDomains))
	for _, d := range cfg.LocalDomains {
		given[d] = struct{}{}
	}
	t := &Tracker{cfg: cfg, given: given, all: newTotals(), hosts: make(map[string]*host), files: make(map[string]int64), sources: make(map[string]*Source)}
	t.order = &list[host]{of: func(h *host) *links[host] { return &h.order }}
	t.sourceOrder = &list[Source]{of: func(s *Source) *links[Source] { return &s.links }}
	return t
}

// Open says how many sessions and messages are open now.
func (t *Tracker) Open() (sessions, messages int) { return t.sessions, t.messages }

// Size is what sessions, messages and inferred sessions take, in bytes, remembered ones included.
func (t *Tracker) Size() int { return t.all.bytes }

func newHost(name string, all *totals) *host {
	h := &host{
		name:     strings.Clone(name),
		all:      all,
		sessions: make(map[sessionKey]*Session),
		messages: make(map[string]*Message),
		peers:    make(map[peerKey]*peer),
		passed:   make(map[string]*Session),
		domains:  make(map[string]struct{}),
		words:    make(map[string]string),
	}
	h.takeShares(&all.small)
	return h
}

// host finds or makes a host's state. Beyond maxHosts the one that was silent longest goes.
func (t *Tracker) host(name string, out *Output) *host {
	if t.newest != nil && t.newest.name == name {
		return t.newest
	}
	h := t.hosts[name]
	if h == nil {
		if len(t.hosts) >= maxHosts {
			t.dropSilentest(out)
		}
		h = newHost(name, t.all)
		t.hosts[h.name] = h
	}
	t.newest = h
	t.order.push(h)
	return h
}

// dropSilentest ends what is open on the host that was silent longest, and forgets it.
func (t *Tracker) dropSilentest(out *Output) {
	h := t.order.head
	out.Evicted[CauseHostLimit] += h.sums[openSessions] + h.sums[openMessages]
	t.closeHost(h, event.EndExpired, out)
	t.dropHost(h)
}

// dropHost forgets a host on which nothing is open.
func (t *Tracker) dropHost(h *host) {
	for h.sums[remembered] > 0 {
		h.forgetOldest()
	}
	h.dropShares()
	for k := range t.all.holders {
		t.all.holders[k].remove(h)
	}
	t.order.remove(h)
	delete(t.hosts, h.name)
	if t.newest == h {
		t.newest = nil
	}
}

// word gives the tracker's own copy of a short name that comes again and again.
func (h *host) word(s string) string {
	if w, ok := h.words[s]; ok {
		return w
	}
	w := strings.Clone(s)
	if len(h.words) < maxWordsOfHost && h.wordShare.fits() {
		h.words[w] = w
		h.wordShare.add(len(w) + mapEntry)
	}
	return w
}

// Observe completes ev with what earlier lines told, and adds to out what it brought about. source tells apart the
// inputs of a host that have no connection ids; wall is the owner's clock, in nanoseconds, used by Tick alone.
func (t *Tracker) Observe(ev *event.Event, source string, wall int64, out *Output) {
	shorten(ev)
	h := t.host(ev.Host, out)
	h.enter(source)
	now := h.advance(ev, wall, t.step())
	h.wall = wall
	ev.PeerIP = oneSpelling(ev.PeerIP)
	t.expire(h, out)
	t.Recall(ev)
	if ev.Repeat > 0 {
		h.twins.repeated(ev)
	}
	if h.copies.isCopy(ev, source) || h.twins.isTwin(ev, h.clock.Now, &h.twinShare) {
		ev.Duplicate, out.Duplicate = true, true
		return
	}

	s := t.observeSession(h, ev, source, now, out)
	if ev.Kind == event.KindNone {
		return
	}
	if ev.Died || ev.Stopped {
		t.bury(h, ev, out)
	}
	m := t.observeMessage(h, s, ev, now, out)
	if ev.Kind == event.KindMessageOpened && m != nil {
		t.foretold(s, m, out)
	}
	h.fronted(s, ev)
	s.carry(m, ev)
	if s != nil {
		s.Answers.take(ev)
	}
	h.observeTry(ev)
	h.observeReceipt(t, s, m, ev)
	t.observePeer(h, m, ev, now)
	t.settle(h, m, ev, now, out)
	t.meet(m, ev, now, out)
	m.tellSpan(ev)
	if s != nil {
		t.settleSession(s, ev, out)
	}
	h.touched(s, m)
	t.limit(h, out)
}

// step is how far a stamp may be ahead of the clock and is believed.
func (t *Tracker) step() int64 { return min(mostStep, int64(t.cfg.SessionIdle)/2) }

// oneSpelling writes an IPv6 address as RFC 5952 wants it, so that all lines have the same: some servers write out every zero.
func oneSpelling(ip string) string {
	if strings.IndexByte(ip, ':') < 0 {
		return ip
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	var room [64]byte
	if text := addr.AppendTo(room[:0]); string(text) != ip {
		return string(text)
	}
	return ip
}

// Seen says whether the line at this offset of this file was observed before, and remembers it. Lines without an offset are new.
func (t *Tracker) Seen(file string, offset int64) bool {
	if len(file) > longestName {
		file = short(file, longestName)
	}
	last, known := t.files[file]
	if known && offset <= last {
		return true
	}
	if !known {
		if len(t.files) >= maxFiles {
			for f := range t.files { // any one: its lines are long written, or come again marked new
				delete(t.files, f)
				break
			}
		}
		file = strings.Clone(file)
	}
	t.files[file] = offset
	return false
}

const maxFiles = 65536
