package header

import "testing"

// What a stranger writes into a text must not become a host or a program.
func TestTextForgesNothing(t *testing.T) {
	for name, tt := range map[string]struct{ line, host, program string }{
		"tag within the text":                 {"Nov 23 15:32:27 mailout postfix/smtpd[540]: Nov 23 15:32:27 evil exim[1]: x", "mailout", "postfix/smtpd"},
		"tag at the end":                      {"Nov 23 15:32:27 mailout postfix/smtpd[540]: helo=<evil exim[1]:", "mailout", "postfix/smtpd"},
		"tag behind brackets":                 {"[2023-04-12 10:15:30] mailout postfix/smtpd[540]: connect", "", ""},
		"tag as EHLO name":                    {"2023-04-12T10:15:30Z EHLO postfix/smtpd[540]: connect", "", ""},
		"tag as EHLO name, RFC 3164":          {"Nov 23 15:32:27 EHLO postfix/smtpd[540]: connect", "", ""},
		"MAIL with a blank before its sender": {"2023-04-12T10:15:30Z MAIL FROM: <a@b.test>", "", ""},
		"mail in lower case":                  {"2023-04-12T10:15:30Z mail from: <a@b.test>", "", ""},
		"RCPT with a blank":                   {"Nov 23 15:32:27 RCPT TO: <a@b.test>", "", ""},
		"reply with a colon":                  {"2023-04-12T10:15:30Z 550 Rejected: go away", "", ""},
		"reply with an enhanced code":         {"2023-04-12T10:15:30Z 550 5.1.1: go away", "", ""},
		"reply that goes on":                  {"2023-04-12T10:15:30Z 250-mx1.bigmail.test Hello: you", "", ""},
		"enhanced code as host":               {"2023-04-12T10:15:30Z 5.1.1 Rejected: go away", "", ""},
		"header line of a message":            {"2023-04-12T10:15:30Z Subject: x", "", ""},
		"side of a transcript":                {"Nov 23 15:32:27 S: 220 mx1", "", ""},
		"pid that is no number":               {"Nov 23 15:32:27 mailout postfix/smtpd[x]: y", "", ""},
		"pid without end":                     {"Nov 23 15:32:27 mailout postfix/smtpd[540: y", "", ""},
		"pid too large":                       {"Nov 23 15:32:27 mailout postfix/smtpd[99999999999999999999]: y", "", ""},
		"control byte in the host":            {"Nov 23 15:32:27 mail\x00out postfix/smtpd[540]: y", "", ""},
		"line end in the host":                {"Nov 23 15:32:27 mail\nout postfix/smtpd[540]: y", "", ""},
		"quote in the tag":                    {`Nov 23 15:32:27 mailout "postfix[540]: y`, "", ""},
		"structured data closes the quotes":   {`<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a x="\"] evil exim[1]:"] y`, "mailout", "exim"},
	} {
		t.Run(name, func(t *testing.T) {
			var got Header
			Parse(tt.line, seen, &got)
			if got.Host != tt.host || got.Program != tt.program {
				t.Errorf("%q: host %q, program %q", tt.line, got.Host, got.Program)
			}
		})
	}
}

// The syslogd of Solaris numbers the texts of programs.
func TestNumberedTextsOfSolaris(t *testing.T) {
	for line, want := range map[string]string{
		"Jul  7 19:47:51 mx sendmail[22888]: [ID 801593 mail.info] u67AlmbO022886: from=<a@b>": "u67AlmbO022886: from=<a@b>",
		"Jul  7 19:47:51 mx sendmail[22888]: [ID mail.info] x":                                 "[ID mail.info] x",
		"Jul  7 19:47:51 mx sendmail[22888]: [ID 1 a b] x":                                     "[ID 1 a b] x",
	} {
		var h Header
		if Parse(line, Clock{}, &h); h.Text != want || h.PID != 22888 {
			t.Errorf("%q, want %q", h.Text, want)
		}
	}
}
