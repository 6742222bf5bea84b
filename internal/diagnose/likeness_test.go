package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// unruled knows no rule: whatever it says is by likeness.
var unruled = &Diagnosis{rules: index(nil)}

// Words that no rule has in this way mean what others meant with words like them.
func TestWhatNoRuleKnowsIsToldByItsLikeness(t *testing.T) {
	for _, c := range []struct{ command, words, reason string }{
		{"RCPT", "550 No such list", "unknown_recipient"},
		{"RCPT", "550 utilizador nº 5 nao consta", "unknown_recipient"},
		{"RCPT", "550 该收件人账号没有注册", "unknown_recipient"},
		{"EOM", "421 database gone for lunch", "server_error"},
	} {
		ev := answered(t, "-", c.command, c.words)
		unruled.Event(ev)
		if ev.Reason != c.reason || ev.Basis != "likeness" || ev.Category == "" {
			t.Errorf("%s: %s (%s, %s), want %s", c.words, ev.Reason, ev.Category, ev.Basis, c.reason)
		}
		if told := unruled.Deciding(ev); !strings.HasPrefix(told, "like other replies with ") {
			t.Errorf("%s: %q", c.words, told)
		}
	}
}

// What is like nothing, or only like what says nothing, stays unspecified; so does what is asked without its code, and nothing is told of a
// recipient who was not named yet.
func TestLikenessSaysNothingWhereItKnowsTooLittle(t *testing.T) {
	for _, c := range []struct{ command, words string }{
		{"RCPT", "550 Qwrtp zxcvb"},
		{"EOM", "451 later"},
		{"EOM", "554 error 7"},
		{"RCPT", "550 1234-5678"},
		{"EOM", "554 5.0.0 Failed"},
		{"RCPT", "550 see https://lists.example/no-such-list"},
		{"RCPT", "550 <no-such-list@lists.example>"},
	} {
		ev := answered(t, "-", c.command, c.words)
		if unruled.Event(ev); ev.Reason != "unspecified" {
			t.Errorf("%s is %s (%s)", c.words, ev.Reason, ev.Basis)
		}
	}
	for _, command := range []string{event.CommandConnect, "HELO", "MAIL"} {
		ev := answered(t, "-", command, "550 No such list")
		if unruled.Event(ev); ev.Category == "recipient" {
			t.Errorf("the answer to %s is %s", command, ev.Reason)
		}
	}
	if r, ok := likenessOfReplies().likeliest(&asked{text: "No such list", command: "RCPT"}); ok {
		t.Errorf("without a code: %s", r.Name)
	}
}

// Rules come first: the user's, and what a code says by itself.
func TestLikenessIsAskedLast(t *testing.T) {
	own, err := New(Own{Reasons: []Rule{{Reason: "policy", Text: "list"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d             *Diagnosis
		words         string
		reason, basis string
	}{
		{own, "550 No such list", "policy", "own"},
		{Standard, "550 5.2.2 utilizador nº 5 nao consta", "mailbox_full", "enhanced_code"},
	} {
		ev := answered(t, "-", "RCPT", c.words)
		if c.d.Event(ev); ev.Reason != c.reason || ev.Basis != c.basis {
			t.Errorf("%s: %s (%s), want %s (%s)", c.words, ev.Reason, ev.Basis, c.reason, c.basis)
		}
	}
}

func TestTraitsOfAReply(t *testing.T) {
	var got []string
	same := true
	traitsOf(&asked{
		text: "Mailboxes<a@b.example> rejected.See mx1.example.com ID7 https://x.example 不存在", code: 550, enhanced: "5.1.1", command: "RCPT",
	}, func(t trait) {
		if t.kind == phraseTrait {
			return
		}
		got = append(got, t.name())
		again := traitNamed(t.name())
		same = same && again.key() == t.key()
	})
	want := []string{
		"-", "550", "5xx", "5.1.1", "x.1.1", "RCPT", "RCPT 550", "mailbo", "mail*", "reject", "reje*", "mailbo reject", "see", "reject see",
		"不", "存", "不存", "在", "存在",
	}
	if !slices.Equal(got, want) || !same {
		t.Errorf("%q, want %q; found by their names: %v", got, want, same)
	}
}

// Whatever is said, a reason of the closed list comes of it.
func FuzzLikeness(f *testing.F) {
	f.Add("No such list", "RCPT", 550, "5.1.1")
	f.Add("不存在 <a", "", 421, "x")
	f.Add("\xff.\xff@ ://", "MAIL", -1, "5")
	f.Fuzz(func(t *testing.T, text, command string, code int, enhanced string) {
		a := asked{text: text, command: command, code: code, enhanced: enhanced}
		r, p := likenessOfReplies().of(&a)
		if known(r.Name) != r || p < 0 || p > 1 {
			t.Errorf("%v %v", r, p)
		}
		likenessOfReplies().telling(&a, r)
	})
}
