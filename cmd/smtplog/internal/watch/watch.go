// Package watch is a live view of a report on a terminal: how much mail moves, which providers are in trouble, what failed last, incidents.
package watch

import (
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// Every is how often a view is drawn anew.
const Every = 500 * time.Millisecond

// View takes the whole terminal.
type View struct {
	screen tcell.Screen
	colour bool
	last   *report.Report
	rate   float64
}

// shown brings a report to the loop of a view.
type shown struct {
	tcell.EventTime
	report *report.Report
	rate   float64
}

// over ends it.
type over struct{ tcell.EventTime }

// New takes the terminal; Run gives it back. colour says whether there may be any.
func New(screen tcell.Screen, colour bool) (*View, error) {
	if err := screen.Init(); err != nil {
		return nil, err
	}
	return &View{screen: screen, colour: colour}, nil
}

// Show draws a report when the view comes to it; lines is how many lines a second are read now. It may be called from another goroutine than Run, and does not wait: a
// report that finds the view busy is not drawn.
func (v *View) Show(r *report.Report, lines float64) {
	_ = v.screen.PostEvent(&shown{report: r, rate: lines})
}

// End ends Run, as q does.
func (v *View) End() { _ = v.screen.PostEvent(new(over)) }

// Run shows the view until somebody presses q, Esc or Ctrl-C, or End is called.
func (v *View) Run() {
	defer v.screen.Fini()
	for {
		v.draw()
		switch e := v.screen.PollEvent().(type) {
		case nil, *over:
			return
		case *shown:
			v.last, v.rate = e.report, e.rate
		case *tcell.EventResize:
			v.screen.Sync()
		case *tcell.EventKey:
			if e.Rune() == 'q' || e.Key() == tcell.KeyEscape || e.Key() == tcell.KeyCtrlC {
				return
			}
		}
	}
}

func (v *View) draw() {
	width, height := v.screen.Size()
	v.screen.Clear()
	lines := []Line{{Text: "reading ..."}}
	if v.last != nil {
		lines = Draw(v.last, v.rate, width, height)
	}
	for y, line := range lines {
		style := v.style(line.Tone)
		x := 0
		for _, r := range line.Text {
			v.screen.SetContent(x, y, r, nil, style)
			x++
		}
	}
	v.screen.Show()
}

func (v *View) style(t Tone) tcell.Style {
	switch {
	case t == Head:
		return tcell.StyleDefault.Bold(true)
	case t == Bad && v.colour:
		return tcell.StyleDefault.Foreground(tcell.ColorMaroon)
	case t == Uneasy && v.colour:
		return tcell.StyleDefault.Foreground(tcell.ColorOlive)
	}
	return tcell.StyleDefault
}
