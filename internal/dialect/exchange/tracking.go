package exchange

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readTracking reads a row of the message tracking log.
func readTracking(r *row, ev *event.Event) event.Result {
	what := eventOf(r.cells[colEvent].text)
	if what == trackNone {
		return event.Unknown
	}
	source := r.cells[colSource].text
	ev.Daemon = source
	ev.Kind = what.kind()

	// the message
	if what.isOurs() {
		identify(r, ev)
	}
	ev.MessageID = trimID(r.text(colMessageID))
	ev.Subject = r.text(colSubject)
	ev.MailFrom = r.text(colReturnPath)
	ev.Size, ev.HasSize = scan.Int(r.cells[colBytes].text)
	if n, ok := scan.Int(r.cells[colCount].text); ok && n < 1<<31 {
		ev.RecipientCount = int(n)
	}
	readRecipients(r.text(colRecipient), ev)

	switch what {
	case trackReceive:
		readReceive(r, source, ev)
	case trackSend, trackSubmit:
		readSend(r, what, ev)
	case trackDeliver:
		deliver(ev, event.StatusDelivered, event.RouteLocal, event.Yes)
		readServer(r, ev)
		readOwnStatus(r, ev)
		readDelay(r, ev)
	case trackFail, trackSubmitFail, trackModeratorReject, trackModerationExpire:
		readFail(r, what, source, ev)
	case trackDefer, trackSubmitDefer, trackResubmitDefer, trackThrottle:
		readDefer(r, what, source, ev)
	case trackDrop, trackSuppressed, trackDuplicateDeliver:
		deliver(ev, event.StatusDiscarded, event.RouteDiscard, event.No)
		readOwnStatus(r, ev)
	case trackExpand, trackRedirect, trackResolve:
		ev.OrigRcptTo = firstOf(r.text(colRelated))
	case trackDSN:
		ev.MessageKind, ev.First, ev.NoEnd = event.MessageDSN, true, true
	case trackAgentInfo:
		ev.FilterName = agentOf(r)
	case trackPoison:
		ev.FilterName = "poison"
	}
	if ev.Kind == event.KindDelivery && (ev.Recipients() == 0 || !r.whole && r.cells[colStatus].text == "") {
		ev.Kind, ev.Status, ev.Tried = event.KindWarning, event.StatusNone, event.Open // a verdict, but not on whom, or cut off before it
	}
	return event.Parsed
}

// identify gives the row the id that all rows of one message on one server share. Each of a server's transport services counts
// internal-message-ids of its own, and a copy that is forked off (TRANSFER) gets another one; the network-message-id goes through all of
// them, and is as many recipients as the message has. Exchange 2010 and older have no such column: there one service does all, and its
// internal-message-id is the id.
func identify(r *row, ev *event.Event) {
	switch network, internal := r.cells[colNetworkID].text, r.cells[colInternalID].text; {
	case network != "" && isID(network):
		ev.QueueID, ev.UniqueID = network, true
	case internal != "" && isID(internal) && r.whole: // a row that was cut may have had the other
		ev.QueueID = internal
	}
}

// readRecipients splits the addresses. A semicolon in a quoted local part separates nothing.
func readRecipients(list string, ev *event.Event) {
	if list == "" {
		return
	}
	first, rest := cutAddress(list)
	if rest == "" {
		ev.RcptTo = first
		return
	}
	for list != "" {
		first, list = cutAddress(list)
		if first != "" {
			ev.RcptList = append(ev.RcptList, first)
		}
	}
}

func cutAddress(list string) (address, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return scan.Trim(list[:i]), list[i+1:]
			}
		}
	}
	return scan.Trim(list), ""
}

func firstOf(list string) string {
	address, _ := cutAddress(list)
	return address
}

// deliver makes the row a verdict on its recipients.
func deliver(ev *event.Event, status event.Status, route event.Route, tried event.Tri) {
	ev.Status, ev.Route, ev.Tried = status, route, tried
}

// readSession reads the number of the SMTP session in source-context, which is the one in the protocol log:
// "08D675E58CA1DA38;2019-01-25T00:03:58.478Z;0".
func readSession(r *row, ev *event.Event) {
	session, _, _ := scan.Cut(r.text(colSourceContext), ';')
	if isSessionID(session) && isID(session) {
		ev.Scope, ev.ConnID = event.ScopeID, session
	}
}

// readReceive reads who submitted the message. Behind the front end service that is the host which it proxied for.
func readReceive(r *row, source string, ev *event.Event) {
	ev.First, ev.NoEnd, ev.Role = true, true, event.RoleServer
	ev.Direction = directionOf(r)
	readSession(r, ev)
	if source == "SMTP" {
		ev.Service = r.text(colConnector)
	}
	ev.ServerAddress = nameOf(r.text(colServerHost))
	client, _ := address(r.text(colClientIP))
	ev.PeerIP, ev.ClientAddress = client, nameOf(r.text(colClientHost))
	if original, ok := address(r.text(colOriginalIP)); ok && original != client {
		ev.PeerIP, ev.ClientAddress = original, nameOf(custom(r, "S:ProxiedClientHostname="))
	}
}

// readSend reads a message that was handed on: to another server of the organization, to the next service on this one, or to a host
// outside.
func readSend(r *row, what track, ev *event.Event) {
	ev.Role = event.RoleClient
	route, tried := event.RouteMX, event.Yes
	if what == trackSubmit || isInternal(r.text(colConnector)) {
		route = event.RouteRelayhost
		if isSameHost(r) {
			route, tried = event.RouteFilter, event.Open // DELIVER, or the transport service's rows, tell the rest
		}
	}
	deliver(ev, event.StatusDelivered, route, tried)
	if what == trackSend {
		ev.SourcePool = r.text(colConnector)
		ev.SourceAddress, _ = address(r.text(colClientIP))
	}
	readServer(r, ev)
	ev.Direction = directionOf(r)
	readSession(r, ev)
	readAnswer(r, ev)
	readDelay(r, ev)
	if what == trackSubmit && (ev.Recipients() == 0 || route == event.RouteFilter) {
		ev.Kind, ev.Status, ev.Tried, ev.Route = event.KindMessageQueued, event.StatusNone, event.Open, event.RouteUnknown
	}
}

// readServer reads the host at the other end.
func readServer(r *row, ev *event.Event) {
	ev.ServerAddress = nameOf(r.text(colServerHost))
	ev.PeerIP, _ = address(r.text(colServerIP))
}

// isSameHost says whether the row's two ends are one host: the same address, or names that are equal up to the domain of one.
func isSameHost(r *row) bool {
	if ip := r.text(colClientIP); ip != "" && ip == r.text(colServerIP) {
		return true
	}
	client, server := r.text(colClientHost), r.text(colServerHost)
	if client == "" || server == "" {
		return false
	}
	if !strings.Contains(client, ".") || !strings.Contains(server, ".") {
		client, _, _ = scan.Cut(client, '.')
		server, _, _ = scan.Cut(server, '.')
	}
	return scan.EqualFold(client, server)
}

// directionOf reads what Exchange thinks of the message. It is only used where the recipient's domain says nothing.
func directionOf(r *row) event.Direction {
	switch r.cells[colDirection].text {
	case "Originating":
		return event.DirectionOutbound
	case "Incoming":
		return event.DirectionInbound
	}
	return event.DirectionUnknown
}

// readDelay reads the time since the message entered the organization: message-info begins with that moment.
func readDelay(r *row, ev *event.Event) {
	then, res, rest, ok := header.Stamp(r.text(colInfo), header.Clock{})
	now, nowRes, _, ok2 := header.Stamp(r.cells[colTime].text, header.Clock{})
	if !ok || !ok2 || res < event.ResolutionSecond || nowRes < event.ResolutionSecond || rest != "" && rest[0] != ';' || now < then {
		return
	}
	ev.Delays.Total, ev.Delays.Has = time.Duration(now-then).Seconds(), event.DelayTotal
}

// custom finds an item of custom-data: "S:ProxiedClientIPAddress=192.0.2.7;S:ProxiedClientHostname=mx.b.example;S:DeliveryPriority=Normal".
func custom(r *row, name string) string {
	for rest := r.text(colCustom); rest != ""; {
		var item string
		item, rest, _ = scan.Cut(rest, ';')
		if value, ok := strings.CutPrefix(item, name); ok {
			return value
		}
	}
	return ""
}

// agentOf names the agent of an AGENTINFO row: in source-context, or the first that left something in custom-data ("S:AMA=SUM|action=p").
func agentOf(r *row) string {
	if name := r.text(colSourceContext); name != "" {
		return name
	}
	rest, ok := strings.CutPrefix(r.text(colCustom), "S:")
	name, _, found := scan.Cut(rest, '=')
	if !ok || !found {
		return ""
	}
	return name
}

// nameOf is a host's name without brackets, or nothing.
func nameOf(s string) string {
	if inner, rest, ok := scan.Between(s, '[', ']'); ok && rest == "" {
		return inner
	}
	return strings.TrimSuffix(s, ".")
}
