package courier

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// courieresmtpd.C writes no process number: the client's port tells connections apart. That a connection ends has no line.

// connected reads "[::ffff:192.0.2.1],port=[35938]".
func connected(ev *event.Event, s string) event.Kind {
	ip, s, ok := scan.Between(s, '[', ']')
	if !ok {
		return event.KindNone
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
	ev.PeerIP, ev.PeerPort = unmapped(ip), int(n)
	return true
}

// refused reads "::ffff:192.0.2.1,port=35984,from=<a@b>,to=<c@d>: 550 User unknown.", or with ",msg="502 ESMTP command error",cmd: RCPT TO:<x>".
func refused(ev *event.Event, s string) event.Kind {
	ip, s, ok := scan.Cut(s, ',')
	if !ok {
		return event.KindNone
	}
	rest, ok := strings.CutPrefix(s, "port=")
	if !ok {
		return event.KindNone
	}
	n := 0
	for n < len(rest) && scan.IsDigit(rest[n]) {
		n++
	}
	if s = rest[n:]; !client(ev, ip, rest[:n]) {
		return event.KindNone
	}
	if strings.HasPrefix(s, ",ident=") {
		return event.KindNone // what the client's host says of it may hold anything
	}
	if rest, ok := strings.CutPrefix(s, `,msg="`); ok {
		return refusedCommand(ev, rest)
	}
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

// refusedCommand reads `502 ESMTP command error",cmd: RCPT TO:<x>`.
func refusedCommand(ev *event.Event, s string) event.Kind {
	msg, cmd, ok := strings.Cut(s, `",cmd: `)
	if !ok {
		return event.KindNone
	}
	word, rest := scan.Word(cmd)
	verb, known := event.VerbOf(word)
	if known {
		ev.Command = verb.String()
	}
	if verb == event.VerbAUTH && known {
		_, secret := scan.Word(rest)
		ev.Hide(secret)
	} else if !known && cmd != "" { // an answer in an AUTH exchange is a line of its own
		ev.Hide(cmd)
	}
	r, ok := reply.Parse(msg)
	if !ok { // the connection broke
		ev.Text = msg
		return event.KindWarning
	}
	r.Into(ev)
	if ev.Command == "AUTH" || ev.Code == 535 {
		ev.Command, ev.AuthResult = "AUTH", "failure"
		return event.KindAuth
	}
	return event.KindReply
}
