package session

import (
	"net/netip"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
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

	Explain func(*event.Event) // says why a reply was given, again when its command and all its words are known; nil: by the built-in rules
}

// maxHosts is how many hosts have a state at a time.
const maxHosts = 4096

// Tracker leads each line to the host that wrote it, and keeps what concerns several of them. It is not safe for
// concurrent use; its owner locks it. Time is the log's own, but for Tick.
type Tracker struct {
	cfg  Config
	site *mailhost.Site
	all  *mailhost.Totals

	arrivals *mailhost.Arrivals

	hosts   map[string]*host
	order   *aging.List[host]                 // the one that was silent longest first
	holders [mailhost.Kinds]*aging.List[host] // those that have some of a kind, likewise
	newest  *host                             // of the line before: most lines come from the same

	handovers   handovers
	files       files
	sources     map[string]*Source
	sourceOrder *aging.List[Source] // the one that was asked for longest ago first
	saved       int                 // bytes of the newest saved state
}

// host is a mail host and its place among the others.
type host struct {
	*mailhost.Host
	order aging.Links[host]
	holds [mailhost.Kinds]aging.Links[host]
}

// New makes an empty tracker.
func New(cfg Config) *Tracker {
	t := &Tracker{cfg: cfg, all: new(mailhost.Totals), arrivals: new(mailhost.Arrivals), hosts: make(map[string]*host), files: make(files), sources: make(map[string]*Source)}
	t.site = mailhost.NewSite(mailhost.Site{
		SessionIdle: cfg.SessionIdle, MessageTTL: cfg.MessageTTL, MaxRecipients: cfg.MaxRecipients,
		LocalDomains: cfg.LocalDomains, LocalNetworks: cfg.LocalNetworks, Relayhosts: cfg.Relayhosts,
		SessionSummaries: cfg.SessionSummaries, MessageSummaries: cfg.MessageSummaries, Explain: cfg.Explain,
	})
	t.order = &aging.List[host]{Of: func(h *host) *aging.Links[host] { return &h.order }}
	for k := range t.holders {
		t.holders[k] = &aging.List[host]{Of: func(h *host) *aging.Links[host] { return &h.holds[k] }}
	}
	t.sourceOrder = &aging.List[Source]{Of: func(s *Source) *aging.Links[Source] { return &s.links }}
	return t
}

// Open says how many sessions and messages are open now.
func (t *Tracker) Open() (sessions, messages int) {
	return t.all.Count(mailhost.OpenSessions), t.all.Count(mailhost.OpenMessages)
}

// Size is what sessions, messages and inferred sessions take, in bytes, remembered ones included.
func (t *Tracker) Size() int { return t.all.Bytes() }

// Observe completes ev with what earlier lines told, and adds to out what it brought about. source tells apart the
// inputs of a host that have no connection ids; wall is the owner's clock, in nanoseconds, used by Tick alone.
func (t *Tracker) Observe(ev *event.Event, source string, wall int64, out *Output) {
	mailhost.Shorten(ev)
	h := t.host(ev.Host, out)
	m, now := h.Observe(ev, source, wall, out)
	t.meet(h, m, ev, now, out)
	t.touch(h)
	t.limit(h, out)
}

// host finds or makes a host's state. Beyond maxHosts the one that was silent longest goes.
func (t *Tracker) host(name string, out *Output) *host {
	if t.newest != nil && t.newest.Name() == name {
		return t.newest
	}
	h := t.hosts[name]
	if h == nil {
		if len(t.hosts) >= maxHosts {
			t.dropSilentest(out)
		}
		h = &host{Host: mailhost.New(name, t.site, t.all, t.arrivals)}
		t.hosts[h.Name()] = h
		t.listArrivals()
	}
	t.newest = h
	t.order.Push(h)
	return h
}

// Recall completes a line about a try with what the line said that began it, and a verdict with what was said since.
func (t *Tracker) Recall(ev *event.Event) {
	if ev.TryID == "" {
		return
	}
	if h := t.hosts[ev.Host]; h != nil {
		h.Recall(ev)
	}
}

// Holds says whether source is inside message data or an AUTH exchange whose lines carry no marks.
func (t *Tracker) Holds(hostName, source string) bool {
	h := t.hosts[hostName]
	return h != nil && h.Holds(source)
}

// Interrupt ends the conversation of a source whose lines say neither who speaks nor which one they are of: a line of another kind stands between them.
func (t *Tracker) Interrupt(hostName, source string, out *Output) {
	if h := t.hosts[hostName]; h != nil {
		h.Interrupt(source, out)
	}
}
