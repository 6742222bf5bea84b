package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// cpanel reads who is behind a message, which every host of cPanel's logs (logwrite in its exim.conf): "Sender identification U=anna
// D=example.com S=anna@example.com", "SMTP connection outbound 1498361781 1dOyLV-000359-20 example.com b@c", which is a sender's domain and
// a recipient, and, in front of the message, "SMTP connection identification H=localhost A=127.0.0.1 P=35694 M=1dOyLV-000359-20 U=anna
// ID=505 S=anna B=authenticated_local_user".
func cpanel(ev *event.Event, s string) event.Kind {
	what := ""
	switch rest, ok := after(s, "Sender identification "); {
	case ok:
		what, s = "sender identification", rest
	case strings.HasPrefix(s, "SMTP connection identification "):
		what, s = "connection identification", s[len("SMTP connection identification "):]
	default:
		return outbound(ev, s)
	}
	id := ""
	for n := 0; s != ""; n++ {
		var word string
		word, s = scan.Word(s)
		key, value, ok := strings.Cut(word, "=")
		if !ok || n == 10 {
			return event.KindNone
		}
		switch {
		case value == "":
		case key == "U":
			ev.User = value
		case key == "S" && what == "sender identification" && strings.IndexByte(value, '@') > 0:
			ev.MailFrom = value
		case key == "A" && isIP(value):
			ev.Role, ev.PeerIP = event.RoleServer, value
		case key == "M":
			id, _, _ = messageID(value)
		}
	}
	if ev.QueueID == "" {
		ev.QueueID = id
	}
	if ev.Argument = what; ev.User == "" || ev.QueueID == "" {
		return event.KindNone
	}
	return event.KindLifecycle
}

func outbound(ev *event.Event, s string) event.Kind {
	s, ok := after(s, "SMTP connection outbound ")
	_, s, stamped := scan.Digits(s)
	id, s := scan.Word(strings.TrimPrefix(s, " "))
	_, to := scan.Word(s)
	if !ok || !stamped || id != ev.QueueID || strings.IndexByte(to, ' ') >= 0 || strings.IndexByte(to, '@') <= 0 {
		return event.KindNone
	}
	ev.Role, ev.RcptTo, ev.Argument = event.RoleClient, to, "connection outbound"
	return event.KindLifecycle
}
