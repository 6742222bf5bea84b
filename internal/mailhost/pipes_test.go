package mailhost

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// piped has a program run for mail i, and the mail submitted again behind it if it comes back; it says which way the verdict went.
func piped(h *Host, i int, comesBack bool) event.Route {
	at, queueID, messageID := float64(i*60), fmt.Sprintf("A%d", i), fmt.Sprintf("m%d@a.example", i)
	begin := func(second float64, id string) {
		observe(h, second, event.Event{Kind: event.KindMessageHeader, QueueID: id, MessageID: messageID})
		observe(h, second, event.Event{Kind: event.KindMessageReceived, QueueID: id, First: true, RecipientCount: 1, MailFrom: "a@a.example"})
	}
	begin(at, queueID)
	given := event.Event{
		Kind: event.KindDelivery, QueueID: queueID, RcptTo: "b@b.example", Status: event.StatusDelivered, Tried: event.Yes,
		Route: event.RoutePipe, Program: "spamassassin",
	}
	route := observe(h, at+1, given).Route
	observe(h, at+1, event.Event{Kind: event.KindMessageRemoved, QueueID: queueID})
	if comesBack {
		again := "B" + queueID
		begin(at+1, again)
		observe(h, at+2, event.Event{Kind: event.KindDelivery, QueueID: again, RcptTo: "B@b.example", Status: event.StatusDelivered, Route: event.RouteLMTP})
		observe(h, at+2, event.Event{Kind: event.KindMessageRemoved, QueueID: again})
	}
	return route
}

// A program is a filter once two mails have come back out of it, unless most do not.
func TestProgramsThatHandMailBack(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	for i := range 10 {
		want := event.RouteFilter
		if i < fewReturns {
			want = event.RoutePipe
		}
		if got := piped(h, i, true); got != want {
			t.Errorf("mail %d: %v, want %v", i, got, want)
		}
	}
}

// What a program has shown counts behind a restart as it did before: that it hands mail back, and that it does so no more.
func TestProgramsAfterARestart(t *testing.T) {
	steady := New("mx", testSite(), new(Totals), new(Arrivals))
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	hops := 0
	for i := range 200 {
		comesBack := i < 20
		want := piped(steady, i, comesBack)
		if got := piped(h, i, comesBack); got != want {
			t.Errorf("mail %d: %v, want %v", i, got, want)
		}
		if want == event.RouteFilter {
			hops++
		}
		h = restarted(t, h)
	}
	if hops == 0 || hops > 150 {
		t.Errorf("%d hops", hops)
	}
}

func restarted(t *testing.T, h *Host) *Host {
	t.Helper()
	var state bytes.Buffer
	if err := h.Encode(gob.NewEncoder(&state)); err != nil {
		t.Fatal(err)
	}
	again, err := Decode(gob.NewDecoder(&state), testSite(), new(Totals), new(Arrivals))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// A program that files mail away is none because one user has his mail submitted again.
func TestProgramsThatFileMail(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	for i := range 200 {
		if got := piped(h, i, i%10 == 9); got != event.RoutePipe {
			t.Fatalf("mail %d: %v", i, got)
		}
	}
}

// A name may be given to another program.
func TestProgramsThatChange(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	i := 0
	for ; i < 20; i++ {
		piped(h, i, true)
	}
	for ; i < 200; i++ {
		piped(h, i, false)
	}
	if got := piped(h, i, false); got != event.RoutePipe {
		t.Errorf("%v", got)
	}
	if n := len(h.filters.mail); n > maxFiltered {
		t.Errorf("%d remembered", n)
	}
}
