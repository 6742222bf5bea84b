// Command compare runs this project's collector and what one would use instead over the same log, in turn, and prints what each
// costs: the CPU a line, lines a second of one core, peak memory, and the ratio to the stock way in the same round. What was
// counted is compared with what happened in the log.
//
// Beside them, where it is there, runs an exporter that only counts. What the records are as OTLP is measured in a run of its own.
//
//	go run ./bench/compare [-lines 300000] [-rounds 3] [-dialect postfix] [-binary bin/otelcol-smtp] [-exporter prometheus-postfix-exporter]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

func main() {
	lines := flag.Int("lines", 300_000, "lines of the log")
	rounds := flag.Int("rounds", 3, "how often each is run; the median counts")
	dialect := flag.String("dialect", "postfix", "postfix, exim or sendmail")
	binary := flag.String("binary", "bin/otelcol-smtp", "the collector")
	exporter := flag.String("exporter", "prometheus-postfix-exporter", "an exporter that only counts; it is left out where it is not there")
	flag.Parse()
	if err := run(*lines, *rounds, *dialect, *binary, *exporter); err != nil {
		log.Fatal(err)
	}
}

func run(lines, rounds int, dialect, binary, exporter string) error {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l := comparison{dir: dir, binary: binary, log: filepath.Join(dir, "mail.log"), out: filepath.Join(dir, "out.json")}
	if l.totals, l.lines, err = write(l.log, lines, dialect); err != nil {
		return err
	}
	info, err := os.Stat(l.log)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d lines, %.1f MiB, %d recipients ended\n\n", dialect, l.lines, float64(info.Size())/(1<<20), len(l.totals.Ends))

	ways := []string{"ours", "stock", "maillog", "file_log"}
	if dialect != "postfix" {
		ways = []string{"ours", "maillog", "file_log"} // the stock way's patterns and the exporter's are Postfix's
	} else if l.exporter, err = exec.LookPath(exporter); err == nil {
		ways = append(ways, "exporter")
	} else {
		fmt.Printf("no exporter that only counts: %v\n\n", err)
	}
	measured := map[string][]observed.Cost{}
	for range rounds {
		for _, way := range ways {
			c, err := l.measure(way)
			if err != nil {
				return fmt.Errorf("%s: %w", way, err)
			}
			measured[way] = append(measured[way], c)
		}
	}
	wires := map[string]wire{}
	for _, way := range ways[:2] {
		if way == "maillog" {
			continue
		}
		if wires[way], err = measureWire(binary, way, l.log, l.lines); err != nil {
			return fmt.Errorf("%s, on the wire: %w", way, err)
		}
	}
	show(ways, measured, wires, l.lines, info.Size())
	ratio("ours / stock", measured["ours"], measured["stock"], 0.5)
	ratio("ours / exporter", measured["ours"], measured["exporter"], 1)
	ratio("maillog / file_log", measured["maillog"], measured["file_log"], 0.4)
	return nil
}

// comparison is one log, and what reads it.
type comparison struct {
	dir, log, out    string
	binary, exporter string
	lines            int
	totals           generate.Totals
}

// measure runs one way over the log, and compares what it counted with what happened.
func (l *comparison) measure(way string) (observed.Cost, error) {
	if way == "exporter" {
		return measureExporter(l.exporter, l.log, l.dir, &l.totals)
	}
	if err := os.WriteFile(l.out, nil, 0o600); err != nil {
		return observed.Cost{}, err
	}
	c, err := measure(l.binary, filepath.Join("bench", way+".yaml"), "LOG="+l.log, "OUT="+l.out)
	if err != nil {
		return c, err
	}
	return c, check(way, l.out, &l.totals)
}

// write makes up the log.
func write(path string, n int, dialect string) (totals generate.Totals, lines int, err error) {
	f, err := os.Create(path)
	if err != nil {
		return totals, 0, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	l := generate.NewLogOf(dialect, "mx1", 1)
	l.Write(n, func(line string) {
		lines++
		_, _ = w.WriteString(line)
		_ = w.WriteByte('\n')
	})
	if err := w.Flush(); err != nil {
		return totals, 0, err
	}
	return l.Totals, lines, f.Close()
}

func show(ways []string, measured map[string][]observed.Cost, wires map[string]wire, lines int, size int64) {
	fmt.Println("| way | CPU µs a line (least, median, most) | lines/s a core | peak MiB | OTLP bytes a byte of log | the same, gzip |\n" +
		"| --- | --- | --- | --- | --- | --- |")
	for _, way := range ways {
		at := func(c observed.Cost) float64 { return float64(c.CPU.Microseconds()) / float64(lines) }
		least, middle, most := observed.Ordered(measured[way])
		fmt.Printf("| %s | %.2f, %.2f, %.2f | %.0f | %.0f |", way, at(least), at(middle), at(most),
			float64(lines)/middle.CPU.Seconds(), float64(middle.Peak)/(1<<20))
		if w, ok := wires[way]; ok {
			fmt.Printf(" %.2f | %.2f |\n", float64(w.plain)/float64(size), float64(w.gzip)/float64(size))
		} else {
			fmt.Println(" | |")
		}
	}
	fmt.Println()
}

// ratio prints how two ways compare, where there are both.
func ratio(name string, a, b []observed.Cost, budget float64) {
	if len(b) > 0 {
		fmt.Printf("%s: %v, at most %.2f is asked\n", name, observed.RoundByRound(a, b, observed.ByCPU), budget)
	}
}
