package smtpprocessor

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"go.opentelemetry.io/collector/consumer/consumertest"
)

// BenchmarkLinear makes the lines of every dialect longer, by what attackers can send, and doubles that three times: the work is linear in the bytes when a byte of
// the longest costs what one of the shortest does. What is printed is the dialect's worst line: ns a byte at each length.
//
//	make bench BENCH=Linear COUNT=1
func BenchmarkLinear(b *testing.B) {
	samples := mailLines(b)
	for _, dialect := range dialectsOf(samples) {
		b.Run(dialect, func(b *testing.B) { linear(b, longer(linesOf(samples, dialect))) })
	}
	for name, shape := range records() {
		b.Run("record of "+name, func(b *testing.B) { linear(b, []grows{{name, shape}}) })
	}
}

// fills are what a line is made longer by.
var fills = []string{
	"x", "<", ">", "=", "\"", "\\", " ", ",", ":", "(", "[", "{", ".", "@", "\t", "<a@b.example>,", "a@b.example ", "a=b ", "a=\"b\" ", "\\\"", "\\n", ": ", "; ", "550 5.1.1 no ", " [192.0.2.1]",
	" to=<a@b>", " AUTH PLAIN ", "334 ", "http://a/1 ", "\"\",", "é", "+", "%", "?", "_", "-", "(a)", " => ", "\u00a0", "dGVzdA== ",
}

// grows is a record that can be made as long as one likes.
type grows struct {
	name string
	of   func(bytes int) string
}

// longer are lines with a fill in the middle or at the end; of many lines some.
func longer(lines []string) (all []grows) {
	const most = 40
	for i := 0; i < len(lines); i += max(1, len(lines)/most) {
		line := lines[i]
		for _, fill := range fills {
			for _, at := range []int{len(line), len(line) * 2 / 3} {
				for at < len(line) && line[at]&0xc0 == 0x80 {
					at++
				}
				all = append(all, grows{
					name: fmt.Sprintf("%q at %d of %q", fill, at, line),
					of:   func(n int) string { return line[:at] + strings.Repeat(fill, n/len(fill)) + line[at:] },
				})
			}
		}
	}
	return all
}

// records are whole ones: many lines, many recipients, a reply without end.
func records() map[string]func(int) string {
	repeated := func(head, line, tail string) func(int) string {
		return func(n int) string { return head + strings.Repeat(line, n/len(line)) + tail }
	}
	const up = "EHLO a.example\n250 ok\nMAIL FROM:<a@b.example>\n250 ok\nRCPT TO:<c@d.example>\n250 ok\nDATA\n354 go\n"
	return map[string]func(int) string{
		"a message":                repeated(up+"Subject: x\n\n", "words of a message\n", ".\n250 2.0.0 Ok: queued as ABC123\n"),
		"many lines":               repeated("", "Nov 23 15:32:33 mx postfix/qmgr[1]: 4AA091855DA0: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n", "x"),
		"logins":                   repeated("S: 220 mx.example ESMTP\n", "C: AUTH PLAIN AGFubmEAaHVudGVyMg==\nS: 535 5.7.8 no\n", ""),
		"a flattened conversation": repeated("[2023-04-12 10:15:30] EHLO a.example ", "[2023-04-12 10:15:30] RSET [2023-04-12 10:15:30] 250 ok ", ""),
		"a reply without end":      repeated("S: 220 mx.example ESMTP\nC: EHLO a\n", "S: 250-words of a reply\n", "S: 250 ok\n"),
		"recipients of Exchange":   repeated("#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality\n2026-11-23T15:03:02.000Z,,EX1,,,,,SMTP,FAIL,64712272257903,<m4@a.example>,aa638d20-1e63-493a-80a2-08da9a4ff8da,", "carl@c.example;", ",451 4.4.0 no,1,1,,,x,a@a.example,a@a.example,,Originating"),
		"recipients of Sendmail":   repeated("Nov 23 15:22:57 mailout sm-mta[840]: 6ANFMjgd000777: to=", "<iris1984@bigmail.test>,", "<a@b.example>, delay=00:00:11, xdelay=00:00:00, mailer=esmtp, pri=241102, relay=mx.b.example. [192.0.2.1], dsn=4.0.0, stat=Deferred: no"),
		"different recipients":     different,
		"Exim's header":            repeated("2026-11-23 15:33:13 1xVW2b-0000Ex-2X rejected from <a@b.example> H=relay.example [192.0.2.1]: message too big: read=260263 max=200000\nEnvelope-from: <a@b.example>\nEnvelope-to: <c@d.example>\n", "  X-Field: words\n", ""),
		"lines of another program": repeated("", "\tat com.example.Foo(Foo.java:12)\n", "x"),
		"JSON in JSON":             repeated(`{"log":"`, `\\\"{\\\"a\\\":`, `\n","stream":"stderr","time":"2026-11-23T15:32:33.000000001Z"}`),
	}
}

func different(n int) string {
	var b strings.Builder
	b.WriteString("Nov 23 15:22:57 mailout sm-mta[840]: 6ANFMjgd000777: to=")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "<%d@%d.example>,", i, i)
	}
	b.WriteString("<a@b.example>, delay=00:00:11, xdelay=00:00:00, mailer=esmtp, pri=241102, relay=mx.b.example. [192.0.2.1], dsn=4.0.0, stat=Deferred: no")
	return b.String()
}

// linear measures each at four lengths, and reports the one whose bytes became dearest.
func linear(b *testing.B, all []grows) {
	const shortest, mostRatio = 16 << 10, 3
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range b.N {
		var worst [4]float64
		for _, g := range all {
			ratio := 0.0
			var cost [4]float64
			for try := 0; try < 3 && (try == 0 || ratio > mostRatio); try++ { // a slow moment of the machine is none of the line's
				for i := range cost {
					c := costOf(b, g.of(shortest<<i))
					if try == 0 || c < cost[i] {
						cost[i] = c
					}
				}
				ratio = cost[3] / cost[0]
			}
			if ratio > mostRatio && cost[3] > 20 { // below, it is the fixed cost of a line that is spread over more bytes
				b.Errorf("%.0f, %.0f, %.0f, %.0f ns a byte: %.300s", cost[0], cost[1], cost[2], cost[3], g.name)
			}
			if cost[3] > worst[3] {
				worst = cost
			}
		}
		for i, c := range worst {
			b.ReportMetric(c, fmt.Sprintf("ns/B-%dK", shortest<<i>>10))
		}
	}
}

// costOf is the processor's time for a byte of the record.
func costOf(b *testing.B, text string) float64 {
	p, _ := start(b, consumertest.NewNop(), nil)
	before := processorTime()
	feed(p, batch(text))
	return float64(processorTime()-before) / float64(len(text))
}

// processorTime is what this thread has used, in nanoseconds: other load does not count.
func processorTime() int64 {
	const ofThread = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, ofThread, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}
