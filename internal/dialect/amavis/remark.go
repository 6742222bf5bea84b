package amavis

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// remark reads what the log levels above 0 say of a message on its way, and what the program says of itself. The verdict has a line of
// its own.
func remark(ev *event.Event, s string, ofTask, alert bool) event.Kind {
	switch {
	case alert, isTrouble(s), strings.HasPrefix(s, "_WARN: "), strings.HasPrefix(s, "_DIE: "), strings.HasPrefix(s, "Open relay? "):
		ev.Argument = s
		return event.KindWarning
	case !ofTask:
		return service(ev, s)
	}
	if refused, ok := refusedCommand(s); ok {
		ev.Argument = refused
		return event.KindWarning
	}
	for _, step := range [...]struct {
		begin string
		read  func(*event.Event, string) bool
	}{
		{"Checking: ", checking},
		{"FWD from ", forwarded},
		{"FWD via SMTP: ", forwarded},
		{"SEND from ", forwarded},
		{"SEND via SMTP: ", forwarded},
		{"ESMTP", begun},
		{"LMTP", begun},
		{"SMTP", begun},
		{"UTF8SMTP", begun},
		{"UTF8LMTP", begun},
		{"size: ", measured},
		{"SPAM-TAG, ", tagged},
		{"SPAM, ", tagged},
		{"spam-tag, ", tagged}, // since 2.7
		{"header_edits_for_quar: ", quarantined},
	} {
		if rest, ok := strings.CutPrefix(s, step.begin); ok {
			return asked(ev, step.read(ev, rest))
		}
	}
	// behind amavis' own id of the mail
	if _, rest := scan.Word(s); strings.HasPrefix(rest, "FWD from <") || strings.HasPrefix(rest, "SEND from <") {
		_, rest = scan.Word(rest)
		return asked(ev, forwarded(ev, strings.TrimPrefix(rest, "from ")))
	}
	if isPart(s) || isStep(s) {
		ev.Argument = s
		return asked(ev, true)
	}
	return service(ev, s)
}

// refusedCommand is what amavis answers to a command that it does not take: "SMTP: 500 5.5.2 Error: bad syntax; smtp_resp: what came",
// "LMTP REJECT: words", "ESMTP 452 4.5.3 'RCPT TO': words" (Amavis/In/SMTP.pm). What came is the client's, and in no field.
func refusedCommand(s string) (refused string, ok bool) {
	protocol, words, ok := strings.Cut(s, " ")
	switch strings.TrimSuffix(protocol, ":") {
	case "SMTP", "ESMTP", "LMTP":
	default:
		return "", false
	}
	if !ok {
		return "", false
	}
	if answer, _, found := strings.Cut(words, "; smtp_resp: "); found && strings.HasSuffix(protocol, ":") {
		_, isReply := reply.Parse(answer)
		return answer, isReply
	}
	if strings.HasPrefix(words, "REJECT: ") {
		return words, true
	}
	r, isReply := reply.Parse(words)
	return words, isReply && !strings.HasSuffix(protocol, ":") && strings.HasPrefix(r.Text, "'RCPT TO': ")
}

// isTrouble knows complaints that had no mark in front before amavisd-new 2.3.
func isTrouble(s string) bool {
	return scan.Begins(s, "TROUBLE", "WARN: ", "PRESERVING EVIDENCE ", "Clam Antivirus-clamd: Can't ", "ClamAV-clamd: Can't ") ||
		strings.Contains(s, " av-scanner FAILED: ")
}

// asked is the kind of a line about a message.
func asked(ev *event.Event, ok bool) event.Kind {
	if !ok {
		return event.KindNone
	}
	ev.FilterName = "amavis"
	return event.KindFilter
}

// checking is "V5iNwvibD8Ch ORIGINATING/MYNETS [192.0.2.1] <a> -> <b>,<c>": amavis' id, the policy bank, the client.
func checking(ev *event.Event, s string) bool {
	_, s = scan.Word(s)
	i := strings.IndexByte(s, '<')
	if i < 0 {
		return false
	}
	client(ev, s[:i])
	_, ok := addresses(ev, s[i:])
	return ok
}

// begun is " :10024 /var/lib/amavis/tmp/x: <a> -> <b> SIZE=744 BODY=8BITMIME Received: from ...", with "[127.0.0.1]" in front of the port
// in later releases.
func begun(ev *event.Event, s string) bool {
	i := strings.Index(s, ": <")
	if i < 0 || strings.IndexByte(s[:i], ':') < 0 {
		return false
	}
	rest, ok := addresses(ev, s[i+len(": "):])
	if size, found := strings.CutPrefix(rest, " SIZE="); ok && found {
		n, _, isNumber := scan.Digits(size)
		if isNumber {
			ev.Size, ev.HasSize = n, true
		}
	}
	return ok
}

// forwarded is "<a> -> <b>, BODY=7BIT 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as X": what the mail server
// answered at the end.
func forwarded(ev *event.Event, s string) bool {
	s, ok := addresses(ev, s)
	_, s, found := strings.Cut(s, " from MTA(")
	if !ok || !found {
		return ok
	}
	if _, words, ok := strings.Cut(s, "): "); ok {
		if r, ok := reply.Parse(words); ok {
			r.Into(ev)
			ev.Role, ev.RemoteQueueID = event.RoleClient, reply.QueueID(ev.Text)
		}
	}
	return true
}

// measured is "344431, TIMING [total 9119 ms, ...] - ...", or RUSAGE.
func measured(ev *event.Event, s string) bool {
	n, rest, ok := scan.Digits(s)
	if !ok || !strings.HasPrefix(rest, ", TIMING ") && !strings.HasPrefix(rest, ", RUSAGE ") {
		return false
	}
	ev.Size, ev.HasSize, ev.Argument = n, true, rest[2:]
	return true
}

// tagged is "<a> -> <b>, No, score=-1.9 tagged_above=-999 required=6.31 tests=[...] autolearn=ham": the verdict on one recipient, which
// the message's line has.
func tagged(ev *event.Event, s string) bool {
	s, ok := addresses(ev, s)
	said, rest, found := strings.Cut(s, " score=")
	if !ok || !found {
		return false
	}
	switch said {
	case ", Yes,":
		ev.FilterVerdict = "spam"
	case ", No,":
		ev.FilterVerdict = "clean"
	}
	score, tests := scan.Word(rest)
	if ev.FilterScore, ev.HasScore = scan.Decimal(score); !ev.HasScore {
		ev.FilterVerdict = ""
		return score == "x" // nobody asked SpamAssassin
	}
	ev.VerdictRetold, ev.Argument = true, tests
	return true
}

// quarantined is the same of the copy that is put away, or which classes of content decide for a recipient.
func quarantined(ev *event.Event, s string) bool {
	if strings.HasPrefix(s, "<") {
		return tagged(ev, s)
	}
	ev.Argument = s
	return true
}

// isPart is "p001 1/2 Content-Type: image/png, size: 13889 B, name: image003.png".
func isPart(s string) bool {
	if len(s) < 5 || s[0] != 'p' {
		return false
	}
	_, rest, ok := scan.Digits(s[1:])
	_, rest = scan.Word(rest)
	return ok && (strings.HasPrefix(rest, "Content-Type: ") || strings.HasPrefix(rest, " Content-Type: "))
}

// isStep knows the steps that say nothing but their own words.
func isStep(s string) bool {
	for _, begin := range [...]string{
		"TIMING ", "TIMING-SA ", "RUSAGE ", "spam_scan: ", "cached ", "virus_scan: ", "run_av (", "check_header: ", "dkim: ", "INFO: ",
		"INFECTED ", "local delivery: ", "quarantine", "DSN: ", "Original mail size: ", "mail checking ended: ",
		"extra ", "truncating a message ", "NOTICE: ", "Not sending ", "skip ", "Delivery status ",
		"bounce unverifiable", "bounce rescued ", "bounce killed ", "p.path ", "checking/creating quarantine subdirs under ",
		"delivering to ", "smtp resp to ", "Negative SMTP resp", "OVERSIZED from ", "Message size exceeded ", "address modified (",
		"AUTH ", "wbl: ",
		"penpals: ", "adding recipient - always_bcc: ", "sender IDN encoded ", "recipient IDN encoded ", "do_notify_and_quarantine: ",
		"DEFANGING MAIL: ",
		"mangling ", "allow bad header section from ", "DSN RET=", "SMTPUTF8 option requested, ", "Turning AV infection into a spam report",
		"Not calling virus scanners, ", "no valid recipients, skip ", "Too late, DATA accepted ", "Inserting header field: ",
		"generate_AR: ",
		"OS_fingerprint: ", "do_unzip: ", "do_ascii: ", "running file(1) on ", "flush failed: ", "save_info_", "mail_via_sql: ",
	} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}

// service is what amavis says of itself and of its modules.
func service(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	for _, begin := range [...]string{
		"starting. ", "starting (", "perl=", "INFO: ", "Net::Server: ", "SA info: ", "Requesting process rundown ", "sd_notify ", "Module ",
		"Amavis::", "SpamControl: ", "SpamAssassin ", "initializing ", "extra modules loaded",
		"Found decoder for ", "No decoder for ", "No ext program for ", "Using primary internal av scanner code ",
		"Using secondary internal av scanner code ", "Found primary av scanner ", "Found secondary av scanner ",
		"No primary av scanner", "No secondary av scanner", "Deleting db files ", "Creating db in ", "BerkeleyDB ", "user=",
		"Valid PID file",
		"exiting, childs", "logging initialized", "Config files: ", "config files read: ", "Perl version ",
		"Found $file ", "Found $", "No $", "ClamAV-clamd", "shutting down", "process rundown", "enter_state", "bayes", "SANITY ",
		"open_on_specific_fd: ", "socket module ", "will bind to ", "SQL base code ", "SQL::Log code ", "SQL::Quarantine ",
		"Lookup::SQL code ", "Lookup::LDAP code ",
		"Internal decoder for ", "modules loaded: ", "Found spam scanner ", "uptime: ", "warm restart on HUP ",
		"Ignoring stale PID file ", "child_init_hook: ",
		"storage and lookups will use ", "ZMQ enabled: ", "DKIM signature verification disabled, ", "Waiting for the process [",
		"Sending SIGKILL to amavisd[",
		"no need to kill process [", "no $pid_file configured", "SA user config",
	} {
		if strings.HasPrefix(s, begin) {
			return event.KindLifecycle
		}
	}
	if netserver.Lifecycle(s) {
		return event.KindLifecycle
	}
	ev.Argument = ""
	return event.KindNone
}
