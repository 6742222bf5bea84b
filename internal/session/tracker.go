package session

import (
	"net/netip"
	"sync"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
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

	Explain func(*event.Event)  // says why a reply was given, again when its command and all its words are known; nil: by the built-in rules
	Told    func(string) string // what of a text ids may be made of; nil: all
}

// Tracker leads each line to the host that wrote it, and keeps what concerns several of them. Time is the log's own, but for Tick.
//
// It may be used from several goroutines, but for Save and Restore, during which nobody else may be in it: lines of several hosts run side by side, those
// of one host one after the other.
type Tracker struct {
	cfg  Config
	site *mailhost.Site
	all  *mailhost.Totals

	arrivals  *mailhost.Arrivals
	hosts     hosts
	limiting  sync.Mutex // one at a time makes room
	handovers handovers
	files     files
	sources   sources
	saved     int // bytes of the newest saved state
}

// New makes an empty tracker.
func New(cfg Config) *Tracker {
	t := &Tracker{cfg: cfg}
	t.site = mailhost.NewSite(mailhost.Site{
		SessionIdle: cfg.SessionIdle, MessageTTL: cfg.MessageTTL, MaxRecipients: cfg.MaxRecipients,
		LocalDomains: cfg.LocalDomains, LocalNetworks: cfg.LocalNetworks, Relayhosts: cfg.Relayhosts,
		SessionSummaries: cfg.SessionSummaries, MessageSummaries: cfg.MessageSummaries, Explain: cfg.Explain, Told: cfg.Told,
	})
	t.clear()
	return t
}

// Partly says, before the first line, that lines are left out.
func (t *Tracker) Partly() { t.site.Partly = true }

// clear forgets everything.
func (t *Tracker) clear() {
	t.all, t.arrivals = mailhost.NewTotals(t.mostOf(), t.room()), new(mailhost.Arrivals)
	t.hosts.byName, t.hosts.ranks.order, t.hosts.ranks.holders = make(map[string]*host), rankOrder(), rankHolders()
	t.hosts.newest.Clear()
	t.handovers.clear()
	t.files.set(nil)
	t.sources.clear()
}

// Open says how many sessions and messages are open now.
func (t *Tracker) Open() (sessions, messages int) {
	t.addUp()
	return t.all.Count(mailhost.OpenSessions), t.all.Count(mailhost.OpenMessages)
}

// Size is what sessions, messages and inferred sessions take, in bytes, remembered ones included.
func (t *Tracker) Size() int {
	t.addUp()
	return t.all.Bytes()
}

// addUp makes the sums of all hosts true.
func (t *Tracker) addUp() { t.each(func(h *host) { h.AddUp() }) }

// Observe completes ev with what earlier lines told, and adds to out what it brought about. source tells apart the
// inputs of a host that have no connection ids; wall is the owner's clock, in nanoseconds, used by Tick, and to tell which host was heard last.
func (t *Tracker) Observe(ev *event.Event, source string, wall int64, out *Output) {
	mailhost.Shorten(ev)
	h := t.enter(ev.Host, out)
	h.Use()
	m, now := h.Observe(ev, source, wall, out)
	given := t.meet(h, m, ev, now, out)
	has, due := h.Has(), h.isDue(wall, t.hosts.made.Load())
	h.mu.Unlock()
	if given != nil {
		t.seek(h, ev.RemoteQueueID, given, out)
	}
	t.hosts.heard(h, has, due)
	t.limit(h, out)
}

// IsLocal says whether a domain (in small letters) is one that the host receives mail for, as the settings say or its log has shown.
func (t *Tracker) IsLocal(hostName, domain string) bool {
	h := t.known(hostName)
	if h == nil {
		return false
	}
	defer h.mu.Unlock()
	return h.IsLocal(domain)
}

// Recall completes a line about a try with what the line said that began it, and a verdict with what was said since.
func (t *Tracker) Recall(ev *event.Event) {
	if ev.TryID == "" {
		return
	}
	if h := t.known(ev.Host); h != nil {
		h.Recall(ev)
		h.mu.Unlock()
	}
}

// Holds says whether source is inside message data or an AUTH exchange whose lines carry no marks.
func (t *Tracker) Holds(hostName, source string) bool {
	h := t.known(hostName)
	if h == nil {
		return false
	}
	defer h.mu.Unlock()
	return h.Holds(source)
}

// Interrupt ends the conversation of a source whose lines say neither who speaks nor which one they are of: a line of another kind stands between them.
func (t *Tracker) Interrupt(hostName, source string, out *Output) {
	h := t.known(hostName)
	if h == nil {
		return
	}
	h.Use()
	h.Interrupt(source, out)
	has := h.Has()
	h.mu.Unlock()
	t.hosts.ranks.hold(h, has)
}
