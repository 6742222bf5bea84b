package exim

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// plain reads a line without a message id.
func plain(ev *event.Event, s string) event.Kind {
	for _, try := range [...]func(*event.Event, string) event.Kind{connection, aboutClient, daemon, lookup, aboutTLS, rewritten} {
		if kind := try(ev, s); kind != event.KindNone {
			return kind
		}
	}
	wipe(ev)
	for _, try := range [...]func(*event.Event, string) event.Kind{verifying, unencrypted, complaint, cpanel} {
		if kind := try(ev, s); kind != event.KindNone {
			return kind
		}
	}
	return event.KindNone
}

// connection reads how a client's connection began and ended (src/daemon.c, src/smtp_in.c).
func connection(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "SMTP connection "); ok {
		return smtpConnection(ev, rest)
	}
	for _, b := range [...]struct {
		begin, error string
		end          event.End
	}{
		{"SMTP command timeout on connection from ", "timeout", event.EndTimeout},
		{"SMTP command timeout on TLS connection from ", "timeout", event.EndTimeout},
		{"SMTP data timeout (message abandoned) on connection from ", "timeout", event.EndTimeout},
		{"unexpected disconnection while reading SMTP command from ", "connection_lost", event.EndLost},
		{"SMTP call from ", "", event.EndServerClosed},
		{"no MAIL in SMTP connection from ", "", event.EndNone},
		{"no MAIL in TFO SMTP connection from ", "", event.EndNone},
		{"no MAIL in TFO* SMTP connection from ", "", event.EndNone},
	} {
		rest, ok := after(s, b.begin)
		if !ok {
			continue
		}
		_, rest, ok = takeCaller(ev, rest)
		if !ok {
			return event.KindNone
		}
		ev.EndHint, ev.ErrorType = b.end, b.error
		if b.begin[0] == 'S' && b.end == event.EndServerClosed {
			return dropped(ev, rest)
		}
		if strings.Contains(b.begin, " data ") {
			ev.Command = "DATA"
		}
		ev.Last = b.begin[0] == 'n' // no line follows that one
		return lastWords(ev, rest)
	}
	return event.KindNone
}

// smtpConnection reads what +smtp_connection logs: "[Ci=id ]from host (TCP/IP connection count = 3)", "from host closed by QUIT", "from
// host lost", the latter with " D=1s" in front since Exim 4.98.
func smtpConnection(ev *event.Event, s string) event.Kind {
	id := ""
	if rest, ok := after(s, "Ci="); ok {
		if id, s, ok = scan.Cut(rest, ' '); !ok {
			return event.KindNone
		}
	}
	if rest, ok := after(s, "lost after final dot"); ok {
		return lostAtTheDot(ev, rest)
	}
	s, ok := after(s, "from ")
	if !ok {
		return event.KindNone
	}
	_, rest, ok := takeCaller(ev, s)
	if !ok {
		return event.KindNone
	}
	numbered(ev, id)
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, " (via inetd)"), " (ODMR customer)")
	if rest == "" || strings.HasPrefix(rest, " (TCP/IP connection count = ") {
		ev.Command = event.CommandConnect
		return event.KindConnect
	}
	if tail, ok := after(rest, " D="); ok {
		var took string
		took, rest = cutWord(tail)
		lasted(ev, took)
	}
	if how, ok := after(rest, " closed "); ok {
		switch how {
		case "by QUIT":
			ev.EndHint = event.EndQuit
		case "by EOF":
			ev.EndHint = event.EndLost
		case "by DROP in ACL":
			ev.EndHint = event.EndRejected
		default: // "after SIGTERM", "by DROP", "by too many ..."
			ev.EndHint = event.EndServerClosed
		}
		return event.KindDisconnect
	}
	rest = strings.TrimPrefix(rest, " TFO")
	how, ok := after(rest, " lost")
	if !ok {
		return event.KindNone
	}
	ev.EndHint, ev.ErrorType = event.EndLost, "connection_lost"
	if strings.HasPrefix(how, " while reading message data") {
		ev.Command = "DATA"
	}
	return lastWords(ev, how)
}

// lostAtTheDot is " H=host P=esmtp": the client went before it had its answer, so the message is thrown away (src/receive.c).
func lostAtTheDot(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, " H="); ok {
		if _, s, ok = takeCaller(ev, rest); !ok {
			return event.KindNone
		}
	}
	if rest, ok := after(s, " P="); ok {
		ev.Protocol, _ = cutWord(rest)
	}
	ev.Role, ev.Command, ev.ErrorType, ev.EndHint = event.RoleServer, event.CommandEOM, "connection_lost", event.EndLost
	return event.KindMessageAborted
}

// lastWords reads what follows the client in a line about the end: " F=<sender>", " (error: words)", " D=1s", and for a client that gave no
// MAIL " A=plain:anna X=... C=EHLO,QUIT".
func lastWords(ev *event.Event, s string) event.Kind {
	for s != "" {
		if rest, ok := takeTLS(ev, s); ok {
			s = rest
			continue
		}
		if tail, ok := after(s, " F="); ok {
			from, behind, ok := scan.Angle(tail)
			if !ok {
				break
			}
			if ev.MailFrom = from; from == "" {
				ev.MailFrom = "<>"
			}
			s = behind
			continue
		}
		tail, ok := after(s, " ")
		if !ok {
			break
		}
		if words, _, found := scan.Between(tail, '(', ')'); found {
			ev.Argument = words
			if s = tail[len(words)+2:]; strings.Contains(words, "Connection timed out") {
				ev.EndHint, ev.ErrorType = event.EndTimeout, "timeout"
			}
			continue
		}
		word, rest := cutWord(tail)
		s = rest
		key, value, _ := scan.Cut(word, '=')
		switch key {
		case "D":
			lasted(ev, value)
		case "A":
			authenticator(ev, value)
		case "C":
			ev.Argument = value
			if strings.HasSuffix(value, ",QUIT") || value == "QUIT" {
				ev.EndHint = event.EndQuit
			}
		}
	}
	return event.KindDisconnect
}

// lasted is how long the connection was.
func lasted(ev *event.Event, s string) {
	if d, ok := duration(s); ok {
		ev.SessionDuration, ev.HasDuration = time.Duration(d*float64(time.Second)), true
	}
}

// dropped is " dropped: too many unrecognized commands (last was "X")" and its like: the server hung up.
func dropped(ev *event.Event, s string) event.Kind {
	why, ok := after(s, " dropped: ")
	if !ok {
		return event.KindNone
	}
	head, last, ok := strings.Cut(why, " (last ")
	ev.Argument = head
	if strings.HasPrefix(head, "too many ") {
		ev.Reason = "protocol_error"
	}
	if ok {
		if _, cmd, found := scan.Cut(last, '"'); found {
			said, _, _ := quoted(cmd)
			heard(ev, said)
		}
	}
	return event.KindDisconnect
}

// heard keeps the verb of a command that the client gave, and hides what it said behind AUTH.
func heard(ev *event.Event, said string) {
	word, rest, _ := scan.Cut(said, ' ')
	if v, ok := event.VerbOf(word); ok {
		ev.Command = v.String()
	}
	if ev.Command == "AUTH" {
		mech, secret, more := scan.Cut(rest, ' ')
		ev.AuthMechanism = mechanism(mech)
		if more {
			ev.Hide(secret)
		}
	}
}

// lookup reads what was found out about a client's name (src/host.c).
func lookup(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{"no host name found for IP address ", "list matching forced to fail: failed to find host name for "} {
		if ip, ok := after(s, begin); ok && isIP(ip) {
			ev.PeerIP, ev.Role, ev.ErrorType = ip, event.RoleServer, "host_not_found"
			return event.KindWarning
		}
	}
	if rest, ok := after(s, "no IP address found for host "); ok { // "(during SMTP connection from [ip]:port)"
		name, where, called := strings.Cut(rest, " (during SMTP connection from ")
		if !called && name != "" && strings.IndexByte(name, ' ') < 0 { // one that mail is to go to
			ev.ServerAddress, ev.ErrorType = name, "host_not_found"
			return event.KindWarning
		}
		if _, _, ok := takeCaller(ev, where); !ok || strings.Contains(name, " ") {
			return event.KindNone
		}
		ev.ClientAddress, ev.ErrorType = name, "host_not_found"
		return event.KindWarning
	}
	if ip, ok := after(s, "ident connection to "); ok {
		if ip, ok = strings.CutSuffix(ip, " timed out"); ok && isIP(ip) {
			ev.PeerIP, ev.Role = ip, event.RoleServer
			return event.KindWarning
		}
	}
	return event.KindNone
}
