// Command smtplog measures the command smtplog over logs that are made up: what a report and a trace cost, and how much memory they
// take at their peak, beside what one would use instead: pflogsumm, and zgrep for a recipient and again for its queue id.
//
//	go run ./bench/smtplog [-lines 1000000,10000000] [-rounds 3] [-binary bin/smtplog] [-pflogsumm pflogsumm]
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

func main() {
	lines := flag.String("lines", "1000000,10000000", "lines of the logs")
	rounds := flag.Int("rounds", 3, "how often each program reads the first log; the median counts")
	binary := flag.String("binary", "bin/smtplog", "the command")
	pflogsumm := flag.String("pflogsumm", "pflogsumm", "what reports are compared with; it is left out where it is not there")
	write := flag.String("write", "", "write a log to this file, and do nothing else")
	flag.Parse()
	var err error
	if n := strings.Split(*lines, ","); *write != "" {
		err = makeUp(*write, n[0])
	} else {
		err = run(n, *rounds, *binary, *pflogsumm)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// makeUp writes a log.
func makeUp(path, lines string) error {
	n, err := strconv.Atoi(lines)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	generate.NewLogOf("postfix", "mx1", 1).Write(n, func(line string) {
		_, _ = w.WriteString(line)
		_ = w.WriteByte('\n')
	})
	return errors.Join(w.Flush(), f.Close())
}

func run(sizes []string, rounds int, binary, pflogsumm string) error {
	dir, err := os.MkdirTemp("", "smtplog")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Println("| lines | | CPU s (least, median, most) | s | peak MiB |\n| --- | --- | --- | --- | --- |")
	for i, lines := range sizes {
		path := filepath.Join(dir, "mail.log")
		if err := makeUpApart(path, lines); err != nil {
			return err
		}
		if i > 0 {
			rounds, pflogsumm = 1, ""
		}
		if err := compare(path, lines, rounds, binary, pflogsumm); err != nil {
			return err
		}
	}
	return nil
}

// makeUpApart has another process write the log: what it takes in memory would count as the next one's (getrusage(2): ru_maxrss
// outlives exec).
func makeUpApart(path, lines string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if out, err := exec.Command(self, "-write", path, "-lines", lines).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// way is a program that reads the log.
type way struct {
	name string
	args []string
	ran  []observed.Cost
}

// compare runs each way in turn, as often as asked.
func compare(path, lines string, rounds int, binary, pflogsumm string) error {
	queue, recipient, err := someone(path)
	if err != nil {
		return err
	}
	if out, err := exec.Command("gzip", "-kf", path).CombinedOutput(); err != nil {
		return fmt.Errorf("gzip: %w: %s", err, out)
	}
	report := &way{name: "report", args: []string{binary, "report", "--json", path}}
	trace := &way{name: "trace", args: []string{binary, "trace", recipient, path}}
	packed := &way{name: "trace, gzip", args: []string{binary, "trace", recipient, path + ".gz"}}
	zgrep := &way{name: "zgrep twice", args: []string{"sh", "-c", `zgrep -iF "$1" "$0" && zgrep -F "$2" "$0"`, path + ".gz", recipient, queue}}
	ways := []*way{report, trace, packed, zgrep}
	other := &way{name: "pflogsumm", args: []string{pflogsumm, path}}
	if _, err := exec.LookPath(pflogsumm); err == nil {
		ways = append(ways, other)
	} else if pflogsumm != "" {
		fmt.Fprintln(os.Stderr, "no pflogsumm:", err)
	}
	for range rounds {
		for _, w := range ways {
			c, err := measure(w.args)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			w.ran = append(w.ran, c)
		}
	}
	for _, w := range ways {
		w.show(lines)
	}
	ratio(report, other, 0.5)
	ratio(packed, zgrep, 1)
	return nil
}

// someone is a recipient in the middle of the log, and his message's queue id.
func someone(path string) (queue, recipient string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return "", "", err
	}
	if _, err := f.Seek(info.Size()/2, 0); err != nil {
		return "", "", err
	}
	for s := bufio.NewScanner(f); s.Scan(); {
		_, rest, found := strings.Cut(s.Text(), "]: ")
		id, to, sent := strings.Cut(rest, ": to=<")
		if found && sent && strings.Contains(to, "status=sent") {
			recipient, _, _ = strings.Cut(to, ">")
			return id, recipient, nil
		}
	}
	return "", "", errors.New("the log has no delivery")
}

func measure(args []string) (observed.Cost, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return observed.Cost{}, err
	}
	wall := time.Since(began)
	c, err := observed.Ended(cmd.ProcessState)
	c.Wall = wall
	return c, err
}

func (w *way) show(lines string) {
	least, middle, most := observed.Ordered(w.ran)
	fmt.Printf("| %s | %s | %.2f, %.2f, %.2f | %.1f | %d |\n",
		lines, w.name, least.CPU.Seconds(), middle.CPU.Seconds(), most.CPU.Seconds(), middle.Wall.Seconds(), middle.Peak>>20)
}

// ratio prints how two ways compare, where there are both.
func ratio(a, b *way, goal float64) {
	if len(b.ran) == 0 {
		return
	}
	cpu, wall := observed.RoundByRound(a.ran, b.ran, observed.ByCPU), observed.RoundByRound(a.ran, b.ran, observed.ByWall)
	fmt.Printf("| | %s / %s | %.2f (%.2f to %.2f; %.2f is asked) | %.2f | |\n",
		a.name, b.name, cpu.Middle, cpu.Least, cpu.Most, goal, wall.Middle)
}
