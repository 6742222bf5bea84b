package transcript

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

func parse(line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	ev := event.Event{Line: h.Text}
	r := Parser{}.Parse(&h, &ev)
	return ev, r
}

// short is what a test says of an event: result, speaker, kind and the fields that are set.
func short(ev *event.Event, r event.Result) string {
	parts := []string{r.String(), [...]string{"", "server", "client"}[ev.FromPeer], ev.Kind.String(), ev.Command}
	if ev.Code != 0 {
		parts = append(parts, fmt.Sprint(ev.Code))
	}
	if ev.MoreLines {
		parts = append(parts, "more")
	}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	add("id", ev.ConnID)
	add("enh", ev.Enhanced)
	add("text", ev.Text)
	add("from", ev.MailFrom)
	add("to", ev.RcptTo)
	add("helo", ev.Helo)
	add("auth", ev.AuthMechanism)
	add("as", ev.RemoteQueueID)
	add("peer", ev.PeerIP)
	add("server", ev.ServerAddress)
	add("tls", ev.TLSVersion)
	add("error", ev.ErrorType)
	if ev.HasSize {
		add("size", fmt.Sprint(ev.Size))
	}
	if ev.Role != event.RoleUnknown {
		parts = append(parts, "by "+ev.Role.String())
	}
	if ev.Duplicate {
		parts = append(parts, "again")
	}
	for _, span := range ev.Redact {
		parts = append(parts, "hides="+ev.Line[span.From:span.To])
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func TestStyles(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		// bare, as in the mission
		{"[2023-04-12 10:15:30] EHLO client.example.com", "parsed command EHLO helo=client.example.com"},
		{"[2023-04-12 10:15:30] 250-server.example.net Hello", "parsed reply 250 more text=server.example.net Hello"},
		{"550 5.1.1 <a@b.test>: User unknown", "parsed reply 550 enh=5.1.1 text=<a@b.test>: User unknown"},
		{"354", "parsed reply 354"},
		{"         250-SIZE 1000", "parsed reply 250 more text=SIZE 1000"},
		{"hello", "unknown"},
		{"Data is a word", "unknown"},
		{"Help", "unknown"},
		{"317 Exim version 4.96", "unknown"},
		{"auth = none", "unknown"},
		// marks
		{"C: MAIL FROM:<a@b.test> SIZE=12 BODY=8BITMIME", "parsed client command MAIL from=a@b.test size=12"},
		{"C: mail from: a@b.test", "parsed client command MAIL from=a@b.test"},
		{"C: MAIL FROM:<>", "parsed client command MAIL from=<>"},
		{`C: RCPT TO:<"a> b"@b.test> NOTIFY=NEVER`, `parsed client command RCPT to="a> b"@b.test`},
		{"S: 250 2.0.0 Ok: queued as 4XyZ", "parsed server reply 250 enh=2.0.0 text=Ok: queued as 4XyZ as=4XyZ"},
		{"C: blah", "parsed client content"},
		{"C:", "parsed client content"},
		{">>> QUIT", "parsed client command QUIT"},
		{"<<< 221 bye", "parsed server reply 221 text=bye"},
		{"CLIENT -> SERVER: EHLO a.test", "parsed client command EHLO helo=a.test by client"},
		{"SERVER -> CLIENT: 250 ok", "parsed server reply 250 text=ok by client"},
		{"  SMTP<< 220 mx.test ESMTP", "parsed server reply 220 text=mx.test ESMTP by client"},
		{" In:  RCPT TO:<a@b.test>", "parsed client command RCPT to=a@b.test by server"},
		{" Out: 250 2.1.5 Ok", "parsed server reply 250 enh=2.1.5 text=Ok by server"},
		// ids
		{"2026-11-23T15:15:12.985+0000 [p0001] S: 220 mx ESMTP", "parsed server reply 220 id=p0001 text=mx ESMTP"},
		{"15:15:12.985 00001 >>> DATA", "parsed client command DATA id=00001"},
		{"conn12: C: DATA", "parsed client command DATA id=conn12"},
		{"2026-11-23T15:15:12.984+0000 [p0001] * connected 203.0.113.99:54625 -> 198.51.100.11:25", "parsed connect id=p0001 peer=203.0.113.99 server=198.51.100.11"},
		{"15:15:12.984 00001 --- session open from 203.0.113.99", "parsed connect id=00001 peer=203.0.113.99 by server"},
		{"15:15:12.984 00001 --- session close from 203.0.113.99", "parsed disconnect id=00001 peer=203.0.113.99"},
		{"[2026-11-23 15:15:12] Connection closed: [2001:db8::1]:54625", "parsed disconnect peer=2001:db8::1"},
		// tools
		{" -> EHLO a.test", "parsed client command EHLO helo=a.test by client"},
		{"<-  250 OK", "parsed server reply 250 text=OK by client"},
		{"<** 554 5.5.1 Transaction refused", "parsed server reply 554 enh=5.5.1 text=Transaction refused by client"},
		{" ~> .", "parsed client content by client"},
		{"=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256", "parsed tls tls=1.3"},
		{"=== Connected to 198.51.100.11.", "parsed connect peer=198.51.100.11 by client"},
		{"*** \tIO::Socket::INET6: connect: Connection refused", "parsed connect error=connection_refused by client"},
		{"> EHLO a.test", "parsed client command EHLO helo=a.test by client"},
		{"} [153 bytes data]", "parsed client content size=153 by client"},
		{"* Connected to mx.b.test (198.51.100.11) port 25 (#0)", "parsed connect peer=198.51.100.11 server=mx.b.test by client"},
		{"--> RSET", "parsed client command RSET by client"},
		{`send: 'mail FROM:<a@b.test> size=153\r\n'`, "parsed client command MAIL from=a@b.test size=153 by client"},
		{`reply: b'250-SIZE 26214400\r\n'`, "parsed server reply 250 more text=SIZE 26214400 by client"},
		{`reply: retcode (250); Msg: b'2.1.0 Ok'`, "parsed server reply 250 by client again"},
		{`send: b'a: b\r\n\r\n..x\r\n.\r\n'`, "parsed client content EOM size=12 by client"},
		{`connect: to ('2001:db8::61', 25) None`, "parsed connect peer=2001:db8::61 by client"},
		// credentials
		{"C: AUTH PLAIN AGpvZQBodW50ZXIy", "parsed client command AUTH auth=PLAIN hides=AGpvZQBodW50ZXIy"},
		{"[p1] C: AUTH  login  am9l", "parsed client command AUTH id=p1 auth=LOGIN hides=am9l"},
		{"AUTH AGpvZQ== x", "parsed command AUTH hides=AGpvZQ== x"},
		{`send: 'AUTH PLAIN AGpvZQ==\r\n'`, `parsed client command AUTH auth=PLAIN by client hides=AGpvZQ==`},
	} {
		ev, r := parse(tt.line)
		if got := short(&ev, r); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

func TestAcceptedAs(t *testing.T) {
	for text, want := range map[string]string{
		"Ok: queued as 4XyZ1A0b2C":                                           "4XyZ1A0b2C",
		"OK id=1tivSh-00000000ALP-0mWt":                                      "1tivSh-00000000ALP-0mWt",
		"Message Queued (9FF7F70E-1111-2222-AAAA.1)":                         "9FF7F70E-1111-2222-AAAA.1",
		"u67Alp74018025 Message accepted for delivery":                       "u67Alp74018025",
		"c405e39a: Message accepted for delivery":                            "c405e39a",
		"ok 1276913544 qp 5678":                                              "5678",
		"<a@b> [InternalId=46381, Hostname=x.test] Queued mail for delivery": "46381",
		"Ok: queued as 0":                                                    "", "Ok": "", "OK id=": "", "Message accepted for delivery": "", "Ok: queued as ": "",
	} {
		if got := reply.QueueID(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestProbeTakesConversationsOnly(t *testing.T) {
	for _, line := range []string{
		"[2023-04-12 10:15:30] EHLO client.example.com", "220 mx1.bigmail.test ESMTP Postfix", "C: EHLO a", "S: 220 mx", "250 2.1.0 Ok", "421 4.4.2 mx Error: timeout",
		"<-  220 mx1.bigmail.test ESMTP Postfix", "=== Connected to 198.51.100.11.", "CONNECTED(00000003)", "* Connected to mx (192.0.2.1) port 25 (#0)",
		"2026-11-23T15:15:12.985+0000 [p0001] S: 220 mx", "15:15:12.985 00001 <<< 220 mx", "connect: to ('192.0.2.1', 25) None", "RCPT TO:<a@b.test>",
	} {
		var h header.Header
		header.Parse(line, header.Clock{}, &h)
		if !(Parser{}).Probe(&h) {
			t.Errorf("not taken: %s", line)
		}
	}
	for _, line := range []string{
		"", "-", "data", "QUIT", "HELP", "200 OK", "404 Not Found", "250 files copied", "> quoted", "< 100 items", "-> next", "* item", "C: drive is full",
		"Nov 23 15:15:12 mx CRON[123]: (root) CMD (test -x /usr/sbin/anacron)",
		"Nov 23 15:15:12 mx sshd[99]: Failed password for root from 192.0.2.1 port 22 ssh2",
		"Nov 23 15:15:12 mx kernel: [12345.678] usb 1-1: new device",
		"Nov 23 15:15:12 mx postfix/smtp[9]: 4X: to=<a@b.test>, relay=x[192.0.2.1]:25, status=sent (250 2.0.0 Ok: queued as 1)",
		"Nov 23 15:15:12 mx dovecot: lmtp(9): Connect from local",
		"Nov 23 15:15:12 mx app[9]: C: EHLO a.test",
		"2026-11-23 15:15:12 1tivSh-00000000ALP-0mWt => a@b.test R=x T=remote_smtp H=mx [192.0.2.1] C=\"250 OK\"",
		`{"type":"Delivery","response":{"code":250}}`, "192.0.2.1 - - [23/Nov/2026:15:15:12 +0000] \"GET / HTTP/1.1\" 200 512",
	} {
		var h header.Header
		header.Parse(line, header.Clock{}, &h)
		if (Parser{}).Probe(&h) {
			t.Errorf("taken: %s", line)
		}
	}
}

// TestEveryCutOfALineIsSafe cuts lines at each byte: no panic, and no span outside of the line.
func TestEveryCutOfALineIsSafe(t *testing.T) {
	for _, line := range []string{
		"2026-11-23T15:15:12.984+0000 [p0001] * connected 203.0.113.99:54625 -> 198.51.100.11:25", "[p1] C: AUTH  login  am9l", "} [153 bytes data]",
		`send: b'a: b\r\n\r\n..x\r\n.\r\n'`, `connect: to ('2001:db8::61', 25) None`, `reply: retcode (250); Msg: b'2.1.0 Ok'`, "=== TLS started with cipher TLSv1.3:X:256",
		`C: RCPT TO:<"a> b"@b.test> NOTIFY=NEVER`, "S: 250 2.6.0 <a@b> [InternalId=46381, Hostname=x.test] Queued mail", "* Connected to mx.b.test (198.51.100.11) port 25 (#0)",
	} {
		for i := range len(line) {
			for _, cut := range []string{line[:i], line[i:]} {
				ev, _ := parse(cut)
				for _, span := range ev.Redact {
					if span.From < 0 || span.From >= span.To || span.To > len(ev.Line) {
						t.Errorf("%q: span %v", cut, span)
					}
				}
			}
		}
	}
}

// With the master key or the resumption key of a session its words can be read, or it be taken up again.
func TestKeysOfTLSSessionsAreConcealed(t *testing.T) {
	for line, secret := range map[string]string{
		"    Master-Key: 4EB182A99BA3CC9B": "4EB182A99BA3CC9B", "    Resumption PSK: 4EB182A99BA3CC9B\r": "4EB182A99BA3CC9B",
		"    Resumption PSK: None": "", "    PSK identity: None": "", "Master-Key: 4EB1": "4EB1", "Master-Key is 4EB1": "",
	} {
		ev, _ := parse(line)
		got := ""
		for _, span := range ev.Redact {
			got += ev.Line[span.From:span.To]
		}
		if got != secret {
			t.Errorf("%q: %q", line, got)
		}
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	lines := []string{
		"[2023-04-12 10:15:30] 550 5.1.1 <recipient@example.net>: Recipient address rejected: User unknown", "C: AUTH PLAIN AGpvZQ==", "hello world, this is content",
		"2026-11-23T15:15:12.985+0000 [p0001] S: 250 2.0.0 Ok: queued as 4XyZ", `send: b'a: b\r\n\r\n..x\r\n.\r\n'`, "=== Connected to 198.51.100.11.",
	}
	headers := make([]header.Header, len(lines))
	for i, line := range lines {
		header.Parse(line, header.Clock{}, &headers[i])
	}
	ev := event.Event{Redact: make([]event.Span, 0, 4)}
	if n := testing.AllocsPerRun(100, func() {
		for i := range headers {
			ev.Reset()
			ev.Line = headers[i].Text
			Parser{}.Probe(&headers[i])
			Parser{}.Parse(&headers[i], &ev)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	var h header.Header
	header.Parse("2026-11-23T15:15:12.985+0000 [p0001] S: 250 2.0.0 Ok: queued as 4XyZ", header.Clock{}, &h)
	ev := event.Event{Redact: make([]event.Span, 0, 4)}
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset()
		ev.Line = h.Text
		Parser{}.Parse(&h, &ev)
	}
}
