package truth

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// said is what a record says, as one line.
func (r *Record) said() string {
	var b strings.Builder
	b.WriteString(r.Body)
	for _, k := range slices.Sorted(maps.Keys(r.Attr)) {
		if k != "log.file.path" {
			fmt.Fprintf(&b, " %s=%s", k, r.Attr[k])
		}
	}
	return b.String()
}

// fleet is one log of each server, on hosts of their own.
func fleet(t *testing.T) (logs [][]string) {
	t.Helper()
	for _, name := range []string{
		"postfix-main.rfc3164.log", "sendmail-main.rfc3164.log", "opensmtpd-main.rfc3164.log", "exim-main.mainlog", "haraka-main.log", "haraka-json.log",
	} {
		server, _, _ := strings.Cut(name, "-")
		log := lines(t, name)
		for i, l := range log {
			if len(l) > 24 && l[15:24] == " mailout " {
				log[i] = l[:16] + server + l[23:]
			}
		}
		// a line that begins with a blank goes on with the one before it, which in a mixed stream is another's
		logs = append(logs, slices.DeleteFunc(log, func(l string) bool { return strings.HasPrefix(l, " ") }))
	}
	for _, name := range []string{"exchange", "iis", "powermta", "kumomta", "qmail"} {
		files, err := filepath.Glob("../../internal/dialect/" + name + "/testdata/*.txt")
		require.NoError(t, err)
		for _, file := range files {
			if log := stamped(sampleLines(t, file)); len(log) > 0 {
				logs = append(logs, log)
			}
			break // one file: its header lines name the columns
		}
	}
	return append(logs, nobodysLines)
}

// nobodysLines are of programs that are no mail servers, or that speak no SMTP.
var nobodysLines = []string{
	"Nov 23 15:32:01 mx CRON[4711]: (root) CMD (run-parts /etc/cron.hourly)",
	"Nov 23 15:32:02 mx sshd[812]: Failed password for invalid user from from 203.0.113.9 port 4711 ssh2",
	"Nov 23 15:32:02 mx sshd[812]: Connection closed by invalid user to=<root@localhost> 203.0.113.9 port 4711 [preauth]",
	"Nov 23 15:32:03 mx kernel: [ 1234.567890] TCP: request_sock_TCP: Possible SYN flooding on port 25. Sending cookies.",
	"Nov 23 15:32:04 mx dovecot: imap-login: Login: user=<anna@example.com>, method=PLAIN, rip=203.0.113.7, lip=192.0.2.1, mpid=4712, TLS, session=<abc>",
	"Nov 23 15:32:05 mx dovecot: imap(anna@example.com)<4712><abc>: Disconnected: Logged out in=80 out=811 deleted=0 expunged=0",
	"Nov 23 15:32:06 mx systemd[1]: Started Session 42 of user root.",
	"Nov 23 15:32:07 mx sudo: anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/usr/sbin/postqueue -p",
	"2026-11-23T15:32:08.000000+00:00 mx nginx[99]: 203.0.113.7 - - [23/Nov/2026:15:32:08 +0000] \"GET / HTTP/1.1\" 250 612",
	`{"level":"info","ts":1795447928.1,"msg":"250 OK","remote":"203.0.113.7"}`,
	"id,name,rcpt,status",
	"1,anna,2,250",
}

// sampleLines gives the log lines of a dialect's sample file.
func sampleLines(t *testing.T, path string) (list []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, l := range strings.Split(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "# ") && l != "#" && !strings.HasPrefix(l, "    ") {
			list = append(list, l)
		}
	}
	return list
}

// stamped cuts a log before its rows have no time of their own: such rows happen when the newest line of their host did.
func stamped(log []string) []string {
	for i, l := range log {
		if strings.HasPrefix(l, "#Fields: ") && !strings.Contains(l, "time") {
			return log[:i]
		}
	}
	return log
}

func inOneFile(line string, rec plog.LogRecord) {
	rec.Body().SetStr(line)
	rec.Attributes().PutStr("log.file.path", "/var/log/all.log")
}

// enrichOurs is enrich for hosts that are told which domain is theirs: what they learn of each other is no part of a line's meaning.
func enrichOurs(t *testing.T, log []string) []Record {
	t.Helper()
	return enrichWith(t, log, func(c *smtpprocessor.Config) {
		c.Location, c.LocalDomains = "UTC", []string{"example.com", "a.example"}
	}, seen, inOneFile)
}

// The logs of all servers, mixed line by line into one stream, give the records that each gives alone.
func TestAllDialectsInOneStream(t *testing.T) {
	logs := fleet(t)
	var want []string
	longest := 0
	for _, log := range logs {
		longest = max(longest, len(log))
		records := enrichOurs(t, log)
		for i := range records {
			if !records[i].Is("queue") { // of a minute of the stream, whose lines stand elsewhere when they are mixed
				want = append(want, records[i].said())
			}
		}
	}
	var mixed []string
	for i := range longest {
		for _, log := range logs {
			if i < len(log) {
				mixed = append(mixed, log[i])
			}
		}
	}
	records := enrichOurs(t, mixed)
	var got []string
	for i := range records {
		if !records[i].Is("queue") {
			got = append(got, records[i].said())
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	t.Logf("%d lines of %d logs, %d records", len(mixed), len(logs), len(got))
	differences := 0
	for len(got) > 0 && len(want) > 0 && differences < 8 {
		switch {
		case got[0] == want[0]:
			got, want = got[1:], want[1:]
		case got[0] < want[0]:
			t.Errorf("mixed, but not alone: %s", got[0])
			got = got[1:]
			differences++
		default:
			t.Errorf("alone, but not mixed: %s", want[0])
			want = want[1:]
			differences++
		}
	}
	assert.Empty(t, got)
	assert.Empty(t, want)
}

// What is nobody's mail leaves as it came, also between lines of all servers.
func TestLinesOfOtherProgramsAreNeverTouched(t *testing.T) {
	for _, log := range fleet(t) {
		var mixed []string
		for i, l := range log {
			mixed = append(mixed, l, nobodysLines[i%len(nobodysLines)])
		}
		for _, r := range enrich(t, mixed, seen, plain) {
			if slices.Contains(nobodysLines, r.Body) {
				assert.Empty(t, r.Attr, r.Body)
			}
		}
	}
}
