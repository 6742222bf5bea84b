package diagnose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Our own words for a flood end the reading of a reply; a user's rule counts wherever its words stand, however it is written.
func TestOwnRulesCountBehindWhatDecidesOtherwise(t *testing.T) {
	const flood = "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail. Please visit the Überblick for zollfrei extrawords, см. справку (ticket #12), 請求頻繁了"
	for _, r := range []Rule{
		{},
		{Text: "zollfrei"},
		{Text: "zollfrei ... extrawords"},
		{Text: "zoll*"},
		{Text: "*frei"},
		{Text: "uberblick"},
		{Text: "Überblick for"},
		{Text: "справку"},
		{Text: "*頻繁*"},
		{Regexp: `ticket #[0-9]+`},
		{Regexp: `#[0-9]+`},
		{Text: "extrawords", Provider: "google"},
		{Text: "visit the"},
		{Text: "extrawords ... справку"},
	} {
		want := "rate_limited"
		own := []Rule{{Reason: "policy", Text: "nowhere to be found"}, {Reason: "policy", Text: "zollfrei extrawords elsewhere"}}
		if r != (Rule{}) {
			r.Reason, want = "virus", "virus"
			own = append(own, r)
		}
		d, err := New(Own{Reasons: own})
		if err != nil {
			t.Fatal(err)
		}
		ev := answered(t, "alt1.gmail-smtp-in.l.google.com", "EOM", flood)
		if d.Event(ev); ev.Reason != want {
			t.Errorf("%+v: %s, want %s", r, ev.Reason, want)
		}
	}
}

// The first of a user's rules decides, wherever in a reply its words stand.
func TestTheFirstOwnRuleDecidesWhicheverIsHeardFirst(t *testing.T) {
	for _, texts := range [][2]string{{"zoll*", "vis*"}, {"zollfrei", "vis*"}, {"*frei", "vis*"}} {
		d, err := New(Own{Reasons: []Rule{{Reason: "operator", Text: texts[0]}, {Reason: "virus", Text: texts[1]}}})
		if err != nil {
			t.Fatal(err)
		}
		ev := answered(t, "-", "EOM", "550 visit us, it is zollfrei")
		if d.Event(ev); ev.Reason != "operator" {
			t.Errorf("%q: %s", texts, ev.Reason)
		}
	}
}

func TestOwnRulesComeFirst(t *testing.T) {
	d, err := New(Own{
		Reasons: []Rule{
			{Reason: "lost_customer", Category: "recipient", Text: "no longer with us"},
			{Reason: "policy", Regexp: `(?i)ticket #[0-9]+`},
			{Reason: "greylisted", Code: "550", EnhancedCode: "5.7.1", Command: "rcpt"},
			{Reason: "server_busy", Provider: "house", Code: "4xx"},
			{Reason: "operator", Error: "timeout"},
			{Reason: "rate_limited", Text: "Übermäßig ... Viel*"},
			{Reason: "loop", Command: "EOM"},
		},
		Providers: []OwnProvider{{Name: "house", Hosts: []string{"*.mx.house.example", "Relay.House.Example."}, Domains: []string{"house.example"}}},
		File:      "# table\n{pet}\tcat, big dog\n[group]\nvirus\ttext=cat\nsuppressed\ttext=cat food\nvirus\ttext=my {pet}\n",
		FileName:  "own.tsv",
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.OwnRules() != 10 || Standard.OwnRules() != 0 {
		t.Error(d.OwnRules())
	}
	for _, c := range []struct{ host, command, words, want, category string }{
		{"-", "RCPT", "550 5.1.1 User is no longer with us", "lost_customer", "recipient"},
		{"-", "RCPT", "550 5.1.1 User unknown", "unknown_recipient", "recipient"},
		{"-", "DATA", "550 5.1.1 Ticket #77 says no", "policy", "block"},
		{"-", "RCPT", "550 5.7.1 user unknown", "greylisted", "block"},
		{"-", "MAIL", "550 5.7.1 spam", "spam_content", "block"},
		{"a.mx.house.example", "RCPT", "451 4.7.1 greylisted", "server_busy", "infrastructure"},
		{"relay.house.example", "RCPT", "451 4.7.1 greylisted", "server_busy", "infrastructure"},
		{"other.example", "RCPT", "451 4.7.1 greylisted", "greylisted", "block"},
		{"-", "RCPT", "550 ÜBERMÄẞIG oft und zu vieles", "rate_limited", "block"},
		{"-", "EOM", "554 5.7.1 spam", "loop", "own"},
		{"-", "RCPT", "550 5.1.1 cat", "virus", "content"},
		{"-", "RCPT", "550 5.1.1 cat food", "suppressed", "recipient"},
		{"-", "RCPT", "550 5.1.1 my big dog", "virus", "content"},
	} {
		ev := answered(t, c.host, c.command, c.words)
		d.Event(ev)
		basis := ev.Basis == basisOwn
		if ev.Reason != c.want || ev.Category != c.category || basis == (c.want == "unknown_recipient" || c.want == "spam_content" || c.host == "other.example") {
			t.Errorf("%s: %s, %s (%s), want %s", c.words, ev.Reason, ev.Category, ev.Basis, c.want)
		}
	}
	ev := event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, ErrorType: "timeout", RcptTo: "a@b.example"}
	if d.Event(&ev); ev.Reason != "operator" {
		t.Error(ev.Reason)
	}
	if p := d.Provider("", "a@sub.house.example"); p != "house" {
		t.Error(p)
	}
}

func TestMistakesInOwnRulesSayWhere(t *testing.T) {
	for want, own := range map[string]Own{
		`reasons[1]: reason: "Not Right" is no name`:                {Reasons: []Rule{{Reason: "policy", Code: "550"}, {Reason: "Not Right", Category: "own", Code: "550"}}},
		`reasons[0]: category: "colour" of the own reason mine`:     {Reasons: []Rule{{Reason: "mine", Category: "colour", Code: "550"}}},
		`reasons[0]: category: "" of the own reason mine is none`:   {Reasons: []Rule{{Reason: "mine", Code: "550"}}},
		`reasons[0]: reason: policy is of the category block`:       {Reasons: []Rule{{Reason: "policy", Category: "own", Code: "550"}}},
		`reasons[0]: would fit every failure, takes at least one`:   {Reasons: []Rule{{Reason: "policy"}}},
		`reasons[0]: regexp: error parsing regexp`:                  {Reasons: []Rule{{Reason: "policy", Regexp: "("}}},
		`reasons[0]: text: "--" has neither letter nor digit`:       {Reasons: []Rule{{Reason: "policy", Text: "--"}}},
		`reasons[0]: text: "..." has 0 parts`:                       {Reasons: []Rule{{Reason: "policy", Text: "..."}}},
		`reasons[0]: text: {pet} is no class of words`:              {Reasons: []Rule{{Reason: "policy", Text: "my {pet}"}}},
		`reasons[0]: text: "` + strings.Repeat("x", 300):            {Reasons: []Rule{{Reason: "policy", Text: strings.Repeat("x", 300)}}},
		`reasons[0]: code: "250" is no reply code of a failure`:     {Reasons: []Rule{{Reason: "policy", Code: "250"}}},
		`reasons[0]: enhanced_code: "2.0.0" is no enhanced code`:    {Reasons: []Rule{{Reason: "policy", EnhancedCode: "2.0.0"}}},
		`reasons[0]: command: "SEND" is no command`:                 {Reasons: []Rule{{Reason: "policy", Command: "send"}}},
		`reasons[0]: error: "timeot" is no error of a connection`:   {Reasons: []Rule{{Reason: "policy", Error: "timeot"}}},
		`reasons[1]: provider: "gogle" is nobody, takes names`:      {Reasons: []Rule{{Reason: "policy", Provider: "google,other"}, {Reason: "policy", Provider: "gogle"}}},
		`own.tsv, line 2: provider: "house" is nobody`:              {FileName: "own.tsv", File: "policy\tprovider=google\npolicy\tprovider=house\n"},
		`own.tsv, line 2: "text" is no key=value`:                   {FileName: "own.tsv", File: "# a\npolicy\ttext\n"},
		`own.tsv, line 1: "words=x" is no key=value`:                {FileName: "own.tsv", File: "policy\twords=x\n"},
		`own.tsv, line 1: the key code stands there twice`:          {FileName: "own.tsv", File: "policy\tcode=550\tcode=551\n"},
		`own.tsv, line 3: reason: "Policy!" is no name`:             {FileName: "own.tsv", File: "policy\tcode=550\n\nPolicy!\tcode=550\n"},
		`own.tsv, line 1: "{pet}" is no class of words`:             {FileName: "own.tsv", File: "{pet}\n"},
		`providers[0]: name: "My House" is no name`:                 {Providers: []OwnProvider{{Name: "My House", Hosts: []string{"a.example"}}}},
		`providers[0]: house has neither hosts nor domains`:         {Providers: []OwnProvider{{Name: "house"}}},
		`providers[0]: hosts: "" is no name of a host`:              {Providers: []OwnProvider{{Name: "house", Hosts: []string{""}}}},
		`providers[0]: domains: "a@b.example" is no name of a host`: {Providers: []OwnProvider{{Name: "house", Domains: []string{"a@b.example"}}}},
		`reasons: 10001 rules are too many, takes at most 10000`:    {File: strings.Repeat("policy\tcode=550\n", MaxOwnRules+1)},
	} {
		if _, err := New(own); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, err := New(Own{Reasons: []Rule{{Reason: "policy"}}, FileName: "own.tsv", File: "x\n\ny\n", Providers: []OwnProvider{{}}})
	for _, place := range []string{"reasons[0]", "own.tsv, line 1", "own.tsv, line 3", "providers[0]"} {
		if err == nil || !strings.Contains(err.Error(), place) {
			t.Errorf("%v does not name %s", err, place)
		}
	}
}

// A regular expression sees the beginning of a reply, and no reply that lacks its longest word.
func TestRegularExpressionsAreBounded(t *testing.T) {
	d, err := New(Own{Reasons: []Rule{{Reason: "policy", Regexp: "x+y"}, {Reason: "loop", Regexp: `(?i)Way[s]? Behind`}}})
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"550 " + strings.Repeat("x", regexpMax-1) + "y": "policy", "550 " + strings.Repeat("x", regexpMax) + "y": "unspecified",
		"550 WAYS BEHIND": "loop", "550 way  behind": "unspecified",
	} {
		ev := answered(t, "-", "RCPT", words)
		if d.Event(ev); ev.Reason != want {
			t.Errorf("%.20q: %s, want %s", words, ev.Reason, want)
		}
	}
	for expr, want := range map[string]string{
		`over quota`: "over quota", `(?i)OVER--quota!`: "over quota", `ab|cd`: "", `(?:abcd)+`: "abcd", `(abcd)?`: "", `[0-9]{3}`: "", `é+abc`: "abc", `a.b`: "", `(abc){0,2}`: "",
	} {
		if got := literal(expr); got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

// thousand are a thousand own rules, half of them texts, half of them expressions.
func thousand(t testing.TB) *Diagnosis {
	var own Own
	for i := range 500 {
		own.Reasons = append(own.Reasons,
			Rule{Reason: "policy", Text: fmt.Sprintf("customer rule %d ... says no", i)}, Rule{Reason: "policy", Regexp: fmt.Sprintf(`(?i)customer-%d[a-z]* .*refused`, i)})
	}
	d, err := New(own)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func BenchmarkReason(b *testing.B) {
	replies := labelledReplies(b)
	events := make([]*event.Event, len(replies))
	for i := range replies {
		events[i] = read(b, replies[i].asPostfix())
	}
	for name, d := range map[string]*Diagnosis{"standard": Standard, "with 1000 own rules": thousand(b)} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				ev := events[i%len(events)]
				ev.Reason, ev.Basis = "", ""
				d.Event(ev)
			}
		})
	}
}

// A rule is told with some of the words that it takes at a place, and with how many it takes besides: none of those that are told need be in the reply.
func TestRuleSaysHowManyWordsItTakes(t *testing.T) {
	d, err := New(Own{FileName: "own.tsv", File: "{pet}\tcat, dog, cow, hen, fox, owl\nvirus\ttext=my {pet} ... ran away\n"})
	if err != nil {
		t.Fatal(err)
	}
	ev := answered(t, "-", "RCPT", "550 my owl has ran away")
	if got, want := d.Deciding(ev), `text="my cat | dog | cow | hen (or one of 2 more) ... ran away"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
