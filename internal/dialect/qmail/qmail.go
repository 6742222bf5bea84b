// Package qmail reads the log lines of qmail and what grew from it: netqmail, notqmail, s/qmail, indimail-mta, the patched ones of Plesk
// and of hosting panels; and of the programs that stand around it. One file holds one family of programs; the comment at each shape names
// the source file that prints it.
package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of qmail.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "qmail" }

// Claims takes the tags that splogger, logger and the programs themselves give.
func (Parser) Claims(program string) bool {
	program = program[strings.LastIndexByte(program, '/')+1:] // Plesk's name themselves by path
	switch program {
	case "qmail", "splogger", "notqmail", "spamdyke", "tcpserver", "sslserver", "rblsmtpd", "simscan", "recordio", "relaylock", "smtp_auth",
		"vpopmail", "vchkpw-smtp", "vchkpw-submission":
		return true
	}
	return strings.HasPrefix(program, "qmail-")
}

// Probe recognises the output of programs that multilog keeps: their lines begin with fixed words.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" && h.Program != "smtpd" {
		return false
	}
	s := h.Text
	_, ok := recorded(s)
	if ok || s == "" {
		return ok
	}
	for i := range families {
		if strings.HasPrefix(s, families[i].prefix) {
			return true
		}
	}
	return strings.HasPrefix(s, "warning: ") && isWarning(s[len("warning: "):])
}

// family is a program by what its lines begin with.
type family struct {
	prefix, daemon string
	parse          func(ev *event.Event, rest string) event.Kind
}

var families = [...]family{
	{"new msg ", "qmail-send", newMessage},
	{"info msg ", "qmail-send", infoMessage},
	{"starting delivery ", "qmail-send", startingDelivery},
	{"delivery ", "qmail-send", delivery},
	{"end msg ", "qmail-send", endMessage},
	{"bounce msg ", "qmail-send", bounceMessage},
	{"triple bounce: discarding ", "qmail-send", tripleBounce},
	{"double bounce: discarding ", "qmail-send", doubleBounce},
	{"status: ", "qmail-send", status},
	{"alert: ", "qmail-send", alert},
	{"local: ", "qmail-todo", todoRecipient},
	{"remote: ", "qmail-todo", todoRecipient},
	{"tcpserver: ", "tcpserver", tcpserver},
	{"sslserver: ", "sslserver", tcpserver},
	{"rblsmtpd: ", "rblsmtpd", rblsmtpd},
	{"qmail-smtpd: ", "qmail-smtpd", smtpd},
	{"AUTH failed [", "qmail-smtpd", authFailed},
	{"AUTH successful [", "qmail-smtpd", authSucceeded},
	{"qlogenvelope: ", "qmail-smtpd", qlogEnvelope},
	{"qlogreceived: ", "qmail-smtpd", qlogReceived},
	{"CHKUSER ", "qmail-smtpd", chkuser},
	{"simscan:[", "simscan", simscan},
	{"greylist ", "qmail-smtpd", greylist},
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon = h.Program[strings.LastIndexByte(h.Program, '/')+1:]
	s := ownStamp(h.Text, ev)
	kind := parse(ev, s)
	if kind == event.KindNone {
		ev.QueueID, ev.Scope, ev.TryID, ev.Role = "", event.ScopeNone, "", event.RoleUnknown
		return event.Unknown
	}
	ev.Kind = kind
	if kind == event.KindAuth && ev.AuthResult != "success" {
		hideUser(ev)
	}
	return event.Parsed
}

func parse(ev *event.Event, s string) event.Kind {
	switch ev.Daemon {
	case "spamdyke":
		return spamdyke(ev, s)
	case "smtp_auth":
		return smtpAuth(ev, s)
	case "relaylock":
		return relaylock(ev, s)
	case "qmail-scanner", "qmail-scanner-queue.pl":
		return scanner(ev, s)
	case "vpopmail", "vchkpw-smtp", "vchkpw-submission":
		return vchkpw(ev, s)
	case "rblsmtpd":
		return rblsmtpd(ev, strings.TrimPrefix(s, "rblsmtpd: "))
	case "qmail-queue-handlers", "qmail-local-handlers", "qmail-remote-handlers":
		return handlers(ev, s)
	}
	if said, ok := recorded(s); ok {
		ev.Daemon = "recordio"
		return recordio(ev, s, said)
	}
	for i := range families {
		f := &families[i]
		if rest, ok := strings.CutPrefix(s, f.prefix); ok {
			ev.Daemon = f.daemon
			return f.parse(ev, rest)
		}
	}
	if rest, ok := strings.CutPrefix(s, "warning: "); ok {
		ev.Daemon = "qmail-send"
		return warning(ev, rest)
	}
	return event.KindNone
}

// ownStamp takes off the stamp that splogger(8) writes in front of each line: syslog's is coarser, and may lack the year and the zone.
func ownStamp(s string, ev *event.Event) string {
	if len(s) < 18 || s[10] != '.' || s[17] != ' ' {
		return s
	}
	t, res, rest, ok := header.Stamp(s, header.Clock{})
	if !ok || res != event.ResolutionSubsecond || len(rest) != len(s)-17 {
		return s
	}
	ev.Time, ev.Resolution = t, res
	return rest[1:]
}

// hideUser leaves out the name of a login that failed, which may be a password, wherever the line has it.
func hideUser(ev *event.Event) {
	ev.HideLogin(ev.User)
	ev.User = ""
}

// number takes the digits of an id off the front, and keeps them as written.
func number(s string) (digits, rest string, ok bool) {
	n := 0
	for n < len(s) && scan.IsDigit(s[n]) {
		n++
	}
	return s[:n], s[n:], n > 0 && n <= 20
}

// pid takes a process id and one byte behind it off the front.
func pid(s string, end byte, ev *event.Event) (rest string, ok bool) {
	n, rest, ok := scan.Digits(s)
	if !ok {
		return s, false
	}
	if rest, ok = scan.Byte(rest, end); ok {
		ev.PID = n
	}
	return rest, ok
}

// ip says whether s is an address, by its letters; in that case it is one that a program wrote, not a peer.
func isIP(s string) bool {
	const longest = 45
	if len(s) > longest {
		return false
	}
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case !scan.IsHex(c):
			return false
		}
	}
	return dots == 3 && (colons == 0 || colons > 1) || dots == 0 && colons > 1
}

// envelope is an address as the envelope has it; the null sender is "<>".
func envelope(s string) string {
	if s == "" {
		return "<>"
	}
	return s
}
