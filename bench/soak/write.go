package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

const (
	chunk   = 200_000   // lines that the reader may be behind
	rotated = 1_000_000 // lines of a file
)

// writer writes a log, and knows what happened in it.
type writer struct {
	path  string
	file  *os.File
	log   *generate.Log
	lines int
	bytes int64            // in all
	ends  map[string]int64 // recipients by how they ended
}

// rotate begins a new file; the one before stays beside it, the one before that goes.
func (w *writer) rotate() (err error) {
	if w.file != nil {
		if err := w.file.Close(); err != nil {
			return err
		}
		if err := os.Rename(w.path, w.path+".1"); err != nil {
			return err
		}
	}
	w.file, err = os.Create(w.path)
	return err
}

// write adds some lines.
func (w *writer) write(lines int) error {
	if w.lines/rotated != (w.lines+lines)/rotated {
		if err := w.rotate(); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(w.file, 1<<20)
	w.log.Write(lines, func(line string) {
		w.lines++
		w.bytes += int64(len(line)) + 1
		_, _ = out.WriteString(line)
		_ = out.WriteByte('\n')
	})
	for _, end := range w.log.Ends {
		w.ends[end.Status]++
	}
	clear(w.log.Ends)
	return out.Flush()
}

// wait waits until the process has read as much as was written, or nearly so: it reads some of it twice, to know files again.
func (w *writer) wait(pid int) error {
	for range 6000 {
		io, err := observed.Numbers(pid, "io")
		if err != nil {
			return err
		}
		if io["rchar"] >= w.bytes {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("it has not read on for two minutes behind line %d", w.lines)
}

// check compares the newest numbers that the collector wrote with what happened.
func (w *writer) check(path string) error {
	counted, err := observed.Counted(path)
	if err != nil {
		return err
	}
	for status, n := range w.ends {
		if got := counted["smtp.delivery.recipients "+status]; got != n {
			return fmt.Errorf("recipients %s: counted %d, happened %d", status, got, n)
		}
	}
	fmt.Printf("\nrecipients, as they happened: %v\n", w.ends)
	return nil
}
