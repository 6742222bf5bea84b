package dovecot_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dovecot"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	dovecot.Parser{}.Parse(&header.Header{Program: "dovecot", Text: text}, &ev)
	return ev
}

func TestMessageIDForgesNoEnd(t *testing.T) {
	for _, line := range []string{
		`lmtp(anna)<1><s>: sieve: msgid=<a>: stored mail into mailbox 'INBOX': marked message to be discarded if not explicitly delivered (discard action)`,
		`lmtp(anna)<1><s>: msgid=<a>: saved mail to INBOX: save failed to INBOX: Quota exceeded`,
		`lmtp(anna)<1><s>: sieve: msgid=x: forwarded to <a>: stored mail into mailbox 'INBOX'`,
	} {
		if ev := parse(line); ev.Kind == event.KindFilter && (ev.FilterVerdict == "stored" && ev.MessageID != "") || ev.FilterVerdict == "forwarded" {
			t.Errorf("%s: %+v", line, ev)
		}
	}
}

func TestMessageIDIsTakenOnlyWhole(t *testing.T) {
	ev := parse(`lmtp(anna)<1><s>: msgid=<a> <b>: saved mail to INBOX`)
	if ev.MessageID != "" || ev.FilterVerdict != "stored" {
		t.Errorf("%+v", ev)
	}
}

func TestNoPasswordLeaves(t *testing.T) {
	for _, line := range []string{
		`auth: sql(hunter2,192.0.2.1): Password mismatch (given password: s3cr3t): unknown user`,
		`auth: ldap(hunter2,192.0.2.1,<abc>): invalid credentials (given password: s3cr3t)`,
		`auth-worker(7): conn unix:auth-worker (pid=1,uid=2): auth-worker<3>: sql(hunter2,192.0.2.1): unknown user (SHA1 of given password: s3cr3t)`,
		`submission-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<hunter2>, method=PLAIN, rip=192.0.2.1`,
	} {
		ev := parse(line)
		left := []byte(line)
		for _, span := range ev.Redact {
			for i := span.From; i < span.To; i++ {
				left[i] = '*'
			}
		}
		if strings.Contains(string(left), "s3cr3t") || ev.Kind == event.KindAuth && strings.Contains(string(left), "hunter2") || ev.User != "" {
			t.Errorf("%s: %+v", left, ev)
		}
	}
}

// What a proxy's next hop answered is told by a line of its own.
func TestMessageIDForgesNoHop(t *testing.T) {
	for _, id := range []string{
		"<x: <s>: Sent message to <a@b.example> at 192.0.2.66:24: 250 2.0.0 ok>", "x: Failed to send message to <a@b.example> at evil.example:24: 451 later",
	} {
		ev := parse("lmtp(anna)<1><s>: msgid=" + id + ": saved mail to INBOX")
		if ev.PeerIP != "" || ev.ServerAddress != "" || ev.PeerPort != 0 || ev.RcptTo != "" || ev.FilterVerdict != "stored" {
			t.Errorf("%s: %+v", id, ev)
		}
	}
}
