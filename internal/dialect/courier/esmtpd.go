package courier

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// courieresmtpd.C writes no process number: the client's port tells connections apart. That a connection ends has no line.

// connected reads "[::ffff:192.0.2.1],port=[35938]", until 0.7x without the port.
func connected(ev *event.Event, s string) event.Kind {
	ip, s, ok := scan.Between(s, '[', ']')
	if !ok {
		return event.KindNone
	}
	if s == "" && scan.IsIP(ip) {
		ev.Role, ev.PeerIP = event.RoleServer, unmapped(ip)
		return event.KindConnect
	}
	s, with := strings.CutPrefix(s, ",port=")
	port, s, ok := scan.Between(s, '[', ']')
	if !with || !ok || s != "" || !client(ev, ip, port) {
		return event.KindNone
	}
	return event.KindConnect
}

func client(ev *event.Event, ip, port string) bool {
	n, ok := scan.Int(port)
	if !ok || n > 65535 || ip == "" {
		return false
	}
	ev.Scope, ev.ConnID, ev.Role = event.ScopeConn, port, event.RoleServer
	ev.PeerIP, ev.PeerPort, ev.ClientPort = unmapped(ip), int(n), int(n)
	return true
}

// refused reads "::ffff:192.0.2.1,port=35984,from=<a@b>,to=<c@d>: 550 User unknown.", or with ",msg="502 ESMTP command error",cmd: RCPT
// TO:<x>". Until 0.7x there is no port, and what the client's host says of its user may stand in front of the rest.
func refused(ev *event.Event, s string) event.Kind {
	end := strings.IndexByte(s, ',')
	if text := strings.Index(s, ": "); text >= 0 && (end < 0 || text < end) { // it knows no sender yet
		end = text
	}
	if end < 1 || !scan.IsIP(s[:end]) {
		return event.KindNone
	}
	ip, s := s[:end], s[end:]
	if rest, ok := strings.CutPrefix(s, ",port="); ok {
		n := 0
		for n < len(rest) && scan.IsDigit(rest[n]) {
			n++
		}
		if s = rest[n:]; !client(ev, ip, rest[:n]) {
			return event.KindNone
		}
	} else {
		ev.Role, ev.PeerIP = event.RoleServer, unmapped(ip)
	}
	if rest, ok := strings.CutPrefix(s, `,ident="`); ok { // it may hold anything: read only where there is one place for it to end
		_, rest, ok := scan.CutOnce(rest, `",msg="`)
		if !ok {
			return event.KindNone
		}
		return refusedCommand(ev, rest)
	}
	if rest, ok := strings.CutPrefix(s, ",ident="); ok { // its commas and colons are blanks here
		n := strings.IndexAny(rest, ",:")
		if n < 0 {
			return event.KindNone
		}
		s = rest[n:]
	}
	if rest, ok := strings.CutPrefix(s, `,msg="`); ok {
		return refusedCommand(ev, rest)
	}
	var ok bool
	if strings.HasPrefix(s, ",from=") {
		if s, ok = sender(ev, s); !ok {
			return event.KindNone
		}
	}
	if rest, with := strings.CutPrefix(s, ",to="); with {
		if ev.RcptTo, s, ok = scan.Angle(rest); !ok {
			return event.KindNone
		}
		ev.Command = "RCPT"
	}
	text, ok := strings.CutPrefix(s, ": ")
	if !ok {
		return event.KindNone
	}
	r, ok := reply.Parse(text)
	if !ok {
		return event.KindNone
	}
	r.Into(ev)
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// refusedCommand reads `502 ESMTP command error",cmd: RCPT TO:<x>`. Both the answer and the command hold what the client said: where either looks like the place between
// them, nobody knows which command it was, and what may be a credential of one is hidden.
func refusedCommand(ev *event.Event, s string) event.Kind {
	msg, cmd, ok := strings.Cut(s, `",cmd: `)
	if !ok {
		return event.KindNone
	}
	if strings.Contains(cmd, `",cmd: `) {
		ev.Hide(cmd)
		cmd = ""
	}
	word, rest := scan.Word(cmd)
	verb, known := event.VerbOf(word)
	if known {
		ev.Command = verb.String()
	}
	if verb == event.VerbAUTH && known {
		mechanism, secret := scan.Word(rest)
		ev.AuthMechanism, _ = speech.Mechanism(mechanism)
		ev.Hide(secret)
	} else if !known && cmd != "" { // an answer in an AUTH exchange is a line of its own
		ev.Hide(cmd)
	}
	r, ok := reply.Parse(msg)
	if !ok { // the connection broke
		ev.Argument = msg
		return event.KindWarning
	}
	r.Into(ev)
	if ev.Command == "AUTH" || ev.Code == 535 {
		ev.Command, ev.AuthResult = "AUTH", "failure"
		return event.KindAuth
	}
	return event.KindReply
}
