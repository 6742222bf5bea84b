package diagnose

import (
	"os"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// answered is the event of a reply by host.
func answered(t testing.TB, host, words string) *event.Event {
	ev := &event.Event{Kind: event.KindDelivery, Status: event.StatusBounced}
	if host != "-" {
		ev.Role, ev.ServerAddress = event.RoleClient, host
	}
	r, ok := reply.Parse(words)
	if !ok {
		t.Fatalf("no reply: %q", words)
	}
	r.Into(ev)
	return ev
}

// samples are the rows of testdata/replies.tsv.
func samples(t testing.TB) [][]string {
	data, err := os.ReadFile("testdata/replies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	return rows(strings.TrimSuffix(string(data), "\n"), 3)
}

func TestReasonOfAReply(t *testing.T) {
	for _, f := range samples(t) {
		ev := answered(t, f[0], f[1])
		if Event(ev); ev.Reason != f[2] {
			t.Errorf("%s: %q is %s, want %s", f[0], f[1], ev.Reason, f[2])
		}
	}
}

func TestEveryTextRuleDecidesASample(t *testing.T) {
	hit := map[string]map[int]bool{}
	for _, f := range samples(t) {
		ev := answered(t, f[0], f[1])
		Event(ev)
		for _, provider := range []string{ev.Provider, ""} {
			rules := byText[provider]
			rule, ok := rules.find(ev.Text, ev.Class, ev.Code, ev.Enhanced, ev.TextJoined)
			if !ok {
				continue
			}
			if hit[provider] == nil {
				hit[provider] = map[int]bool{}
			}
			hit[provider][rule] = true
			break
		}
	}
	for provider, table := range byText {
		for i, rule := range table.rules {
			if !hit[provider][i] {
				t.Errorf("%s %q decides no sample", provider, rule.words)
			}
		}
	}
}

func TestWordsOfARule(t *testing.T) {
	var p phrases
	p.add("over quota", 0, reason("mailbox_full"))
	p.add(" spf", 0, reason("sender_authentication"))
	p.add("later", '4', reason("server_busy"))
	p.add("quo", 0, reason("policy"))
	p.build()
	for _, c := range []struct {
		text   string
		class  byte
		joined bool
		want   int // -1 for none
	}{
		{"Mailbox OVER  Quota", '5', false, 0},
		{"over\r\n quota", '5', false, 0},
		{"mailbox over 550-5.2.2 quota", '5', true, 0},
		{"mailbox over 550 5.2.2 quota", '5', true, 0},
		{"mailbox over 550-5.2.2 quota", '5', false, 3},
		{"mailbox over 551-5.2.2 quota", '5', true, 3},
		{"SPF failed", '5', false, 1},
		{"xspf failed", '5', false, -1},
		{"try later", '4', false, 2},
		{"try later", '5', false, -1},
		{"<over quota@x>: no", '5', false, -1},
		{"<quo>: no", '5', false, -1},
		{"<over quota>", '5', false, 0},
		{"<over quota", '5', false, 0},
		{"later, quota", '4', false, 2}, // the rule that stands first, not the word that does
		{"over\x00quota", '5', false, 3},
		{"over quot\xc3\xa4", '5', false, 3},
		{"", '5', false, -1},
		{"over quota", 0, false, -1},
		{"550", '5', true, -1},
		{"550-", '5', true, -1},
	} {
		got, ok := p.find(c.text, c.class, 550, "5.2.2", c.joined)
		if !ok {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q %c %v: rule %d, want %d", c.text, c.class, c.joined, got, c.want)
		}
	}
}

// FuzzPhrases compares with the plain way: each rule by itself.
func FuzzPhrases(f *testing.F) {
	f.Add("Mailbox over quota, try again later", false)
	f.Add("Client host [192.0.2.1] blocked using zen.spamhaus.org", true)
	f.Fuzz(func(t *testing.T, text string, temporary bool) {
		class := byte('5')
		if temporary {
			class = '4'
		}
		rules := byText[""]
		got, ok := rules.find(text, class, 0, "", false)
		if strings.ContainsAny(text, "<> \t\r\n") {
			return // words are folded
		}
		low := []byte(" " + text)
		for i, c := range low {
			if c >= 'A' && c <= 'Z' {
				low[i] = c + 'a' - 'A'
			}
		}
		for i, rule := range rules.rules {
			if (rule.class == 0 || rule.class == class) && strings.Contains(string(low), rule.words) {
				if !ok || got != i {
					t.Errorf("%q: %d %v, want %d", text, got, ok, i)
				}
				return
			}
		}
		if ok {
			t.Errorf("%q: %d, want none", text, got)
		}
	})
}

func TestReasonAllocatesNothing(t *testing.T) {
	ev := answered(t, "gmail-smtp-in.l.google.com", "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating 421-4.7.28 from your SPF domain")
	if n := testing.AllocsPerRun(100, func() { why(ev) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkReason is the price of one failed reply without its fingerprint.
//
//	go test ./internal/diagnose/ -bench Reason
func BenchmarkReason(b *testing.B) {
	var list []*event.Event
	for _, f := range samples(b) {
		list = append(list, answered(b, f[0], f[1]))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		why(list[i%len(list)])
		i++
	}
}
