package postfix

import (
	"strings"
)

// tagless says which program writes such a line, for one whose tag was lost on the way or names Postfix alone. That serves the reading
// only: no program is in the line, so none is told. sure says that nothing but Postfix writes it.
func tagless(s string) (daemon string, sure bool) {
	id, rest, ok := queueID(s)
	if !ok {
		return taglessPlain(s), false
	}
	switch {
	case strings.HasPrefix(rest, "client="):
		return "smtpd", true
	case strings.HasPrefix(rest, "message-id="), strings.HasPrefix(rest, "resent-message-id="):
		return "cleanup", true
	case rest == "removed",
		strings.HasPrefix(rest, "from=<") && (strings.HasSuffix(rest, "(queue active)") || strings.Contains(rest, ">, status=")):
		return "qmgr", true
	case strings.HasPrefix(rest, "skipped, still being delivered"):
		return "qmgr", false
	case strings.HasPrefix(rest, "to="):
		return taglessAgent(rest), strings.HasPrefix(rest, "to=<") && strings.Contains(rest, ", delays=") && strings.Contains(rest, ", dsn=")
	case strings.HasPrefix(rest, "uid=") && strings.Contains(rest, " from=<"):
		return "pickup", true
	case strings.HasPrefix(rest, "sender ") && strings.Contains(rest, " notification: "):
		return "bounce", true
	case strings.HasPrefix(rest, "postmaster ") && strings.Contains(rest, " notification: "):
		return "bounce", false
	case rest == "placed on hold", rest == "released from hold", rest == "requeued", rest == "expired":
		return "postsuper", false
	}
	verb, what, _ := strings.Cut(rest, ": ")
	switch {
	case strings.HasPrefix(what, "header "), strings.HasPrefix(what, "body "), strings.HasPrefix(what, "mime-error "):
		return "cleanup", false
	case verb == "reject" && strings.Contains(what, " from ["):
		return "postscreen", id == "NOQUEUE"
	case verb == "reject" && strings.Contains(what, " from "):
		return "smtpd", true
	}
	for _, begin := range [...]string{
		"host ", "lost connection with ", "conversation with ", "connect to ", "SASL ", "enabling PIX workarounds: ", "Used TLS for ",
		"Cannot start TLS", "TLS is required",
	} {
		if strings.HasPrefix(rest, begin) {
			return "smtp", false
		}
	}
	return "smtpd", id == "NOQUEUE" && strings.Contains(rest, "reject: ")
}

// taglessAgent tells the delivery agent by the relay= that it writes: local(8) and virtual(8) their own names, pipe(8) the transport's,
// lmtp(8) a socket; and by the words where nobody was reached.
func taglessAgent(s string) string {
	_, relay, _ := strings.Cut(s, ", relay=")
	relay, rest, _ := strings.Cut(relay, ", ")
	switch relay {
	case "local", "virtual":
		return relay
	case "none":
		_, text, _ := strings.Cut(rest, "status=")
		status, text, _ := strings.Cut(text, " (")
		if status == "sent" { // to nobody: discard(8)
			return "discard"
		}
		if breakage(text) != "" {
			return "smtp"
		}
		return "error"
	}
	p, _, ok := takePeer(relay)
	switch {
	case !ok && barePeer(relay).port > 0:
		return "smtp"
	case !ok:
		return "pipe"
	case p.path != "" || p.port == 24:
		return "lmtp"
	}
	return "smtp"
}

// taglessWords are how lines without a queue id begin, by the program that writes them.
var taglessWords = [...]struct {
	daemon string
	words  []string
}{
	{"smtpd", []string{
		"connect from ", "disconnect from ", "lost connection after ", "timeout after ", "too many errors after ",
		"improper command pipelining after ", "proxy-",
		"bare <LF> received after ", "SSL_accept error from ", "setting up TLS connection from ", "warning: ", "error: ", "fatal: ", "panic: ",
	}},
	{"smtp", []string{"connect to ", "SSL_connect error to ", "setting up TLS connection to ", "Host offered STARTTLS: ", "TLSRPT: "}},
	{"postscreen", []string{
		"CONNECT from [", "DISCONNECT [", "PASS ", "ALLOWLIST", "WHITELIST", "DENYLISTED ", "BLACKLISTED ", "PREGREET ", "HANGUP ",
		"DNSBL rank ", "COMMAND ", "NON-SMTP COMMAND ",
		"BARE NEWLINE ", "DATA without ", "BDAT without ",
	}},
	{"master", []string{
		"daemon started -- ", "reload -- ", "terminating on signal ", "starting the Postfix ",
		"stopping the Postfix ", "refreshing the Postfix ", "Postfix is using backwards-compatible ", "Postfix is running with ",
		"See http://www.postfix.org/", "To disable backwards compatibility use ",
	}},
	{"dnsblog", []string{"addr "}},
	{"anvil", []string{"statistics: ", "cache ", "Deleted: ", "Requeued: ", "Placed on hold: ", "Released from hold: ", "Force-expired: "}},
}

func taglessPlain(s string) string {
	if _, rest, ok := established(s, " from "); ok && rest != "" {
		return "smtpd"
	}
	if _, rest, ok := established(s, " to "); ok && rest != "" {
		return "smtp"
	}
	for i := range taglessWords {
		for _, words := range taglessWords[i].words {
			if strings.HasPrefix(s, words) {
				return taglessWords[i].daemon
			}
		}
	}
	return ""
}
