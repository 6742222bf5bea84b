package diagnose

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestReasonOfAReply(t *testing.T) {
	for _, s := range samples(t) {
		ev := answered(t, s.host, s.command, s.words)
		if Standard.Event(ev); ev.Reason != s.reason {
			t.Errorf("%s %s: %q is %s (%s), want %s", s.host, s.command, s.words, ev.Reason, ev.Basis, s.reason)
		}
	}
}

// A rule that can be left out is none: something else answers in its place. Looked at are the samples and the labelled replies that rules were
// written for, not the third that was kept back.
func TestEveryRuleAloneDecidesASample(t *testing.T) {
	decides := map[int]bool{}
	ask := func(ev *event.Event) {
		Standard.Event(ev)
		a := askedOf(ev)
		switch fit := ours().all(&a); {
		case len(fit) == 0:
		case len(fit) == 1 || standard()[fit[0]-1].why != standard()[fit[1]-1].why:
			decides[fit[0]] = true
		}
	}
	for _, broken := range []string{"timeout", "connection_refused", "connection_lost", "host_not_found", "no_route", "local_error", "tls_handshake"} {
		ask(&event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, ErrorType: broken})
	}
	for _, s := range samples(t) {
		ask(answered(t, s.host, s.command, s.words))
	}
	for _, l := range labelledReplies(t) {
		if !l.held {
			ask(read(t, l.asPostfix()))
		}
	}
	for i := range standard() {
		if !decides[i+1] {
			t.Errorf("%s decides no sample alone", standard()[i].row())
		}
	}
}

// Rules, and the parts of their texts, are numbered in 16 bits, of which one value means none.
func TestAllRulesHaveNumbers(t *testing.T) {
	if all := MaxOwnRules + len(standard()); all*(partsMax-1) >= noRule {
		t.Errorf("%d rules have too many parts", all)
	}
}

// The automata give what the plain way gives: for every reply here, with rules of a user's own for some, and for what a fuzzer makes of them.
func TestTheFirstRuleThatFitsDecides(t *testing.T) {
	own := manyOwn(t)
	for i, s := range samples(t) {
		asPlain(t, Standard, answered(t, s.host, s.command, s.words))
		if i%8 == 0 {
			asPlain(t, own, answered(t, s.host, s.command, s.words))
		}
	}
	for i, l := range labelledReplies(t) {
		asPlain(t, Standard, read(t, l.asPostfix()))
		if i%16 == 0 {
			asPlain(t, own, read(t, l.asPostfix()))
		}
	}
}

// Words of the replies in any order, cut and run together.
func TestTheFirstRuleThatFitsDecidesWhateverIsSaid(t *testing.T) {
	random, own := rand.New(rand.NewPCG(1, 2)), manyOwn(t)
	words := repliesWords(t)
	for range 1500 {
		text := ""
		for range 1 + random.IntN(30) {
			word := words[random.IntN(len(words))]
			switch random.IntN(12) {
			case 0:
				word = word[:random.IntN(len(word)+1)]
			case 1:
				word = strings.ToUpper(word)
			}
			text += word + []string{" ", " ", " ", "", "-", ". ", " <", "> ", "@", "\n", strings.Repeat(" x", 20)}[random.IntN(11)]
		}
		for _, d := range []*Diagnosis{Standard, own} {
			asPlain(t, d, &event.Event{
				Kind: event.KindDelivery, Status: event.StatusBounced, Class: '5', Code: 550 + random.IntN(5),
				Enhanced: []string{"", "5.7.1", "5.1.1"}[random.IntN(3)], Command: []string{"RCPT", "MAIL", "EOM"}[random.IntN(3)],
				ServerAddress: []string{"", "gmail-smtp-in.l.google.com", "mx.yandex.ru"}[random.IntN(3)], Text: text,
			})
		}
	}
}

func FuzzTheFirstRuleThatFitsDecides(f *testing.F) {
	for _, words := range []string{
		"550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown", "421-4.7.0 too many\r\n421 4.7.0 connections from you",
		"554 user@example.com over quo\xc3\xa4ta \xff <id> https://x.example/?q=a@b mailbox f\u0301ull", "550 no such ... user, user users unknown unknown",
		strings.Repeat("a user ", 20) + "\u023a unknown",
	} {
		f.Add(words, "RCPT")
	}
	own := manyOwn(f)
	f.Fuzz(func(t *testing.T, words, command string) {
		if len(words) > 4096 {
			return
		}
		for _, host := range []string{"", "gmail-smtp-in.l.google.com", "mx.yandex.ru"} {
			for _, d := range []*Diagnosis{Standard, own} {
				asPlain(t, d, &event.Event{
					Kind: event.KindDelivery, Status: event.StatusBounced, Class: '5', Code: 550, Enhanced: "5.7.1", Command: command,
					ServerAddress: host, Text: words,
				})
			}
		}
	})
}

// repliesWords are the words of the labelled replies, one after the other.
func repliesWords(t testing.TB) (words []string) {
	for _, l := range labelledReplies(t) {
		words = append(words, strings.Fields(l.text)...)
	}
	return words
}

// manyOwn are rules of words that replies have: whole, with a star in front or behind, with gaps, as regular expressions; more parts than a
// byte counts.
func manyOwn(t testing.TB) *Diagnosis {
	random, words := rand.New(rand.NewPCG(3, 4)), repliesWords(t)
	var own Own
	for len(own.Reasons) < 700 {
		text := ""
		for n := range 1 + random.IntN(4) {
			word := fold(words[random.IntN(len(words))])
			switch random.IntN(8) {
			case 0:
				word = word[:len(word)/2] + "*"
			case 1:
				word = "*" + word[len(word)/2:]
			}
			if n > 0 && random.IntN(2) == 0 {
				text += " ..."
			}
			text += " " + word
		}
		r := Rule{Reason: Reasons[random.IntN(len(Reasons))].Name, Text: text, Code: []string{"", "", "550", "4xx"}[random.IntN(4)]}
		if random.IntN(5) == 0 {
			r.Text, r.Regexp = "", "(?i)"+regexp.QuoteMeta(words[random.IntN(len(words))])+".{0,9}"+regexp.QuoteMeta(words[random.IntN(len(words))])
		}
		if _, err := r.compile(basisOwn, nil); err == nil {
			own.Reasons = append(own.Reasons, r)
		}
	}
	d, err := New(own)
	if err != nil {
		t.Fatal(err)
	}
	if d.rules.texts.parts < 256 || d.rules.open == nil || d.rules.literals == nil {
		t.Fatal("no rules of all kinds")
	}
	return d
}

func asPlain(t testing.TB, d *Diagnosis, ev *event.Event) {
	t.Helper()
	d.Event(ev)
	a := askedOf(ev)
	want, got := 0, d.ready().find(&a)
	if fit := d.ready().all(&a); len(fit) > 0 {
		want = fit[0]
	}
	if got != want {
		t.Errorf("%q: rule %d, want %d", a.text, got, want)
	}
}

// row is a rule as a table has it, for messages.
func (c *rule) row() string {
	words := ""
	for _, p := range c.parts {
		if len(p.words) > 1 {
			words += "{" + p.words[0] + "...}"
		} else {
			words += p.words[0]
		}
	}
	return fmt.Sprintf("%s: text %q, code %q %v, enhanced %v %v, command %v, provider %v, error %v", c.why.Name, words, c.class, c.codes, c.enhanced, c.verdicts, c.commands, c.provider, c.errors)
}
