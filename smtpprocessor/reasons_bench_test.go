package smtpprocessor

import (
	"fmt"
	"os"
	"slices"
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

// BenchmarkDiagnosis compares, in one run, enriching a refused delivery from its line to its attributes with the part of it that finds out why it was
// refused, by whom, and its fingerprint: at most 15 % are asked, also with 1,000 rules of the user's own. It was 7 to 12 % with 600 rules; with classes of words
// in 20 languages it is 20 to 29 %, 2 of 8 us, most of it waits for the memory of the automaton's 30,000 states (internal/diagnose BenchmarkEvent has its parts).
func BenchmarkDiagnosis(b *testing.B) {
	for _, own := range []int{0, 1000} {
		b.Run(fmt.Sprintf("%d own rules", own), func(b *testing.B) {
			lines := refusedDeliveries(b)
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
			rounds := 0
			for b.Loop() {
				ld := batch(lines...)
				from := cpuTime(b)
				_ = p.ConsumeLogs(b.Context(), ld)
				enriching += cpuTime(b) - from
				again := slices.Clone(events)
				from = cpuTime(b)
				for i := range again {
					diagnosis.Event(&again[i])
				}
				diagnosing += cpuTime(b) - from
				rounds++
			}
			n := float64(rounds * len(lines))
			b.ReportMetric(float64(enriching.Nanoseconds())/n, "ns/line")
			b.ReportMetric(float64(diagnosing.Nanoseconds())/n, "ns/diagnosis")
			b.ReportMetric(100*float64(diagnosing)/float64(enriching), "%")
		})
	}
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
