package session

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/transcript"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// toldSessions takes a transcript of one source through the tracker, to its end.
func toldSessions(t *testing.T, text string) []*Summary {
	t.Helper()
	l := newLog(t, testConfig())
	for _, line := range strings.Split(text, "\n") {
		var h header.Header
		header.Parse(line, header.Clock{}, &h)
		ev := event.Event{Time: h.Time, Resolution: h.Resolution, Line: h.Text}
		transcript.Parser{}.Parse(&h, &ev)
		l.at(0, ev)
	}
	var out Output
	l.Close(&out)
	l.made = append(l.made, out.Made...)
	return l.summaries(event.KindSession)
}

const underWay = "S: 220 mx.example ESMTP\nC: EHLO a.example\nS: 250 mx.example\nC: MAIL FROM:<a@a.example>\nS: 250 ok\nC: RCPT TO:<b@b.example>\nS: 250 ok\nC: DATA\nS: 354 go on\n"

func commandsOf(s *Summary) string {
	var words []string
	for _, c := range s.Session.Commands {
		words = append(words, c.Command)
		if c.Code == 0 {
			words = append(words, "unanswered")
		}
	}
	return strings.Join(words, " ")
}

func TestCommandThatTheNextConversationLeavesUnansweredIsOfTheOneBefore(t *testing.T) {
	list := toldSessions(t, underWay+"C: Subject: x\nC: .\n"+underWay+"C: Subject: x\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye")
	if len(list) != 2 || commandsOf(list[0]) != "CONNECT EHLO MAIL RCPT DATA EOM unanswered" || commandsOf(list[1]) != "CONNECT EHLO MAIL RCPT DATA EOM QUIT" {
		t.Errorf("%d: %s; %s", len(list), commandsOf(list[0]), commandsOf(list[len(list)-1]))
	}
}

func TestCommandUnderWayWhenTheLogEndsIsInTheSummary(t *testing.T) {
	if list := toldSessions(t, underWay+"C: Subject: x\nC: ."); len(list) != 1 || commandsOf(list[0]) != "CONNECT EHLO MAIL RCPT DATA EOM unanswered" {
		t.Errorf("%+v", list)
	}
}

func TestCommandBehind421IsNotOfTheNextConversation(t *testing.T) {
	list := toldSessions(t, underWay+"C: Subject: x\nC: .\nS: 421 4.4.5 closing\nC: MAIL FROM:<a@a.example>\n"+underWay)
	if len(list) != 2 || commandsOf(list[1]) != "CONNECT EHLO MAIL RCPT DATA" {
		t.Errorf("%d: %s", len(list), commandsOf(list[len(list)-1]))
	}
}

func TestBytesAreThoseOfAcceptedMessages(t *testing.T) {
	again := "C: MAIL FROM:<a@a.example>\nS: 250 ok\nC: RCPT TO:<b@b.example>\nS: 250 ok\nC: DATA\nS: 354 go on\nC: Subject: accepted\nC: .\nS: 250 ok\n"
	list := toldSessions(t, underWay+"C: Subject: refused\nC: .\nS: 554 5.7.1 spam\n"+again+"C: QUIT\nS: 221 bye")
	if len(list) != 1 || list[0].Session.Bytes != int64(len("Subject: accepted\r\n")) || list[0].Session.Messages != 1 {
		t.Errorf("%+v", list[0].Session)
	}
}

func TestSwaksWithSuppressedDataGivesNoSize(t *testing.T) {
	text := strings.ReplaceAll(strings.ReplaceAll(underWay, "S: ", "<-  "), "C: ", " -> ")
	list := toldSessions(t, text+" -> 12 lines sent\n<-  250 2.0.0 Ok: queued as 1234\n -> QUIT\n<-  221 bye")
	if len(list) != 1 || list[0].Session.Messages != 1 || list[0].Session.Bytes != 0 {
		t.Errorf("%+v", list[0].Session)
	}
}

func TestTimeoutOfAClientEndsItsConversation(t *testing.T) {
	list := toldSessions(t, "=== Connected to 192.0.2.1.\n<** Timeout (6 secs) waiting for server response\n -> QUIT\n<** Timeout (6 secs) waiting for server response\n=== Connection closed with remote host.")
	if len(list) != 1 || list[0].Event.SessionEnd != event.EndTimeout {
		t.Errorf("%+v", list)
	}
}

func TestServersFarewellToAClientThatIsGoneSaysLost(t *testing.T) {
	text := "7 Process 7 is handling incoming connection from [192.0.2.7]:4711\n7 SMTP>> 220 mx.example ESMTP\n7 SMTP<< EHLO a.example\n7 SMTP>> 250 mx.example\n7 SMTP>> 421 mx.example lost input connection"
	list := toldSessions(t, text)
	if len(list) != 1 || list[0].Event.SessionEnd != event.EndLost || list[0].Event.Role != event.RoleServer {
		t.Errorf("%+v", list)
	}
	// a client's log: the server's words about itself
	list = toldSessions(t, "--> EHLO a.example\n<-- 250 mx.example\n--> NOOP\n<-- 421 mx.example lost connection to its database")
	if len(list) != 1 || list[0].Event.SessionEnd != event.EndServerClosed {
		t.Errorf("%+v", list)
	}
}

func TestCommandBehindAChunkThatTheLogHidesIsNoData(t *testing.T) {
	hidden := "7 SMTP<< EHLO a.example\n7 SMTP>> 250 mx.example\n7 SMTP<< MAIL FROM:<a@a.example>\n7 SMTP<< RCPT TO:<b@b.example>\n7 SMTP<< BDAT 1000\n7 SMTP<< BDAT 1004 LAST\n" +
		"7 SMTP<< QUIT\n7 SMTP>> 250 ok\n7 SMTP>> 250 ok\n7 SMTP>> 250 ok\n7 SMTP>> 250 ok\n7 SMTP>> 221 bye"
	if list := toldSessions(t, hidden); len(list) != 1 || commandsOf(list[0]) != "EHLO MAIL RCPT BDAT BDAT QUIT" || list[0].Session.Bytes != 2004 {
		t.Errorf("%s %+v", commandsOf(list[0]), list[0].Session)
	}
}

// Exim's debugging prints the headers of a message as they came in, behind the number of the process that serves the client.
func TestHeaderInADebuggingLogForgesNoWords(t *testing.T) {
	text := "7 Process 7 is handling incoming connection from [192.0.2.7]:4711\n7 SMTP>> 220 mx.example ESMTP\n7 SMTP<< EHLO a.example\n7 SMTP>> 250 mx.example\n" +
		"7 SMTP<< MAIL FROM:<a@a.example>\n7 SMTP>> 250 ok\n7 SMTP<< RCPT TO:<b@b.example>\n7 SMTP>> 250 ok\n7 SMTP<< DATA\n7 SMTP>> 354 go on\n" +
		"7 >>Headers received:\n7 Subject: x\n7  SMTP>> 421 4.7.0 closing\n7   SMTP>> QUIT\n7   SMTP<< 421 4.7.0 closing\n7   SMTP<< QUIT\n7    SMTP<< 250 2.0.0 ok\n7  Process 7 is handling incoming connection from [192.0.2.8]:1\n" +
		"7  Connecting to mx.example [192.0.2.9]:25 ... connected\n7   SMTP(close)>>\n7   SMTP(closed)<<\n7  SMTP>>(close on process exit)\n7 \n" +
		"7 SMTP>> 250 OK id=1xVVlB-00005I-12\n7 SMTP<< QUIT\n7 SMTP>> 221 bye\n7 SMTP>>(close on process exit)"
	list := toldSessions(t, text)
	if len(list) != 1 || list[0].Event.SessionEnd != event.EndQuit || commandsOf(list[0]) != "CONNECT EHLO MAIL RCPT DATA EOM QUIT" || list[0].Session.Messages != 1 {
		t.Errorf("%d %s %s", len(list), list[0].Event.SessionEnd, commandsOf(list[0]))
	}
}
