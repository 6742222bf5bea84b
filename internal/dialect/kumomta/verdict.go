package kumomta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// verdict is one on the message's recipient, or on those of a batch.
func (r *record) verdict(ev *event.Event) event.Kind {
	switch { // what has no pool of its own is sent by one that is called so
	case r.pool != "" && r.pool != "unspecified":
		ev.SourcePool = r.pool
	case r.source != "unspecified":
		ev.SourcePool = r.source
	}
	_, ev.SourceAddress, _ = address(r.sourceAddress)
	r.age(ev)
	ev.NoEnd = true

	ev.Status, ev.Tried = event.StatusDeferred, event.Yes
	switch r.kind {
	case delivery:
		ev.Status = event.StatusDelivered
	case bounce:
		ev.Status = event.StatusBounced
	case expiration:
		ev.Status, ev.Tried = event.StatusExpired, event.No
	case adminBounce:
		ev.Status, ev.Tried, ev.Reason = event.StatusBounced, event.No, "operator"
	}
	r.server(ev)
	if r.isPeers(ev) {
		r.answer(ev)
	} else {
		r.ownWords(ev)
	}
	return r.route(ev)
}

// server is the host that took the call, with the name from its MX record.
func (r *record) server(ev *event.Event) {
	ev.ServerAddress, ev.PeerIP, ev.PeerPort = address(r.peer)
	if ev.PeerIP != "" || ev.ServerAddress == "" {
		ev.ServerPort = ev.PeerPort
	}
	if r.delivery == "Lua" && ev.PeerIP == "" { // "Lua via NAME": a function of the configuration
		ev.ServerAddress = ""
	}
}

// siteHost is the host of a site "SOURCE->HOST@PROTOCOL". A site of several hosts is written as a pattern, "(alt1|alt2)?.mx.example",
// which names none but that behind an optional part.
func siteHost(site string) string {
	_, host, ok := strings.Cut(site, "->")
	if !ok {
		return ""
	}
	host, _, _ = scan.Cut(host, '@')
	if i := strings.LastIndex(host, ")?."); i >= 0 {
		host = host[i+len(")?."):]
	}
	host = strings.TrimSuffix(host, ".")
	if strings.ContainsAny(host, "()|?:,/ \\") || !strings.Contains(host, ".") {
		return ""
	}
	return host
}

// isPeers says whether the response is the words of the host that was asked. KumoMTA's own stand in the same place.
func (r *record) isPeers(ev *event.Event) bool {
	return ev.Tried == event.Yes && (ev.PeerIP != "" || ev.ServerAddress != "") && r.peer.Kind == jsonline.Object &&
		!strings.HasPrefix(r.response.content, internal)
}

// internal begins what KumoMTA says itself about a failure.
const internal = "KumoMTA internal: "

// answer is the peer's reply to a command.
func (r *record) answer(ev *event.Event) {
	r.words(ev)
	ev.Command, _ = verb(r.response.command.Str())
	if r.kind == delivery {
		ev.Command = event.CommandEOM // also where old versions do not say: only the end of the message is accepted as a delivery
		ev.RemoteQueueID = remoteID(ev.Text)
	}
}

// remoteID is the queue id in the words that accept; KumoMTA itself says "OK ids=ID".
func remoteID(text string) string {
	if rest, ok := strings.CutPrefix(text, "OK ids="); ok {
		id, _, _ := scan.Cut(rest, ',')
		return id
	}
	return reply.QueueID(text)
}

// words are the response as somebody said it.
func (r *record) words(ev *event.Event) {
	if r.response.code >= 200 && r.response.code < 600 {
		ev.Code, ev.Class = r.response.code, byte('0'+r.response.code/100)
	}
	ev.Enhanced, ev.Text = r.response.enhanced, r.response.content
	if ev.Enhanced == "" && ev.Code > 0 { // KumoMTA takes none for one that has not a blank behind it
		ev.Enhanced, ev.Text = reply.Enhanced(ev.Text, ev.Class)
	}
}

// ownWords are why there was no answer: crates/kumod/src/{ready_queue,smtp_dispatcher}.rs and queue/queue.rs. The code beside them is no
// reply's, the enhanced code is KumoMTA's verdict.
func (r *record) ownWords(ev *event.Event) {
	ev.DSN = r.response.enhanced
	if r.kind == delivery || r.delivery == "Maildir" || ev.Tried == event.No {
		return
	}
	text, own := strings.CutPrefix(r.response.content, internal)
	switch {
	case strings.HasPrefix(text, "failed to connect to any candidate hosts: "), strings.HasPrefix(text, "failed to send message"),
		strings.HasPrefix(text, "error in deliver_message: "):
		ev.ErrorType = breakage(text)
		ev.Command, _ = verb(r.response.command.Str())
		if r.peer.Kind != jsonline.Object {
			ev.ServerAddress = siteHost(r.site)
		}
	case text == "MX didn't resolve to any hosts", strings.HasPrefix(text, "failed to resolve queue "):
		ev.ErrorType = "host_not_found"
	case text == "Recipient address has a null MX": // its enhanced code says it (RFC 7505)
	case own || r.peer.Kind != jsonline.Object:
		ev.Tried, ev.Reason = event.No, r.untried(text)
	}
}

// untried is why no host was asked. The enhanced codes of these are the same for all.
func (r *record) untried(text string) string {
	switch {
	case strings.HasPrefix(text, "scheduled queue is suspended: "):
		return "operator"
	case strings.Contains(text, " is on the list of prohibited_hosts "):
		return "invalid_domain"
	case r.kind == bounce: // the policy's own refusal
		return "operator"
	}
	return "local_error" // throttled, no source, spool
}

// breakage reads what broke from the end of KumoMTA's words, where it puts the error of the system (Rust's io::Error) or of its timers;
// what stands before may be quoted from others.
func breakage(text string) string {
	if i := strings.LastIndex(text, " (os error "); i >= 0 && strings.HasSuffix(text, ")") {
		words := text[:i]
		if j := strings.LastIndex(words, ": "); j >= 0 {
			words = words[j+len(": "):]
		}
		if e := errno.Type(words); e != "" {
			return e
		}
	}
	switch {
	case strings.HasSuffix(text, "deadline has elapsed"), strings.HasSuffix(text, "Timed Out sending message payload data"):
		return errno.Timeout
	case strings.HasSuffix(text, "Not connected"):
		return errno.Lost
	case strings.HasPrefix(text, "failed to connect to any candidate hosts: All failures are related to OpportunisticInsecure STARTTLS. "):
		return "tls_handshake"
	}
	return sendFailure(text)
}

// sendFailure is for "failed to send message to SITE PEER: Timed Out waiting 60s ..." and "failed to send message: Error E reading
// response to cmd=C". What stands before the words is KumoMTA's, what stands behind may be anybody's.
func sendFailure(text string) string {
	if rest, ok := strings.CutPrefix(text, "failed to send message: "); ok {
		if strings.HasPrefix(rest, "Error ") {
			return "connection_lost"
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(text, "failed to send message to "); ok && strings.Contains(rest, "): Timed Out waiting ") {
		return "timeout" // the bracket closes what names the host
	}
	return ""
}

// verb is the command of a "RCPT TO:<a@b.test>\r\n", and how much of s its name is.
func verb(s string) (string, int) {
	if s == "." || strings.HasPrefix(s, `.\r`) {
		return event.CommandEOM, 1
	}
	n := 0
	for n < len(s) && scan.IsLetter(s[n]) {
		n++
	}
	if n < len(s) && s[n] != ' ' && s[n] != '\\' && s[n] != ':' {
		return "", 0
	}
	if v, ok := event.VerbOf(s[:n]); ok {
		return v.String(), n
	}
	return "", 0
}

// route says how the delivery left, by its protocol.
func (r *record) route(ev *event.Event) event.Kind {
	switch {
	case ev.Tried == event.No:
		ev.Route = event.RouteNone
	case r.delivery == "Maildir":
		ev.Route = event.RouteLocal
	case r.delivery == "Lua":
		ev.Route = event.RoutePipe
	case r.delivery == "HttpInjectionGenerator": // the messages that it made have records of their own
		if r.kind == delivery {
			ev.Status, ev.Tried = event.StatusNone, event.Open
			return event.KindMessageRemoved
		}
		ev.Route = event.RouteNone
	case r.delivery == "DeferredSmtpInjection": // a batch that is taken in later goes to its own queue now
		if r.kind == delivery {
			ev.Status, ev.Tried = event.StatusNone, event.Open
			return event.KindMessageQueued
		}
		ev.Route = event.RouteNone
	case r.delivery == "LMTP":
		ev.Route, ev.Role = event.RouteLMTP, event.RoleClient
	case strings.Contains(r.site, "->mx_list:"): // the configuration names the hosts
		ev.Route, ev.Direction, ev.Role = event.RouteRelayhost, event.DirectionOutbound, event.RoleClient
	default:
		ev.Route, ev.Direction, ev.Role = event.RouteMX, event.DirectionOutbound, event.RoleClient
	}
	if ev.Tried == event.Yes && r.hasAttempts { // counted up behind the record
		ev.Attempt = int(r.attempts) + 1
	}
	return event.KindDelivery
}
