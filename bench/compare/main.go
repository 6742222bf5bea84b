// Command compare runs this project's collector and what one would use instead over the same log, in turn, and prints what each costs: the CPU
// a line, lines a second of one core, peak memory, and the ratio to the stock way in the same round. What was counted is compared with what
// happened in the log.
//
//	go run ./bench/compare [-lines 300000] [-rounds 3] [-dialect postfix] [-binary bin/otelcol-smtp]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

func main() {
	lines := flag.Int("lines", 300_000, "lines of the log")
	rounds := flag.Int("rounds", 3, "how often each is run; the median counts")
	dialect := flag.String("dialect", "postfix", "postfix, exim or sendmail")
	binary := flag.String("binary", "bin/otelcol-smtp", "the collector")
	flag.Parse()
	if err := run(*lines, *rounds, *dialect, *binary); err != nil {
		log.Fatal(err)
	}
}

func run(lines, rounds int, dialect, binary string) error {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "mail.log")
	totals, written, err := write(path, lines, dialect)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d lines, %.1f MiB, %d recipients ended\n\n", dialect, written, float64(info.Size())/(1<<20), len(totals.Ends))

	ways := []string{"ours", "stock", "maillog", "file_log"}
	if dialect != "postfix" {
		ways = []string{"ours", "maillog", "file_log"} // the stock way's patterns are Postfix's
	}
	measured := map[string][]cost{}
	for range rounds {
		for _, way := range ways {
			c, err := measure(binary, filepath.Join("bench", way+".yaml"), path, filepath.Join(dir, "out.json"))
			if err != nil {
				return fmt.Errorf("%s: %w", way, err)
			}
			if err := check(way, filepath.Join(dir, "out.json"), &totals); err != nil {
				return fmt.Errorf("%s counted otherwise: %w", way, err)
			}
			measured[way] = append(measured[way], c)
		}
	}
	show(ways, measured, written)
	if dialect == "postfix" {
		ratio("ours / stock", measured["ours"], measured["stock"], 0.5)
	}
	ratio("maillog / file_log", measured["maillog"], measured["file_log"], 0.4)
	return nil
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

func show(ways []string, measured map[string][]cost, lines int) {
	fmt.Println("| way | CPU µs a line (least, median, most) | lines/s a core | peak MiB |\n| --- | --- | --- | --- |")
	for _, way := range ways {
		list := slices.Clone(measured[way])
		slices.SortFunc(list, func(a, b cost) int { return int(a.cpu - b.cpu) })
		at := func(c cost) float64 { return float64(c.cpu.Microseconds()) / float64(lines) }
		middle := list[len(list)/2]
		fmt.Printf("| %s | %.2f, %.2f, %.2f | %.0f | %.0f |\n", way, at(list[0]), at(middle), at(list[len(list)-1]),
			float64(lines)/middle.cpu.Seconds(), float64(middle.peak)/(1<<20))
	}
	fmt.Println()
}

// ratio compares round by round: the machine's speed drifts.
func ratio(name string, a, b []cost, budget float64) {
	var list []float64
	for i := range a {
		list = append(list, a[i].cpu.Seconds()/b[i].cpu.Seconds())
	}
	slices.Sort(list)
	fmt.Printf("%s: %.2f (%.2f to %.2f), at most %.2f is asked\n", name, list[len(list)/2], list[0], list[len(list)-1], budget)
}
