package diagnose

import (
	"fmt"
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
		switch fit := Standard.rules.all(&a); {
		case len(fit) == 0:
		case len(fit) == 1 || standard[fit[0]-1].why != standard[fit[1]-1].why:
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
	for i := range standard {
		if !decides[i+1] {
			t.Errorf("%s decides no sample alone", standard[i].row())
		}
	}
}

// The automata give what the plain way gives: for every reply here, and for what a fuzzer makes of some.
func TestTheFirstRuleThatFitsDecides(t *testing.T) {
	for _, s := range samples(t) {
		asPlain(t, answered(t, s.host, s.command, s.words))
	}
	for _, l := range labelledReplies(t) {
		asPlain(t, read(t, l.asPostfix()))
	}
}

func FuzzTheFirstRuleThatFitsDecides(f *testing.F) {
	for _, words := range []string{
		"550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown", "421-4.7.0 too many\r\n421 4.7.0 connections from you",
		"554 user@example.com over quo\xc3\xa4ta \xff <id> https://x.example/?q=a@b mailbox f\u0301ull", "550 no such ... user, user users unknown unknown",
	} {
		f.Add(words, "RCPT")
	}
	f.Fuzz(func(t *testing.T, words, command string) {
		if len(words) > 4096 {
			return
		}
		for _, host := range []string{"", "gmail-smtp-in.l.google.com", "mx.yandex.ru"} {
			asPlain(t, &event.Event{
				Kind: event.KindDelivery, Status: event.StatusBounced, Class: '5', Code: 550, Enhanced: "5.7.1", Command: command, ServerAddress: host, Text: words,
			})
		}
	})
}

func asPlain(t testing.TB, ev *event.Event) {
	t.Helper()
	Standard.Event(ev)
	a := askedOf(ev)
	want, got := 0, Standard.rules.find(&a)
	if fit := Standard.rules.all(&a); len(fit) > 0 {
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
