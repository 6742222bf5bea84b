package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// parseUnified reads what macOS shows of its log (log show, log stream) behind the stamp: "0x58db2 Info 0x0 10166 0 smtp: text", with the thread, the type, the
// activity, the process and, from macOS 10.13 on, how long the entry is kept; or, with --style syslog, two blanks and "localhost smtp[10166]: text". It names processes
// by their files, without the tag that syslog(3) was given; the mail server of macOS is Postfix, so a daemon of its name is that.
func parseUnified(rest string, h *Header) bool {
	s := strings.TrimPrefix(rest, " ")
	if text, ok := strings.CutPrefix(s, " "); ok && text != "" && scan.IsLetter(text[0]) {
		host, tag, ok := scan.Cut(text, ' ')
		if !ok {
			return false
		}
		program, pid, id, words, sure := readTag(tag)
		daemon := ofPostfix(program)
		if daemon == "" || sure != strong || pid == 0 {
			return false
		}
		h.Host, _ = readHost(host)
		h.Program, h.PID, h.TagID, h.Text = daemon, pid, id, words
		return true
	}
	thread, s := scan.Word(s)
	kind, s := scan.Word(s)
	activity, s := scan.Word(s)
	id, s := scan.Word(s)
	pid, ok := scan.Int(id)
	if !strings.HasPrefix(thread, "0x") || !strings.HasPrefix(activity, "0x") || !ok || !isUnifiedType(kind) {
		return false
	}
	if s = scan.TrimLeft(s); s != "" && scan.IsDigit(s[0]) {
		_, s = scan.Word(s)
	}
	program, text, ok := strings.Cut(scan.TrimLeft(s), ": ")
	daemon := ofPostfix(program)
	if !ok || daemon == "" {
		return false
	}
	h.Program, h.PID, h.TagID, h.Text = daemon, pid, id, text
	return true
}

// isUnifiedType knows the types of the log's entries.
func isUnifiedType(s string) bool {
	return s == "Default" || s == "Info" || s == "Debug" || s == "Error" || s == "Fault"
}

// ofPostfix is the tag of one of Postfix's daemons as it gives it to syslog(3) itself, empty for any other name.
func ofPostfix(name string) string {
	for _, tag := range [...]string{
		"postfix/anvil", "postfix/bounce", "postfix/cleanup", "postfix/discard", "postfix/error", "postfix/lmtp",
		"postfix/local", "postfix/master", "postfix/oqmgr", "postfix/pickup", "postfix/pipe", "postfix/postdrop",
		"postfix/postfix-script", "postfix/postscreen", "postfix/postsuper", "postfix/proxymap", "postfix/qmgr", "postfix/sendmail",
		"postfix/smtp", "postfix/smtpd", "postfix/tlsmgr", "postfix/trivial-rewrite", "postfix/verify", "postfix/virtual",
	} {
		if tag[len("postfix/"):] == name {
			return tag
		}
	}
	return ""
}
