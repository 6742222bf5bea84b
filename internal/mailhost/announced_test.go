package mailhost

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// byMilter is a line of Postfix about a filter's refusal.
func byMilter(kind event.Kind, command, text string) event.Event {
	ev := event.Event{
		Kind: kind, Scope: event.ScopePID, PID: 7, Role: event.RoleServer, PeerIP: "192.0.2.1", Command: command,
		FilterName: "milter", FilterVerdict: "reject",
	}
	if kind == event.KindFilter {
		ev.Argument = "550 5.7.1 " + text
		return ev
	}
	ev.Code, ev.Class, ev.Enhanced, ev.Text = 550, '5', "5.7.1", text
	return ev
}

// A sender is not to blame for what was refused before anybody had named him.
func TestRefusalOfTheClientIsNotTheSenders(t *testing.T) {
	for name, c := range map[string]struct {
		first event.Event
		says  string
		want  string
	}{
		"greeting": {byMilter(event.KindReject, event.CommandConnect, "Command rejected"), "Command rejected", "policy"},
		"EHLO":     {byMilter(event.KindFilter, "EHLO", "Command rejected"), "Command rejected", "client_identity"},
		"other":    {byMilter(event.KindFilter, "EHLO", "Command rejected"), "we do not know you", "invalid_sender"},
	} {
		h := New("mx", testSite(), new(Totals), new(Arrivals))
		observe(h, 1, event.Event{Kind: event.KindConnect, Scope: event.ScopePID, PID: 7, Role: event.RoleServer, PeerIP: "192.0.2.1"})
		observe(h, 1, c.first)
		h = restarted(t, h)
		mail := byMilter(event.KindReject, "MAIL", c.says)
		mail.MailFrom = "a@a.example"
		h.site.Explain(&mail) // as the engine does in front
		if mail.Reason != "invalid_sender" {
			t.Fatalf("%s: %s", name, mail.Reason)
		}
		if got := observe(h, 1, mail); got.Reason != c.want || got.Command != "MAIL" {
			t.Errorf("%s: %s of %s, want %s", name, got.Reason, got.Command, c.want)
		}
	}
}
