package mailhost

import (
	"net/netip"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Site is what all hosts are told: how long to wait, what is ours, and what to make. It is read only once hosts are made of it.
type Site struct {
	SessionIdle   time.Duration // a session without a line for so long in log time is over
	MessageTTL    time.Duration // a message without a line for so long in log time is forgotten
	MaxRecipients int           // recipients kept of one message

	LocalDomains  []string // lower case; with a dot in front: what is below it
	LocalNetworks []netip.Prefix
	Relayhosts    []string // lower-case host names or addresses

	SessionSummaries, MessageSummaries bool

	Partly bool // lines are left out, and of each source other ones: what another has said shows nothing, but of refusals

	Explain func(*event.Event) // says why a reply was given, again when its command and all its words are known; nil: by the built-in rules

	Told func(string) string // what of a text may be told, by ids that it is in: they leave, and guesses can be tried out on a hash; nil: all

	given map[string]struct{} // LocalDomains
}

// told is what an id may be made of.
func (s *Site) told(text string) string {
	if s.Told == nil {
		return text
	}
	return s.Told(text)
}

// NewSite completes a site.
func NewSite(site Site) *Site {
	if site.Explain == nil {
		site.Explain = diagnose.Standard.Reply
	}
	site.given = make(map[string]struct{}, len(site.LocalDomains))
	for _, d := range site.LocalDomains {
		site.given[d] = struct{}{}
	}
	return &site
}

// step is how far a stamp may be ahead of the clock and is believed.
func (s *Site) step() int64 { return min(mostStep, int64(s.SessionIdle)/2) }

func (s *Site) isLocalNetwork(ip string) bool {
	if len(s.LocalNetworks) == 0 || ip == "" {
		return false
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	addr = addr.Unmap()
	for _, p := range s.LocalNetworks {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// isGiven says whether the settings name a domain as ours, or one that it is below.
func (s *Site) isGiven(domain string) bool {
	if _, ok := s.given[domain]; ok || len(s.given) == 0 {
		return ok
	}
	for i := 1; i < len(domain); i++ {
		if _, ok := s.given[domain[i:]]; ok && domain[i] == '.' {
			return true
		}
	}
	return false
}

// isRelayhost says whether the host that was asked is one of our smarthosts.
func (s *Site) isRelayhost(ev *event.Event) bool {
	for _, r := range s.Relayhosts {
		if strings.EqualFold(r, ev.ServerAddress) || r == ev.PeerIP {
			return true
		}
	}
	return false
}
