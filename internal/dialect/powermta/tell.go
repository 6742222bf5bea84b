package powermta

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// tell puts on the event what the row says, and gives its kind.
func (r *row) tell(ev *event.Event) event.Kind {
	if t, res := readTime(r.timeLogged); res != event.ResolutionNone {
		ev.Time, ev.Resolution = t, res
	}
	if r.kind == none { // cut before it said what became of the recipient
		return event.KindNone
	}
	r.envelope(ev)
	switch r.kind {
	case transientQueue:
		return r.queueFailure(ev)
	case received:
		return r.receipt(ev)
	case feedback:
		ev.FilterName, ev.FilterVerdict = "feedback", r.feedbackType
		ev.SourceAddress = r.reportSource
		ev.ServerAddress, _ = host(r.reportingMTA)
		return event.KindReport
	case remoteBounce, remoteStatus:
		r.answer(ev)
		ev.MessageKind = event.MessageDSN
		if ev.ServerAddress, _ = host(r.reportingMTA); ev.ServerAddress == "" {
			ev.ServerAddress, _ = host(r.dsnMta)
		}
		return event.KindReport
	}
	return r.verdict(ev)
}

// envelope is the sender, the recipient and what rows of any type may have.
func (r *row) envelope(ev *event.Event) {
	ev.MailFrom, ev.RcptTo, ev.OrigRcptTo = r.orig, r.rcpt, strings.TrimPrefix(r.orcpt, "rfc822;")
	if r.orig == "" && r.hasOrig && r.kind <= received && r.kind != transientQueue { // of a report it would be the report's own
		ev.MailFrom = "<>"
	}
	if ev.OrigRcptTo == ev.RcptTo {
		ev.OrigRcptTo = ""
	}
	ev.MessageID, ev.Subject = r.messageID, r.subject
	ev.User = r.rcvUser
	if n, ok := scan.Int(r.dlvSize); ok && n > 0 {
		ev.Size, ev.HasSize = n, true
	}
	ev.SourceAddress, ev.SourcePool = r.dlvSourceIP, r.vmtaPool
	if ev.SourcePool == "" && r.vmta != "{default}" { // the one that is there when none is configured
		ev.SourcePool = r.vmta
	}
}

// host takes "mx.example.com (192.0.2.1)" apart, also with a type in front ("dns;mx.example.com").
func host(s string) (name, ip string) {
	if rest, ok := scan.PrefixFold(s, "dns;"); ok {
		s = scan.TrimLeft(rest)
	}
	name, rest, _ := scan.Cut(s, ' ')
	ip, _, _ = scan.Between(scan.TrimLeft(rest), '(', ')')
	if strings.HasPrefix(name, "[") || name == ip {
		name = ""
	}
	return strings.TrimSuffix(name, "."), ip
}

// receipt is a recipient of a message that came in: PowerMTA writes one record a recipient and no id.
func (r *row) receipt(ev *event.Event) event.Kind {
	ev.Role, ev.SourceAddress, ev.SourcePool = event.RoleServer, "", ""
	ev.RecipientCount = 1
	ev.Helo, ev.PeerIP = host(r.srcMta)
	if r.rcvSourceIP != "" {
		ev.PeerIP = r.rcvSourceIP
	}
	ev.ClientAddress = ev.PeerIP
	return event.KindMessageReceived
}

// queueFailure is a failure of a whole queue, "domain/vmta", at one host.
func (r *row) queueFailure(ev *event.Event) event.Kind {
	ev.Role = event.RoleClient
	r.server(ev)
	r.answer(ev)
	ev.DestinationDomain, _, _ = scan.Cut(r.queue, '/')
	switch {
	case ev.Code != 0:
		return event.KindReply
	case ev.ErrorType != "":
		ev.Command = event.CommandConnect
		return event.KindConnect
	}
	return event.KindWarning
}

// server is the host that was asked.
func (r *row) server(ev *event.Event) {
	ev.ServerAddress, ev.PeerIP = host(r.dsnMta)
	if r.dlvDestinationIP != "" {
		ev.PeerIP = r.dlvDestinationIP
	}
	if n, ok := scan.Int(r.dlvPort); ok && n < 1<<16 {
		ev.ServerPort, ev.PeerPort = int(n), int(n)
	}
}

// answer reads the status and the diagnostic: "5.1.1 (bad destination mailbox address)" is PowerMTA's, "smtp;550 5.1.1 text" the peer's.
func (r *row) answer(ev *event.Event) {
	word := r.dsnStatus
	if i := strings.IndexAny(word, " ("); i >= 0 {
		word = word[:i]
	}
	ev.DSN, _ = reply.Enhanced(word, 0)
	words, typed := scan.PrefixFold(r.dsnDiag, "smtp;")
	words = scan.TrimLeft(words)
	if p, ok := reply.Parse(words); ok {
		p.Into(ev)
		return
	}
	if typed && words != "" {
		ev.Argument = words
	}
	ev.ErrorType = breakage(ev.DSN)
}

// breakage is what broke where no host answered, by the status (RFC 3463 section 3.5, and X.1.2 of section 3.2): PowerMTA puts it there.
func breakage(dsn string) string {
	if len(dsn) < len("4.4.1") {
		return ""
	}
	switch dsn[1:] {
	case ".4.1": // no answer from host
		return "timeout"
	case ".4.2": // bad connection
		return "connection_lost"
	case ".4.3", ".4.4", ".1.2": // directory server failure, unable to route, bad destination system
		return "host_not_found"
	}
	return ""
}

// verdict is one on the recipient.
func (r *row) verdict(ev *event.Event) event.Kind {
	r.server(ev)
	r.answer(ev)
	r.age(ev)
	name, ip := host(r.srcMta)
	if ev.ClientAddress = ip; ip == "" {
		ev.ClientAddress = name
	}
	r.route(ev)
	switch r.kind {
	case delivered:
		ev.Status, ev.Tried = event.StatusDelivered, event.Yes
		if ev.Route == event.RouteDiscard {
			ev.Status = event.StatusDiscarded
		}
		if ev.Code != 0 {
			ev.Command = event.CommandEOM // only the end of the message is accepted as a delivery
			ev.RemoteQueueID = reply.QueueID(ev.Text)
		}
	case bounced:
		ev.Status = event.StatusBounced
		if r.bounceCat == "message-expired" || ev.Code == 0 && strings.HasSuffix(ev.DSN, ".4.7") {
			ev.Status = event.StatusExpired
		}
	default:
		ev.Status = event.StatusDeferred
	}
	if ev.Tried == event.Open { // whether a host was asked shows in what is known of it, where columns are there for that
		asked := ev.ServerAddress != "" || ev.PeerIP != "" || ev.Code != 0 || ev.ErrorType != ""
		switch {
		case asked || r.hasHost:
			ev.Tried = event.TriOf(asked)
		case r.kind == transient:
			ev.Tried = event.Yes
		}
	}
	if ev.MailFrom != "" {
		ev.MessageKind = event.MessageMail
	}
	if ev.MailFrom == "<>" {
		ev.MessageKind = event.MessageDSN
	}
	if ev.Tried == event.No && ev.Status != event.StatusExpired { // that was tried before
		ev.Route, ev.Direction, ev.Role = event.RouteNone, event.DirectionUnknown, event.RoleUnknown
	}
	return event.KindDelivery
}

// route says how the mail left: dlvType is the type of the domain (manual, directive "type"). TLS columns are there since 4.5.
func (r *row) route(ev *event.Event) {
	switch r.dlvType {
	case "smtp", "":
		ev.Route, ev.Direction, ev.Role = event.RouteMX, event.DirectionOutbound, event.RoleClient
	case "pipe":
		ev.Route = event.RoutePipe
	case "file", "local":
		ev.Route = event.RouteLocal
	case "discard":
		ev.Route = event.RouteDiscard
	}
	if r.dlvEsmtp != "" {
		ev.Protocol = "ESMTP"
	}
	switch {
	case r.tlsProtocol != "":
		ev.TLS, ev.TLSVersion, ev.TLSCipher = event.Yes, strings.TrimPrefix(r.tlsProtocol, "TLSv"), r.tlsCipher
	case r.hasTLS && r.kind == delivered && r.dlvType == "smtp":
		ev.TLS = event.No
	}
}

// age is the time since the message was queued.
func (r *row) age(ev *event.Event) {
	if d, ok := scan.Float(r.secondsQueued); ok {
		ev.Delays.Total, ev.Delays.Has = d, event.DelayTotal
		return
	}
	from, res := readTime(r.timeQueued)
	if d := ev.Time - from; res != event.ResolutionNone && ev.Resolution != event.ResolutionNone && d >= 0 {
		ev.Delays.Total, ev.Delays.Has = time.Duration(d).Seconds(), event.DelayTotal
	}
}
