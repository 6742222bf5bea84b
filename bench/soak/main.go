// Command soak writes a mail log without end, rotates it, and has the collector read it: what that takes of memory must stay what
// it was. What was counted is compared with what happened.
//
//	go run ./bench/soak [-lines 100000000] [-every 10000000] [-binary bin/otelcol-smtp]
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

func main() {
	lines := flag.Int("lines", 100_000_000, "lines in all")
	every := flag.Int("every", 10_000_000, "lines from one row of the table to the next")
	binary := flag.String("binary", "bin/otelcol-smtp", "the collector")
	flag.Parse()
	if err := run(*lines, *every, *binary); err != nil {
		log.Fatal(err)
	}
}

func run(lines, every int, binary string) (err error) {
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd := exec.Command(binary, "--config", "bench/soak.yaml")
	cmd.Env = append(os.Environ(), "DIR="+dir)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	w := &writer{path: filepath.Join(dir, "mail.log"), log: generate.NewLog("mx1", 1), ends: map[string]int64{}}
	if err := w.rotate(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = cmd.Process.Kill()
		}
	}()
	fmt.Println("| lines | resident MiB | of it in no file | most so far | CPU µs a line | lines/s |\n| --- | --- | --- | --- | --- | --- |")
	for w.lines < lines {
		if err := w.row(min(every, lines-w.lines), cmd.Process.Pid); err != nil {
			return err
		}
	}
	if err := observed.Idle(cmd.Process.Pid, 5*time.Second); err != nil {
		return err
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	return w.check(filepath.Join(dir, "out.json"))
}

// row has so many lines more read, and says what the process takes then.
func (w *writer) row(lines, pid int) error {
	began, from := time.Now(), w.lines
	before, err := observed.Of(pid)
	if err != nil {
		return err
	}
	for w.lines < from+lines {
		if err := w.write(min(chunk, from+lines-w.lines)); err != nil {
			return err
		}
		if err := w.wait(pid); err != nil {
			return err
		}
	}
	after, err := observed.Of(pid)
	if err != nil {
		return err
	}
	n := float64(w.lines - from)
	const mib = 1 << 20
	fmt.Printf("| %d | %.0f | %.0f | %.0f | %.2f | %.0f |\n",
		w.lines, float64(after.Resident)/mib, float64(after.Own)/mib, float64(after.Peak)/mib,
		float64((after.CPU-before.CPU).Microseconds())/n, n/time.Since(began).Seconds())
	return nil
}
