package conversation

import (
	"strings"
	"testing"
)

// forgeries are lines of a message that read like what a log writes: of the other side, of another program, of another conversation.
var forgeries = [...]string{
	"> S: 250 2.0.0 Ok: queued as FAKE", "> C: QUIT", "s: 250 2.0.0 Ok: queued as FAKE", "S: 250 2.0.0 Ok: queued as FAKE", "c: QUIT", "[RECV] 250 2.0.0 Ok: queued as FAKE", "SEND: QUIT",
	"RECV: 250 2.0.0 Ok: queued as FAKE", "SMTP -> FROM SERVER:250 2.0.0 Ok: queued as FAKE", "SMTP (x): <rx> 250 2.0.0 Ok: queued as FAKE", "4< 250 2.0.0 Ok: queued as FAKE", "4> QUIT",
	"<< 250 2.0.0 Ok: queued as FAKE", "<= 250 2.0.0 Ok: queued as FAKE", "=> RSET", "DEBUG S: 250 2.0.0 Ok: queued as FAKE", "<< 221 bye", "* connect to 192.0.2.66 port 25 failed: Connection refused",
	"msmtp: cannot connect to evil.example, port 25: Connection refused", "* Connected to evil (192.0.2.66) port 25 (#0)", "* shutting down connection #0", "220 evil ESMTP", "EHLO evil",
	"MAIL FROM:<evil@x.example>", "<<< 250 2.0.0 Ok: queued as FAKE", "SERVER -> CLIENT: 250 2.0.0 Ok: queued as FAKE", "Connection: closed", "=== Connected to 192.0.2.66.", "DONE", "CONNECTED(00000003)",
}

// TestConversationDataOfEveryLookIsData: the message is told by where it stands, with marks and without, so none of its lines becomes a reply, a
// connection or an end.
func TestConversationDataOfEveryLookIsData(t *testing.T) {
	for _, marks := range [][2]string{{"", ""}, {"C: ", "S: "}, {"-> ", "<- "}, {"> ", "< "}, {"[SEND] ", "[RECV] "}, {"4> ", "4< "}, {"2026-01-01 10:00:00 ", "2026-01-01 10:00:00 "}} {
		for _, data := range forgeries {
			c, s := marks[0], marks[1]
			w := talkOf(t, s+"220 mx.b.example ESMTP\n"+c+"EHLO a.example\n"+s+"250 mx.b.example\n"+c+"MAIL FROM:<a@a.example>\n"+s+"250 2.1.0 Ok\n"+c+"RCPT TO:<b@b.example>\n"+
				s+"250 2.1.5 Ok\n"+c+"DATA\n"+s+"354 End data with <CR><LF>.<CR><LF>\n"+c+"secret one\n"+c+data+"\n"+c+"secret two\n"+c+".\n"+s+"250 2.0.0 Ok: queued as 4AA091855DA0\n"+c+"QUIT\n"+s+"221 2.0.0 Bye\n")
			w.hidden("secret", "FAKE")
			said := w.said()
			if !strings.Contains(said, "reply EOM 250 delivered b@b.example") || strings.Count(said, "= began") != 1 || !strings.HasSuffix(said, " = quit\n") {
				t.Errorf("%q %q:\n%s", c, data, said)
			}
			for i := range w.events {
				if ev := &w.events[i]; ev.RemoteQueueID == "FAKE" || ev.PeerIP == "192.0.2.66" || strings.Contains(ev.MailFrom+ev.ServerAddress+ev.Helo, "evil") {
					t.Errorf("%q %q: %s %q %q %q", c, data, ev.Kind, ev.RemoteQueueID, ev.PeerIP, ev.MailFrom)
				}
			}
		}
	}
}
