package diagnose

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// labelled is one row of testdata/labelled.tsv.
type labelled struct {
	group, provider, host, command string
	code                           int
	enhanced, text                 string
	reason                         string
	also                           []string
	source                         string
	held                           bool // of those that no rule was written for,
	unseen                         bool // and of the last rounds, which nobody has mended for
}

// labelledReplies reads the set and splits it by group.
func labelledReplies(t testing.TB) []labelled {
	data, err := os.ReadFile("testdata/labelled.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []labelled
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 10 {
			t.Fatalf("line %d: %d fields", i+1, len(f))
		}
		code, err := strconv.Atoi(f[4])
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		l := labelled{
			group: f[0], provider: f[1], host: f[2], command: f[3], code: code, enhanced: f[5], text: f[6],
			reason: f[7], source: f[9], unseen: strings.HasPrefix(f[0], "unseen"),
		}
		l.held = l.unseen || fnv1a(f[0])%3 == 1
		if f[5] == "-" {
			l.enhanced = ""
		}
		if f[8] != "-" {
			l.also = strings.Split(f[8], ",")
		}
		if l.provider == "-" {
			l.provider = Other
		}
		list = append(list, l)
	}
	return list
}

// fnv1a is the hash that splits the set.
func fnv1a(s string) uint32 {
	h := uint32(0x811c9dc5)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 0x01000193
	}
	return h
}

// words are the reply as a server says it, several lines joined with blanks.
func (l *labelled) words() string {
	code := strconv.Itoa(l.code)
	mark := " "
	quoted := strings.Contains(l.text, "> "+code) || strings.Contains(l.text, ": "+code) || strings.Contains(l.text, "Blocked") // another server's reply
	if strings.Contains(l.text, " "+code+"-") || strings.Contains(l.text, " "+code+" ") && !quoted {
		mark = "-"
	}
	if l.enhanced == "" {
		return code + mark + l.text
	}
	return code + mark + l.enhanced + " " + l.text
}

// stages are the words of the servers for the command that was answered.
var stages = map[string]struct{ postfix, exim string }{
	"HELO": {"HELO command", "EHLO mail.example.org"}, "MAIL": {"MAIL FROM command", "MAIL FROM:<a@example.org>"},
	"RCPT": {"RCPT TO command", "RCPT TO:<anna@example.com>"}, "DATA": {"DATA command", "DATA"}, "EOM": {"end of DATA command", "end of data"},
	"AUTH": {"AUTH command", "AUTH PLAIN"},
}

// asPostfix, asExim and asSendmail are the delivery lines that these servers write for the reply.
func (l *labelled) asPostfix() string {
	status := "bounced"
	if l.code < 500 {
		status = "deferred"
	}
	line := "Nov 23 10:00:06 mx postfix/smtp[859]: 4Xq0Zk3rTnz9: to=<anna@example.com>, relay=" + l.host + "[192.0.2.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=" +
		l.dsn() + ", status=" + status + " ("
	if l.command == "CONNECT" {
		return line + "host " + l.host + "[192.0.2.9] refused to talk to me: " + l.words() + ")"
	}
	return line + "host " + l.host + "[192.0.2.9] said: " + l.words() + " (in reply to " + stages[l.command].postfix + "))"
}

func (l *labelled) asExim() string {
	mark, name := "**", ""
	if l.code < 500 {
		mark, name = "==", " defer (-44)"
	}
	stage := "after initial connection"
	if l.command != "CONNECT" {
		stage = "after " + stages[l.command].exim
		if l.command == "EOM" {
			stage = "after end of data"
		}
	}
	code := strconv.Itoa(l.code)
	words := l.words()
	if words[len(code)] == '-' {
		words = strings.ReplaceAll(strings.ReplaceAll(words, " "+code+"-", `\n`+code+"-"), " "+code+" ", `\n`+code+" ")
	}
	if mark == "**" {
		return "2026-11-23 10:00:01 1xVW27-00005g-23 ** anna@example.com R=dnslookup T=remote_smtp H=" + l.host + " [192.0.2.9]: SMTP error from remote mail server " + stage + ": " + words
	}
	return "2026-11-23 10:00:01 1xVW27-00005g-23 == anna@example.com R=dnslookup T=remote_smtp" + name + " H=" + l.host + " [192.0.2.9]: SMTP error from remote mail server " + stage + ": " + words
}

// asSendmail is the line for a server that announces ENHANCEDSTATUSCODES if it uses them: the sentence and the status code are those of the stage
// (usersmtp.c), which no field names.
func (l *labelled) asSendmail() string {
	dsn, stat, words := l.dsn(), "Service unavailable", l.words()
	if l.enhanced == "" {
		dsn = sendmailCode(l.command, l.code)
	}
	switch one := strconv.Itoa(l.code); {
	case l.command == "CONNECT" || l.command == "HELO":
		dsn = one[:1] + ".5.0"
	case l.command == "DATA":
		dsn = one[:1] + ".0.0"
	case l.command == "RCPT" && (l.code == 550 || l.code == 551 || l.code == 553):
		stat = "User unknown"
	case l.command == "MAIL" && (l.code == 501 || l.code == 553):
		stat = "Data format error"
	case l.command == "EOM" && l.code >= 500 && l.code/10 != 55:
		stat = "Remote protocol error"
	}
	if l.code < 500 {
		stat = "Deferred"
	}
	if words[3] == '-' { // its first line, which only the answer to RCPT is told of to be one
		code := " " + words[:3]
		for _, next := range []string{code + "-", code + " "} {
			words, _, _ = strings.Cut(words, next)
		}
		if l.command != "RCPT" {
			words = words[:3] + " " + words[4:]
		}
	}
	return "Nov 23 10:00:06 mx sendmail[22496]: e6FFrpW22490: to=<anna@example.com>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30551, relay=" +
		shortened(l.host+".") + " [192.0.2.9], dsn=" + dsn + ", reply=" + words + ", stat=" + stat
}

// sendmailCode is the status code that Sendmail gives a reply without one.
func sendmailCode(command string, code int) string {
	of := map[int]string{
		450: "4.2.0", 451: "4.3.0", 452: "4.3.1", 500: "5.5.2", 501: "5.5.4", 502: "5.5.1", 503: "5.5.1", 504: "5.5.4",
		550: "5.2.0", 551: "5.1.6", 552: "5.2.2", 553: "5.1.0",
	}[code]
	switch {
	case command == "RCPT" && code == 550:
		return "5.1.1"
	case command == "RCPT" && code == 553, command == "MAIL" && code == 553:
		return "5.1.3"
	case command == "MAIL" && code == 501:
		return "5.5.2"
	case command == "MAIL" && code == 552:
		return "5.3.4"
	case of == "" || command == "MAIL" && code >= 500:
		return strconv.Itoa(code/100) + ".0.0"
	}
	return of
}

// shortened is what Sendmail's shortenstring leaves of a host's name (deliver.c: relay= of at most 40 characters).
func shortened(host string) string {
	if len(host) <= 40 {
		return host
	}
	return host[:18] + "..." + host[len(host)-18:]
}

func (l *labelled) dsn() string {
	if l.enhanced != "" {
		return l.enhanced
	}
	return string('0'+byte(l.code/100)) + ".0.0"
}

// read takes a line through header, dialect and diagnosis.
func read(t testing.TB, line string) *event.Event {
	d, err := dialect.NewDetector(nil)
	if err != nil {
		t.Fatal(err)
	}
	ev := new(event.Event)
	var h header.Header
	header.Parse(line, header.Clock{Zone: time.UTC, Anchor: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).UnixNano()}, &h)
	ev.Line = h.Text
	if d.Parse(new(dialect.Memory), &h, ev) != event.Parsed || ev.Kind != event.KindDelivery {
		t.Errorf("no delivery: %s", line)
	}
	Standard.Event(ev)
	return ev
}
