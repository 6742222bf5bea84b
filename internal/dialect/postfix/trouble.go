package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// troubleLine is one kind of line about what a daemon works with: begin, the thing, mid, the reason. Where mid is empty the thing is the
// rest of the line.
type troubleLine struct {
	begin, mid    string
	name, verdict string // of the filter or helper
	kind          event.Kind
}

// warnings stand behind "warning: ", "error: " or "fatal: ". Most are printed by libraries that any daemon may use.
var warnings = [...]troubleLine{
	// what messages are judged by: src/smtpd/smtpd_check.c and src/global/attr_clnt.c, src/milter/milter8.c, src/smtpd/smtpd_proxy.c
	{"problem talking to server ", ": ", "policy", "unavailable", event.KindWarning},
	{"connect to Milter service ", ": ", "milter", "unavailable", event.KindWarning},
	{"milter ", ": ", "milter", "error", event.KindWarning},
	{"lost connection with proxy ", "", "proxy", "unavailable", event.KindWarning},
	{"timeout talking to proxy ", "", "proxy", "unavailable", event.KindWarning},
	{"connect to proxy filter ", ": ", "proxy", "unavailable", event.KindWarning},
	{"dnsblog reply timeout ", " for ", "dnsblog", "timeout", event.KindWarning},
	{"dnsblog_query: lookup error for DNS query ", ": ", "dnsblog", "error", event.KindWarning},
	{"haproxy read: ", "", "haproxy", "error", event.KindWarning},
	// logins: src/xsasl/xsasl_dovecot_server.c, xsasl_cyrus_*.c
	{"SASL: Connect to ", " failed: ", "sasl", "unavailable", event.KindWarning},
	{"SASL authentication failure: ", "", "sasl", "failure", event.KindWarning},
	{"SASL authentication problem: ", "", "sasl", "problem", event.KindWarning},
	{"SASL per-process initialization failed: ", "", "sasl", "unavailable", event.KindWarning},
	// the queue manager: src/qmgr/qmgr_queue.c, qmgr_entry.c, qmgr_transport.c
	{"mail for ", " is using up ", "qmgr", "congestion", event.KindWarning},
	{"connect to transport ", ": ", "qmgr", "transport_unavailable", event.KindWarning},
	{"qmgr_active_done_3_generic: remove ", ": ", "qmgr", "gone", event.KindWarning},            // postsuper -r took it
	{"maildrop/", ": error writing ", "pickup", "error", event.KindWarning},                     // src/pickup/pickup.c
	{"private/", " socket: malformed response", "qmgr", "transport_failure", event.KindWarning}, // the agent died within a delivery
	{"transport ", " failure -- see ", "qmgr", "transport_failure", event.KindWarning},
	// the library: src/global/mail_connect.c, mail_command_client.c, src/util/attr_scan*.c
	{"connect to ", ": ", "", "", event.KindWarning},
	{"Mail system is down -- accessing queue directly (", ": ", "", "", event.KindWarning}, // src/postqueue/postqueue.c
	{"premature end-of-input on ", " while ", "", "", event.KindWarning},
	{"database ", " is older than source file ", "", "", event.KindWarning},
	{"request for unapproved table: ", "", "", "", event.KindWarning},
	{"do not list domain ", " in BOTH ", "", "", event.KindWarning},
	{"open database ", ": ", "", "", event.KindWarning},
	{"open ", ": ", "", "", event.KindWarning},
	{"close database ", ": ", "", "", event.KindWarning},
	{"required alias not found: ", "", "", "", event.KindWarning},
	{"alias database loop for ", "", "", "", event.KindWarning},
	{"mailing list \"", "\" needs an ", "", "", event.KindWarning},
	{"maildir access problem for UID/GID=", ": ", "", "", event.KindWarning},
	{"unable to lookup :include: file ", ": ", "", "", event.KindWarning}, // src/local/include.c
	{"unable to create lock file ", ": ", "", "", event.KindWarning},      // src/global/dot_lockfile.c
	{"unable to look up ", ": ", "", "", event.KindWarning},
	{"mail_queue_enter: create file ", ": ", "", "", event.KindWarning},
	// names and addresses: src/dns/dns_lookup.c, src/util/valid_hostname.c, src/smtpd/smtpd_peer.c
	{"malformed domain name in resource data of MX record for ", ":", "dns", "malformed", event.KindWarning},
	{"numeric domain name in resource data of MX record for ", ":", "dns", "malformed", event.KindWarning},
	{"valid_hostname: numeric hostname: ", "", "dns", "malformed", event.KindWarning},
	{"numeric hostname: ", "", "dns", "malformed", event.KindWarning},
	// TLS: src/smtp/smtp_connect.c, src/tls/tls_misc.c
	{"TLS policy lookup for ", ": ", "tls_policy", "error", event.KindWarning},
	{"TLS policy lookup error for ", ": ", "tls_policy", "error", event.KindWarning},
	{"TLS library problem: ", "", "", "", event.KindWarning},
	{"MX name '", "' does not match STS MX pattern for ", "sts", "mx_mismatch", event.KindWarning},
	// tables: src/util/dict_pcre.c, dict_regexp.c, dict_cidr.c, src/tlsmgr/tlsmgr.c
	{"pcre map ", ", line ", "", "", event.KindWarning},
	{"regexp map ", ", line ", "", "", event.KindWarning},
	{"cidr map ", ", line ", "", "", event.KindWarning},
	{"unknown smtpd restriction: ", "", "smtpd", "unknown_restriction", event.KindWarning}, // src/smtpd/smtpd_check.c
	{"request to update table ", " in non-postfix directory ", "", "", event.KindWarning},
	// what a template of notices cannot say (src/bounce/bounce_template.c): a time that is no whole day or hour
	{"[built-in]: zero result in ", "", "bounce", "template", event.KindWarning},
	{"please reduce time unit ", "", "bounce", "template", event.KindWarning},
	{"for instructions see the ", " manual", "bounce", "template", event.KindWarning},
	// what "postfix check" finds: conf/postfix-script
	{"not owned by root: ", "", "", "", event.KindWarning},
	{"not owned by postfix: ", "", "", "", event.KindWarning},
	{"not owned by group ", ": ", "", "", event.KindWarning},
	{"not set-gid or not owner+group+world executable: ", "", "", "", event.KindWarning},
	{"group or other writable: ", "", "", "", event.KindWarning},
	{"symlink leaves directory: ", "", "", "", event.KindWarning},
	{"damaged message: ", "", "", "", event.KindWarning},
	{"command ", " exit status ", "", "", event.KindWarning},
	{"command ", " killed by signal ", "", "", event.KindWarning},
	// what helpers of the command line die of: src/postqueue, src/postdrop
	{"uid=", ": ", "", "", event.KindWarning},
}

// remarks stand alone: src/global, src/postfix, src/postscreen, src/smtp, src/dns.
var remarks = [...]troubleLine{
	{"table ", " has changed", "", "", event.KindLifecycle},
	{"using backwards-compatible default setting ", "", "", "", event.KindLifecycle},
	{"entering STRESS mode with ", " connections", "postscreen", "stress_begin", event.KindLifecycle},
	{"leaving STRESS mode with ", " connections", "postscreen", "stress_end", event.KindLifecycle},
	{"ignoring DNS RR: ", "", "dns", "ignored", event.KindLifecycle},
	{"discarding EHLO keywords: ", "", "smtp", "discard_ehlo_keywords", event.KindFilter},
	{"mapping DSN status ", " into ", "smtpd", "dsn_mapped", event.KindFilter},
	{"exiting to reopen external entropy source ", "", "", "", event.KindLifecycle},
	{"initializing the ", "-side TLS engine", "", "", event.KindLifecycle},
	{"close database ", ": ", "", "", event.KindLifecycle},
	{"lost connection to EGD server ", " -- ", "", "", event.KindLifecycle},
}

// troubled finds the line in a table.
func troubled(ev *event.Event, table []troubleLine, s string) event.Kind {
	for i := range table {
		l := &table[i]
		thing, ok := after(s, l.begin)
		if !ok || thing == "" {
			continue
		}
		reason := ""
		if l.mid != "" {
			if thing, reason, ok = strings.Cut(thing, l.mid); !ok || thing == "" {
				continue
			}
		}
		if strings.HasSuffix(l.begin, " record for ") {
			ev.DestinationDomain = thing
		}
		ev.Argument, ev.FilterName, ev.FilterVerdict = thing, l.name, l.verdict
		if l.verdict == "timeout" {
			ev.Argument, ev.ErrorType = reason, "timeout"
		} else if l.kind == event.KindWarning && l.mid != "" {
			if ev.ErrorType = systemError(reason); strings.Contains(l.begin, "onnect to ") ||
				l.name == "policy" || strings.HasPrefix(l.begin, "Mail system is down") {
				ev.ErrorType = socketError(thing, reason)
			}
		}
		ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
		return l.kind
	}
	return event.KindNone
}

// helperGone is "connect #1 to subsystem private/rewrite: Connection refused" (src/global/mail_connect.c), and
// "proxy:mysql:/etc/postfix/x.cf lookup error for "a@b"" (src/util/dict_*.c).
func helperGone(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "connect #"); ok {
		_, rest, found := strings.Cut(rest, " to subsystem ")
		thing, reason, said := strings.Cut(rest, ": ")
		if !found || !said {
			return event.KindNone
		}
		ev.Argument, ev.ErrorType = thing, socketError(thing, reason)
		return event.KindWarning
	}
	// src/util/dict.c, src/postmap
	if path, _, ok := strings.Cut(s, ", line "); ok && path != "" && path[0] == '/' && strings.IndexByte(path, ' ') < 0 {
		ev.Argument = path
		return event.KindWarning
	}
	if table, _, ok := strings.Cut(s, " lookup error for "); ok && strings.Contains(table, ":") && !strings.Contains(table, " ") {
		ev.Argument = table
		return event.KindWarning
	}
	return event.KindNone
}

// socketError is systemError of something that was asked: one of this host's own sockets is no host that refuses.
func socketError(thing, reason string) string {
	isOwn := strings.Contains(thing, "Postfix showq service")
	for _, path := range [...]string{"unix:", "private/", "public/", "/"} {
		isOwn = isOwn || strings.HasPrefix(thing, path)
	}
	if e := errno.Type(systemWords(reason)); isOwn && (e == errno.Refused || e == errno.Local) {
		return errno.Local
	}
	return systemError(reason)
}

// systemError reads the reason that an operation failed for, where it is one that connections fail for.
func systemError(reason string) string {
	reason = systemWords(reason)
	switch e := errno.Type(reason); e {
	case errno.Local:
		return "" // of a file or a lock mostly: the words say more
	case "":
		if strings.HasSuffix(reason, " timed out") {
			return errno.Timeout
		}
		return ""
	default:
		return e
	}
}

// systemWords are those behind the last colon.
func systemWords(s string) string {
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+len(": "):]
	}
	return s
}

// aboutMessage reads what any daemon may say of a message besides its fate (src/global/deliver_pass.c, bounce.c, abounce.c,
// src/bounce/bounce_trace_service.c, src/smtp/smtp_proto.c, src/cleanup).
func aboutMessage(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "passing "); ok {
		to, rest, ok := scan.Angle(rest)
		transport, found := after(rest, " to transport=")
		if !ok || !found {
			return event.KindNone
		}
		ev.RcptTo, ev.Argument = to, transport
		return event.KindLifecycle
	}
	if rest, ok := after(s, "status=deferred ("); ok && strings.HasSuffix(rest, " failed)") { // a notice that could not be made
		ev.Argument = strings.TrimSuffix(rest, ")")
		return event.KindWarning
	}
	if rest, ok := after(s, "not sending trace/success notification for "); ok {
		ev.Argument = rest
		return event.KindLifecycle
	}
	for _, begin := range [...]string{"Sender requested REQUIRETLS", "breaking line > ", "reply filter in: ", "reply filter out: "} {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			if _, host, found := strings.Cut(s, " by host "); found {
				if p, _, ok := takePeer(host); ok {
					p.called(ev)
				}
			}
			ev.Scope = event.ScopeNone
			return event.KindWarning
		}
	}
	if strings.HasSuffix(s, " -- message not accepted, try again later") { // src/cleanup/cleanup_masquerade.c
		ev.Argument = s
		return event.KindWarning
	}
	return event.KindNone
}
