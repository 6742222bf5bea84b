package smtpprocessor

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// mostMemory is what a log may cost at the default limits, whatever stands in it.
const mostMemory = 150 // MiB

// BenchmarkAttack feeds what somebody would who wants to fill the memory: each attack goes on far beyond the limits. MiB is what is held when it is over.
//
//	make bench BENCH=Attack COUNT=1
func BenchmarkAttack(b *testing.B) {
	long := strings.Repeat("x", 7000)
	iso := func(i int) string { return fmt.Sprintf("2026-11-23T15:%02d:%02d+00:00 ", i/6000%60, i/100%60) }
	host := func(i, hosts int) string { return fmt.Sprintf("mx%d ", i%hosts) }
	id := func(i int) string { return fmt.Sprintf("4%011X", i) }
	attacks := map[string]func(i int) []string{
		"messages of 100 hosts that end": func(i int) []string {
			p := iso(i) + host(i, 100) + "postfix/"
			return []string{
				p + "cleanup[1]: " + id(i) + ": message-id=<" + id(i) + "@a.example>", p + "qmgr[1]: " + id(i) + ": from=<a@a.example>, size=1, nrcpt=1 (queue active)",
				p + "smtp[1]: " + id(i) + ": to=<b@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)", p + "qmgr[1]: " + id(i) + ": removed",
			}
		},
		"messages that never end": func(i int) []string {
			p := iso(i) + "mx postfix/"
			return []string{
				p + fmt.Sprintf("smtpd[%d]: %s: client=app%d.example.com[192.0.2.%d]", i%50, id(i), i%200, i%250),
				p + "cleanup[1]: " + id(i) + ": message-id=<20261123." + id(i) + ".1161@app.example.com>",
				p + "qmgr[1]: " + id(i) + ": from=<user@app.example.com>, size=1768, nrcpt=1 (queue active)",
				p + fmt.Sprintf("smtp[%d]: %s: to=<u%d@example.net>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.7]:25: Connection timed out)", i%50, id(i), i),
			}
		},
		"messages with 1,000 recipients": func(i int) []string {
			p := iso(i) + "mx postfix/"
			lines := []string{p + "qmgr[1]: " + id(i) + ": from=<a@a.example>, size=1, nrcpt=1000 (queue active)"}
			for n := range 1000 {
				lines = append(lines, p+fmt.Sprintf("smtp[1]: %s: to=<u%d@d%d.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.2.2, status=deferred (host mx.b.example[192.0.2.1] said: 452 4.2.2 mailbox %d is full (in reply to RCPT TO command))", id(i), n, n, n))
			}
			return lines
		},
		"Message-IDs of 7 KB": func(i int) []string {
			p := iso(i) + "mx postfix/"
			return []string{p + "cleanup[1]: " + id(i) + ": message-id=<" + id(i) + long + "@a.example>", p + "qmgr[1]: " + id(i) + ": from=<" + id(i) + long + "@a.example>, size=1, nrcpt=1 (queue active)"}
		},
		"recipients without end": func(i int) []string {
			return []string{iso(i) + "mx postfix/smtp[1]: " + id(i/20000) + fmt.Sprintf(": to=<%d-%s@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (host mx.b.example[192.0.2.1] said: 450 %s (in reply to RCPT TO command))", i, long[:200], long[:400])}
		},
		"messages with a hundred recipients each": func(i int) []string {
			return []string{iso(i) + "mx postfix/smtp[1]: " + id(i/100) + fmt.Sprintf(": to=<%d@b.example>, relay=mx%d.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (host mx.b.example[192.0.2.1] said: 450 later (in reply to RCPT TO command))", i, i)}
		},
		"clients that never leave": func(i int) []string {
			return []string{iso(i) + fmt.Sprintf("mx postfix/smtpd[%d]: connect from %s%d.example[192.0.2.1]", i, long[:200], i)}
		},
		"a host for each line": func(i int) []string {
			return []string{iso(i) + host(i, 1<<30) + fmt.Sprintf("postfix/smtpd[%d]: connect from a.example[192.0.2.1]", i)}
		},
		"5,000 hosts by turns": func(i int) []string {
			return []string{iso(i) + host(i, 5000) + fmt.Sprintf("postfix/smtpd[%d]: connect from a.example[192.0.2.1]", i)}
		},
		"refusals": func(i int) []string {
			return []string{iso(i) + host(i, 4000) + fmt.Sprintf("postfix/smtpd[%d]: NOQUEUE: reject: RCPT from c%d.example[192.0.2.1]: 550 5.1.1 <%d@b.example>: Recipient address rejected: no; from=<a@a.example> to=<%d@b.example> proto=ESMTP helo=<%s>", i, i, i, i, long)}
		},
		"daemons of any name": func(i int) []string {
			return []string{iso(i) + host(i, 300) + fmt.Sprintf("postfix-%d-%s/smtpd[1]: connect from a.example[192.0.2.1]", i, long[:50])}
		},
		"domains delivered here": func(i int) []string {
			return []string{iso(i) + host(i, 300) + fmt.Sprintf("postfix/local[1]: %s: to=<a@%s%d.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)", id(i), long[:200], i)}
		},
		"conversations with all recipients that fit": func(i int) []string {
			lines := []string{fmt.Sprintf("[c%d] C: EHLO %s", i, long[:250]), fmt.Sprintf("[c%d] S: 250 ok", i), fmt.Sprintf("[c%d] C: MAIL FROM:<%s@a.example>", i, long[:240]), fmt.Sprintf("[c%d] S: 250 ok", i)}
			for n := range 100 {
				lines = append(lines, fmt.Sprintf("[c%d] C: RCPT TO:<%d%s@b.example>", i, n, long[:240]), fmt.Sprintf("[c%d] S: 250 ok", i))
			}
			return lines
		},
		"conversations of commands only": func(i int) []string {
			var lines []string
			for n := range 100 {
				lines = append(lines, fmt.Sprintf("[c%d] C: RCPT TO:<%d%s@b.example>", i, n, long[:240]))
			}
			return lines
		},
		"Sendmail's messages with long names": func(i int) []string {
			p := iso(i) + host(i, 50) + fmt.Sprintf("sm-mta[%d]: 6AN%06d%06d: ", i, i%1000000, i)
			return []string{p + "from=<a@" + long[:250] + ".example>, size=1, class=0, nrcpts=1, msgid=<" + long[:900] + fmt.Sprint(i) + "@a.example>, proto=ESMTP, daemon=MTA, relay=" + long[:250] + ".example [192.0.2.1]"}
		},
		"Exim's clients": func(i int) []string {
			return []string{fmt.Sprintf("2026-11-23 15:%02d:%02d SMTP connection from [192.0.%d.%d]:%d (TCP/IP connection count = 1)", i/6000%60, i/100%60, i/250%250, i%250, i%60000)}
		},
		"answers with codes of their own": func(i int) []string {
			p := iso(i) + "mx postfix/"
			return []string{
				p + "qmgr[1]: " + id(i/50) + ": from=<a@a.example>, size=1, nrcpt=50 (queue active)",
				p + fmt.Sprintf("smtp[1]: %s: to=<%d@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.%d.%d, status=deferred (host mx.b.example[192.0.2.1] said: 4%02d 4.%d.%d no (in reply to RCPT TO command))", id(i/50), i%50, i%1000, i/1000%1000, i%100, i%1000, i/1000%1000),
			}
		},
		"hosts and clients of their own": func(i int) []string {
			p := iso(i) + "mx postfix/"
			at := fmt.Sprintf("%s%d.example[10.%d.%d.%d]", long[:200], i, i>>16&255, i>>8&255, i&255)
			return []string{
				p + fmt.Sprintf("smtpd[1]: %s: client=%s, sasl_method=PLAIN, sasl_username=%d%s", id(i/50), at, i, long[:240]),
				p + fmt.Sprintf("smtp[1]: %s: host %s said: 4%02d 4.%d.%d no (in reply to RCPT TO command)", id(i/50), at, i%100, i%1000, i/1000%1000),
			}
		},
		"clients that stay while their messages go": func(i int) []string {
			p := iso(i) + "mx postfix/"
			lines := []string{
				p + fmt.Sprintf("smtpd[%d]: connect from c.example[192.0.2.1]", i/64), p + fmt.Sprintf("smtpd[%d]: %s: client=c.example[192.0.2.1]", i/64, id(i)),
				p + "qmgr[1]: " + id(i) + fmt.Sprintf(": from=<%d-%s@b.example>, size=1, nrcpt=1 (queue active)", i, long[:480]),
			}
			return append(lines[min(i%64, 1):], p+"qmgr[1]: "+id(i)+": removed")
		},
		"qmail's deliveries": func(i int) []string {
			p := fmt.Sprintf("@400000006aa8e01a%08x ", i)
			return []string{p + fmt.Sprintf("new msg %d", i), p + fmt.Sprintf("info msg %d: bytes 1 from <%s%d@a.example> qp %d uid 1", i, long[:200], i, i), p + fmt.Sprintf("starting delivery %d: msg %d to remote %s%d@b.example", i, i, long[:200], i)}
		},
	}
	names := make([]string, 0, len(attacks))
	for name := range attacks {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) { attack(b, attacks[name]) })
	}
	samples := mailLines(b)
	for _, dialect := range dialectsOf(samples) {
		b.Run("each line of "+dialect+" with ids and names of its own", func(b *testing.B) {
			lines := linesOf(samples, dialect)
			r := rand.New(rand.NewPCG(1, 2))
			attack(b, func(i int) []string { return []string{anew(lines[i%len(lines)], r)} })
		})
	}
}

// attack feeds 300,000 lines or more, and reports what is held then.
func attack(b *testing.B, lines func(i int) []string) {
	for range b.N {
		p, _ := start(b, consumertest.NewNop(), func(c *Config) { c.Summaries = nil })
		before := heap()
		fed := 0
		for i := 0; fed < 300_000; {
			var some []string
			for len(some) < 1000 {
				some = append(some, lines(i)...)
				i++
			}
			fed += len(some)
			feed(p, batch(some...))
		}
		held := float64(heap()-before) / (1 << 20)
		b.ReportMetric(held, "MiB")
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*fed), "ns/line")
		if held > mostMemory {
			b.Errorf("%.0f MiB are held", held)
		}
		runtime.KeepAlive(p)
	}
}

func feed(p *smtpProcessor, ld plog.Logs) {
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
	p.enricher.Enrich(ld, observed, nil)
}

// heap is what is alive, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// anew gives a line other numbers, ids and names: each word of letters and digits that has a digit in it, and the names in front of an at sign.
func anew(line string, r *rand.Rand) string {
	out := []byte(line)
	for i := 0; i < len(out); {
		n, digits, hex := 0, 0, true
		for i+n < len(out) && isAlnum(out[i+n]) {
			c := out[i+n]
			if c >= '0' && c <= '9' {
				digits++
			} else if c|0x20 > 'f' {
				hex = false
			}
			n++
		}
		if word := out[i : i+n]; n > 4 && digits > 0 || i+n < len(out) && out[i+n] == '@' {
			for k := range word {
				switch c := word[k]; {
				case c >= '0' && c <= '9' && k > 0:
					word[k] = byte('0' + r.IntN(10))
				case c >= 'a' && c <= 'z':
					word[k] = byte('a' + r.IntN(map[bool]int{true: 6, false: 26}[hex]))
				case c >= 'A' && c <= 'Z':
					word[k] = byte('A' + r.IntN(map[bool]int{true: 6, false: 26}[hex]))
				}
			}
		}
		i += n + 1
	}
	return string(out)
}

func isAlnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func dialectsOf(samples map[string][]string) (names []string) {
	for file := range samples {
		name, _, _ := strings.Cut(file, "/")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func linesOf(samples map[string][]string, dialect string) (lines []string) {
	for _, file := range slices.Sorted(maps.Keys(samples)) {
		if strings.HasPrefix(file, dialect+"/") {
			lines = append(lines, samples[file]...)
		}
	}
	return lines
}
