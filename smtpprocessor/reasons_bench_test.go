package smtpprocessor

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// refusedDeliveries are Postfix's lines for the replies that are labelled.
func refusedDeliveries(b *testing.B) (list []string) {
	data, err := os.ReadFile("../internal/diagnose/testdata/labelled.tsv")
	require.NoError(b, err)
	for i, row := range strings.Split(string(data), "\n") {
		f := strings.Split(row, "\t")
		if len(f) != 10 || row[0] == '#' || f[3] == "CONNECT" {
			continue
		}
		status, enhanced, dsn := "bounced", f[5]+" ", f[5]
		if f[4][0] == '4' {
			status = "deferred"
		}
		if f[5] == "-" {
			enhanced, dsn = "", f[4][:1]+".0.0"
		}
		list = append(list, fmt.Sprintf("Nov 23 10:00:06 mx postfix/smtp[859]: %X: to=<anna@example.com>, relay=%s[192.0.2.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, "+
			"dsn=%s, status=%s (host %s[192.0.2.9] said: %s %s%s (in reply to RCPT TO command))", 0xA0000000+i, f[2], dsn, status, f[2], f[4], enhanced, f[6]))
	}
	require.Greater(b, len(list), 700)
	return list
}

// heldBack are the lines of an hour in which three providers defer and refuse everything, each with its words and other addresses, ids and
// times in them.
func heldBack() (list []string) {
	for i := range 2400 {
		status, host, dsn := "deferred", "gmail-smtp-in.l.google.com", "4.7.28"
		words := fmt.Sprintf("421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address 192.0.2.%d. To protect "+
			"our users from spam, mail sent from your IP address has been temporarily rate limited. a%d-%x.%d - gsmtp", i%250+1, i*7919%99991, i*104729, i%1000)
		switch i % 6 {
		case 3:
			host, dsn = "mta5.am0.yahoodns.net", "4.7.0"
			words = fmt.Sprintf("421 4.7.0 [TSS04] Messages from 192.0.2.%d temporarily deferred due to unexpected volume or user complaints - "+
				"4.16.55.1", i%250+1)
		case 4:
			host, dsn = "example-com.mail.protection.outlook.com", "4.7.500"
			words = fmt.Sprintf("451 4.7.500 Server busy. Please try again later from [192.0.2.%d]. (S77719) [AM7EUR%02dFT0%02d.eop-EUR03.prod."+
				"protection.outlook.com 2026-11-23T10:%02d:%02d.%03dZ 08DE%08X]", i%250+1, i%90, i%60, i/60%60, i%60, i%1000, i*2654435)
		case 5:
			status, host, dsn = "bounced", "mx.example.com", "5.1.1"
			words = fmt.Sprintf("550 5.1.1 <anna.%d@example.com>: Recipient address rejected: User unknown in virtual mailbox table", i)
		}
		list = append(list, fmt.Sprintf("Nov 23 10:%02d:%02d mx postfix/smtp[859]: %X: to=<anna.%d@example.com>, relay=%s[192.0.2.9]:25, delay=1.2, "+
			"delays=0.1/0/0.5/0.6, dsn=%s, status=%s (host %s[192.0.2.9] said: %s (in reply to RCPT TO command))",
			i/60%60, i%60, 0xA0000000+i, i, host, dsn, status, host, words))
	}
	return list
}

// BenchmarkDiagnosis compares, in one run, enriching a refused delivery from its line to its attributes with the part of it that finds out
// why it was refused, by whom, and its fingerprint. "distinct" are all labelled replies, in 20 languages, one after the other: a text comes
// again when 2,000 others have. "field" is what a log has while providers hold mail back: few texts, long ones, with other ids in each.
// Nothing is remembered of a reply, so both are what it costs to read it. Some lines are enriched and then others diagnosed, so that the
// processor's caches hold what they hold in a pipeline.
//
// At most 15 % are asked; docs/performance.md has what was measured, and internal/diagnose BenchmarkEvent the parts.
func BenchmarkDiagnosis(b *testing.B) {
	for _, mix := range []struct {
		name  string
		lines []string
	}{{"distinct", refusedDeliveries(b)}, {"field", heldBack()}} {
		for _, own := range []int{0, 1000} {
			b.Run(fmt.Sprintf("%s/%d own rules", mix.name, own), func(b *testing.B) { benchmarkDiagnosis(b, mix.lines, own) })
		}
	}
}

func benchmarkDiagnosis(b *testing.B, lines []string, own int) {
	p, _ := start(b, consumertest.NewNop(), func(c *Config) {
		for i := range own {
			rule := site.ReasonRule{Reason: "policy", Text: fmt.Sprintf("customer rule %d ... says no", i)}
			if i%2 == 1 {
				rule = site.ReasonRule{Reason: "policy", Regexp: fmt.Sprintf(`(?i)customer-%d[a-z]* .*refused`, i)}
			}
			c.Reasons = append(c.Reasons, rule)
		}
	})
	events := parsed(b, lines)
	diagnosis, _, err := p.cfg.OwnDiagnosis()
	require.NoError(b, err)
	var enriching, diagnosing time.Duration
	var hot [32]event.Event
	rounds := 0
	for b.Loop() {
		for at := 0; at+len(hot) <= len(lines); at += len(hot) {
			ld := batch(lines[at : at+len(hot)]...)
			from := cpuTime(b)
			_ = p.ConsumeLogs(b.Context(), ld)
			enriching += cpuTime(b) - from
			copy(hot[:], events[(at+len(lines)/2)%(len(lines)-len(hot)):])
			from = cpuTime(b)
			for i := range hot {
				diagnosis.Event(&hot[i])
			}
			diagnosing += cpuTime(b) - from
			rounds++
		}
	}
	n := float64(rounds * len(hot))
	b.ReportMetric(float64(enriching.Nanoseconds())/n, "ns/line")
	b.ReportMetric(float64(diagnosing.Nanoseconds())/n, "ns/diagnosis")
	b.ReportMetric(100*float64(diagnosing)/float64(enriching), "%")
}

// cpuTime is what the process has had of the processor: the clock on the wall counts what other programs take, too.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func parsed(b *testing.B, lines []string) []event.Event {
	detector, err := dialect.NewDetector(nil)
	require.NoError(b, err)
	events := make([]event.Event, len(lines))
	for i := range lines {
		var h header.Header
		header.Parse(lines[i], header.Clock{Zone: time.UTC, Anchor: observed.UnixNano()}, &h)
		events[i].Line = h.Text
		detector.Parse(new(dialect.Memory), &h, &events[i])
	}
	return events
}
