package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// plugin reads what a plugin says of a connection or transaction.
func plugin(ev *event.Event, l *line, n int) event.Kind {
	switch {
	case l.origin == "tls":
		return starttls(ev, l)
	case strings.HasPrefix(l.origin, "auth"):
		return login(ev, l)
	case l.level == "DEBUG":
		return event.KindNone
	case l.origin == "aliases":
		return aliased(ev, l, n)
	case l.origin == "spamassassin":
		ev.Transaction = n
		if kind := spamassassin(ev, l); kind != event.KindNone {
			return kind
		}
	case l.origin == "bounce" && (l.text == "isa: yes" || l.text == "isa: no"): // haraka-plugin-bounce: is it a notice
		ev.Transaction, ev.FilterName, ev.FilterVerdict = n, l.origin, l.text[len("isa: "):]
		return event.KindFilter
	case l.origin == "bounce" && l.text == "No received headers found in message": // of a notice that is about no message of ours
		ev.Transaction, ev.FilterName, ev.Argument = n, l.origin, l.text
		return event.KindFilter
	case l.origin == "bounce" && strings.HasPrefix(l.text, "bounce with too many recipients to: "):
		ev.Transaction, ev.FilterName, ev.FilterVerdict = n, l.origin, "too_many_recipients"
		ev.Argument = l.text[len("bounce with too many recipients to: "):]
		return event.KindFilter
	case l.origin == "access" && strings.HasPrefix(l.text, "no org domain from "): // haraka-plugin-access
		ev.Transaction, ev.FilterName, ev.FilterVerdict, ev.Argument = n, l.origin, "no_org_domain", l.text[len("no org domain from "):]
		return event.KindFilter
	case l.origin == "spf":
		ev.Transaction = n
		if kind := spf(ev, l); kind != event.KindNone {
			return kind
		}
	}
	ev.Transaction = n
	if kind := results(ev, l); kind != event.KindNone {
		return kind
	}
	return found(ev, l)
}

// found is what a plugin writes down of a client or a message without a verdict, or with one as "result=": `identity="@b" domain="b"
// selector="s1" result=pass` (haraka-plugin-dkim), `ip=192.0.2.1 rdns="mx.b" ...` (fcrdns), `os="Linux 3.x" link_type="Ethernet"
// distance=8` (p0f), "NA, US, CO, Boulder, 1100km" (geoip).
func found(ev *event.Event, l *line) event.Kind {
	f, ok := l.bare("")
	for ok {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "result":
			ev.FilterVerdict = lower(value)
		case "ip":
			ev.PeerIP = value
		case "rdns":
			if strings.Contains(value, ".") {
				ev.ClientAddress = value
			}
		case "domain", "os", "country", "response":
			ev.Argument = value
		}
	}
	if l.origin == "geoip" && ev.Argument == "" && strings.Contains(l.text, ", ") {
		ev.Argument = l.text
	}
	if strings.HasPrefix(l.text, "forwarding to ") { // plugins/queue/smtp_forward.js
		ev.Argument = l.text[len("forwarding to "):]
	}
	// plugins/rcpt_to.*: how it found the recipient
	if strings.HasPrefix(l.origin, "rcpt_to.") && l.text != "" && !strings.Contains(l.text, "=") {
		ev.Argument = l.text
	}
	if ev.FilterVerdict == "" && ev.PeerIP == "" && ev.Argument == "" {
		return event.KindNone
	}
	ev.FilterName = l.origin
	return event.KindFilter
}

// lower is a result of SPF or DKIM in small letters, as other programs write it (RFC 8601 section 2.7).
func lower(result string) string {
	for _, one := range [...]string{"pass", "fail", "softfail", "neutral", "none", "permerror", "temperror", "policy", "invalid"} {
		if scan.EqualFold(result, one) {
			return one
		}
	}
	return result
}

// aliased is "aliasing <a@b>,<c@b> to d@e,f@g": the last recipient so far leads to those (haraka-plugin-aliases).
func aliased(ev *event.Event, l *line, n int) event.Kind {
	if to, ok := strings.CutPrefix(l.text, "marking "); ok { // "a@b for drop"
		if to, ok = strings.CutSuffix(to, " for drop"); ok && strings.IndexByte(to, ' ') < 0 {
			ev.Transaction, ev.RcptTo, ev.FilterName, ev.FilterVerdict = n, to, l.origin, "drop"
			return event.KindFilter
		}
	}
	s, ok := strings.CutPrefix(l.text, "aliasing ")
	if !ok || n == 0 {
		return event.KindNone
	}
	for {
		address, rest, ok := l.angle(s)
		if !ok {
			return event.KindNone
		}
		ev.OrigRcptTo, s = address, rest
		if rest, ok = scan.Byte(s, ','); !ok {
			break
		}
		s = rest
	}
	if s, ok = strings.CutPrefix(s, " to "); !ok {
		return event.KindNone
	}
	for s != "" {
		var to string
		if to, s, _ = scan.Cut(s, ','); strings.IndexByte(to, '@') < 1 {
			return event.KindNone
		}
		ev.RcptList = append(ev.RcptList, to)
	}
	if len(ev.RcptList) == 0 {
		return event.KindNone
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
	ev.QueueID, ev.Transaction, ev.Route = l.id, n, event.RouteForward
	return event.KindMessageRedirected
}

// starttls is "secured: cipher=C version=TLSv1.3 verified=false cn="..."" (plugins/tls.js).
func starttls(ev *event.Event, l *line) event.Kind {
	if rest, ok := strings.CutPrefix(l.text, "secured: "); ok {
		ev.TLS, ev.Command = event.Yes, "STARTTLS"
		f := fields{rest: rest}
		for {
			key, value, ok := f.next()
			if !ok {
				break
			}
			security(ev, key, value)
		}
		return event.KindTLS
	}
	if l.text == "timeout setting up TLS" {
		ev.Command, ev.TLS, ev.ErrorType, ev.EndHint = "STARTTLS", event.No, "timeout", event.EndTLSFailed
		return event.KindTLS
	}
	if rest, ok := strings.CutPrefix(l.text, "STARTTLS failed. Marking "); ok {
		ip, _, ok := scan.Cut(rest, ' ')
		if !ok {
			return event.KindNone
		}
		ev.PeerIP, ev.Command, ev.TLS, ev.ErrorType = ip, "STARTTLS", event.No, "tls_handshake"
		ev.EndHint = event.EndTLSFailed
		return event.KindTLS
	}
	return event.KindNone
}

// login reads the lines of the plugins for AUTH (plugins/auth/auth_base.js, auth_proxy.js, auth_vpopmaild.js). Only a failed login is put
// off.
func login(ev *event.Event, l *line) event.Kind {
	if rest, ok := strings.CutPrefix(l.text, "delaying for "); ok {
		number, unit := scan.Word(rest)
		if _, ok := scan.Float(number); !ok || unit != "seconds" {
			return event.KindNone
		}
		ev.Command, ev.AuthResult = "AUTH", "failure"
		return event.KindAuth
	}
	rest, ok := strings.CutPrefix(l.text, `AUTH user=`)
	if !ok {
		return event.KindNone
	}
	quotes := `"`
	if l.form != plain {
		quotes = `\"` // written into a value of its own
	}
	if rest, ok = strings.CutPrefix(rest, quotes); !ok {
		return event.KindNone
	}
	end := -1
	for _, next := range [...]string{" success=", " error=", " host="} { // the last one is the writer's: a name may hold the others
		if i := strings.LastIndex(rest, quotes+next); i > end {
			end = i
		}
	}
	if end < 0 {
		return event.KindNone
	}
	if i := strings.LastIndex(rest[:end], quotes+" host="); i >= 0 && !strings.Contains(rest[i+len(quotes):end], quotes+" ") {
		end = i
	}
	ev.Command = "AUTH"
	if strings.HasSuffix(rest, " success=true") {
		ev.AuthResult, ev.User = "success", rest[:end]
		return event.KindAuth
	}
	ev.AuthResult = "failure"
	ev.HideLogin(rest[:end]) // may be a password
	return event.KindAuth
}
