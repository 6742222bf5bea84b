package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// explain reads the text behind the status.
func explain(ev *event.Event, text string) {
	if rest, ok := after(text, "delivery temporarily suspended: "); ok {
		suspended(ev, rest)
		return
	}
	if ev.Status == event.StatusDelivered && (ev.Daemon == "smtp" || ev.Daemon == "lmtp" || ev.Daemon == "relay" || ev.Daemon == "") {
		if r, ok := reply.Parse(text); ok {
			r.Into(ev)
			ev.Command = event.CommandEOM // only the answer to the dot is logged as sent (src/smtp/smtp_proto.c)
			if ev.MessageKind == event.MessageProbe {
				ev.Command = "RCPT" // a probe goes no further
			}
			reply.Accept(ev, r.Text)
		}
		return
	}
	switch ev.Daemon {
	case "local", "pipe", "virtual": // the words may be those of a command that was run (src/global/pipe_command.c)
		if ev.Status != event.StatusDelivered {
			ownWords(ev, text)
		}
		return
	}
	if said(ev, text) {
		return
	}
	switch ev.ErrorType = breakage(text); {
	case ev.ErrorType == "" && ev.Status != event.StatusDelivered:
		ownWords(ev, text)
	case ev.ErrorType != "" && ev.PeerIP == "":
		refusedHost(ev, text)
	}
}

// suspended keeps why nobody was tried: what broke, or what a host answered, at an earlier try, mostly of another message. That try's own line counts it, and the
// host is none that this recipient's message went to.
func suspended(ev *event.Event, text string) {
	ev.Tried = event.No
	if ev.ErrorType = breakage(text); ev.ErrorType != "" || !said(ev, text) {
		return
	}
	ev.ServerAddress, ev.PeerIP, ev.ServerPort, ev.PeerPort = "", "", 0, 0
	ev.Scope, ev.Role, ev.AuthResult, ev.Presumed = event.ScopeNone, event.RoleUnknown, "", ""
	ev.Retold, ev.NoTrial = true, true
}

// said reads "SASL authentication failed; server H[ip] said: 535 ..." (src/smtp/smtp_sasl_glue.c), "host H[ip] said: 550 ... (in reply to
// RCPT TO command)" and "host H[ip] refused to talk to me: 421 ..." (src/smtp/smtp_trouble.c, smtp_proto.c). The first "]" ends the host,
// so words behind it forge nothing; the command stands at the very end, where the writer puts it.
func said(ev *event.Event, text string) bool {
	rest, ok := after(text, "SASL authentication failed; server ")
	if !ok {
		rest, ok = after(text, "SASL [CACHED] authentication failed; server ")
	}
	if ok {
		p, rest, isPeer := takePeer(rest)
		words, isSaid := after(rest, " said: ")
		if !isPeer || !isSaid {
			return false
		}
		server(ev, p)
		ev.Command, ev.AuthResult = "AUTH", "failure"
		answer(ev, words)
		return true
	}
	for _, begin := range [...]string{"TLS is required, but host ", "Sender requested REQUIRETLS, but host "} { // src/smtp/smtp_proto.c
		if rest, ok = after(text, begin); ok {
			return refusedTLS(ev, rest)
		}
	}
	if rest, ok = after(text, "host "); !ok {
		return false
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return false
	}
	words, isSaid := after(rest, " said: ")
	if !isSaid {
		if words, ok = after(rest, " refused to talk to me: "); !ok {
			return false
		}
	}
	server(ev, p)
	if ev.Presumed = event.CommandConnect; isSaid {
		ev.Presumed = ""
		words, ev.Command = cutCommand(words)
	}
	answer(ev, words)
	return true
}

// refusedTLS is "H[ip] refused to start TLS: 454 4.7.0 ...".
func refusedTLS(ev *event.Event, s string) bool {
	p, rest, ok := takePeer(s)
	words, refused := after(rest, " refused to start TLS: ")
	if !ok || !refused {
		return false
	}
	server(ev, p)
	ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
	answer(ev, words)
	return true
}

// answer keeps a server's words, with their codes where they have any.
func answer(ev *event.Event, words string) {
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
	} else {
		ev.Text = words
	}
}

// server keeps the host that answered; a delivery's relay= named it already, or another one that was tried last.
func server(ev *event.Event, p peer) {
	if ev.ServerAddress == "" && ev.PeerIP == "" {
		p.called(ev)
	}
}

// inReply begins what stands behind a server's words, to say which command they answer: the writer's, not the server's.
const inReply = " (in reply to "

// cutCommand takes " (in reply to RCPT TO command)" off the end, also where the line was cut within it.
func cutCommand(s string) (words, command string) {
	i := strings.LastIndex(s, inReply)
	if i < 0 {
		return s[:len(s)-cutPhrase(s)], ""
	}
	where, whole := strings.CutSuffix(s[i+len(inReply):], ")")
	where, named := strings.CutSuffix(where, " command")
	if !whole && strings.IndexByte(where, ')') >= 0 { // words of the server
		return s, ""
	}
	if !whole && !named {
		where, named = cutWithin(where, "command")
	}
	if whole || named {
		command = stage(where)
	}
	return s[:i], command
}

// cutWithin takes a blank and the beginning of a word off the end: the line was cut within that word.
func cutWithin(s, word string) (rest string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 || i+1 == len(s) || !strings.HasPrefix(word, s[i+1:]) {
		return s, false
	}
	return s[:i], true
}

// cutPhrase is the length of that phrase's beginning at the end of a line that was cut.
func cutPhrase(s string) int {
	for n := len(inReply) - 1; n > len(" ("); n-- {
		if strings.HasSuffix(s, inReply[:n]) {
			return n
		}
	}
	return 0
}

// isCutWithin says whether the bracket at the end closes another one than the text's: the line was cut behind it.
func isCutWithin(text string) bool {
	i := strings.LastIndex(text, inReply)
	return i >= 0 && !strings.HasSuffix(text, "))") && strings.HasSuffix(text, ")") && strings.Count(text[i:], ")") == 1
}

// shorten marks what was said as cut. An id at the end is not whole.
func shorten(ev *event.Event) {
	if ev.Truncated = ev.Text != ""; strings.HasSuffix(ev.Text, ev.RemoteQueueID) {
		ev.RemoteQueueID = ""
	}
}

// breakage says what broke before any answer (src/smtp/smtp_connect.c, smtp_addr.c, smtp_trouble.c, src/tls).
func breakage(text string) string {
	switch {
	case strings.HasPrefix(text, "connect to "):
		return connectError(text)
	case strings.HasPrefix(text, "lost connection with "):
		return "connection_lost"
	case strings.HasPrefix(text, "conversation with ") && strings.Contains(text, " timed out"):
		return "timeout"
	case strings.HasPrefix(text, "Host or domain name not found"), strings.HasPrefix(text, "Name service error for "),
		strings.HasPrefix(text, "unable to look up host "), strings.HasPrefix(text, "Host not found"),
		strings.HasPrefix(text, "unable to find primary relay for "), isNotFound(text):
		return "host_not_found"
	case strings.HasPrefix(text, "Cannot start TLS"), strings.HasPrefix(text, "TLS is required"),
		strings.HasPrefix(text, "Server certificate not "),
		strings.HasPrefix(text, "Sender requested REQUIRETLS, "),
		strings.HasPrefix(text, "client TLS configuration problem"), strings.HasPrefix(text, "TLSA lookup error for "),
		strings.HasPrefix(text, "REQUIRETLS "), isDANE(text):
		return "tls_handshake"
	}
	return ""
}

// isNotFound is "name: host not found" (src/smtp/smtp_addr.c).
func isNotFound(text string) bool {
	host, ok := strings.CutSuffix(text, ": host not found")
	return ok && strings.IndexByte(host, ' ') < 0
}

// isDANE is what there is to say of a host that DANE asks too much of (src/smtp/smtp_tls_policy.c dane_incompat).
func isDANE(text string) bool {
	switch text {
	case "non DNSSEC destination", "no TLSA records found", "TLSA records unusable", "Verification not possible, MX RRset is insecure":
		return true
	}
	return false
}

// connectError reads "connect to H[ip]:25: Connection refused": behind the host stand the system's words, or, before Postfix 2.3, some of
// Postfix's own.
func connectError(text string) string {
	p, words, ok := takePeer(strings.TrimPrefix(text, "connect to "))
	if !ok {
		return errno.Other
	}
	words = strings.TrimPrefix(words, ": ")
	switch e := errno.Type(words); {
	case p.path != "" && e == errno.Refused: // a socket of this host that nobody serves: no host was asked
		return errno.Local
	case e != "":
		return e
	}
	switch {
	case strings.Contains(words, "timed out"), strings.Contains(words, "timeout"):
		return errno.Timeout
	case strings.HasPrefix(words, "server dropped connection "):
		return errno.Lost
	}
	return errno.Other
}

// refusedHost keeps the host that could not be reached, which relay=none does not name. No conversation came to be.
func refusedHost(ev *event.Event, text string) {
	for _, begin := range [...]string{"connect to ", "lost connection with ", "conversation with "} {
		if rest, ok := after(text, begin); ok {
			if p, _, isPeer := takePeer(rest); isPeer {
				p.called(ev)
				ev.Scope = event.ScopeNone
			}
		}
	}
}
