package watch

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

var end = time.Date(2026, 11, 23, 15, 40, 0, 0, time.UTC)

func sample() *report.Report {
	r := &report.Report{Step: time.Minute, DeferredCount: 7}
	r.Input.To, r.Input.Lines = end, 1000
	for i := range 120 {
		r.Series = append(r.Series, report.Period{From: end.Add(time.Duration(i-119) * time.Minute), Counts: report.Counts{Delivered: 1, Deferred: int64(i % 2)}})
	}
	for i := range 30 {
		name := fmt.Sprintf("provider%02d", i)
		r.Providers = append(r.Providers, report.Provider{
			Name: name, Counts: report.Counts{Tries: 10, Deferred: int64(i % 11)}, Reasons: []report.Share{{Name: "rate_limited", Count: int64(i % 11)}},
		})
		r.Failures = append(r.Failures, report.Failure{
			Provider: name, Status: "deferred", Reason: "rate_limited", Count: 3, Last: end.Add(-time.Duration(i) * time.Second),
			Sample: "\x1b]0;owned\x07 " + strings.Repeat("é slow down ", 30),
		})
	}
	for i := range 6 {
		r.Incidents = append(r.Incidents, report.Incident{Over: i == 0, Sentence: fmt.Sprintf("since 09:1%d google answers 421", i)})
	}
	return r
}

// Whatever the log says, the view fits the terminal, and holds nothing that a terminal obeys.
func TestTheViewFitsTheTerminal(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {132, 50}, {40, 12}, {1, 1}, {80, 12}} {
		for name, r := range map[string]*report.Report{"full": sample(), "empty": {}} {
			width, height := max(size[0], 40), max(size[1], 12)
			lines := Draw(r, 12, size[0], size[1])
			assert.LessOrEqual(t, len(lines), height, "%s %v", name, size)
			for _, line := range lines {
				assert.LessOrEqual(t, utf8.RuneCountInString(line.Text), width, "%s %v: %q", name, size, line.Text)
				assert.NotContains(t, line.Text, "\x1b")
				assert.NotContains(t, line.Text, "\x07")
			}
			assert.Equal(t, "q quits", lines[len(lines)-1].Text)
		}
	}
}

func TestTheViewTellsWhatMatters(t *testing.T) {
	text, bad := "", 0
	for _, line := range Draw(sample(), 12, 80, 24) {
		if text += line.Text + "\n"; line.Tone == Bad {
			bad++
		}
	}
	for _, want := range []string{
		"1000 lines, 12/s", "incidents: 5 open", "since 09:15 google answers 421", "provider10", "rate_limited 10", "15:40:00     3× provider00",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "since 09:10", "it is over")
	assert.Less(t, strings.Index(text, "provider10"), strings.Index(text, "provider09"), "the one in most trouble is first")
	assert.Greater(t, bad, mostIncidents, "incidents, and providers in trouble")
}

func TestSince(t *testing.T) {
	r := sample()
	assert.Equal(t, int64(5), Since(r, 4*time.Minute).Delivered)
	assert.Equal(t, int64(60), Since(r, 59*time.Minute).Delivered)
	assert.Equal(t, int64(120), Since(r, 24*time.Hour).Delivered)
	assert.Zero(t, Since(&report.Report{}, time.Hour))
}

// Reports and keys come to the view, which gives the terminal back when it ends.
func TestView(t *testing.T) {
	for _, key := range []func(tcell.SimulationScreen, *View){
		func(s tcell.SimulationScreen, _ *View) { s.InjectKey(tcell.KeyRune, 'q', tcell.ModNone) },
		func(s tcell.SimulationScreen, _ *View) { s.InjectKey(tcell.KeyCtrlC, 0, tcell.ModCtrl) },
		func(_ tcell.SimulationScreen, v *View) { v.End() },
	} {
		screen := tcell.NewSimulationScreen("UTF-8")
		v, err := New(screen, true)
		require.NoError(t, err)
		screen.SetSize(80, 24)
		v.Show(sample(), 12)
		screen.InjectKey(tcell.KeyRune, 'x', tcell.ModNone)
		done := make(chan struct{})
		go func() { v.Run(); close(done) }()
		require.Eventually(t, func() bool { return strings.Contains(shownText(screen), "incidents: 5 open") }, 10*time.Second, 10*time.Millisecond)
		key(screen, v)
		<-done
	}
}

// shownText reads cell by cell: what GetContents gives is drawn into by the view meanwhile.
func shownText(s tcell.SimulationScreen) string {
	var b strings.Builder
	width, height := s.Size()
	for y := range height {
		for x := range width {
			text, _, _ := s.Get(x, y)
			b.WriteString(text)
		}
	}
	return b.String()
}
