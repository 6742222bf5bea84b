package event

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A mark stands where the secret stood, however often the line has the same letters elsewhere.
func TestHideFindsThePieceItself(t *testing.T) {
	const line = `SMTP syntax error in "AUTH PLAIN x" H=x [192.0.2.1] unrecognized command x`
	for name, tt := range map[string]struct {
		hide func(*Event)
		want string
	}{
		"a piece":              {func(e *Event) { e.Hide(e.Line[33:34]) }, `SMTP syntax error in "AUTH PLAIN [redacted]" H=x [192.0.2.1] unrecognized command x`},
		"a copy, as words":     {func(e *Event) { e.Hide(strings.Clone("x")) }, `SMTP syntax error in "AUTH PLAIN [redacted]" H=[redacted] [192.0.2.1] unrecognized command [redacted]`},
		"nothing":              {func(e *Event) { e.Hide("") }, line},
		"what is not there":    {func(e *Event) { e.Hide(strings.Clone("zzz")) }, line},
		"a part of a word":     {func(e *Event) { e.Hide(strings.Clone("synta")) }, line},
		"the rest of the line": {func(e *Event) { e.HideFrom(e.Line[22:]) }, `SMTP syntax error in "[redacted]`},
		"one within another":   {func(e *Event) { e.Hide(e.Line[33:34]); e.Hide(e.Line[22:34]) }, `SMTP syntax error in "[redacted]" H=x [192.0.2.1] unrecognized command x`},
		"twice":                {func(e *Event) { e.Hide(e.Line[33:34]); e.Hide(e.Line[33:34]) }, `SMTP syntax error in "AUTH PLAIN [redacted]" H=x [192.0.2.1] unrecognized command x`},
	} {
		t.Run(name, func(t *testing.T) {
			ev := Event{Line: line, Argument: line}
			tt.hide(&ev)
			if ev.Conceal(); ev.Argument != tt.want {
				t.Errorf("got  %s\nwant %s", ev.Argument, tt.want)
			}
		})
	}
}

// Whatever is hidden in whatever order: the spans are in the order of the line, each byte in at most one, and every field loses exactly what is hidden.
func TestSpansAreInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	line := strings.Repeat("0123456789abcdef", 4)
	for range 20000 {
		ev := Event{Line: line}
		var hidden [64]bool
		for range random.IntN(6) {
			from := random.IntN(len(line))
			to := from + random.IntN(len(line)-from+1)
			ev.Hide(line[from:to])
			for i := from; i < to; i++ {
				hidden[i] = true
			}
		}
		var spans [64]bool
		last := -1
		for _, s := range ev.Redact {
			if s.From <= last || s.To <= s.From {
				t.Fatalf("spans %v", ev.Redact)
			}
			last = s.To
			for i := s.From; i < s.To; i++ {
				spans[i] = true
			}
		}
		if spans != hidden {
			t.Fatalf("spans %v hide other bytes than were asked for", ev.Redact)
		}
		from := random.IntN(len(line))
		ev.Text = line[from : from+random.IntN(len(line)-from+1)]
		kept := ""
		for i := range ev.Text {
			if !hidden[from+i] {
				kept += ev.Text[i : i+1]
			}
		}
		if ev.Conceal(); strings.ReplaceAll(ev.Text, Mark, "") != kept {
			t.Fatalf("field %q, want %q and marks; spans %v", ev.Text, kept, ev.Redact)
		}
	}
}

func TestHidingAllocatesNothing(t *testing.T) {
	ev := Event{Line: "AUTH PLAIN secret", Redact: make([]Span, 0, 8)}
	if n := testing.AllocsPerRun(10, func() {
		ev.Redact = ev.Redact[:0]
		ev.Hide(ev.Line[11:])
		ev.Hide(ev.Line[5:10])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
