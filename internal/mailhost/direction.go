package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// trust is why a message may be relayed.
type trust uint8

const (
	trustUnknown trust = iota // nothing said so: perhaps from outside
	trustNetwork              // from one of our networks
	trustLocal                // submitted on this host
	trustUser                 // an authenticated user, or a submission service
)

// trustIn is trustOf for a line that may leave it to its session who the client is.
func (h *Host) trustIn(m *Message, ev *event.Event) trust {
	if ev.PeerIP != "" || ev.ClientAddress != "" || m.Origin == 0 {
		return h.trustOf(ev)
	}
	switch by := m.submitter(); {
	case by.User != "":
		return trustUser
	case isLoopback(by.PeerIP) || h.site.isLocalNetwork(by.PeerIP):
		return trustNetwork
	}
	return trustUnknown
}

// trustOf reads who submitted a message from the line that opened it.
func (h *Host) trustOf(ev *event.Event) trust {
	switch {
	case ev.User != "" || strings.HasPrefix(ev.Service, "submission") || ev.Service == "smtps":
		return trustUser
	case ev.PeerIP == "" && ev.ClientAddress == "":
		return trustLocal
	case isLoopback(ev.PeerIP) || h.site.isLocalNetwork(ev.PeerIP):
		return trustNetwork
	}
	return trustUnknown
}

func isLoopback(ip string) bool {
	return ip == "::1" || strings.HasPrefix(ip, "127.")
}

// direct says where a recipient's mail goes: ours by its domain or by the way it is delivered; out when the sender may
// relay; forwarded when mail for us leaves again. What the dialect read from the line (a transport that only serves
// foreign domains) decides for a sender that nothing is known of: a server relays only for those that it trusts.
func (h *Host) direct(m *Message, ev *event.Event) event.Direction {
	domain := domainOf(ev)
	switch {
	case ev.Route == event.RouteLMTP && ev.Status != event.StatusDelivered: // to a mailbox, or to a filter that has not shown itself yet
		return event.DirectionInbound
	case ev.Route == event.RouteLocal || ev.Route == event.RouteLMTP || ev.Direction == event.DirectionInbound: // the log says that it is ours
		h.learn(domain)
		return event.DirectionInbound
	// others of that domain have mailboxes here, this one leads elsewhere
	case ev.Route == event.RouteMX && !h.site.isGiven(domain) && h.IsLocal(domain):
		return event.DirectionForwarded
	case h.IsLocal(domain), ev.Route == event.RoutePipe && ev.FromAlias: // an alias that ends in a program of ours
		return event.DirectionInbound
	case m.forwarded:
		return event.DirectionForwarded
	case m.trust != trustUnknown:
		return event.DirectionOutbound
	case ev.OrigRcptTo != "" && foldDomain(ev.OrigRcptTo) != domain || ev.FromAlias:
		return event.DirectionForwarded // taken from a stranger for an address of ours that leads elsewhere
	}
	return ev.Direction
}

// IsLocal says whether a domain is given as ours, or was seen delivered into mailboxes here.
func (h *Host) IsLocal(domain string) bool {
	if domain == "" {
		return false
	}
	if h.site.isGiven(domain) {
		return true
	}
	_, learned := h.domains[domain]
	return learned
}

func (h *Host) learn(domain string) {
	if domain == "" || len(h.domains) >= maxDomains || !h.domainShare.Fits() {
		return
	}
	if _, ok := h.domains[domain]; !ok {
		h.domains[strings.Clone(domain)] = struct{}{}
		h.domainShare.Add(1)
	}
}

// domainOf is the domain of a delivery's recipient: a mailbox, a pipe or a file has that of the address that led there.
func domainOf(ev *event.Event) string {
	switch {
	case isAddress(ev.RcptTo):
		return foldDomain(ev.RcptTo)
	case ev.OrigRcptTo != "":
		return foldDomain(ev.OrigRcptTo)
	}
	return ""
}

// isAddress says whether a recipient is an address, and no program, file or reply, which may have an "@" in their names.
func isAddress(to string) bool {
	return to != "" && strings.IndexByte("|/>", to[0]) < 0 && strings.IndexByte(to, '@') >= 0
}

// foldDomain is the domain of an address in lower case.
// A name alone, a file or a program has none.
func foldDomain(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(address[i+1:])
}
