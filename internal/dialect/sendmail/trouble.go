package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// trouble reads errors and warnings that are no answers to a client.
func trouble(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "SYSERR"); ok {
		return systemError(ev, rest)
	}
	if rest, ok := after(s, "Authentication-Warning: "); ok { // main.c: who claims to be somebody else
		host, what, ok := strings.Cut(rest, ": ")
		if !ok {
			return event.KindNone
		}
		ev.FilterName, ev.Argument = "authentication_warning", what
		ev.ClientAddress = ""
		if user, _, found := strings.Cut(what, " set sender to "); found {
			ev.User = user
		}
		_ = host
		return event.KindWarning
	}
	if rest, ok := after(s, "gethostbyaddr("); ok { // conf.c: one of our own addresses has no name
		ip, _, ok := strings.Cut(rest, ") failed: ")
		if !ok {
			return event.KindNone
		}
		ev.ErrorType, ev.Argument = "host_not_found", ip
		return event.KindWarning
	}
	if rest, ok := after(s, "makeconnection ("); ok { // daemon.c, LogLevel 14: one address of a host that we called
		return unreachable(ev, rest)
	}
	for i := range remarks {
		if rest, ok := after(s, remarks[i].begin); ok {
			ev.FilterName, ev.ErrorType, ev.Argument = remarks[i].name, remarks[i].failure, rest
			if remarks[i].name == "hostname" {
				ev.Argument, _, _ = strings.Cut(rest, ")")
			}
			if remarks[i].name == "" && rest == "" {
				ev.Argument = s
			}
			return remarks[i].kind
		}
	}
	// usersmtp.c: a server's words make no sense
	if host, rest, ok := strings.Cut(s, ": SMTP "); ok && strings.Contains(rest, " protocol error: ") {
		phase, words, _ := strings.Cut(rest, " protocol error: ")
		if strings.IndexByte(host, ' ') >= 0 {
			return event.KindNone
		}
		verb, _, _ := strings.Cut(phase, "-")
		ev.Role, ev.ServerAddress, ev.Command = event.RoleClient, strings.TrimSuffix(host, "."), stage(verb)
		if phase == "DATA-3" || phase == "DATA-2" {
			ev.Command = event.CommandEOM
		}
		refusal(ev, words)
		ev.RejectPermanent = event.Open
		return event.KindReply
	}
	for _, end := range [...]string{"marked unsafe", "marked bogus", "lookup error, expected 1 entry, got"} { // recipient.c, map.c
		if file, rest, ok := strings.Cut(s, ": "); ok && strings.Contains(rest, end) && strings.IndexByte(file, ' ') < 0 {
			ev.FilterName, ev.Argument = "unsafe", s
			return event.KindWarning
		}
	}
	if strings.HasPrefix(s, "\"") && strings.Contains(s, "\" command from ") { // "wiz", "debug" of the old worms
		name, rest, _ := strings.Cut(s[1:], "\" command from ")
		i := strings.LastIndex(rest, " (")
		if i < 0 {
			return event.KindNone
		}
		ev.Argument, ev.FilterName = name, "attack"
		return from(ev, rest[:i], event.KindWarning)
	}
	return event.KindNone
}

// remark is a line that is known by how it begins.
type remark struct {
	begin, name, failure string
	kind                 event.Kind
}

// remarks name the source file. What follows the beginning is kept.
var remarks = [...]remark{
	{"POSSIBLE ATTACK from ", "attack", "", event.KindWarning},                // util.c
	{"possible spam from <> to list: ", "list_owner", "", event.KindWarning},  // alias.c
	{"header overflow from ", "header_overflow", "", event.KindWarning},       // collect.c
	{"headers too large (", "header_overflow", "", event.KindWarning},         // collect.c
	{"Bare linefeed (LF) not allowed", "bare_newline", "", event.KindWarning}, // collect.c, 8.18
	{"Bare carriage return (CR) not allowed", "bare_newline", "", event.KindWarning},
	{"Truncated MIME ", "mime", "", event.KindWarning}, // headers.c
	{"Truncated long MIME ", "mime", "", event.KindWarning},
	{"Fixed MIME ", "mime", "", event.KindWarning},
	{"Dropped invalid comments from header address", "mime", "", event.KindWarning},
	{"setsender: ", "sender", "", event.KindWarning}, // envelope.c
	{"cannot prescan from (", "sender", "", event.KindWarning},
	{"invalid domain name (", "helo", "", event.KindWarning}, // srvrsmtp.c
	{"low on space (", "space", "", event.KindWarning},       // queue.c
	{"Losing ", "queue", "", event.KindWarning},
	{"bogus queue file, ", "queue", "", event.KindWarning},
	{"queueup: ", "queue", "", event.KindWarning},
	{"dup_df: ", "queue", "", event.KindWarning},
	{"aliasing/forwarding loop broken: ", "alias", "", event.KindWarning}, // recipient.c
	{"forward ", "alias", "", event.KindWarning},                          // alias.c
	{"include ", "alias", "", event.KindWarning},
	{"deferred: udbexpand: ", "alias", "", event.KindWarning},
	{"alias database ", "alias", "", event.KindLifecycle},
	{"Saved message in ", "dead_letter", "", event.KindWarning}, // savemail.c
	{"smtpquit: mailer", "mailer", "", event.KindWarning},       // usersmtp.c
	{"Timeout.to_aconnect occurred before exhausting all addresses", "connect", "timeout", event.KindWarning},
	{"stat=occ_exceeded, host=", "connections", "", event.KindWarning},      // daemon.c
	{"clt_features=TEMPFAIL, host=", "clt_features", "", event.KindWarning}, // deliver.c
	{"ERROR: ", "bug", "", event.KindWarning},                               // deliver.c, srvrsmtp.c
	{"WARNING: ", "configuration", "", event.KindWarning},                   // conf.c, readcf.c
	{"Warning: ", "configuration", "", event.KindWarning},
	{"timeout connecting to LDAP server ", "ldap", "timeout", event.KindWarning}, // map.c
	{"timeout connecting to PH server ", "ph", "timeout", event.KindWarning},
	{"timeout during PH lookup of ", "ph", "timeout", event.KindWarning},
	{"My unqualified host name (", "hostname", "", event.KindWarning}, // daemon.c
	{"unable to qualify my own domain name (", "hostname", "", event.KindWarning},
	{"server=", "extensions", "", event.KindWarning},    // usersmtp.c: "returned extensions despite HELO command"
	{"delaying=", "load", "", event.KindWarning},        // srvrsmtp.c
	{"rscheck(", "tls_features", "", event.KindWarning}, // readcf.c
	{"TLSA=", "dane", "", event.KindWarning},            // domain.c, tlsh.c
	{"DANE_depth=", "dane", "", event.KindLifecycle},
	{"hostsignature for host '", "hostsignature", "", event.KindWarning},
	{"sync_dir: ", "queue", "", event.KindWarning}, // deliver.c
	{"returntosender: ", "bug", "", event.KindWarning},
	{"dbopen(", "udb", "", event.KindWarning}, // udb.c
	{"db_open(", "udb", "", event.KindWarning},
	{"ownership change on ", "permissions", "", event.KindWarning}, // map.c, control.c
	{"no fchown(): ", "permissions", "", event.KindWarning},
	{"can't open ", "file", "", event.KindWarning}, // conf.c
	{"can't read ", "file", "", event.KindWarning},
	{"usershellok: cannot open ", "file", "", event.KindWarning},
	{"Bad line on ", "configuration", "", event.KindWarning},
	{"unable to ", "file", "", event.KindWarning},
	{"MX records for ", "dns", "", event.KindWarning}, // domain.c
	{"makeconnection: service ", "service", "", event.KindWarning},
	{"timeout waiting for input during control command", "control", "timeout", event.KindWarning},
	{"MAIL too long: ", "too_long", "", event.KindWarning}, // usersmtp.c
	{"RCPT too long: ", "too_long", "", event.KindWarning},
	{"smtps: TLS not available, exiting", "tls", "tls_handshake", event.KindWarning}, // srvrsmtp.c
	{"error: safesasl(", "sasl", "", event.KindWarning},
	{"encode64 for AUTH failed", "sasl", "", event.KindWarning},
	{"str_union: ", "sasl", "", event.KindWarning},
	{"poststats: ", "statistics", "", event.KindLifecycle}, // stats.c
}

// systemError is "(root): collect: read timeout", "(UID0): deliver: ..." (err.c, syserr).
func systemError(ev *event.Event, s string) event.Kind {
	if user, rest, ok := scan.Between(s, '(', ')'); ok {
		if rest, ok = after(rest, ": "); !ok {
			return event.KindNone
		}
		_ = user
		s = rest
	} else if s, ok = after(s, ": "); !ok {
		return event.KindNone
	}
	if rest, ok := after(s, "collect: "); ok {
		if kind := collect(ev, rest); kind != event.KindNone {
			return kind
		}
		ev.Scope, ev.Role, ev.Command, ev.EndHint, ev.ErrorType = event.ScopeNone, event.RoleUnknown, "", event.EndNone, ""
	}
	ev.FilterName, ev.Argument = "syserr", s
	if rest, ok := after(s, "Too many hops "); ok && tooFar(ev, rest) {
		return event.KindDelivery
	}
	return event.KindWarning
}

// tooFar is "26 (25 max): from <a@b> via host, to <c@d>": none of the message's recipients is tried, and this line alone tells of them, by the
// first (deliver.c, sendall).
func tooFar(ev *event.Event, s string) bool {
	i := strings.LastIndex(s, ", to ")
	if i < 0 || ev.QueueID == "" {
		return false
	}
	to := bare(s[i+len(", to "):])
	if to == "" || strings.IndexByte(to, ' ') >= 0 {
		return false
	}
	ev.RcptTo, ev.Status, ev.Tried, ev.DSN, ev.Route = to, event.StatusBounced, event.No, "5.4.6", event.RouteNone
	ev.FilterName, ev.Reason, ev.GivenUp = "", "loop", true
	return true
}

// unreachable is "host [ip].25 (2)) failed: Connection refused", until 8.15 without the port.
func unreachable(ev *event.Event, s string) event.Kind {
	host, rest, ok := strings.Cut(s, " [")
	ip, rest, found := strings.Cut(rest, "]")
	port, rest, _ := scan.Digits(strings.TrimPrefix(rest, "."))
	_, why, failed := strings.Cut(rest, ") failed: ")
	if !ok || !found || !failed {
		return event.KindNone
	}
	ev.Role, ev.Command = event.RoleClient, event.CommandConnect
	ev.ServerAddress, ev.PeerIP = clientName(host), address(ip)
	if port > 0 && port < 65536 {
		ev.ServerPort, ev.PeerPort = int(port), int(port)
	}
	if ev.ErrorType = breakage(why); ev.ErrorType == "" {
		switch {
		case strings.Contains(why, "refused"):
			ev.ErrorType = errno.Refused
		case strings.Contains(why, "timed out"):
			ev.ErrorType = errno.Timeout
		default:
			ev.ErrorType = errno.Other
		}
	}
	return event.KindConnect
}
