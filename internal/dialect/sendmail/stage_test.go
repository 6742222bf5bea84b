package sendmail_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What no run against a server shows in testdata/stages.txt.
func TestCommandIsInferredOnlyWhereTheLineTells(t *testing.T) {
	const line = qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], "
	const lmtp = qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=lmtp, pri=30000, relay=mx.b.example. [192.0.2.4], "
	const two = qid + "to=<a@b.example>,<c@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], "
	for _, c := range []struct{ text, command, presumed string }{
		{line + "dsn=5.1.1, stat=User unknown", "RCPT", ""}, // before 8.17: no reply=
		{line + "dsn=5.5.0, stat=Service unavailable", "", ""},
		{line + "dsn=5.5.0, reply=554 5.5.0 no, stat=Service unavailable", "", "EOM"}, // the code may be the server's own
		{line + "dsn=5.5.0, reply=554 no, stat=Service unavailable", "", "CONNECT"},
		{line + "dsn=4.7.1, reply=450-4.7.1 later, stat=Deferred: 450-4.7.1 later", "RCPT", ""}, // a line of several, kept as it came
		{line + "dsn=5.7.1, reply=554-5.7.1 no, stat=Service unavailable", "RCPT", ""},
		{line + "dsn=4.7.1, reply=450 4.7.1 later, stat=Deferred: 450-4.7.1 later", "", "EOM"},
		{lmtp + "dsn=5.7.1, reply=550-5.7.1 no, stat=Service unavailable (550-5.7.1 no)", "", ""}, // LMTP answers for each recipient at the end, too
		{lmtp + "dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown", "RCPT", ""},
		{two + "dsn=5.2.2, reply=552 full, stat=Service unavailable", "EOM", ""}, // RCPT has a line for each
		{line + "dsn=5.0.0, reply=502 no, stat=Service unavailable", "", ""},
		{line + "dsn=5.5.1, reply=502 no, stat=Service unavailable", "RCPT", ""},
		{line + "dsn=4.4.2, reply=502 no, stat=Deferred: Connection reset by mx.b.example.", "", ""},
		{line + "dsn=, reply=554 no, stat=Service unavailable", "", ""},
		{line + "dsn=5, reply=554, stat=Service unavailable", "", ""},
		{qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:00, mailer=local, pri=30000, dsn=5.1.1, stat=User unknown", "", ""},
	} {
		ev, _ := parse(c.text)
		if ev.Command != c.command || ev.Presumed != c.presumed {
			t.Errorf("%s: %q, %q", c.text[len(qid):], ev.Command, ev.Presumed)
		}
	}
}

// A server refuses EHLO and takes HELO, or refuses STARTTLS, or another host answers, and then the connection fails: the answer is kept, and is none to what failed.
func TestEarlierAnswerIsNotTheReason(t *testing.T) {
	const line = qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], "
	for text, want := range map[string]string{
		"dsn=4.4.2, reply=502 5.5.1 What is EHLO, stat=Deferred: Connection timed out with mx.b.example.":              "timeout",
		"dsn=4.4.2, reply=502 5.5.1 What is EHLO, stat=Deferred":                                                       "connection_lost",
		"dsn=4.4.2, reply=454 4.7.0 TLS not available right now, stat=Deferred: 454 4.7.0 TLS not available right now": "connection_lost",
		"dsn=4.4.1, reply=421 4.7.0 busy, stat=Deferred: Connection refused by mx.b.example.":                          "connection_refused",
		"dsn=4.4.2, stat=Deferred: 454 4.7.0 TLS not available right now":                                              "connection_lost", // before 8.17
		"dsn=4.4.2, reply=421 4.4.1 Connection reset by mx.b.example., stat=Deferred":                                  "connection_lost",
		"dsn=4.4.2, stat=Deferred": "connection_lost",
	} {
		ev, _ := parse(line + text)
		if ev.ErrorType != want || ev.Code != 0 || ev.Text != "" || ev.Status != event.StatusDeferred {
			t.Errorf("%s: %q, %d %q", text, ev.ErrorType, ev.Code, ev.Text)
		}
	}
	for text, want := range map[string]int{
		"dsn=4.4.2, reply=421 4.4.2 Error: timeout exceeded, stat=Deferred: 421 4.4.2 Error: timeout exceeded": 421, // the server's own code
		"dsn=4.4.5, reply=452 4.4.5 Insufficient disk space, stat=Deferred: 452 4.4.5 Insufficient disk space": 452,
		"dsn=4.0.0, reply=421 Words, stat=Deferred: Connection reset by mx.b.example.":                         421, // and it closed the connection
	} {
		if ev, _ := parse(line + text); ev.Code != want {
			t.Errorf("%s: %d %q", text, ev.Code, ev.Text)
		}
	}
}
