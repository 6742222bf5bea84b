package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A report is what qmail-remote or qmail-local said of a delivery, with "_" for a blank and "/" for a line's end. Its first words are
// the program's own; what a remote host said stands behind "Remote_host_said:_", up to the end but for one fixed line.

const (
	said   = "/Remote_host_said:_"
	tooOld = "I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./"
)

// report reads the words behind a verdict.
func report(ev *event.Event, s string) {
	ev.Argument, ev.TextMasked = strings.TrimSuffix(s, "/"), s != ""      // the program's own words, until a host's are found
	if ev.Status == event.StatusBounced && strings.HasSuffix(s, tooOld) { // qmail-send.c: its own line, the last one
		ev.Status = event.StatusExpired
		s = strings.TrimSuffix(s, tooOld)
		ev.Argument = strings.TrimSuffix(s, "/")
	}
	if len(ev.Line) >= 799-len("1276913544.622156 ") && len(ev.Line) <= 799+len("1276913544.622156 ") && !strings.HasSuffix(s, "/") {
		ev.Truncated = true // splogger.c folds lines
	}
	if ev.Status == event.StatusDelivered && did(ev, s) {
		return
	}
	if !remote(ev, s) {
		own(ev, s)
	}
}

// did reads "did_1+0+0/" at the end, and "qp_20349/" behind it (qmail-local.c): files, forwards and programs that the message went to.
// What stands in front was printed by the programs.
func did(ev *event.Event, s string) bool {
	rest := strings.TrimSuffix(s, "/")
	from := strings.LastIndexByte(rest, '/') + 1
	qp, forwarded := strings.CutPrefix(rest[from:], "qp_")
	if forwarded {
		if from == 0 {
			return false
		}
		rest = rest[:from-1]
		from = strings.LastIndexByte(rest, '/') + 1
	}
	counts, ok := strings.CutPrefix(rest[from:], "did_")
	if !ok {
		return false
	}
	files, counts, ok1 := scan.Digits(counts)
	counts, ok2 := scan.Byte(counts, '+')
	forwards, counts, ok3 := scan.Digits(counts)
	counts, ok4 := scan.Byte(counts, '+')
	programs, counts, ok5 := scan.Digits(counts)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || counts != "" {
		return false
	}
	switch {
	case files > 0:
		ev.Route = event.RouteLocal
	case programs > 0:
		ev.Route = event.RoutePipe
	case forwards > 0:
		ev.Route = event.RouteForward
	default: // a .qmail of comments only
		ev.Route, ev.Status = event.RouteDiscard, event.StatusDiscarded
	}
	if forwarded {
		ev.ChildReceipt = qp
	}
	return true
}

// answers are what qmail-remote says of a host's reply, behind the host's address: which command it answered (qmail-remote.c, and the
// patched ones of s/qmail, sagredo and indimail-mta).
var answers = [...]struct{ words, command, errorType string }{
	{"_accepted_message", event.CommandEOM, ""},
	{"_TLS_transmitted_message_accepted", event.CommandEOM, ""},
	{"_does_not_like_recipient", "RCPT", ""},
	{"_probably_greylisting", "RCPT", ""},
	{"_failed_on_DATA_command", "DATA", ""},
	{"_message_was_greylisted", "DATA", ""},
	{"_failed_after_I_sent_the_message", event.CommandEOM, ""},
	{"_but_greeting_failed", event.CommandConnect, ""},
	{"_but_my_name_was_rejected", "HELO", ""},
	{"_but_sender_was_rejected", "MAIL", ""},
	{"_but_sender_was_greylisted", "MAIL", ""},
	{"_but_greylisted", event.CommandConnect, ""},
	{"_but_authentication_", "AUTH", ""},
	{"_but_password_expired", "AUTH", ""},
	{"_but_STARTTLS_was_rejected", "STARTTLS", ""},
	{"_but_connection_died", "", "connection_lost"},
	{"_but_unable_to_", "", ""},
	{"_but_got_no_", "AUTH", ""},
	{"./", "", ""}, // "Giving up on 192.0.2.1."
}

// remote reads what a host said: "192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/Giving_up_on_192.0.2.1./".
func remote(ev *event.Event, s string) bool {
	// who: sagredo's names the envelope in front
	if strings.HasPrefix(s, "<From:") {
		if _, rest, ok := strings.Cut(s, ">_"); ok {
			s = rest
		}
	}
	for _, w := range [...]string{"TLS_Connected_to_", "Connected_to_", "Giving_up_on_"} {
		if rest, ok := strings.CutPrefix(s, w); ok {
			s = rest
			break
		}
	}
	end := strings.IndexByte(s, '_')
	if end < 0 {
		if end = strings.Index(s, "./"); end < 0 {
			return false
		}
	}
	host := s[:end]
	if !isIP(host) {
		return false
	}

	// what about
	rest := s[len(host):]
	known := false
	for _, a := range answers {
		if strings.HasPrefix(rest, a.words) {
			ev.Command, ev.ErrorType, known = a.command, a.errorType, true
			rest = rest[len(a.words):]
			break
		}
	}
	if !known {
		return false
	}
	ev.PeerIP = host

	// its words
	_, words, ok := strings.Cut(rest, said)
	if !ok {
		if words, ok = strings.CutPrefix(rest, said[1:]); !ok {
			ownCode(ev, s)
			return true
		}
	}
	if before, after, found := cutLast(words, "/Giving_up_on_"); found && strings.TrimSuffix(after, "./") == host {
		words = before
	}
	words = strings.TrimSuffix(words, "/")
	masked(ev, words)
	return true
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// masked reads a reply with "_" for its blanks: "550-5.1.1_no/550_5.1.1_such_user".
func masked(ev *event.Event, s string) {
	ev.Text, ev.Argument = s, ""
	code, rest, ok := scan.Fixed(s, 3)
	if !ok || code < 200 || code > 599 || rest != "" && rest[0] != '_' && rest[0] != '-' {
		return
	}
	ev.Code, ev.Class, ev.Text = code, s[0], ""
	if rest == "" {
		return
	}
	ev.TextJoined = rest[0] == '-'
	rest = rest[1:]
	word := rest
	if i := strings.IndexAny(rest, "_/"); i >= 0 {
		word = rest[:i]
	}
	if code := strings.TrimSuffix(word, ":"); isEnhanced(code, ev.Class) {
		ev.Enhanced = code
		rest = strings.TrimPrefix(rest[len(word):], "_")
	}
	ev.Text = rest
	if ev.Class == '2' && ev.Command == event.CommandEOM {
		ev.RemoteQueueID = remoteID(rest)
	}
}

// isEnhanced says whether a word is an enhanced status code of the class (RFC 3463 section 2).
func isEnhanced(s string, class byte) bool {
	if len(s) < 5 || s[0] != class || s[1] != '.' {
		return false
	}
	_, rest, ok := scan.Digits(s[2:])
	if !ok || len(s)-2-len(rest) > 3 || rest == "" || rest[0] != '.' {
		return false
	}
	_, tail, ok := scan.Digits(rest[1:])
	return ok && tail == "" && len(rest) <= 4
}

// remoteID finds the id in the words of an acceptance, whose blanks are masked; the forms are those of reply.QueueID.
func remoteID(s string) string {
	for _, before := range [...]string{"queued_as_", "OK_id=", "ok_"} {
		i := strings.Index(s, before)
		if i < 0 {
			continue
		}
		rest := s[i+len(before):]
		if before == "ok_" {
			var ok bool
			if _, rest, ok = strings.Cut(rest, "_qp_"); !ok || i > 0 {
				continue
			}
		}
		n := 0
		for n < len(rest) && n < 64 && (scan.IsLetter(rest[n]) || scan.IsDigit(rest[n]) || rest[n] == '-') {
			n++
		}
		if strings.Trim(rest[:n], "0-") != "" {
			return rest[:n]
		}
	}
	return ""
}

// unasked are qmail-remote's own sentences for what keeps it from asking a host.
var unasked = [...]struct{ words, errorType string }{
	{"Sorry,_I_couldn't_find_any_host", "host_not_found"},
	{"Sorry,_I_couldn't_find_a_mail_exchanger", "host_not_found"},
	{"CNAME_lookup_failed", "host_not_found"},
	{"Sorry._Although_I'm_listed_as_a_best-preference_MX", ""},
	{"Unable_to_read_control_files", ""},
	{"Unable_to_switch_to_home_directory", ""},
	{"Unable_to_run_qmail-remote", ""},
	{"qmail-spawn_", ""},
	{"Internal_error:_", ""},
	{"Sorry,_address_must_include_host_name", ""},
}

// unable are sentences of qmail-local and qmail-lspawn for what keeps them from a mailbox of this host: its user is well.
var unable = [...]string{
	"Out_of_memory", "Unable_to_", "Aack,_child_crashed", "File_has_been_locked_", "Timeout_on_maildir_delivery",
	"Temporary_error_on_maildir_delivery", "Uh-oh:_", "Home_directory_is_sticky", "qmail-local_crashed", "Trouble_reading_users/cdb_",
	"Temporary_failure_in_qmail-lspawn", "Not_allowed_to_perform_deliveries_as_root", "Internal_qmail-lspawn_bug",
	"NFS_failure_in_qmail-local",
}

// own reads a sentence of the program's own: "Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/".
func own(ev *event.Event, s string) {
	for _, u := range unasked {
		if strings.HasPrefix(s, u.words) {
			ev.Tried, ev.ErrorType = event.No, u.errorType
			ownCode(ev, s)
			return
		}
	}
	for _, words := range unable {
		if strings.HasPrefix(s, words) && !strings.Contains(s, "quota") { // a quota is the user's
			ev.ErrorType = errno.Local
		}
	}
	for _, w := range [...]string{"TLS_", "No_TLS_achieved", "STARTTLS_rejected"} {
		if strings.HasPrefix(s, w) {
			ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
		}
	}
	ownCode(ev, s)
}

// ownCode reads the code that ends a sentence, "(#4.4.1)".
func ownCode(ev *event.Event, s string) {
	s = strings.TrimRight(s, "/._")
	s, ok := strings.CutSuffix(s, ")")
	if !ok {
		return
	}
	i := strings.LastIndex(s, "(#")
	if i < 0 || len(s) < i+7 {
		return
	}
	if code := s[i+2:]; isEnhanced(code, code[0]) && code[0] >= '2' && code[0] <= '5' {
		ev.DSN = code
	}
}
