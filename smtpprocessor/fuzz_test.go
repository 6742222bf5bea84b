package smtpprocessor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/consumer/consumertest"
)

// FuzzLines takes any lines through the whole engine: nothing panics, and every record comes out once.
func FuzzLines(f *testing.F) {
	for _, name := range everyLog(f) {
		lines := corpus(f, name)
		for at := 0; at < len(lines); at += 97 {
			f.Add(strings.Join(lines[at:min(at+12, len(lines))], "\n"))
		}
	}
	samples, err := filepath.Glob("../internal/dialect/*/testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range samples {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		lines := logLines(string(data))
		for at := 0; at < len(lines); at += 8 {
			f.Add(strings.Join(lines[at:min(at+8, len(lines))], "\n"))
		}
	}
	f.Add(strings.Join(mailing, "\n"))
	f.Add("[2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250 ok [2023-04-12 10:15:30] AUTH LOGIN [2023-04-12 10:15:31] 334 x")
	f.Fuzz(func(t *testing.T, text string) {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, func(c *Config) { c.Sessions.Max, c.Messages.Max, c.Messages.MaxRecipients = 3, 3, 3 })
		defer func() { // whatever state there is, it can be saved and read again
			data, err := p.engine.Save()
			if err != nil {
				t.Fatal(err)
			}
			q, _ := start(t, consumertest.NewNop(), nil)
			if err := q.engine.Restore(data); err != nil {
				t.Fatal(err)
			}
		}()
		list := strings.Split(text, "\n")
		if err := p.ConsumeLogs(context.Background(), batch(list...)); err != nil {
			t.Fatal(err)
		}
		if err := p.ConsumeLogs(context.Background(), batch(text)); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, rec := range flat(sink.AllLogs()[0]) {
			if !isMade(rec) {
				n++
			}
		}
		if n < len(list) {
			t.Errorf("%d records of %d came out", n, len(list))
		}
		if err := p.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}
