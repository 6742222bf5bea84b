// Package courier reads the log lines of the Courier mail server 0.4x to 1.x. The comment at each shape names the source file that prints
// it.
package courier

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Courier.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "courier" }

// Claims takes the tags of its programs.
func (Parser) Claims(program string) bool {
	switch program {
	case "courierd", "courieresmtp", "courieresmtpd", "courierlocal", "courierdsn", "courieruucp", "courierfax", "courierdeliver",
		"courieresmtpd-msa", "courieresmtpd-ssl", "esmtpd", "esmtpd-msa", "esmtpd-ssl":
		return true
	}
	return false
}

// Probe recognises lines whose tag was lost, by the id that only Courier writes: three numbers in hex.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	for _, w := range [...]string{"newmsg,id=", "started,id=", "completed,id=", "id="} {
		if rest, ok := strings.CutPrefix(h.Text, w); ok {
			_, _, ok = messageID(rest)
			return ok
		}
	}
	return strings.HasPrefix(h.Text, "started,ip=[") || strings.HasPrefix(h.Text, "error,relay=")
}

// Parse reads one line. Strings of more than 128 bytes are cut by the server, with "..." behind them (libs/lcclog.c).
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon = h.Program
	kind := parse(ev, h.Text)
	if kind == event.KindNone {
		ev.QueueID, ev.UniqueID, ev.TryID, ev.TryTo, ev.Scope, ev.Role = "", false, "", "", event.ScopeNone, event.RoleUnknown
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

func parse(ev *event.Event, s string) event.Kind {
	word, rest, ok := strings.Cut(s, "=")
	if ok {
		switch word {
		case "newmsg,id":
			return newMessage(ev, rest)
		case "started,id":
			return started(ev, rest)
		case "id":
			return recipient(ev, rest)
		case "completed,id":
			id, tail, ok := messageID(rest)
			if !ok || tail != "" {
				return event.KindNone
			}
			ev.QueueID, ev.UniqueID, ev.OfRun = id, true, true
			return event.KindMessageRemoved
		case "started,ip":
			return connected(ev, rest)
		case "error,relay":
			return refused(ev, rest)
		}
	}
	if ev.Daemon == "courierd" {
		for _, w := range lifecycle {
			if strings.HasPrefix(s, w) {
				ev.Argument = s
				return event.KindLifecycle
			}
		}
	}
	if kind := encryption(ev, s); kind != event.KindNone {
		return kind
	}
	return complaint(ev, s)
}

// lifecycle is how courierd's sentences about itself begin (courierd.C, courierdb.C, cddrvinfo.C, libs/comrwinstall.C).
var lifecycle = [...]string{
	"Waiting.  shutdown time=", "queuelo=", "Purging ", "Started ./", "Loading STATIC ", "Installing", "Installed: ", "Initializing ",
	"Courier ",
	"SHUTDOWN: ", "ABNORMAL TERMINATION", "Will restart in ", "EXIT: ", "Low on disk space.", "MODULE ",
}

// messageID takes "000000000000008E.000000006B0639FF.00000119" off the front: inode, time and process, so it does not come again.
func messageID(s string) (id, rest string, ok bool) {
	n, dots := 0, 0
	for n < len(s) && (scan.IsHex(s[n]) || s[n] == '.') {
		if s[n] == '.' {
			dots++
		}
		n++
	}
	return s[:n], s[n:], dots == 2 && n > 4 && s[0] != '.' && s[n-1] != '.'
}

// newMessage reads "<id>[, auth=user]: dns; helo (name [192.0.2.1])" (cdmsgq.C): the MTA that it came from, as submit has it.
func newMessage(ev *event.Event, s string) event.Kind {
	id, s, ok := messageID(s)
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID, ev.First = id, true, true
	from := ""
	if rest, auth := strings.CutPrefix(s, ", auth="); auth {
		ev.User, from, _ = strings.Cut(rest, ": ")
	} else if s != "" {
		if from, ok = strings.CutPrefix(s, ": "); !ok {
			return event.KindNone
		}
	}

	// the client, from the end: what it calls itself may be anything
	from, ok = strings.CutPrefix(from, "dns; ")
	i := strings.LastIndex(from, " (")
	if !ok || i < 0 {
		return event.KindMessageReceived
	}
	ev.Helo = from[:i]
	name, rest, ok := scan.Cut(from[i+2:], '[')
	if !ok {
		return event.KindMessageReceived
	}
	if ip, _, ok := scan.Cut(rest, ']'); ok {
		ev.PeerIP = unmapped(ip)
		if name = strings.TrimSpace(name); name != "softdnserr" && !strings.Contains(name, " ") {
			ev.ClientAddress = name
		}
	}
	return event.KindMessageReceived
}

// unmapped takes the prefix off an IPv4 address that is written as IPv6.
func unmapped(ip string) string {
	if rest, ok := strings.CutPrefix(ip, "::ffff:"); ok && strings.IndexByte(rest, '.') > 0 {
		return rest
	}
	return ip
}

// sender reads ",from=<a@b>"; the null sender is "<>".
func sender(ev *event.Event, s string) (rest string, ok bool) {
	s, ok = strings.CutPrefix(s, ",from=")
	if !ok {
		return s, false
	}
	from, rest, ok := scan.Angle(s)
	if !ok {
		return s, false
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	return rest, true
}

// envelope reads "<id>,from=<a@b>" and the name of what comes next.
func envelope(ev *event.Event, s, next string) (id, rest string, ok bool) {
	if id, s, ok = messageID(s); !ok {
		return "", "", false
	}
	if s, ok = sender(ev, s); !ok {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(s, next)
	return id, rest, ok
}

// started reads "<id>,from=<a@b>,module=esmtp,host=remote.example,addr=<c@d>" (cdmsgq3.C).
func started(ev *event.Event, s string) event.Kind {
	id, s, ok := envelope(ev, s, ",module=")
	if !ok {
		return event.KindNone
	}
	module, s, ok := strings.Cut(s, ",host=")
	if !ok {
		return event.KindNone
	}
	_, to, ok := strings.Cut(s, ",addr=")
	if !ok {
		return event.KindNone
	}
	to, _, ok = scan.Angle(to)
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID = id, true
	switch module {
	case "dsn": // the notice is a message of its own
		ev.MailFrom = ""
		return event.KindNotification
	case "esmtp":
		ev.Route, ev.Direction = event.RouteMX, event.DirectionOutbound
	case "local":
		ev.Route = event.RouteLocal
	default:
		ev.Route = event.RoutePipe
	}
	ev.RcptTo, ev.TryID, ev.TryTo = to, id, to
	return event.KindMessageQueued
}
