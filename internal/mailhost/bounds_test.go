package mailhost

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// t0 is when the tests' logs begin, nanoseconds since 1970.
const t0 = int64(1_795_446_980e9)

func testSite() *Site {
	return NewSite(Site{SessionIdle: 10 * time.Minute, MessageTTL: 120 * time.Hour, MaxRecipients: 100, SessionSummaries: true, MessageSummaries: true})
}

// observe takes an event at seconds behind t0 through a host.
func observe(h *Host, second float64, ev event.Event) event.Event {
	ev.Host, ev.Time, ev.Resolution = h.name, t0+int64(second*1e9), event.ResolutionSecond
	var out Output
	h.Observe(&ev, "file", ev.Time, &out)
	return ev
}

func TestFiltersAreBounded(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	for i := range maxFiltered + 100 {
		ev := event.Event{Kind: event.KindFilter, Beside: true, FilterID: "F" + string(rune('A'+i%26)) + strings.Repeat("x", i/26%60) + strings.Repeat("y", i/1560)}
		for range maxOnward + 5 {
			ev.RcptTo, ev.Discards = "r@b.example", true
			if i < 3 {
				observe(h, float64(i)/1000, ev)
			}
		}
		observe(h, float64(i)/1000, ev)
	}
	f := &h.filters
	if len(f.mail) > maxFiltered || len(f.order) > maxFiltered {
		t.Errorf("%d of %d", len(f.mail), len(f.order))
	}
	for _, one := range f.mail {
		if len(one.Acted) > maxOnward {
			t.Errorf("%d recipients", len(one.Acted))
		}
	}
	observe(h, 5000, event.Event{Kind: event.KindFilter, Beside: true, FilterID: "late"})
	if len(f.mail) != 1 {
		t.Errorf("%d live on", len(f.mail))
	}
}

// A client that stays holds nothing of what it has brought and is forgotten.
func TestSessionsHoldNoForgottenMessages(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	client := func(kind event.Kind, pid int64) event.Event {
		return event.Event{Kind: kind, Scope: event.ScopePID, Role: event.RoleServer, PID: pid, PeerIP: "192.0.2.1"}
	}
	bring := func(second float64, id string) {
		opened := client(event.KindMessageOpened, 1)
		opened.QueueID = id
		observe(h, second, opened)
		observe(h, second, event.Event{Kind: event.KindMessageReceived, QueueID: id, First: true})
		observe(h, second, event.Event{Kind: event.KindMessageRemoved, QueueID: id})
	}
	observe(h, 0, client(event.KindConnect, 1))
	for i := range 3 * maxOpenOfOne {
		bring(float64(i), fmt.Sprint("A", i))
	}
	bring(500, "B")
	s := h.openSessions.Head
	if s == nil || len(s.open) != 1 || len(h.openers) != 1 || h.openers[s.open[0]] != s {
		t.Errorf("the session holds %d of the %d that are remembered", len(h.openers), len(h.messages))
	}
	observe(h, 501, client(event.KindDisconnect, 1))
	if len(h.openers) != 0 {
		t.Errorf("%d are held behind its end", len(h.openers))
	}
}

func TestTriesAreBounded(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	for i := range 3 * maxTries {
		observe(h, float64(i), event.Event{Kind: event.KindMessageQueued, TryID: fmt.Sprint(i), QueueID: "53", RcptTo: "a@b"})
	}
	if len(h.tries.byID) > maxTries || len(h.tries.order) > maxTries {
		t.Errorf("%d, %d", len(h.tries.byID), len(h.tries.order))
	}
}

func TestPromisesAreBounded(t *testing.T) {
	var used atomic.Int64
	p := promises{recents[Promise]{share: Share{used: part{sum: &used}, most: mostOf[smallPromises]}}}
	for i := range 5 * mostOf[smallPromises] {
		p.add(Promise{Key: hash.New().Num(int64(i))})
		p.add(Promise{Key: hash.New().Num(0)})
	}
	if n := p.Len(); n > mostOf[smallPromises] || n < mostOf[smallPromises]-1 {
		t.Errorf("%d promises", n)
	}
}
