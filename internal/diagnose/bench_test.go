package diagnose

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// BenchmarkEvent is the cost of a diagnosis by its parts, over the labelled replies: go test -bench Event ./internal/diagnose.
func BenchmarkEvent(b *testing.B) {
	var events []event.Event
	for _, l := range labelledReplies(b) {
		events = append(events, *read(b, l.asPostfix()))
	}
	perReply := func(name string, do func(ev *event.Event)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			again := slices.Clone(events)
			from := cpuTime(b)
			for b.Loop() {
				for i := range again {
					do(&again[i])
				}
			}
			b.ReportMetric(float64((cpuTime(b)-from).Nanoseconds())/float64(b.N*len(again)), "ns/reply")
		})
	}
	perReply("all", func(ev *event.Event) {
		ev.Reason, ev.Basis = "", ""
		Standard.Event(ev)
	})
	perReply("provider", func(ev *event.Event) { Standard.Provider(ev.ServerAddress, ev.RcptTo) })
	perReply("fingerprint", func(ev *event.Event) { Fingerprint(ev.Text) })
	var words speech
	perReply("words", func(ev *event.Event) { words.write(ev.Text) })
	perReply("rules", func(ev *event.Event) {
		a := askedOf(ev)
		ours().find(&a)
	})
}

// BenchmarkReady is what a process waits for before it can tell its first reason.
func BenchmarkReady(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		index(mustRules(rulesData))
	}
}

// cpuTime is what the process has had of the processor: the clock on the wall counts what other programs take, too.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLikeness is what a reply takes that no rule knows.
func BenchmarkLikeness(b *testing.B) {
	a := asked{text: "utilizador nº 5 nao consta no sistema, contacte o administrador", code: 550, enhanced: "5.0.0", command: "RCPT", class: '5'}
	for b.Loop() {
		likenessOfReplies().likeliest(&a)
	}
}
