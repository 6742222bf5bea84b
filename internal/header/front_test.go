package header

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// knows stands for the names that mail servers write under.
func knows(program string) bool {
	return program == "postfix/smtpd" || program == "dovecot" || program == "exim"
}

// read reads a line as the record's view does.
func read(line string, c Clock, h *Header) bool {
	found := Parse(line, c, h)
	if h.Program != "" {
		return true
	}
	return found && h.Named(c, knows) || !found && h.Copied(c, knows) || h.Rows(line, c, knows) || found
}

// Templates and daemons that put host, program and process elsewhere than RFC 3164 does; dovecot writes no process.
func TestTemplatesOfSyslogDaemons(t *testing.T) {
	const text = "connect from x[192.0.2.1]"
	postfix := written(second, "mailout", "postfix/smtpd", 540, text)
	dovecot := written(second, "mailout", "dovecot", 0, text)
	hostless, nameless := postfix, dovecot
	hostless.Host, nameless.Host = "", ""
	for line, want := range map[string]Header{
		// syslog-ng: $PROGRAM[$PID], chain-hostnames(yes), columns, $SEQNUM, $UNIXTIME
		"2026-11-23T15:32:27+00:00 mailout dovecot[]: ":                  dovecot,
		"2026-11-23 15:32:27 mailout dovecot[]: ":                        dovecot,
		"Nov 23 15:32:27 mailout dovecot[]: ":                            dovecot,
		"Nov 23 15:32:27 s_local@mailout postfix/smtpd[540]: ":           postfix,
		"Nov 23 15:32:27 mailout/relay.example.net postfix/smtpd[540]: ": postfix,
		"Nov 23 15:32:27 s_net@mailout/192.0.2.9 dovecot: ":              dovecot,
		"2026-11-23T15:32:27+00:00 mailout postfix/smtpd 540 ":           postfix,
		"2026-11-23T15:32:27+00:00 mailout dovecot  ":                    dovecot,
		"2026-11-23T15:32:27+00:00\tmailout\tpostfix/smtpd\t540\t":       postfix,
		"2026-11-23T15:32:27+00:00\tmailout\tdovecot\t\t":                dovecot,
		"2026-11-23T15:32:27+00:00\tmailout\tmail\tinfo\tdovecot:\t":     dovecot,
		"Nov 23 15:32:27\tmailout\tpostfix/smtpd[540]: ":                 postfix,
		"2026-11-23T15:32:27+00:00|mailout|postfix/smtpd|540|":           postfix,
		"2026-11-23 15:32:27 | mailout | postfix/smtpd[540]: | ":         postfix,
		"2026-11-23T15:32:27+00:00;mailout;dovecot;;":                    dovecot,
		"2026-11-23T15:32:27+00:00,mailout,postfix/smtpd,540,":           postfix,
		"4711: Nov 23 15:32:27 mailout postfix/smtpd[540]: ":             postfix,
		"1795447947 mailout postfix/smtpd[540]: ":                        postfix,
		"1795447947 mailout dovecot: ":                                   dovecot,
		"2026/11/23 15:32:27 mailout postfix/smtpd[540]: ":               postfix,
		"2026.11.23 15:32:27 mailout postfix/smtpd[540]: ":               postfix,
		"23.11.2026 15:32:27 mailout dovecot: ":                          dovecot,
		"23-Nov-2026 15:32:27 mailout postfix/smtpd[540]: ":              postfix,
		"23/Nov/2026:15:32:27 +0000 mailout dovecot: ":                   dovecot,
		"23 Nov 2026 15:32:27 mailout postfix/smtpd[540]: ":              postfix,
		// rsyslog: %fromhost-ip% beside the host, %pri-text%, format="csv", the host in front
		"2026-11-23T15:32:27+00:00 192.0.2.9 mailout dovecot: ":      dovecot,
		"2026-11-23T15:32:27+00:00 relay mailout dovecot: ":          dovecot,
		"Nov 23 15:32:27 mailout 192.0.2.9 postfix/smtpd[540]: ":     postfix,
		"Nov 23 15:32:27 mail.info<22> mailout postfix/smtpd[540]: ": postfix,
		"2026-11-23T15:32:27+00:00,mailout,\"dovecot:\",":            dovecot,
		"mailout Nov 23 15:32:27 postfix/smtpd[540]: ":               postfix,
		"192.0.2.9 Nov 23 15:32:27 mailout dovecot: ":                dovecot,
		// NetBSD's and sysklogd's files, RFC 5424 without its priority
		"2026-11-23T15:32:27+00:00 mailout dovecot - - - ":   dovecot,
		"1 2026-11-23T15:32:27+00:00 mailout dovecot - - - ": dovecot,
		// BusyBox and AIX where the host is called mail, OpenWrt, Solaris, metalog, socklog
		"Mon Nov 23 15:32:27 2026 mail.info dovecot: ":                              nameless,
		"Nov 23 15:32:27 mailout dovecot: [ID 197553 mail.info] ":                   dovecot,
		"Nov 23 15:32:27 [dovecot] ":                                                nameless,
		"2026-11-23_15:32:29.12345 mail.info: Nov 23 15:32:27 dovecot: ":            nameless,
		"2026-11-23_15:32:29.12345 mail.info: Nov 23 15:32:27 postfix/smtpd[540]: ": hostless,
		// what readers of logs print in front: grep -n, stern, awslogs, logcli, promtail, journalctl -o short-full, Kiwi
		"12:Nov 23 15:32:27 mailout dovecot: ":                                         dovecot,
		"/var/log/mail.log:Nov 23 15:32:27 mailout dovecot: ":                          dovecot,
		"mail-0 postfix Nov 23 15:32:27 mailout postfix/smtpd[540]: ":                  postfix,
		"/var/log/mail i-0a1b2c3d Nov 23 15:32:27 mailout dovecot: ":                   dovecot,
		"2026-11-23T15:32:29Z {job=\"mail\"} Nov 23 15:32:27 mailout dovecot: ":        dovecot,
		"Mon 2026-11-23 15:32:27 UTC mailout dovecot: ":                                dovecot,
		"2026-11-23 15:32:29\tMail.Info\t192.0.2.9\tNov 23 15:32:27 mailout dovecot: ": dovecot,
	} {
		var got Header
		if !read(line+text, seen, &got) || withoutTagID(got) != want {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	for line, host := range map[string]string{
		"Nov 23 15:32:27 mail mail.info dovecot: ": "mail", "Nov 23 15:32:27 mail mail:info dovecot: ": "mail", "2026-11-23T15:32:27Z 192.0.2.9 mail dovecot: ": "mail",
		"2026-11-23T15:32:27Z fd00::9 mail dovecot: ": "mail", "2026-11-23T15:32:27Z mail fd00::9 dovecot: ": "mail",
	} {
		var got Header
		if read(line+text, seen, &got); got.Host != host || got.Program != "dovecot" || got.Text != text {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	var csv Header // rsyslog: property(name="syslogtag" format="csv"), property(name="msg" format="csv")
	if read(`2026-11-23T15:32:27+00:00,mailout,"postfix/smtpd[540]:"," `+text+`"`, seen, &csv); withoutTagID(csv) != postfix {
		t.Errorf("%+v", csv)
	}
	var got Header
	if read(`"2026-11-23T15:32:27Z","mailout","postfix/smtpd","540","`+text+`"`, seen, &got); withoutTagID(got) != postfix {
		t.Errorf("%+v", got)
	}
}

// What looks like a template's columns and is words of a conversation, a stranger's or another program's.
func TestWordsAreNoColumns(t *testing.T) {
	for _, line := range []string{
		"2026-11-23 15:32:27 mailout nginx 540 connect",
		"2026-11-23T15:32:27Z EHLO dovecot  x",
		"2026-11-23 15:32:27 MAIL exim: x",
		"2026-11-23T15:32:27Z,EXCH01\\Default,08D,0,192.0.2.1:25,192.0.2.2:1,>,dovecot,540,x",
		"2026-11-23T15:32:27Z\t<a@b.test>\tdovecot\t540\tx",
		"2026-11-23T15:32:27Z\tmailout\tnginx\t540\tx",
		"2026-11-23T15:32:27Z\tmailout\tdovecot\tfive\tx",
		"15:32:27\tmailout\tdovecot\t540\tx",
		"[2026-11-23 15:32:27] mailout dovecot: x",
		"  Nov 23 15:32:27 mailout dovecot: x",
		"250 Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"250-mx Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"250-mx hello Nov 23 15:32:27 mailout dovecot: x",
		"C: Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"EHLO Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"Subject: Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"  12 Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"250 1795447947 mailout postfix/smtpd[540]: x",
		"1795447947 mailout nginx: x",
		"Nov 23 15:32:27 [nginx] x",
		"2026-11-23 15:32:27 [dovecot] x",
		"2026/11-23 15:32:27 mailout postfix/smtpd[540]: x",
		"2026/11/23T15:32:27 mailout postfix/smtpd[540]: x",
		"23.Nov.2026 15:32:27 mailout postfix/smtpd[540]: x",
		"31.11.2026 15:32:27 mailout postfix/smtpd[540]: x",
		"1 2026-11-23T15:32:27Z mailout nginx - - - x",
	} {
		var got Header
		if read(line, seen, &got); got.Program != "" {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	for _, line := range []string{"src@/relay", "@mx", "a/b@mx", "a@b@mx", "[mx/relay]", "/"} {
		var got Header
		if Parse("2026-11-23T15:32:27Z "+line+" postfix/smtpd[540]: x", seen, &got); got.Program != "" && strings.ContainsAny(got.Host, "@/") {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

// A line that is cut anywhere has the whole one's host and program, or none; reading it allocates nothing.
func TestColumnsCutShort(t *testing.T) {
	for _, line := range []string{
		"2026-11-23T15:32:27+00:00\tmailout\tpostfix/smtpd\t540\tconnect from x", `"2026-11-23T15:32:27Z","mailout","postfix/smtpd","540","connect"`,
		"2026-11-23T15:32:27+00:00 192.0.2.9 mailout dovecot: connect", "mail-0 postfix Nov 23 15:32:27 mailout dovecot: x", "1795447947 mailout dovecot: x",
	} {
		var whole Header
		if !read(line, seen, &whole) || whole.Program == "" || whole.Resolution != event.ResolutionSecond {
			t.Errorf("%q: %+v", line, whole)
		}
		for n := range line {
			var h Header
			read(line[:n], seen, &h)
			if h.Program != "" && (h.Program != whole.Program || h.Host != whole.Host) {
				t.Errorf("%q: %+v", line[:n], h)
			}
		}
		if n := testing.AllocsPerRun(50, func() { read(line, seen, &whole) }); n != 0 {
			t.Errorf("%v allocations: %q", n, line)
		}
	}
}
