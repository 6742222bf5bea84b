package secrets

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// follow takes lines through an exchange and gives what leaves.
func follow(lines ...string) (out []string) {
	var x Exchange
	for _, l := range lines {
		for _, span := range x.Line(l, nil) {
			l = l[:span.From] + event.Mark + l[span.To:]
		}
		out = append(out, l)
	}
	return out
}

// The answers to a 334 are hidden, whatever marks a log has, as long as they are those of its AUTH.
func TestAnswersInFurtherLines(t *testing.T) {
	for name, lines := range map[string][]string{
		"arrows":         {">> AUTH LOGIN", "<< 334 VXNlcm5hbWU6", ">> anna", "<< 334 UGFzc3dvcmQ6", ">> hunter2", "<< 235 ok"},
		"stamps and ids": {"2026-11-23 10:00:01.123 [a1b2] client: AUTH LOGIN " + name, "2026-11-23 10:00:01.99 [a1b2] server: 334 UGFzc3dvcmQ6", "2026-11-23 10:00:02.5 [a1b2] client: hunter2"},
		"JSON":           {`{"dir":"in","id":7,"cmd":"AUTH PLAIN"}`, `{"dir":"out","id":7,"reply":"334 "}`, `{"dir":"in","id":7,"cmd":"hunter2"}`},
		"quotes":         {`smtp recv "auth login\r\n"`, `smtp send "334 VXNlcm5hbWU6\r\n"`, `smtp recv "anna\r\n"`, `smtp send "334 UGFzc3dvcmQ6\r\n"`, `smtp recv "hunter2\r\n"`},
		"others between": {"c1 <- AUTH LOGIN", "c1 -> 334 VXNlcm5hbWU6", "cron: nothing to do", "disk is full", "c1 <- anna", "c1 -> 334 UGFzc3dvcmQ6", "x", "c1 <- hunter2"},
	} {
		t.Run(name, func(t *testing.T) {
			out := strings.Join(follow(lines...), "\n")
			if strings.Contains(out, "hunter2") || strings.Contains(out, "anna") || !strings.Contains(out, event.Mark) {
				t.Error(out)
			}
			if want := len(strings.Split(strings.Join(lines, "\n"), "\n")); len(strings.Split(out, "\n")) != want {
				t.Error(out)
			}
		})
	}
}

// Without an AUTH, without a 334, or with other marks, nothing is touched; neither is what comes much later.
func TestWhatIsNoAnswer(t *testing.T) {
	for name, lines := range map[string][]string{
		"no AUTH":         {">> HELO x", "<< 334 VXNlcm5hbWU6", ">> anna"},
		"no 334":          {">> AUTH LOGIN", "<< 535 no", ">> anna"},
		"another program": {">> AUTH LOGIN", "<< 334 VXNlcm5hbWU6", "anna", "cron[7]: anna", "<< anna"},
		"a sentence":      {"AUTH LOGIN failed for anna", "error 334 seen", "anna"},
		"two words":       {"AUTH LOGIN failed", "334 VXNlcm5hbWU6", "anna"},
		"no marks":        {"AUTH LOGIN", "334 VXNlcm5hbWU6", "/usr/lib/lib.so"},
		"more words":      {">> AUTH LOGIN", "<< 334 VXNlcm5hbWU6", ">> MAIL FROM:<a@b.example> x"},
		"much later":      append(append([]string{">> AUTH LOGIN", "<< 334 VXNlcm5hbWU6"}, strings.Split(strings.Repeat("x\n", patience), "\n")...), ">> anna"),
	} {
		if got := follow(lines...); strings.Join(got, "\n") != strings.Join(lines, "\n") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What is held does not grow with the lines.
func TestExchangeIsBounded(t *testing.T) {
	var x Exchange
	for _, l := range []string{strings.Repeat("x", 1<<20) + " AUTH LOGIN", "AUTH LOGIN" + strings.Repeat(" ", 1<<20), strings.Repeat("x ", 60) + "AUTH LOGIN"} {
		x.Line(l, nil)
		if len(x.head) > maxFrame || len(x.tail) > maxFrame {
			t.Errorf("%d and %d bytes", len(x.head), len(x.tail))
		}
	}
}
