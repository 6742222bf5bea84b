package dialecttest

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// ladder cuts the line at every byte: no panic, no code that the whole line does not have, no verdict of another kind.
func ladder(t *testing.T, p dialect.Parser, sample Sample) {
	t.Helper()
	var whole event.Event
	parse(p, sample, &whole)
	for n := range sample.Line {
		var ev event.Event
		parse(p, Sample{Line: sample.Line[:n], Columns: sample.Columns, Entry: sample.Entry}, &ev)
		if ev.Code != 0 && ev.Code != whole.Code || ev.Status != event.StatusNone && !sameVerdict(ev.Status, whole.Status) ||
			ev.QueueID != "" && ev.QueueID != whole.QueueID && !cutItself(sample.Line[:n], ev.QueueID, whole.QueueID) {
			t.Errorf("cut at %d says %v: %s", n, Fields(&ev), sample.Line[:n])
			return
		}
	}
}

// closed wants the values that metrics are counted by to be of those that there are, whatever the line says.
func closed(t *testing.T, ev *event.Event) {
	t.Helper()
	if ev == nil {
		return
	}
	if m, ok := speech.Mechanism(ev.AuthMechanism); ev.AuthMechanism != "" && (!ok || m != ev.AuthMechanism) {
		t.Errorf("%q is no mechanism: %s", ev.AuthMechanism, ev.Line)
	}
	if r := ev.AuthResult; r != "" && r != "success" && r != "failure" {
		t.Errorf("%q is no result: %s", r, ev.Line)
	}
	for _, s := range [...]string{ev.Command, ev.ErrorType, ev.TLSVersion, ev.TLSTrust, ev.FilterVerdict, ev.Reason, ev.Category} {
		if len(s) > longestValue || strings.ToValidUTF8(s, "") != s || strings.ContainsAny(s, "<>@\"\n\x00") {
			t.Errorf("%q is no value of a metric's dimension: %s", s, ev.Line)
		}
	}
	if c := ev.Command; strings.ToUpper(c) != c {
		t.Errorf("%q is no command: %s", c, ev.Line)
	}
}

// longestValue is the length of the longest constant, "PTR (reverse DNS) record points to wrong hostname".
const longestValue = 64

// cutsNoWord wants that what is hidden is whole words: a mark within one stands beside the secret, and has destroyed something else.
func cutsNoWord(t *testing.T, p dialect.Parser, sample Sample) {
	t.Helper()
	var ev event.Event
	parse(p, sample, &ev)
	for _, span := range ev.Redact {
		if !span.IsWhole(ev.Line) {
			t.Errorf("%q is cut out of a word: %s", ev.Line[span.From:span.To], sample.Line)
		}
	}
}

// sameVerdict allows for words at the end of a line that say more of the same verdict: a bounce that is an expiry.
func sameVerdict(cut, whole event.Status) bool {
	return cut == whole || cut == event.StatusBounced && whole == event.StatusExpired ||
		cut == event.StatusDelivered && whole == event.StatusDiscarded
}

// cutItself says whether an id ends where the line was cut: nothing in the line tells that there was more of it.
func cutItself(line, id, whole string) bool {
	return strings.HasSuffix(line, id) && strings.HasPrefix(whole, id)
}
