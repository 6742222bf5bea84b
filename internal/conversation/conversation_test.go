package conversation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// talk reads a log of one source and notes what each line came to.
type talk struct {
	t      *testing.T
	events []event.Event
	outs   []Outcome
	lines  []string
}

func talkOf(t *testing.T, log string) *talk {
	t.Helper()
	w := &talk{t: t}
	k := talker{heard: func(_ string, ev *event.Event, o *Outcome) {
		e, out := *ev, *o
		e.RcptList = append([]string(nil), ev.RcptList...)
		out.Answered = append([]CommandRecord(nil), o.Answered...)
		out.Left = append([]CommandRecord(nil), o.Left...)
		w.events, w.outs = append(w.events, e), append(w.outs, out)
	}}
	k.read(strings.TrimLeft(log, "\n"))
	w.lines = k.lines
	return w
}

// said is the events as short lines: kind, command, code, recipients and status.
func (w *talk) said() string {
	var b strings.Builder
	for i := range w.events {
		ev, o := &w.events[i], &w.outs[i]
		if o.Began {
			b.WriteString("= began")
			if o.Previous != event.EndNone {
				fmt.Fprintf(&b, ", %s before", o.Previous)
			}
			if o.Partial {
				b.WriteString(", partial")
			}
			b.WriteString("\n")
		}
		parts := []string{ev.Kind.String(), ev.Command}
		if ev.Code != 0 {
			parts = append(parts, fmt.Sprint(ev.Code))
		}
		parts = append(parts, ev.Status.String(), ev.RcptTo, strings.Join(ev.RcptList, ","), ev.AuthMechanism, ev.AuthResult)
		if ev.HasLatency {
			parts = append(parts, ev.Latency.String())
		}
		b.WriteString(strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
		if o.Ended != event.EndNone {
			fmt.Fprintf(&b, " = %s", o.Ended)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (w *talk) want(want string) {
	w.t.Helper()
	want = strings.ReplaceAll(strings.TrimLeft(want, "\n"), "\t", "")
	if got := w.said(); got != want {
		w.t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// hidden fails when one of the words is still in a line or an attribute.
func (w *talk) hidden(words ...string) {
	w.t.Helper()
	for _, line := range w.lines {
		for _, word := range words {
			if strings.Contains(line, word) {
				w.t.Errorf("%q remains in %q", word, line)
			}
		}
	}
}

func TestConversationsOfTheMission(t *testing.T) {
	w := talkOf(t, readFile(t, "mission.log"))
	w.want(`
	= began
	command EHLO
	reply EHLO 250
	command MAIL
	reply MAIL 250
	command RCPT recipient@example.net
	reply RCPT 550 bounced recipient@example.net

	= began, lost before
	command EHLO
	reply EHLO 421 1m15s = timeout

	= began, partial
	command MAIL
	reply MAIL 250
	command RCPT recipient@example.net
	reply RCPT 250 recipient@example.net
	command DATA
	reply DATA 354
	reply EOM 250 delivered recipient@example.net

	= began, lost before, partial
	command MAIL
	reply MAIL 250
	command RCPT recipient@example.net
	reply RCPT 550 bounced recipient@example.net
	command RSET
	reply RSET 250
	command QUIT
	reply QUIT 221 = quit

	= began, partial
	command MAIL
	reply MAIL 250
	command RCPT user1@isp.com
	reply RCPT 421 deferred user1@isp.com 4s = server_closed
`)
	for i := range w.events {
		if ev := &w.events[i]; ev.RemoteQueueID != "" && (ev.RemoteQueueID != "123ABC" || ev.Duration != 10*time.Second || ev.MailFrom != "sender@example.com") {
			t.Errorf("queued as %s after %s from %s", ev.RemoteQueueID, ev.Duration, ev.MailFrom)
		}
	}
}

func TestConversationWithoutEmptyLinesIsFoundByGreetingsEndsAndSilence(t *testing.T) {
	flat := strings.ReplaceAll(readFile(t, "mission.log"), "\n\n", "\n")
	if got := strings.Count(talkOf(t, flat).said(), "= began"); got != 5 {
		t.Errorf("%d conversations, want 5", got)
	}
}

func TestConversationMatchesPipelinedRepliesInOrder(t *testing.T) {
	talkOf(t, `
C: EHLO a.test
S: 250-b.test
S: 250 PIPELINING
C: MAIL FROM:<x@a.test>
C: RCPT TO:<u1@b.test>
C: RCPT TO:<u2@b.test>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 550 5.1.1 No such user
S: 354 Go
C: .
C: MAIL FROM:<y@a.test>
C: RCPT TO:<u3@b.test>
C: QUIT
S: 250 2.0.0 Ok: queued as A1
S: 250 2.1.0 Ok
S: 451 4.3.0 Later
S: 221 Bye
`).want(`
	= began
	command EHLO
	reply EHLO 250
	reply EHLO 250
	command MAIL
	command RCPT u1@b.test
	command RCPT u2@b.test
	command DATA
	reply MAIL 250
	reply RCPT 250 u1@b.test
	reply RCPT 550 bounced u2@b.test
	reply DATA 354
	command EOM
	command MAIL
	command RCPT u3@b.test
	command QUIT
	reply EOM 250 delivered u1@b.test
	reply MAIL 250
	reply RCPT 451 deferred u3@b.test
	reply QUIT 221 = quit
`)
}

func TestConversationRefusalOfMailExplainsThoseOfRecipients(t *testing.T) {
	talkOf(t, `
C: MAIL FROM:<x@a.test>
C: RCPT TO:<u1@b.test>
C: DATA
S: 451 4.3.0 Later
S: 503 5.5.1 Need MAIL
S: 503 5.5.1 Need RCPT
`).want(`
	= began, partial
	command MAIL
	command RCPT u1@b.test
	command DATA
	reply MAIL 451
	reply RCPT 503 deferred u1@b.test
	reply DATA 503
`)
}

func TestConversationLMTPAnswersForEachRecipient(t *testing.T) {
	w := talkOf(t, `
S: 220 b.test LMTP
C: LHLO a.test
S: 250 b.test
C: MAIL FROM:<x@a.test>
S: 250 ok
C: RCPT TO:<u1@b.test>
S: 250 ok
C: RCPT TO:<u2@b.test>
S: 550 no
C: RCPT TO:<u3@b.test>
S: 250 ok
C: DATA
S: 354 go
C: hello
C: .
S: 250 2.0.0 <u1@b.test> Saved
S: 452 4.2.2 <u3@b.test> Quota exceeded
C: QUIT
S: 221 bye
`)
	w.want(`
	= began
	reply CONNECT 220
	command LHLO
	reply LHLO 250
	command MAIL
	reply MAIL 250
	command RCPT u1@b.test
	reply RCPT 250 u1@b.test
	command RCPT u2@b.test
	reply RCPT 550 bounced u2@b.test
	command RCPT u3@b.test
	reply RCPT 250 u3@b.test
	command DATA
	reply DATA 354
	content
	command EOM
	reply EOM 250 delivered u1@b.test
	reply EOM 452 deferred u3@b.test
	command QUIT
	reply QUIT 221 = quit
`)
	messages := 0
	for i := range w.outs {
		if w.outs[i].Message {
			messages++
		}
	}
	if messages != 1 {
		t.Errorf("%d messages, want 1", messages)
	}
}

func TestConversationBDATHoldsDataUntilItsBytesAreRead(t *testing.T) {
	w := talkOf(t, `
C: MAIL FROM:<x@a.test>
S: 250 ok
C: RCPT TO:<u1@b.test>
S: 250 ok
C: BDAT 12
C: QUIT
C: RSET
S: 250 12 octets received
C: BDAT 7 LAST
C: ab
C: .
S: 250 2.0.0 Ok: queued as B2
C: BDAT 86 LAST
S: 503 5.5.1 no MAIL
`)
	w.want(`
	= began, partial
	command MAIL
	reply MAIL 250
	command RCPT u1@b.test
	reply RCPT 250 u1@b.test
	command BDAT
	content
	content
	reply BDAT 250
	command BDAT
	content
	content
	reply BDAT 250 delivered u1@b.test
	command BDAT
	reply BDAT 503
`)
	if ev := &w.events[11]; ev.Size != 19 || ev.RemoteQueueID != "B2" {
		t.Errorf("size %d, id %q", ev.Size, ev.RemoteQueueID)
	}
}

func TestConversationSTARTTLSStartsTheProtocolAnew(t *testing.T) {
	talkOf(t, `
EHLO a.test
250 STARTTLS
STARTTLS
220 2.0.0 Ready to start TLS
EHLO a.test
250 ok
QUIT
221 bye
`).want(`
	= began
	command EHLO
	reply EHLO 250
	command STARTTLS
	reply STARTTLS 220
	command EHLO
	reply EHLO 250
	command QUIT
	reply QUIT 221 = quit
`)
}

func TestConversationSecondGreetingBeginsAnotherOnlyWhereServersGreetingsAreNotLogged(t *testing.T) {
	talkOf(t, "EHLO a.test\n250 ok\nEHLO b.test\n250 ok\n").want(`
	= began
	command EHLO
	reply EHLO 250
	= began, lost before
	command EHLO
	reply EHLO 250
`)
	talkOf(t, "220 x ESMTP\nEHLO a.test\n502 no\nHELO a.test\n250 ok\nHELO a.test\n250 ok\n220 x ESMTP\n").want(`
	= began
	reply CONNECT 220
	command EHLO
	reply EHLO 502
	command HELO
	reply HELO 250
	command HELO
	reply HELO 250
	= began, lost before
	reply CONNECT 220
`)
}

func TestConversationGreetingRefused(t *testing.T) {
	talkOf(t, "S: 554 5.7.1 No service for you\nC: QUIT\nS: 221 bye\nS: 421 4.3.2 Too busy\nS: 421 4.3.2 Too busy\n").want(`
	= began
	reply CONNECT 554
	command QUIT
	reply QUIT 221 = rejected
	= began
	reply CONNECT 421 = rejected
	= began
	reply CONNECT 421 = rejected
`)
}

// curl, swaks and msmtp say HELO to a server that has answered EHLO with 421: that is no other conversation. One that greets is.
func TestHeloAfter421IsOfTheSameConversation(t *testing.T) {
	talkOf(t, "S: 220 mx\nC: EHLO a.test\nS: 421 4.3.2 Going down\nC: HELO a.test\nS: 220 mx\nC: HELO b.test\nS: 250 mx\nC: QUIT\nS: 221 bye\n").want(`
	= began
	reply CONNECT 220
	command EHLO
	reply EHLO 421 = server_closed
	command HELO
	= began
	reply CONNECT 220
	command HELO
	reply HELO 250
	command QUIT
	reply QUIT 221 = quit
`)
}

// Arrows behind ids are a server's or a proxy's as well as a client's; what they say takes part, and anybody's words begin nothing.
func TestArrowsBehindIDsAreOfTheConversationWithThatID(t *testing.T) {
	for _, arrows := range [...][2]string{{"<-", "->"}, {"<<", ">>"}, {"<", ">"}} {
		in, out := "10:00:00.100 00004 "+arrows[0]+" ", "10:00:00.100 00004 "+arrows[1]+" "
		talkOf(t, "10:00:00.100 00004 --- session open from 192.0.2.1\n"+in+"220 mx.example ESMTP\n"+out+"EHLO a.test\n"+in+"250 mx\n"+
			out+"AUTH PLAIN\n"+in+"334\n"+out+"AGFubmEAc2VjcmV0\n"+in+"235 ok\n"+out+"QUIT\n"+in+"221 bye\n").want(`
	= began
	connect CONNECT
	reply CONNECT 220 0s
	command EHLO
	reply EHLO 250 0s
	command AUTH PLAIN
	reply AUTH 334 PLAIN 0s
	command AUTH PLAIN
	reply AUTH 235 PLAIN success 0s
	command QUIT
	reply QUIT 221 0s = quit
`)
	}
	talkOf(t, "10:00:00.100 job4 > 250 items\n10:00:00.100 job4 > QUIT\n10:00:00.100 job4 -> b@b.test\n").want("\n\t\n\t\n\t\n")
}

// PHPMailer repeats a reply of several lines behind words of its own.
func TestRepeatedReplyBeginsNoConversation(t *testing.T) {
	talkOf(t, "2026-11-24 09:58:42\tSERVER -> CLIENT: 220 mx\n2026-11-24 09:58:42\tCLIENT -> SERVER: MAIL FROM:<a@a.test>\n"+
		"2026-11-24 09:58:42\tSERVER -> CLIENT: 554-5.7.1 No\n                   \t                  554 5.7.1 and no\n"+
		"2026-11-24 09:58:42\tSMTP ERROR: MAIL FROM command failed: 554-5.7.1 No\n                   \t                  554 5.7.1 and no\n"+
		"2026-11-24 09:58:42\tCLIENT -> SERVER: QUIT\n2026-11-24 09:58:42\tSERVER -> CLIENT: 221 bye\n").want(`
	= began
	reply CONNECT 220
	command MAIL
	reply MAIL 554
	reply MAIL 554
	
	
	command QUIT
	reply QUIT 221 = quit
`)
}

func TestConversation421DefersTheRecipientsThatGetNoAnswer(t *testing.T) {
	talkOf(t, `
C: MAIL FROM:<x@a.test>
S: 250 ok
C: RCPT TO:<u1@b.test>
C: RCPT TO:<u2@b.test>
C: RCPT TO:<u3@b.test>
S: 250 ok
S: 421 4.7.0 Too much
C: QUIT
S: 221 bye
C: EHLO a.test
`).want(`
	= began, partial
	command MAIL
	reply MAIL 250
	command RCPT u1@b.test
	command RCPT u2@b.test
	command RCPT u3@b.test
	reply RCPT 250 u1@b.test
	reply RCPT 421 deferred u1@b.test,u2@b.test,u3@b.test = server_closed
	command QUIT
	reply QUIT 221
	= began
	command EHLO
`)
}

func TestConversationServersOwnLogRejects(t *testing.T) {
	talkOf(t, `
[2026-11-23 15:15:12] Connection from 203.0.113.99:54625
[2026-11-23 15:15:12] 220 mx ESMTP
[2026-11-23 15:15:12] MAIL FROM:<x@a.test>
[2026-11-23 15:15:12] 250 ok
[2026-11-23 15:15:12] RCPT TO:<u1@b.test>
[2026-11-23 15:15:12] 450 4.2.0 Greylisted
[2026-11-23 15:15:12] FOO
[2026-11-23 15:15:12] 500 5.5.2 What?
[2026-11-23 15:15:13] Connection closed: 203.0.113.99:54625
`).want(`
	= began
	connect CONNECT
	reply CONNECT 220
	command MAIL
	reply MAIL 250
	command RCPT u1@b.test
	reject RCPT 450 u1@b.test

	reply 500
	disconnect = lost
`)
}

func TestConversationJoinsTheLinesOfARefusal(t *testing.T) {
	w := talkOf(t, `
C: RCPT TO:<u1@b.test>
S: 550-5.1.1 The account does not exist.
S: 550-5.1.1 Please check,
S: 550 5.1.1 or see https://b.test/
`)
	if ev := &w.events[3]; ev.Text != "The account does not exist. Please check, or see https://b.test/" || ev.Enhanced != "5.1.1" {
		t.Errorf("%s %q", ev.Enhanced, ev.Text)
	}
}

func TestConversationCutReplyDoesNotTakeTheNextOne(t *testing.T) {
	talkOf(t, "C: RCPT TO:<u1@b.test>\nC: RCPT TO:<u2@b.test>\nS: 550-no\nS: 250 ok\n").want(`
	= began, partial
	command RCPT u1@b.test
	command RCPT u2@b.test
	reply RCPT 550 u1@b.test
	reply RCPT 250 u2@b.test
`)
}

func TestConversationServerCannotTurnMarksRound(t *testing.T) {
	w := talkOf(t, `
<<< EHLO evil
>>> EHLO a.test
<<< 250 ok
>>> DATA
<<< 354 go
>>> secret
>>> .
<<< EHLO evil
>>> secret
`)
	w.hidden("secret")
	if s := w.said(); !strings.Contains(s, "reply DATA 354\ncontent\ncommand EOM\n") {
		t.Error(s)
	}
}

func TestConversationArrowsOfAServer(t *testing.T) {
	w := talkOf(t, `
32512 >>> 220 mx ESMTP
32512 <<< EHLO a.test
32512 >>> 250 ok
32512 <<< MAIL FROM:<x@a.test>
32512 >>> 250 ok
32512 <<< RCPT TO:<u@b.test>
32512 >>> 550 no
32512 <<< DATA
32512 >>> 354 go
32512 <<< 250 secret
32512 <<< .
32512 >>> 250 ok
`)
	w.want(`
	= began
	reply CONNECT 220
	command EHLO
	reply EHLO 250
	command MAIL
	reply MAIL 250
	command RCPT u@b.test
	reject RCPT 550 u@b.test
	command DATA
	reply DATA 354
	content
	command EOM
	reply EOM 250
`)
	w.hidden("secret")
}

func TestConversationDoubleSpacedLog(t *testing.T) {
	log := strings.ReplaceAll("MAIL FROM:<x@a.test>\n250 ok\nRCPT TO:<u@b.test>\n250 ok\nRSET\n250 ok\nMAIL FROM:<x@a.test>\n250 ok", "\n", "\n\n")
	if got := strings.Count(talkOf(t, log).said(), "= began"); got != 1 {
		t.Errorf("%d conversations, want 1", got)
	}
}

func TestConversationStampsThatGoBackBelongToAnother(t *testing.T) {
	w := talkOf(t, "[2026-11-23 15:00:00] EHLO a.test\n[2026-11-23 15:00:01] 250 ok\n[2026-11-23 14:00:01] MAIL FROM:<a@b.test>\n")
	if got := strings.Count(w.said(), "= began"); got != 2 {
		t.Errorf("%d conversations, want 2", got)
	}
}

func TestConversationNegativeLatencyIsNone(t *testing.T) {
	w := talkOf(t, "23:59:59.500 C: NOOP\n00:00:00.100 S: 250 ok\n")
	if w.events[1].HasLatency || w.events[1].Latency != 0 {
		t.Error(w.events[1].Latency)
	}
}
