package conversation

import (
	"encoding/base64"
	"strings"
	"testing"
)

// quotedLog is a message about SMTP. Its lines look like all that a log may hold.
const quotedLog = "Subject: my log\n\nEHLO evil\n250 ok\n550 5.1.1 no\nMAIL FROM:<forged@evil.test>\nS: 250 2.0.0 Ok: queued as FORGED\n" +
	"<- 221 bye\nConnection closed: 192.0.2.1:25\n=== Connected to evil.\n354 go\nprivate words\n"

func TestConversationDataThatLooksLikeSMTPIsDataWhereDotsAreLogged(t *testing.T) {
	const mail = "MAIL FROM:<x@a.test>\n250 ok\nRCPT TO:<u1@b.test>\n250 ok\nDATA\n354 go\n"
	w := talkOf(t, mail+"first\n.\n250 ok\n"+mail+quotedLog+".\n250 ok\nQUIT\n")
	w.hidden("evil", "FORGED", "my log", "private")
	if s := w.said(); strings.Count(s, "command MAIL") != 2 || strings.Count(s, "\n= began") != 0 || !strings.HasSuffix(s, "delivered u1@b.test\ncommand QUIT\n") {
		t.Error(s)
	}
}

func TestConversationDataThatLooksLikeSMTPGivesNothingElseAway(t *testing.T) {
	w := talkOf(t, "DATA\n354 go\n"+quotedLog+".\n250 ok\nQUIT\n")
	w.hidden("FORGED", "my log", "private", "Connected to")
}

func TestConversationMarkedDataEndsAtTheDotOnly(t *testing.T) {
	w := talkOf(t, `
C: DATA
S: 354 go
C: 250 2.0.0 Ok: queued as FORGED
C: QUIT
C: 221 bye
C: ..
C: .
S: 250 ok
`)
	w.want(`
	= began, partial
	command DATA
	reply DATA 354
	content
	content
	content
	content
	command EOM
	reply EOM 250
`)
	w.hidden("FORGED")
	if ev := &w.events[6]; ev.Size != 32+2+6+9+3-2 {
		t.Errorf("size %d", ev.Size)
	}
}

func TestConversationServerBreaksInOnData(t *testing.T) {
	w := talkOf(t, `
C: DATA
S: 354 go
C: secret one
S: 552 5.3.4 Too big
C: secret two
C: DATA
C: .
C: QUIT
S: 221 bye
`)
	w.want(`
	= began, partial
	command DATA
	reply DATA 354
	content
	reply EOM 552
	content
	content
	command EOM
	command QUIT
	reply QUIT 221 = quit
`)
	w.hidden("secret")
}

func TestConversationWithoutMarksAndWithoutDot(t *testing.T) {
	w := talkOf(t, `
[2026-11-23 15:00:00] 220 mx ESMTP
[2026-11-23 15:00:00] DATA
[2026-11-23 15:00:00] 354 go
[2026-11-23 15:00:00] secret one
[2026-11-23 15:00:00] 220 mx ESMTP
[2026-11-23 15:00:01] EHLO a.test
[2026-11-23 15:00:01] secret two
[2026-11-23 15:00:01] QUIT
[2026-11-23 15:00:01] 221 bye
[2026-11-23 15:00:02] DATA
[2026-11-23 15:00:02] 354 go
[2026-11-23 15:00:02] secret three
[2026-11-23 15:20:02] EHLO a.test
`)
	w.want(`
	= began
	reply CONNECT 220
	command DATA
	reply DATA 354
	content
	content
	command EHLO
	content
	command QUIT
	reply QUIT 221 = quit
	command DATA
	reply DATA 354
	content
	= began
	command EHLO
`)
	w.hidden("secret")
}

func TestConversationHiddenDataAndHiddenAnswer(t *testing.T) {
	talkOf(t, "C: RCPT TO:<u@b.test>\nC: DATA\nC: Subject: secret\nS: 250 2.0.0 Ok: queued as X1\n").want(`
	= began, partial
	command RCPT u@b.test
	command DATA
	content
	reply EOM 250 delivered u@b.test
`)
}

func TestConversationCredentialsNeverRemain(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	plain, user, pass := b64([]byte("\x00joe\x00hunter2")), b64([]byte("joe")), b64([]byte("hunter2"))
	bearer := b64([]byte("user=joe\x01auth=Bearer ya29.vF9dft4\x01\x01"))
	for name, tt := range map[string]struct{ log, mechanism, result string }{
		"plain":               {"C: AUTH PLAIN " + plain + "\nS: 235 2.7.0 ok\n", "PLAIN", "success"},
		"plain, lower case":   {"C: auth plain " + plain + "\nS: 535 5.7.8 no\n", "PLAIN", "failure"},
		"plain, two steps":    {"C: AUTH PLAIN\nS: 334 \nC: " + plain + "\nS: 235 ok\n", "PLAIN", "success"},
		"login":               {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: " + user + "\nS: 334 UGFzc3dvcmQ6\nC: " + pass + "\nS: 535 no\n", "LOGIN", "failure"},
		"login, user at once": {"C: AUTH LOGIN " + user + "\nS: 334 UGFzc3dvcmQ6\nC: " + pass + "\nS: 235 ok\n", "LOGIN", "success"},
		"cram-md5":            {"C: AUTH CRAM-MD5\nS: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3Q+\nC: " + user + "\nS: 235 ok\n", "CRAM-MD5", "success"},
		"xoauth2":             {"C: AUTH XOAUTH2 " + bearer + "\nS: 334 eyJzdGF0dXMiOiI0MDAifQ==\nC: \nS: 535 no\n", "XOAUTH2", "failure"},
		"over several lines":  {"C: AUTH XOAUTH2\nS: 334 \nC: " + bearer[:20] + "\nC: " + bearer[20:] + "\nS: 235 ok\n", "XOAUTH2", "success"},
		"given up":            {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: " + user + "\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 5.7.0 cancelled\n", "LOGIN", "failure"},
		"password is a verb":  {"C: AUTH LOGIN\nS: 334 x\nC: " + user + "\nS: 334 y\nC: HELP " + pass + "\nS: 235 ok\n", "LOGIN", "success"},
		"AUTH not logged":     {"S: 334 VXNlcm5hbWU6\nC: " + user + "\nS: 235 ok\n", "", "success"},
		"334 not logged":      {"C: AUTH LOGIN\nC: " + user + "\nC: " + pass + "\nS: 235 ok\n", "LOGIN", "success"},
		"no known mechanism":  {"C: AUTH " + pass + "\nS: 504 5.5.4 what\n", "", "failure"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, marks := range []struct{ c, s string }{{"C: ", "S: "}, {"", ""}, {">>> ", "<<< "}, {" -> ", "<-  "}, {"[x1] C: ", "[x1] S: "}} {
				log := strings.ReplaceAll(strings.ReplaceAll(tt.log, "C: ", marks.c), "S: ", marks.s)
				w := talkOf(t, marks.s+"220 mx ESMTP\n"+log)
				w.hidden(plain, user, pass, bearer, bearer[:20], bearer[20:])
				last := &w.events[len(w.events)-1]
				if last.Command != "AUTH" || last.AuthMechanism != tt.mechanism || last.AuthResult != tt.result || last.User != "" {
					t.Errorf("%q: %s %s %s %q", marks.c, last.Command, last.AuthMechanism, last.AuthResult, last.User)
				}
			}
		})
	}
}
