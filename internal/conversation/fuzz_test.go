package conversation

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// checkBounds fails when a line left more behind than a conversation may keep, or a span that is not in its line.
func checkBounds(t *testing.T, k *talker, ev *event.Event) {
	t.Helper()
	for _, c := range k.talks {
		switch {
		case len(c.pending) > maxPending, len(c.rcpts) > maxRecipients, len(c.partial.words) > maxWords,
			len(c.left) > maxPending, len(c.answered) > maxPending+2:
			t.Fatalf("%d commands, %d recipients, %d bytes of a reply, %d left", len(c.pending), len(c.rcpts), len(c.partial.words), len(c.left))
		}
		for i := range c.pending {
			if len(c.pending[i].argument) > maxArgument || len(c.pending[i].path) > maxPath {
				t.Fatalf("%d bytes of an argument", len(c.pending[i].argument))
			}
		}
	}
	for _, span := range ev.Redact {
		if span.From < 0 || span.From >= span.To || span.To > len(ev.Line) {
			t.Fatalf("span %v of %q", span, ev.Line)
		}
	}
	if ev.HasLatency && ev.Latency < 0 {
		t.Fatalf("latency %s", ev.Latency)
	}
}

func FuzzConversation(f *testing.F) {
	f.Add("S: 220 mx ESMTP\nC: EHLO a\nS: 250 ok\nC: AUTH LOGIN\nS: 334 x\nC: eA==\nS: 235 ok\n")
	f.Add("LHLO a\n250 ok\nMAIL FROM:<>\n250 ok\nRCPT TO:<a@b>\n250 ok\nBDAT 5 LAST\nabc\n250 ok\n421 idle\n")
	f.Add("send: b'x\\r\\n.\\r\\n'\nreply: retcode (250); Msg: b'ok'\n} [5 bytes data]\n=== Connected to a.\n\n")
	f.Add("1 >>> 220 x\n1 <<< DATA\n1 >>> 354 x\n1 <<< .\n")
	f.Fuzz(func(t *testing.T, log string) {
		k := talker{}
		k.heard = func(_ string, ev *event.Event, _ *Outcome) { checkBounds(t, &k, ev) }
		k.read(log)
	})
}

// TestConversationOfRandomLinesStaysBounded puts lines of SMTP, of logs and of nothing together at random.
func TestConversationOfRandomLinesStaysBounded(t *testing.T) {
	words := []string{
		"220 mx ESMTP", "220-mx", "250 ok", "250-more", "250 2.0.0 Ok: queued as X", "334 ", "354 go", "421 4.4.2 timeout", "550-5.1.1 no", "503 no", "221 bye",
		"EHLO a", "LHLO a", "HELO a", "MAIL FROM:<a@b>", "MAIL FROM:<>", "RCPT TO:<c@d>", "RCPT TO:<" + strings.Repeat("x", 5000) + "@d>", "DATA", "BDAT 10", "BDAT 3 LAST",
		"QUIT", "RSET", "STARTTLS", "AUTH LOGIN", "AUTH PLAIN abc", "XCLIENT A=b", ".", "..", "", "text", strings.Repeat("y", 3000), "550-" + strings.Repeat("z ", 900),
		"Connection from 192.0.2.1:25", "Connection closed: 192.0.2.1:25", "=== Connected to a.", "DONE", "} [9 bytes data]", "reply: retcode (250); Msg: b'x'",
	}
	marks := []string{"", "", "C: ", "S: ", "C: ", "S: ", ">>> ", "<<< ", "[a1] C: ", "[a1] S: ", "[2026-11-23 15:15:12] ", "15:00:00 ", "send: '"}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		some := marks[:1+r.IntN(len(marks))]
		k := talker{}
		k.heard = func(_ string, ev *event.Event, _ *Outcome) { checkBounds(t, &k, ev) }
		var log strings.Builder
		for range 1500 {
			log.WriteString(some[r.IntN(len(some))] + words[r.IntN(len(words))] + "\n")
		}
		k.read(log.String())
	}
}

func TestConversationWithoutRepliesKeepsTheNewestCommands(t *testing.T) {
	w := talkOf(t, "C: MAIL FROM:<a@b.test>\n"+strings.Repeat("C: RCPT TO:<u@b.test>\n", 5000)+"C: QUIT\nS: 221 bye\n")
	last := &w.events[len(w.events)-1]
	if last.Command != "QUIT" || w.outs[len(w.outs)-1].Ended != event.EndQuit {
		t.Errorf("%s %s", last.Command, w.outs[len(w.outs)-1].Ended)
	}
}
