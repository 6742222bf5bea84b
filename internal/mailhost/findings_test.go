package mailhost

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// infected is a milter's line about a message, of which the server has told before that it is on its way.
func infected(h *Host, at float64, queueID string) {
	observe(h, at, event.Event{
		Kind: event.KindFilter, Beside: true, QueueID: queueID, FilterName: "clamav", FilterVerdict: "infected", Finding: "virus",
	})
}

func refusedByMilter(queueID, text string) event.Event {
	return event.Event{
		Kind: event.KindReject, QueueID: queueID, Role: event.RoleServer, Command: event.CommandEOM, FilterName: "milter", Class: '5',
		Enhanced: "5.7.1", Text: text, Reason: "unspecified", Category: "unspecified", Basis: "enhanced_code",
	}
}

// A server that says nothing of why its filter refused has the reason from the filter's own line.
func TestRefusalHasTheFiltersReason(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	observe(h, 1, event.Event{Kind: event.KindMessageHeader, QueueID: "A1", MessageID: "m@a.example"})
	infected(h, 1, "A1")
	infected(h, 1, "S1") // Sendmail's own first line comes behind its filters'
	for _, id := range []string{"A1", "S1"} {
		if got := observe(h, 2, refusedByMilter(id, "Command rejected")); got.Reason != "virus" || got.Category != "content" || got.Basis != "filter" {
			t.Errorf("%s: %s, %s by %s", id, got.Reason, got.Category, got.Basis)
		}
	}
}

// What the answer itself says, a site's own rule, another message, another command and another refusal have reasons of their own.
func TestRefusalWithAReasonOfItsOwn(t *testing.T) {
	says := func(change func(*event.Event)) event.Event {
		ev := refusedByMilter("A1", "x")
		change(&ev)
		return ev
	}
	for name, ev := range map[string]event.Event{
		"words":     says(func(ev *event.Event) { ev.Reason, ev.Basis = "message_too_large", "text" }),
		"rule":      says(func(ev *event.Event) { ev.Reason, ev.Basis = "policy", "own" }),
		"message":   says(func(ev *event.Event) { ev.QueueID = "A2" }),
		"recipient": says(func(ev *event.Event) { ev.Command = "RCPT" }),
		"server":    says(func(ev *event.Event) { ev.FilterName = "" }),
	} {
		h := New("mx", testSite(), new(Totals), new(Arrivals))
		infected(h, 1, "A1")
		if got := observe(h, 2, ev); got.Reason == "virus" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	infected(h, 1, "A1")
	if got := observe(h, 3600, refusedByMilter("A1", "Command rejected")); got.Reason != "unspecified" {
		t.Errorf("an hour later: %+v", got)
	}
}

// What is thrown away has the reason, too, on each recipient, behind a restart as before.
func TestDiscardHasTheFiltersReason(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	observe(h, 1, event.Event{Kind: event.KindMessageHeader, QueueID: "A1", MessageID: "m@a.example"})
	infected(h, 1, "A1")
	h = restarted(t, h)
	got := observe(h, 2, event.Event{Kind: event.KindMessageDiscarded, QueueID: "A1", RcptTo: "b@b.example", Command: event.CommandEOM, FilterName: "milter"})
	if got.Reason != "virus" || got.Status != event.StatusDiscarded {
		t.Errorf("%+v", got)
	}
}

// A filter that takes a message and sends a notice of it, or throws it away, answers with a 250.
func TestAnswerOfAFilterHasItsReason(t *testing.T) {
	for name, fate := range map[event.Status]func(*event.Event){
		event.StatusBounced:   func(ev *event.Event) { ev.Bounces = true },
		event.StatusDiscarded: func(ev *event.Event) { ev.Discards = true },
	} {
		h := New("mx", testSite(), new(Totals), new(Arrivals))
		observe(h, 1, event.Event{Kind: event.KindMessageReceived, QueueID: "A1", First: true, RecipientCount: 2, MailFrom: "a@a.example"})
		infected(h, 2, "A1")
		for _, to := range []string{"b@b.example", "c@b.example"} {
			ev := event.Event{
				Kind: event.KindDelivery, QueueID: "A1", RcptTo: to, Status: event.StatusDelivered, Tried: event.Yes, Route: event.RouteMX,
				PeerIP: "127.0.0.1", PeerPort: 10024,
			}
			fate(&ev)
			if got := observe(h, 2, ev); got.Status != name || got.Reason != "virus" || got.Basis != "filter" {
				t.Errorf("%v: %v, %s by %s", name, got.Status, got.Reason, got.Basis)
			}
		}
	}
}

// What a filter lets pass is another host's to refuse.
func TestRefusalByAnotherHostIsNoFinding(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	observe(h, 1, event.Event{Kind: event.KindMessageReceived, QueueID: "A1", First: true, RecipientCount: 1, MailFrom: "a@a.example"})
	infected(h, 2, "A1")
	got := observe(h, 3, event.Event{
		Kind: event.KindDelivery, QueueID: "A1", RcptTo: "b@b.example", Status: event.StatusBounced, Tried: event.Yes, Route: event.RouteMX,
		PeerIP: "192.0.2.1", PeerPort: 25, Reason: "unspecified", Basis: "enhanced_code",
	})
	if got.Reason != "unspecified" {
		t.Errorf("%+v", got)
	}
}
