package conversation

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exchange"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/transcript"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// talker reads lines as the processor does: header, parser, protocol machine; one conversation an id, or one for the source.
type talker struct {
	talks map[string]*Conversation
	heard func(id string, ev *event.Event, o *Outcome)
	lines []string // with Redact carried out
}

func (k *talker) read(log string) {
	k.talks = make(map[string]*Conversation)
	for _, line := range strings.Split(strings.TrimSuffix(log, "\n"), "\n") {
		k.line(line)
	}
}

func (k *talker) line(line string) {
	var h header.Header
	header.Parse(line, header.Clock{Anchor: 1795446980e9}, &h)
	ev := event.Event{Time: h.Time, Resolution: h.Resolution, Shape: h.Shape, Line: h.Text}
	if (exchange.Parser{}).Probe(&h) {
		exchange.Parser{}.Parse(&h, &ev)
	} else {
		transcript.Parser{}.Parse(&h, &ev)
	}
	if ev.Scope != event.ScopeNone {
		c := k.talks[ev.ConnID]
		if c == nil {
			c = new(Conversation)
			k.talks[ev.ConnID] = c
		}
		o := c.Step(&ev)
		k.heard(ev.ConnID, &ev, &o)
	}
	k.lines = append(k.lines, clean(&ev))
}

// clean is the line as it leaves the processor, with the attributes that hold words of it.
func clean(ev *event.Event) string {
	line := ev.Line
	for i := len(ev.Redact) - 1; i >= 0; i-- {
		line = line[:ev.Redact[i].From] + "[redacted]" + line[ev.Redact[i].To:]
	}
	return line + " " + strings.Join([]string{ev.Command, ev.Argument, ev.Text, ev.MailFrom, ev.RcptTo, ev.Helo, ev.User, ev.RemoteQueueID}, " ")
}

// told is one conversation in the words of the truth files.
type told struct {
	id, peer string
	end      event.End
	lines    []string
	verdicts map[string]string
}

// retell reads a log and tells its conversations.
func retell(log string) []*told {
	var all []*told
	open := make(map[string]*told)
	k := talker{heard: func(id string, ev *event.Event, o *Outcome) {
		s := open[id]
		records := func(list []CommandRecord) {
			for _, r := range list {
				code := "---"
				if r.Code != 0 {
					code = fmt.Sprint(r.Code)
				}
				s.lines = append(s.lines, strings.TrimSpace(code+" "+r.Command+" "+r.Argument))
			}
		}
		if o.Began {
			if s != nil {
				records(o.Left)
				if o.Previous != event.EndNone {
					s.end = o.Previous
				}
			}
			s = &told{id: id, verdicts: make(map[string]string)}
			open[id], all = s, append(all, s)
		}
		if s == nil {
			return
		}
		if ev.Kind == event.KindConnect && ev.PeerIP != "" {
			s.peer = fmt.Sprintf("%s:%d", ev.PeerIP, ev.PeerPort)
		}
		if ev.Command == event.CommandEOM && ev.Kind == event.KindCommand {
			s.lines = append(s.lines, fmt.Sprintf("data %d", ev.Size))
		}
		records(o.Answered)
		if !o.Began {
			records(o.Left)
		}
		if o.Ended != event.EndNone {
			s.end = o.Ended
		}
		s.judge(ev)
	}}
	k.read(log)
	return all
}

// judge notes the verdicts of a line; in a server's log a reject stands for a refusal, and an accepted message for a delivery.
func (s *told) judge(ev *event.Event) {
	status := ev.Status.String()
	switch {
	case ev.Kind == event.KindReject && ev.RejectPermanent == event.Yes:
		status = "bounced"
	case ev.Kind == event.KindReject:
		status = "deferred"
	case ev.Role == event.RoleServer && ev.Kind == event.KindReply && ev.Command == event.CommandEOM:
		status = "delivered"
	}
	if status == "" {
		return
	}
	for _, r := range append(slices.Clone(ev.RcptList), ev.RcptTo) {
		if r != "" {
			s.verdicts[r] = status
		}
	}
}

// readTruth reads the conversations as the driver and the server of the lab had them.
func readTruth(t *testing.T, name string) []*told {
	var all []*told
	for _, line := range strings.Split(strings.TrimSpace(readFile(t, name)), "\n") {
		f := strings.Fields(line)
		if f[0] == "session" {
			s := &told{id: f[1], peer: f[2], verdicts: make(map[string]string)}
			s.end = map[string]event.End{"quit": event.EndQuit, "dark": event.EndExpired}[f[3]]
			all = append(all, s)
			continue
		}
		s := all[len(all)-1]
		if f[0] != "to" {
			s.lines = append(s.lines, strings.TrimSpace(line))
			continue
		}
		switch code := append(f, "")[3]; {
		case f[2] == "delivered":
			s.verdicts[f[1]] = "delivered"
		case f[2] == "rejected" && code[0] == '4':
			s.verdicts[f[1]] = "deferred"
		case f[2] == "rejected" && code[0] == '5':
			s.verdicts[f[1]] = "bounced"
		} // else the connection broke: the log has no verdict
	}
	return all
}

func readFile(t *testing.T, name string) string {
	folder := "../../testdata/conversations/"
	if !strings.HasPrefix(name, "proxy-") && !strings.HasPrefix(name, "client-") {
		folder = "testdata/"
	}
	b, err := os.ReadFile(folder + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestConversationsOfEveryStyleEqualTheTruth(t *testing.T) {
	for _, tt := range []struct{ log, truth string }{
		{"proxy-cs-id.log", "proxy.truth"},
		{"proxy-arrows.log", "proxy.truth"},
		{"proxy-exchange.log", "proxy.truth"},
		{"proxy-cs.log", "proxy.truth"},
		{"proxy-raw.log", "proxy.truth"},
		{"proxy-raw-conn.log", "proxy.truth"},
		{"proxy-overlap-cs-id.log", "overlap.truth"},
	} {
		t.Run(tt.log, func(t *testing.T) {
			got, want := retell(readFile(t, tt.log)), readTruth(t, tt.truth)
			if len(got) != len(want) {
				t.Errorf("%d conversations, want %d", len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				compareTold(t, got[i], want[i])
			}
		})
	}
}

func compareTold(t *testing.T, got, want *told) {
	t.Helper()
	if g, w := strings.Join(got.lines, "\n"), strings.Join(want.lines, "\n"); g != w {
		t.Errorf("%s:\n%s\nwant:\n%s", want.id, g, w)
	}
	if got.peer != "" && !strings.HasPrefix(want.peer, strings.TrimSuffix(got.peer, ":0")) {
		t.Errorf("%s: peer %s, want %s", want.id, got.peer, want.peer)
	}
	// who closed a connection without QUIT is not in these logs
	if (got.end == event.EndQuit) != (want.end == event.EndQuit) {
		t.Errorf("%s: end %s, want %s", want.id, got.end, want.end)
	}
	for r, status := range want.verdicts {
		if got.verdicts[r] != status {
			t.Errorf("%s: %s %q, want %s", want.id, r, got.verdicts[r], status)
		}
	}
	for r, status := range got.verdicts {
		if want.verdicts[r] == "" {
			t.Errorf("%s: %s %q, want none", want.id, r, status)
		}
	}
}

// TestConversationDataNeverRemains knows the lines of data by their words: the lab made them of random letters and headers.
func TestConversationDataNeverRemains(t *testing.T) {
	for _, log := range []string{"proxy-cs-id.log", "proxy-arrows.log", "proxy-exchange.log", "proxy-cs.log", "proxy-raw.log", "proxy-raw-conn.log", "proxy-overlap-cs-id.log"} {
		k := talker{heard: func(string, *event.Event, *Outcome) {}}
		k.read(readFile(t, log))
		for _, line := range k.lines {
			if strings.Contains(line, "Subject: ") || strings.Contains(line, "MIME-Version") || len(strings.Fields(line)) > 8 && !strings.ContainsAny(line, ":<.") {
				t.Errorf("%s: %s", log, line)
			}
		}
	}
}

// A send log of Exchange has the same columns seen from the other side: the endpoints and arrows are swapped, and connectors have no server in their name.
func TestConversationsOfASendLogEqualTheTruth(t *testing.T) {
	var b strings.Builder
	b.WriteString("\uFEFF#Software: Microsoft Exchange Server\n")
	for _, line := range strings.Split(strings.TrimSuffix(readFile(t, "proxy-exchange.log"), "\n"), "\n") {
		f := strings.SplitN(line, ",", 8)
		f[1] = "Internet"
		f[4], f[5] = f[5], f[4]
		switch f[6] {
		case "<":
			f[6] = ">"
		case ">":
			f[6] = "<"
		}
		b.WriteString(strings.Join(f, ",") + "\n")
	}
	got, want := retell(b.String()), readTruth(t, "proxy.truth")
	if len(got) != len(want) {
		t.Fatalf("%d conversations, want %d", len(got), len(want))
	}
	for i := range want {
		got[i].peer = "" // the server's now
		compareTold(t, got[i], want[i])
	}
}
