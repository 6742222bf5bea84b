package smtpprocessor

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// The logs of Windows servers lie in several files that have to be read together: protocol logs of sessions and logs of messages.

// throughFiles takes files of one host through a processor, each as a source of its own, and gives the records that left.
func throughFiles(t *testing.T, files ...string) []plog.LogRecord {
	t.Helper()
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	for i, file := range files {
		ld := batch(logLines(file)...)
		ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, fmt.Sprintf("%d.LOG", i))
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	}
	require.NoError(t, p.Shutdown(t.Context()))
	return flat(sink.AllLogs()...)
}

// sample reads a file of testdata.
func sample(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile("../internal/dialect/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// logLines gives the log lines of a sample file.
func logLines(data string) (list []string) {
	for _, l := range strings.Split(data, "\n") {
		if l != "" && !strings.HasPrefix(l, "# ") && !strings.HasPrefix(l, "    ") {
			list = append(list, l)
		}
	}
	return list
}

// of lists the records of an event, each as the values of the attributes named.
func of(list []plog.LogRecord, eventName string, names ...string) (out []string) {
	for _, rec := range list {
		if str(rec, attrs.Event) != eventName {
			continue
		}
		var words []string
		for _, name := range names {
			if v := str(rec, name); v != "" {
				words = append(words, v)
			} else {
				words = append(words, "-")
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func wantRecords(t *testing.T, got, want []string) {
	t.Helper()
	assert.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"))
}

// A pair of protocol logs of one server: what a relay delivers to it, and what it delivers to a host outside.
func TestSessionsOfAReceiveAndASendLog(t *testing.T) {
	list := throughFiles(t, sample(t, "exchange/testdata/receive.txt"), sample(t, "exchange/testdata/send.txt"))
	wantRecords(t, of(list, "session", attrs.SessionRole, attrs.PeerAddress, attrs.PeerPort, attrs.SessionEnd, attrs.SessionDuration, attrs.TLSVersion, attrs.SessionPartial,
		"smtp.session.messages", "smtp.session.recipients.accepted", "smtp.session.recipients.refused"), []string{
		"server 203.0.113.33 56026 quit 6.63 1.2 - 1 1 1",
		"server 2001:db8::33 56027 lost 6 - - 0 0 0",
		"client 192.0.2.26 25 quit 0.812 1.3 - 0 0 1",
		"client 198.51.100.7 2525 client_closed 0.05 - - 0 0 0",
		"server 203.0.113.70 50100 shutdown - - true 0 0 0",
		"server 198.51.100.6 41500 shutdown - - true 0 0 0",
		"server 203.0.113.9 40001 shutdown - - true 0 0 0",
	})
	wantRecords(t, of(list, "reject", attrs.Command, attrs.ReplyCode, attrs.ReplyEnhancedCode, attrs.RcptTo, attrs.Latency), []string{
		"RCPT 550 5.1.10 nobody@a.example 5.002",
	})
}

// The life of a message from a mailbox: to another mailbox here, and to a host outside; then mail from outside to a group.
func TestMessagesOfATrackingLog(t *testing.T) {
	list := throughFiles(t, sample(t, "exchange/testdata/tracking.txt"))
	wantRecords(t, of(list, "message", attrs.MailFrom, attrs.Direction, "smtp.message.duration", "smtp.recipient.count")[:2], []string{
		"anna@a.example mixed 1.05 2",
		"bounce@b.example inbound 61 2",
	})
	wantRecords(t, of(list, "delivery", attrs.RcptTo, attrs.DeliveryStatus, attrs.DeliveryDSN, attrs.ReplyCode, attrs.DeliveryRoute, attrs.DeliveryFinal, attrs.DeliveryAttempt)[:5], []string{
		"bert@a.example delivered - - local true 1",
		"bert@a.example delivered - 250 filter false -",
		"carl@c.example delivered - 250 mx true 1",
		"gone@a.example bounced 5.1.10 - none true -",
		"nobody@c.example bounced - 550 mx true 1",
	})
}

// The receive log and the tracking log of one server name the same session.
func TestMessageKnowsItsSession(t *testing.T) {
	list := throughFiles(t, sample(t, "exchange/testdata/receive.txt"), `#Fields: date-time,client-ip,client-hostname,source-context,source,event-id,network-message-id,message-id,recipient-address,return-path,recipient-count
2026-11-23T15:00:07.990Z,203.0.113.33,relay.b.example,08DAB13335961996;2026-11-23T15:00:02.700Z;1,SMTP,RECEIVE,6a638d20-1e63-493a-80a2-08da9a4ff8da,<1@b.example>,anna@a.example,news@b.example,1
2026-11-23T15:00:08.100Z,,,,STOREDRIVER,DELIVER,6a638d20-1e63-493a-80a2-08da9a4ff8da,<1@b.example>,anna@a.example,news@b.example,1
`)
	session := of(list, "session", attrs.SessionID)[0]
	wantRecords(t, of(list, "delivery", attrs.OriginSessionID), []string{session})
}

// A mailbox's message is received twice, by the submission and by the transport service, and has one recipient all the same.
func TestMessageThatIsReceivedTwice(t *testing.T) {
	list := throughFiles(t, `#Fields: date-time,source,event-id,network-message-id,recipient-address,return-path,recipient-count
2026-11-23T15:00:01.000Z,STOREDRIVER,RECEIVE,6a638d20-1e63-493a-80a2-08da9a4ff8da,bert@a.example,anna@a.example,1
2026-11-23T15:00:11.000Z,SMTP,RECEIVE,6a638d20-1e63-493a-80a2-08da9a4ff8da,bert@a.example,anna@a.example,1
2026-11-23T15:00:11.100Z,STOREDRIVER,DELIVER,6a638d20-1e63-493a-80a2-08da9a4ff8da,bert@a.example,anna@a.example,1
`)
	wantRecords(t, of(list, "message", attrs.MessagePartial, "smtp.recipient.count", "smtp.recipient.delivered", "smtp.message.duration"), []string{"- 1 1 10.1"})
}

// Message data and credentials go, and nothing else of the row with them.
func TestRedactionStaysWithinTheColumn(t *testing.T) {
	list := throughFiles(t, `2026-11-23T15:00:01.000Z,EX1\Default EX1,08DAB13335961C00,0,198.51.100.6:25,203.0.113.33:56026,+,,
2026-11-23T15:00:01.100Z,EX1\Default EX1,08DAB13335961C00,1,198.51.100.6:25,203.0.113.33:56026,>,220 ready,
2026-11-23T15:00:01.200Z,EX1\Default EX1,08DAB13335961C00,2,198.51.100.6:25,203.0.113.33:56026,<,AUTH LOGIN,
2026-11-23T15:00:01.300Z,EX1\Default EX1,08DAB13335961C00,3,198.51.100.6:25,203.0.113.33:56026,>,334 VXNlcm5hbWU6,
2026-11-23T15:00:01.400Z,EX1\Default EX1,08DAB13335961C00,4,198.51.100.6:25,203.0.113.33:56026,<,c2VjcmV0,"a, b"
2026-11-23T15:00:01.500Z,EX1\Default EX1,08DAB13335961C00,5,198.51.100.6:25,203.0.113.33:56026,*,,Inbound AUTH LOGIN failed because of LogonDenied
2026-11-23T15:00:01.600Z,EX1\Default EX1,08DAB13335961C00,6,198.51.100.6:25,203.0.113.33:56026,*,,User Name: secret
2026-11-23T15:00:01.700Z,EX1\Default EX1,08DAB13335961C00,7,198.51.100.6:25,203.0.113.33:56026,>,535 5.7.3 Authentication unsuccessful,
`)
	for i, want := range map[int]string{4: `,<,[redacted],"a, b"`, 6: "User Name: [redacted]"} {
		if body := list[i].Body().AsString(); !strings.HasSuffix(body, want) {
			t.Errorf("%s, want %s", body, want)
		}
	}
	wantRecords(t, of(list, "auth", attrs.AuthMechanism, attrs.AuthResult)[:1], []string{"LOGIN failure"})
	wantRecords(t, of(list, "reply", attrs.AuthMechanism, attrs.AuthResult)[2:], []string{"LOGIN -"}) // told once
}

// The SMTP service of IIS logs a command and its reply in one row, and no connections: those of one client are told apart by its words.
func TestConversationsOfIIS(t *testing.T) {
	list := throughFiles(t, sample(t, "iis/testdata/full.txt"))
	wantRecords(t, of(list, "session", attrs.SessionRole, attrs.PeerAddress, attrs.SessionEnd, attrs.SessionPartial,
		"smtp.session.messages", "smtp.session.recipients.accepted", "smtp.session.recipients.refused"), []string{
		"server 203.0.113.106 quit - 1 1 1",
		"client 192.0.2.121 quit - 1 1 0",
		"client 192.0.2.34 server_closed true 0 0 0",
		"server 203.0.113.99 expired true 0 0 0",
	})
	wantRecords(t, of(list, "reject", attrs.Command, attrs.ReplyCode, attrs.RcptTo), []string{"RCPT 550 nobody@a.example"})
	var verdicts []string
	for _, line := range of(list, "reply", attrs.DeliveryStatus, attrs.RcptTo, attrs.RemoteQueueID, attrs.ReplyCode) {
		if !strings.HasPrefix(line, "-") {
			verdicts = append(verdicts, line)
		}
	}
	wantRecords(t, verdicts, []string{"delivered carl@c.example 4XyZ1A0b2C 250"})
}

// hMailServer has a session column, and messages that come back in the queue.
func TestConversationsAndMessagesOfHMailServer(t *testing.T) {
	list := throughFiles(t, sample(t, "hmailserver/testdata/all.txt"))
	wantRecords(t, of(list, "session", attrs.SessionRole, attrs.PeerAddress, attrs.SessionEnd, attrs.TLSVersion,
		"smtp.session.messages", "smtp.session.recipients.accepted", "smtp.session.recipients.refused"), []string{
		"server 203.0.113.33 quit 1.2 1 2 1",
		"client 192.0.2.26 quit - 0 1 0",
	})
	wantRecords(t, of(list, "message", attrs.QueueID, attrs.MailFrom, "smtp.recipient.count", attrs.MessagePartial)[:1], []string{"5 anna@a.example 2 -"})
	wantRecords(t, of(list, "message.queued", attrs.QueueID)[:3], []string{"5", "5", "5"})
	for _, rec := range list {
		for _, secret := range []string{"YW5uYUBhLmV4YW1wbGU="} {
			assert.NotContains(t, rec.Body().AsString(), secret)
		}
	}
}

// MailEnable's rows have a command and its reply, and sockets that are used again.
func TestConversationsOfMailEnable(t *testing.T) {
	list := throughFiles(t, sample(t, "mailenable/testdata/activity.txt"))
	wantRecords(t, of(list, "session", attrs.SessionRole, attrs.PeerAddress, attrs.SessionEnd, attrs.SessionPartial,
		"smtp.session.messages", "smtp.session.recipients.accepted", "smtp.session.recipients.refused"), []string{
		"server 203.0.113.14 quit - 1 1 1",
		"client 192.0.2.30 quit - 1 1 1",
		"server 203.0.113.24 shutdown true 0 0 0",
		"client 192.0.2.50 shutdown true 0 0 0",
	})
	wantRecords(t, of(list, "reject", attrs.Command, attrs.ReplyCode, attrs.RcptTo), []string{"RCPT 550 nobody@a.example"})
	var verdicts []string
	for _, line := range of(list, "reply", attrs.DeliveryStatus, attrs.RcptTo, attrs.RemoteQueueID, attrs.ReplyCode) {
		if !strings.HasPrefix(line, "-") {
			verdicts = append(verdicts, line)
		}
	}
	wantRecords(t, verdicts, []string{"bounced blocked@c.example - 552", "delivered buyer@c.example 4XyZ1A0b2C 250"})
	for _, rec := range list {
		assert.NotContains(t, rec.Body().AsString(), "MTIzNDU2Nzg5")
	}
}

// MDaemon's arrows say what it sent; which side it is, the first words tell. Older versions write no number in front of them.
func TestConversationsOfMDaemon(t *testing.T) {
	list := throughFiles(t, sample(t, "mdaemon/testdata/sessions.txt"), `START Event Log / MDaemon PRO v9.6.5, SMTP (in) log information
Mon 2026-11-23 00:04:00: ----------
Mon 2026-11-23 00:04:00: Session 12; child 0002
Mon 2026-11-23 00:04:00: Accepting SMTP connection from [203.0.113.12 : 4558]
Mon 2026-11-23 00:04:00: --> 220 mail.a.example ESMTP MDaemon 9.6.5
Mon 2026-11-23 00:04:01: <-- HELO pc
Mon 2026-11-23 00:04:01: --> 250 mail.a.example
Mon 2026-11-23 00:04:02: <-- QUIT
Mon 2026-11-23 00:04:02: --> 221 See ya in cyberspace
Mon 2026-11-23 00:04:02: SMTP session successful, 98 bytes transferred!
`)
	wantRecords(t, of(list, "session", attrs.SessionRole, attrs.PeerAddress, attrs.SessionEnd, attrs.TLSVersion,
		"smtp.session.messages", "smtp.session.recipients.accepted", "smtp.session.recipients.refused"), []string{
		"server 203.0.113.10 quit 1.2 1 1 1",
		"server 203.0.113.11 lost - 0 0 0",
		"client 192.0.2.26 quit - 0 0 1",
		"server 203.0.113.12 quit - 0 0 0",
	})
	wantRecords(t, of(list, "reject", attrs.Command, attrs.ReplyCode, attrs.RcptTo, attrs.Dialect), []string{"RCPT 550 nobody@a.example mdaemon"})
	for _, rec := range list {
		assert.NotContains(t, rec.Body().AsString(), "aHVudGVyMg==")
	}
}
