package watch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// Line is one line of the view.
type Line struct {
	Tone Tone
	Text string
}

// Tone is what a line is.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Head
	Uneasy
	Bad
)

// Draw gives the lines of the view, none of them wider than the terminal and no more than it has. Words of the log come out as text
// that no terminal obeys.
func Draw(r *report.Report, rate float64, width, height int) []Line {
	d := &drawing{width: max(width, 40), left: max(height, 12) - 1}
	d.head(r, rate)
	d.incidents(r)
	d.providers(r)
	d.failures(r)
	d.foot()
	return d.lines
}

type drawing struct {
	width int
	left  int // lines that there is room for, but for the last
	lines []Line
}

func (d *drawing) line(tone Tone, text string) {
	if d.left <= 0 {
		return
	}
	d.left--
	d.lines = append(d.lines, Line{tone, cut(terminal.Text(text), d.width)})
}

// cut shortens a text to a width in characters.
func cut(s string, width int) string {
	n := 0
	for i := range s {
		if n == width-1 && len(s)-i > 1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// spans are the stretches of the log's time that rates are told of.
var spans = [...]time.Duration{5 * time.Minute, time.Hour}

func (d *drawing) head(r *report.Report, rate float64) {
	d.line(Head, fmt.Sprintf("smtplog watch   %s   %d lines, %.0f/s   %s",
		r.Input.To.Format("Mon 2006-01-02 15:04:05 MST"), r.Input.Lines, rate, first(r.Hosts)))
	d.line(Plain, fmt.Sprintf("%-10s %10s %10s %10s %10s %10s %8s", "", "received", "delivered", "deferrals", "failed", "rejected", "waiting"))
	for _, span := range spans {
		c := Since(r, span)
		d.line(Plain, fmt.Sprintf("%-10s %10d %10d %10d %10d %10d %8d",
			"last "+short(span), c.Received, c.Delivered, c.Deferred, c.Bounced+c.Expired, c.Rejected, r.DeferredCount))
	}
	t := &r.Totals
	d.line(Plain, fmt.Sprintf("%-10s %10d %10d %10d %10d %10d %8s",
		"all", t.Received, t.Delivered, t.Deferred, t.Bounced+t.Expired, t.Rejected, ""))
}

// Since adds up what happened in the newest stretch of the log's time.
func Since(r *report.Report, span time.Duration) (c report.Counts) {
	from := r.Input.To.Add(-span)
	for i := len(r.Series) - 1; i >= 0; i-- {
		p := &r.Series[i]
		if p.From.Add(r.Step).Before(from) || p.From.Add(r.Step).Equal(from) {
			break
		}
		c.Add(&p.Counts)
	}
	return c
}

func short(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}

func first(list []report.Share) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0].Name
	}
	return fmt.Sprintf("%s and %d more hosts", list[0].Name, len(list)-1)
}

// mostIncidents is how many lines they take at most.
const mostIncidents = 4

func (d *drawing) incidents(r *report.Report) {
	var open []report.Incident
	for _, one := range r.Incidents {
		if !one.Over {
			open = append(open, one)
		}
	}
	slices.Reverse(open) // the newest first
	if len(open) == 0 {
		return
	}
	d.line(Plain, "")
	d.line(Head, fmt.Sprintf("incidents: %d open", len(open)))
	for _, one := range open[:min(len(open), mostIncidents)] {
		d.line(Bad, "  "+one.Sentence)
	}
}

func (d *drawing) providers(r *report.Report) {
	list := slices.Clone(r.Providers)
	trouble := func(p report.Provider) int64 { return p.Deferred + p.Bounced + p.Expired }
	slices.SortStableFunc(list, func(a, b report.Provider) int { return cmp.Compare(trouble(b), trouble(a)) })
	d.line(Plain, "")
	d.line(Head, fmt.Sprintf("%-22s %6s %10s %7s %8s  %s", "provider", "tries", "deferrals", "failed", "p50", "why"))
	rows := max(3, (d.left-4)/2)
	for _, p := range list[:min(len(list), rows)] {
		why, tone := "", Plain
		if len(p.Reasons) > 0 && trouble(p) > 0 {
			why = fmt.Sprintf("%s %d", p.Reasons[0].Name, p.Reasons[0].Count)
		}
		switch share := float64(trouble(p)) / float64(max(1, p.Tries)); {
		case share >= 0.5:
			tone = Bad
		case share >= 0.1:
			tone = Uneasy
		}
		d.line(tone, fmt.Sprintf("%-22s %6d %9s%% %7d %7.1fs  %s",
			cut(p.Name, 22), p.Tries, percent(p.Deferred, p.Tries), p.Bounced+p.Expired, p.Delay.P50, why))
	}
}

func percent(n, of int64) string { return fmt.Sprintf("%.1f", 100*float64(n)/float64(max(1, of))) }

// failures are the newest of those that there are.
func (d *drawing) failures(r *report.Report) {
	list := slices.Clone(r.Failures)
	slices.SortStableFunc(list, func(a, b report.Failure) int { return b.Last.Compare(a.Last) })
	if len(list) == 0 || d.left < 4 {
		return
	}
	d.line(Plain, "")
	d.line(Head, "newest failures")
	for _, f := range list[:min(len(list), max(0, d.left))] {
		d.line(Plain, fmt.Sprintf("%s %5d× %-14s %-18s %s", f.Last.Format("15:04:05"), f.Count, cut(cmp.Or(f.Provider, f.Domain, "-"), 14),
			cut(cmp.Or(f.Reason, f.Error, f.Status), 18), cmp.Or(f.Sample, f.Error)))
	}
}

// foot stands on the last line.
func (d *drawing) foot() {
	for d.left > 0 {
		d.line(Plain, "")
	}
	d.left = 1
	d.line(Plain, "q quits")
}
