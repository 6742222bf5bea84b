// Command demo shows the collector at work: it runs bin/otelcol-smtp on mail logs, writes what comes out on the terminal, and
// then a table. It is what `make run` starts. LOG=file reads another log, ONCE=1 ends by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// samples are the real logs that are shown when no other is given.
var samples = []string{
	"testdata/mission/conversations.log", "testdata/postfix-main.rfc3164.log", "testdata/exim-all.mainlog", "testdata/sendmail-loud.rfc3164.log",
	"testdata/opensmtpd-main.rfc3164.log", "testdata/haraka-main.log",
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("LOG"), os.Getenv("ONCE") != "")
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run shows one log, or the samples, until ctx ends; once: until the input is read.
func run(ctx context.Context, to io.Writer, log string, once bool) (err error) {
	paths := samples
	if log != "" {
		paths = []string{log}
	}
	inputs, err := measure(paths)
	if err != nil {
		return err
	}
	c, err := startCollector(paths)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop()) }()

	fmt.Fprintf(to, "reading %d log(s): %v\n\n", len(paths), paths)
	p := newPrinter(to)
	var sum totals
	if err := follow(ctx, c, inputs, func(r *record) {
		p.print(r)
		sum.add(r)
	}); err != nil {
		return err
	}
	p.rest()
	sum.write(to)
	fmt.Fprintf(to, "\nmetrics for Prometheus: http://%s/metrics\n", c.metrics)
	if once || ctx.Err() != nil {
		return nil
	}
	fmt.Fprintln(to, "Ctrl-C ends")
	select {
	case <-ctx.Done():
		return nil
	case <-c.ended:
		return fmt.Errorf("the collector ended by itself: %s", c.words())
	}
}

// follow hands on records as they come, until all input is read and nothing more has come for a moment.
func follow(ctx context.Context, c *collector, inputs map[string]int64, each func(*record)) error {
	const quiet = 700 * time.Millisecond
	last := time.Now()
	left := inputs
	for {
		records, err := c.read()
		if err != nil {
			return err
		}
		for i := range records {
			r := &records[i]
			each(r)
			if end, ok := left[r.path]; ok && r.offset >= end {
				delete(left, r.path)
			}
		}
		now := time.Now()
		if len(records) > 0 {
			last = now
		}
		if len(left) == 0 && now.Sub(last) > quiet {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.ended:
			return fmt.Errorf("the collector ended by itself: %s", c.words())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
