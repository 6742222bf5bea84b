package diagnose

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestReasonOfAFailure(t *testing.T) {
	for name, c := range map[string]struct {
		ev   event.Event
		want string
		kind string // category
	}{
		"unknown user":               {event.Event{Kind: event.KindDelivery, Status: event.StatusBounced, Class: '5', Code: 550, Enhanced: "5.1.1"}, "unknown_recipient", "recipient"},
		"full mailbox, temporarily":  {event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, Class: '4', Code: 450, Enhanced: "4.2.2"}, "mailbox_full", "recipient"},
		"throttled":                  {event.Event{Kind: event.KindReply, Class: '4', Code: 421, Enhanced: "4.7.28"}, "rate_limited", "block"},
		"code alone":                 {event.Event{Kind: event.KindReject, Class: '5', Code: 530}, "credentials", "own"},
		"refused connection":         {event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, ErrorType: "connection_refused", DSN: "4.4.1"}, "connection_refused", "infrastructure"},
		"name that does not exist":   {event.Event{Kind: event.KindDelivery, Status: event.StatusBounced, ErrorType: "host_not_found", DSN: "5.4.4"}, "invalid_domain", "domain"},
		"name that cannot be asked":  {event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, ErrorType: "host_not_found", DSN: "4.4.3"}, "dns_failure", "domain"},
		"the MTA's own code":         {event.Event{Kind: event.KindDelivery, Status: event.StatusBounced, DSN: "5.4.6"}, "loop", "own"},
		"peer's words before MTA's":  {event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, Class: '5', Code: 554, DSN: "4.0.0"}, "policy", "block"},
		"nothing said":               {event.Event{Kind: event.KindDelivery, Status: event.StatusBounced}, "unspecified", "unspecified"},
		"success has no reason":      {event.Event{Kind: event.KindDelivery, Status: event.StatusDelivered, Class: '2', Code: 250}, "", ""},
		"command has no reason":      {event.Event{Kind: event.KindCommand, Command: "RCPT"}, "", ""},
		"code cut short":             {event.Event{Kind: event.KindReply, Class: '5', Enhanced: "5.1"}, "unspecified", "unspecified"},
		"enhanced code of no rule":   {event.Event{Kind: event.KindReply, Class: '5', Code: 550, Enhanced: "5.9.99"}, "unspecified", "unspecified"},
		"error type wins over codes": {event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred, ErrorType: "timeout", DSN: "4.4.2"}, "connection_timeout", "infrastructure"},
	} {
		t.Run(name, func(t *testing.T) {
			Event(&c.ev)
			if c.ev.Reason != c.want || c.ev.Category != c.kind {
				t.Errorf("%s, %s", c.ev.Reason, c.ev.Category)
			}
		})
	}
}

func TestErrorTypeIsTheReplyCodeWhereNothingBrokeBefore(t *testing.T) {
	ev := event.Event{Kind: event.KindReply, Class: '5', Code: 550}
	Event(&ev)
	if ev.ErrorType != "550" {
		t.Error(ev.ErrorType)
	}
}

func TestProviderIsWhoAnswered(t *testing.T) {
	for _, c := range []struct{ host, rcpt, want string }{
		{"gmail-smtp-in.l.google.com", "a@customer.example", "google"},
		{"EXAMPLE-COM.mail.protection.outlook.com", "a@example.com", "microsoft365"},
		{"hotmail-com.olc.protection.outlook.com", "", "outlook"},
		{"eu-smtp-inbound-1.mimecast.com", "a@gmail.com", "mimecast"}, // the gateway answered, not the mailbox provider behind it
		{"mx.evilgoogle.com", "a@b.example", Other},
		{"google.com.evil.example", "a@gmail.com", Other},
		{"", "a@GMAIL.com", "google"},
		{"", "a@b.example", Other},
		{"", "", Other},
	} {
		if got := Provider(c.host, c.rcpt); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.host, c.rcpt, got, c.want)
		}
	}
}

func TestFingerprintIsTheSameForTheSameRefusal(t *testing.T) {
	for _, c := range []struct {
		want  string
		texts []string
	}{
		{"<addr>: Recipient address rejected: User unknown in virtual mailbox table", []string{
			"<anna@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
			"<b.c+d@x.example>:  Recipient address rejected: User unknown in virtual mailbox table",
		}},
		{"[ip] An unusual rate of mail comes from your address. # - gsm", []string{
			"[192.0.2.25] An unusual rate of mail comes from your address. f7si1234567wrb.88 - gsm",
			"[2001:db8::1] An unusual rate of mail comes from your address. a9si7654321abc.07 - gsm",
		}},
		{"[TS03] Messages from ip temporarily deferred; see https://postmaster.example/ts#", []string{
			"[TS03] Messages from 192.0.2.1 temporarily deferred; see https://postmaster.example/ts03",
		}},
		{"message too large, limit is # bytes", []string{"message too large, limit is 10485760 bytes", "message too large, limit is 5 bytes"}},
	} {
		for _, text := range c.texts {
			if got := Fingerprint(text); got != c.want {
				t.Errorf("%q: %q", text, got)
			}
		}
	}
}

func TestFingerprintIsBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 5000), strings.Repeat("é", 5000), strings.Repeat("a ", 5000), strings.Repeat("<", 5000)} {
		if n := len(Fingerprint(text)); n > fingerprintMax {
			t.Errorf("%d bytes", n)
		}
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("<a@b>: 4.7.1 [192.0.2.1] try again in 300 seconds")
	f.Fuzz(func(t *testing.T, s string) {
		if len(Fingerprint(s)) > fingerprintMax {
			t.Error("too long")
		}
	})
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
		if Event(&ev); ev.Reason != tt.want {
			t.Errorf("%s: %s, want %s", tt.words, ev.Reason, tt.want)
		}
	}
}
