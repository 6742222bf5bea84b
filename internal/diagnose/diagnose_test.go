package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestReasonOfAFailure(t *testing.T) {
	delivery := func(status event.Status, ev event.Event) event.Event {
		ev.Kind, ev.Status = event.KindDelivery, status
		return ev
	}
	for name, c := range map[string]struct {
		ev                   event.Event
		reason, categ, basis string
	}{
		"unknown user": {
			delivery(event.StatusBounced, event.Event{Class: '5', Code: 550, Enhanced: "5.1.1"}), "unknown_recipient", "recipient", basisEnhanced,
		},
		"full mailbox, temporarily": {
			delivery(event.StatusDeferred, event.Event{Class: '4', Code: 450, Enhanced: "4.2.2"}), "mailbox_full", "recipient", basisEnhanced,
		},
		"throttled":                 {event.Event{Kind: event.KindReply, Class: '4', Code: 421, Enhanced: "4.7.28"}, "rate_limited", "block", basisEnhanced},
		"code alone":                {event.Event{Kind: event.KindReject, Class: '5', Code: 530}, "credentials", "own", basisCode},
		"code that says little":     {event.Event{Kind: event.KindReply, Class: '5', Code: 554}, "unspecified", "unspecified", basisCode},
		"other or undefined":        {event.Event{Kind: event.KindReply, Class: '5', Code: 552, Enhanced: "5.2.0"}, "unspecified", "unspecified", basisEnhanced},
		"security alone":            {event.Event{Kind: event.KindReply, Class: '5', Code: 550, Enhanced: "5.7.1"}, "unspecified", "unspecified", basisEnhanced},
		"words beat a general code": {event.Event{Kind: event.KindReply, Class: '5', Code: 550, Enhanced: "5.1.1", Text: "blocked using zen.spamhaus.org"}, "blocklisted", "block", basisText},
		"size, said to MAIL":        {event.Event{Kind: event.KindReply, Class: '5', Code: 552, Command: "MAIL"}, "message_too_large", "content", basisCommand},
		"words of the provider": {
			event.Event{Kind: event.KindReply, Role: event.RoleClient, ServerAddress: "mta5.am0.yahoodns.net", Class: '4', Code: 421, Enhanced: "4.7.0", Text: "[GL01] Message deferred"},
			"greylisted", "block", basisProvider,
		},
		"refused connection": {
			delivery(event.StatusDeferred, event.Event{ErrorType: "connection_refused", DSN: "4.4.1"}), "connection_refused", "infrastructure", basisError,
		},
		"name that does not exist": {
			delivery(event.StatusBounced, event.Event{ErrorType: "host_not_found", DSN: "5.4.4"}), "invalid_domain", "domain", basisError,
		},
		"name that cannot be asked": {
			delivery(event.StatusDeferred, event.Event{ErrorType: "host_not_found", DSN: "4.4.3"}), "dns_failure", "domain", basisError,
		},
		"the MTA's own code":        {delivery(event.StatusBounced, event.Event{DSN: "5.4.6"}), "loop", "own", basisEnhanced},
		"peer's words before MTA's": {delivery(event.StatusDeferred, event.Event{Class: '5', Code: 554, DSN: "5.1.1"}), "unspecified", "unspecified", basisCode},
		"nothing said":              {delivery(event.StatusBounced, event.Event{}), "unspecified", "unspecified", ""},
		"success has no reason":     {delivery(event.StatusDelivered, event.Event{Class: '2', Code: 250}), "", "", ""},
		"command has no reason":     {event.Event{Kind: event.KindCommand, Command: "RCPT"}, "", "", ""},
		"code cut short":            {event.Event{Kind: event.KindReply, Class: '5', Enhanced: "5.1"}, "unspecified", "unspecified", basisEnhanced},
		"a line that says why":      {event.Event{Kind: event.KindReject, Class: '4', Code: 450, Reason: "greylisted", Text: "user unknown"}, "greylisted", "block", basisText},
		"what broke before codes":   {delivery(event.StatusDeferred, event.Event{ErrorType: "timeout", DSN: "4.4.2"}), "connection_timeout", "infrastructure", basisError},
	} {
		t.Run(name, func(t *testing.T) {
			Standard.Event(&c.ev)
			if c.ev.Reason != c.reason || c.ev.Category != c.categ || c.ev.Basis != c.basis {
				t.Errorf("%s, %s, %s", c.ev.Reason, c.ev.Category, c.ev.Basis)
			}
		})
	}
}

// The same words mean different things as answers to different commands.
func TestTheCommandIsAsked(t *testing.T) {
	for _, c := range []struct{ command, words, want string }{
		{"RCPT", "550 5.1.0 Address rejected", "unknown_recipient"},
		{"MAIL", "550 Mailbox not found", "invalid_sender"},
		{"RCPT", "550 Mailbox not found", "unknown_recipient"},
		{"MAIL", "501 Domain must exist", "invalid_sender"},
		{"CONNECT", "554 Sorry", "policy"},
		{"RCPT", "554 Sorry", "unspecified"},
	} {
		ev := answered(t, "-", c.command, c.words)
		if Standard.Event(ev); ev.Reason != c.want {
			t.Errorf("%s: %s is %s, want %s", c.command, c.words, ev.Reason, c.want)
		}
	}
}

// Before a sender is named, nothing is known of a recipient: what Postfix was refused then is about it, though its line does not say whether at
// the greeting or at HELO.
func TestARefusalBeforeASenderIsAboutTheClient(t *testing.T) {
	const line = "Nov 23 10:00:06 mx postfix/smtp[859]: 4Xq0Zk3rTnz9: to=<anna@example.com>, relay=mx.example.com[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.0.0, " +
		"status=bounced (host mx.example.com[192.0.2.9] refused to talk to me: "
	for words, want := range map[string]string{"501 Domain must resolve": "client_identity", "554 mx2.example.com": "policy", "554 domain not found": "client_identity"} {
		if ev := read(t, line+words+")"); ev.Reason != want || ev.Command != "" {
			t.Errorf("%s is %s of a refused %q, want %s", words, ev.Reason, ev.Command, want)
		}
	}
}

// What is broken over lines is one phrase, whoever joined the lines.
func TestAPhraseOverTwoLines(t *testing.T) {
	for _, words := range []string{
		"550-5.1.1 The mailbox is over 550 5.1.1 quota", `550-5.1.1 The mailbox is over\n550 5.1.1 quota`,
	} {
		ev := answered(t, "-", "RCPT", words)
		if Standard.Event(ev); ev.Reason != "mailbox_full" || ev.Text != "The mailbox is over quota" {
			t.Errorf("%q: %s, %q", words, ev.Reason, ev.Text)
		}
	}
}

// What a sender writes into addresses decides nothing.
func TestAddressesAreNoWords(t *testing.T) {
	for _, words := range []string{
		"550 <over.quota@spam.example>: sorry", "550 spam@example.com: sorry", "550 sorry, <user.unknown@x> and greylisted@y.example", "550 sorry (<mailbox-full>)",
	} {
		ev := answered(t, "-", "RCPT", words)
		if Standard.Event(ev); ev.Reason != "unspecified" {
			t.Errorf("%q: %s", words, ev.Reason)
		}
	}
}

func TestErrorTypeIsTheReplyCodeWhereNothingBrokeBefore(t *testing.T) {
	ev := event.Event{Kind: event.KindReply, Class: '5', Code: 550}
	Standard.Event(&ev)
	if ev.ErrorType != "550" {
		t.Error(ev.ErrorType)
	}
}

// A server's own verdict has words and no reply: its status says which rules may fit.
func TestVerdictWithoutAReplyIsReadByItsWords(t *testing.T) {
	for _, tt := range []struct {
		status event.Status
		words  string
		want   string
	}{
		{event.StatusBounced, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "unknown_recipient"},
		{event.StatusDeferred, "Domain not found", "dns_failure"},
		{event.StatusBounced, "Domain not found", "invalid_domain"},
	} {
		ev := event.Event{Kind: event.KindDelivery, Status: tt.status, DSN: "5.1.10", Text: tt.words}
		if Standard.Event(&ev); ev.Reason != tt.want {
			t.Errorf("%s: %s, want %s", tt.words, ev.Reason, tt.want)
		}
	}
}

// The tables are the closed list of DESIGN's reasons, each with its meaning and what to do.
func TestEveryReasonIsExplained(t *testing.T) {
	for _, e := range Explanations {
		if !isName(e.Name) || !slices.Contains(Categories, e.Category) || e.Meaning == "" || e.Remedy == "" {
			t.Errorf("%+v", e)
		}
	}
	for i := range standard() {
		if !slices.Contains(Reasons, standard()[i].why) {
			t.Errorf("%s: no reason of the list", standard()[i].row())
		}
	}
}

// A text of a megabyte takes no longer than its beginning, and a hostile one grows with its length.
func TestHostileTextsAreBounded(t *testing.T) {
	for _, piece := range []string{"<", "@", "a@", "<a", "user unknown ", "no such ... ", "\xff", "é", "\u0301", "spam ", "550-5.1.1 ", `\n550-`} {
		text := strings.Repeat(piece, 1<<20/len(piece))
		ev := event.Event{Kind: event.KindReply, Class: '5', Code: 550, Text: text, TextJoined: true}
		Standard.Event(&ev)
		if len(ev.Fingerprint) > fingerprintMax || ev.Reason == "" {
			t.Errorf("%q: %q %s", piece, ev.Fingerprint, ev.Reason)
		}
	}
}
