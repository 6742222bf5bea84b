// Package msmtp reads the log line that msmtp writes of each mail (src/msmtp.c, msmtp_get_log_info), into a file or to syslog.
package msmtp

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of msmtp.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "msmtp" }

// Claims takes its tag.
func (Parser) Claims(program string) bool { return program == "msmtp" }

// Probe recognises the first three keys, which every line has.
func (Parser) Probe(h *header.Header) bool {
	return strings.HasPrefix(h.Text, "host=") && strings.Contains(h.Text, " tls=o") && strings.Contains(h.Text, " auth=o")
}

// Parse reads "host=mx tls=on auth=on user=ann from=a@b recipients=c@d,e@f mailsize=171 smtpstatus=250 smtpmsg='250 ok' errormsg='...'
// exitcode=EX_OK". The keys come in this order; only what the user gave and the last two texts can hold blanks.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s, ok := strings.CutPrefix(h.Text, "host=")
	if !ok {
		return event.Unknown
	}
	host, s, ok := strings.Cut(s, " tls=")
	tls, s, ok1 := strings.Cut(s, " auth=")
	if !ok || !ok1 || tls != "on" && tls != "off" {
		return event.Unknown
	}
	auth, s, ok := scan.Cut(s, ' ')
	if !ok || auth != "on" && auth != "off" {
		return event.Unknown
	}
	ev.ServerAddress, ev.TLS = host, event.TriOf(tls == "on")
	if rest, named := strings.CutPrefix(s, "user="); named {
		ev.User, s, _ = strings.Cut(rest, " from=")
	} else if s, ok = strings.CutPrefix(s, "from="); !ok {
		return event.Unknown
	}
	if ev.MailFrom, s, ok = strings.Cut(s, " recipients="); !ok {
		return event.Malformed
	}
	if ev.MailFrom == "" {
		ev.MailFrom = "<>"
	}

	// the end first: the exit code is msmtp's own word
	s, exit, ok := cutLast(s, " exitcode=")
	if !ok || !isExit(exit) {
		return event.Malformed
	}
	list, s, _ := scan.Cut(s, ' ')
	recipients(ev, list)
	if rest, sized := strings.CutPrefix(s, "mailsize="); sized {
		var size string
		size, s, _ = scan.Cut(rest, ' ')
		ev.Size, ev.HasSize = scan.Int(size)
	}
	status := ""
	if rest, said := strings.CutPrefix(s, "smtpstatus="); said {
		status, s, _ = scan.Cut(rest, ' ')
	}
	why := ""
	if rest, said := strings.CutPrefix(s, "smtpmsg='"); said {
		var msg string
		if msg, why, ok = cutLast(rest, "' errormsg='"); !ok {
			msg, why = strings.TrimSuffix(rest, "'"), ""
		}
		words(ev, status, msg)
	} else if rest, said := strings.CutPrefix(s, "errormsg='"); said {
		why = rest
		ev.Argument = strings.TrimSuffix(rest, "'")
	}
	why = strings.TrimSuffix(why, "'")

	ev.Kind, ev.Role, ev.Tried = event.KindDelivery, event.RoleClient, event.Yes
	ev.Route, ev.Direction = event.RouteRelayhost, event.DirectionOutbound
	verdict(ev, exit)
	trouble(ev, why)
	return event.Parsed
}

// isExit knows the exit codes by name (sysexits.h).
func isExit(s string) bool {
	switch s {
	case "EX_OK", "EX_USAGE", "EX_DATAERR", "EX_NOINPUT", "EX_NOUSER", "EX_NOHOST",
		"EX_UNAVAILABLE", "EX_SOFTWARE", "EX_OSERR", "EX_OSFILE", "EX_CANTCREAT",
		"EX_IOERR", "EX_TEMPFAIL", "EX_PROTOCOL", "EX_NOPERM", "EX_CONFIG":
		return true
	}
	return false
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func recipients(ev *event.Event, list string) {
	if strings.IndexByte(list, ',') < 0 {
		ev.RcptTo = list
		return
	}
	for list != "" {
		var to string
		to, list, _ = scan.Cut(list, ',')
		ev.RcptList = append(ev.RcptList, to)
	}
}

// words reads "550-5.1.1 no\n550 5.1.1 such user", where further lines stand behind "\n" as written.
func words(ev *event.Event, status, msg string) {
	r, ok := reply.Parse(msg)
	if !ok {
		ev.Text = msg
		if code, digits := scan.Int(status); digits && code >= 200 && code <= 599 {
			ev.Code, ev.Class = int(code), status[0]
		}
		return
	}
	r.Into(ev)
	if ev.Class == '2' {
		ev.RemoteQueueID = reply.QueueID(ev.Text)
	}
}

// verdict is what the caller does with the exit code (sysexits.h): msmtp has no queue, so a mail that was not sent is the caller's again,
// for which the reply's class or the code says whether another try makes sense.
func verdict(ev *event.Event, exit string) {
	switch {
	case exit == "EX_OK":
		ev.Status = event.StatusDelivered
	case ev.Class == '4', exit == "EX_TEMPFAIL":
		ev.Status = event.StatusDeferred
	default:
		ev.Status = event.StatusBounced
	}
}

// trouble reads msmtp's own sentence: which command was refused, or what kept it from the host.
func trouble(ev *event.Event, s string) {
	switch {
	case ev.Status == event.StatusDelivered:
		ev.Command = event.CommandEOM
	case strings.HasPrefix(s, "recipient address "):
		ev.Command = "RCPT"
	case strings.HasPrefix(s, "envelope from address "):
		ev.Command = "MAIL"
	case strings.HasPrefix(s, "the server did not accept the mail"):
		ev.Command = event.CommandEOM
	case strings.HasPrefix(s, "authentication failed"):
		ev.Command = "AUTH"
	case strings.HasPrefix(s, "cannot locate host "):
		ev.ErrorType, ev.Tried = "host_not_found", event.No
	case strings.HasPrefix(s, "cannot connect to "):
		ev.Command = event.CommandConnect
		if i := strings.LastIndex(s, ": "); i >= 0 {
			ev.ErrorType = errno.Type(s[i+len(": "):])
		}
		if ev.ErrorType == "" && strings.Contains(s, "timed out") {
			ev.ErrorType = errno.Timeout
		}
	case strings.HasPrefix(s, "network read error"), strings.HasPrefix(s, "the server sent an empty reply"),
		strings.HasPrefix(s, "network write error"), strings.HasPrefix(s, "cannot read from TLS connection"),
		strings.HasPrefix(s, "cannot write to TLS connection"):
		if ev.ErrorType = errno.Lost; strings.HasSuffix(s, ": the operation timed out") {
			ev.ErrorType = errno.Timeout
		}
	case strings.HasPrefix(s, "TLS "), strings.HasPrefix(s, "the server does not support TLS"),
		strings.HasPrefix(s, "command STARTTLS failed"):
		ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
	}
}
