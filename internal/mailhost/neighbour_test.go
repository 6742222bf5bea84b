package mailhost

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// walked finds what peer finds, by looking at every conversation of the endpoint.
func walked(e *endpoint, ev *event.Event, verdict bool, r *recipient) *peer {
	if e == nil {
		return nil
	}
	p := newestOf(e.newest, chainAll, func(p *peer) bool {
		return (p.PID == ev.PID || ev.Waited && p.QueueID == ev.QueueID) && p.goesOn(ev, verdict, r)
	})
	if p == nil && ev.ConnUse > 1 {
		p = newestOf(e.newest, chainAll, func(p *peer) bool { return p.Use == ev.ConnUse-1 })
	}
	return p
}

// The index finds the conversation that a walk over all of them finds, whatever lines have come.
func TestIndexFindsTheConversationThatAWalkFinds(t *testing.T) {
	for _, style := range []string{"uses", "kept", "waited"} {
		t.Run(style, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			h, indexed, found := New("mx", testSite(), new(Totals), new(Arrivals)), 0, 0
			var out Output
			for i := range 6000 {
				ev := event.Event{
					Kind: event.KindDelivery, Host: "mx", Scope: event.ScopePeer, PeerIP: "192.0.2.25", PeerPort: 25, PID: 1 + random.Int64N(30), Role: event.RoleClient,
					QueueID: fmt.Sprintf("Q%d", random.IntN(60)), RcptTo: fmt.Sprintf("r%d@b.example", random.IntN(3)), Status: event.StatusDeferred, Tried: event.Yes,
					Time: t0 + int64(i)*1e8, Resolution: event.ResolutionSubsecond, Line: fmt.Sprint(i),
				}
				switch {
				case random.IntN(8) == 0:
					ev.Kind, ev.QueueID, ev.RcptTo, ev.Status, ev.Tried = event.KindReply, "", "", event.StatusNone, event.Open
				case style == "uses":
					ev.ConnUse = 1 + random.IntN(5)
				case style == "kept":
					ev.ConnKept = random.IntN(2) == 0
				default:
					ev.Waited = random.IntN(2) == 0
				}
				key := peerKey{Instance: ev.Instance, IP: ev.PeerIP, Port: ev.PeerPort}
				verdict := ev.Kind == event.KindDelivery
				e := h.peers[key]
				if e != nil && !e.isSmall() {
					indexed++
				}
				got, want := h.peer(key, &ev, verdict, nil), walked(e, &ev, verdict, nil)
				if got != want {
					t.Fatalf("line %d: the index finds %+v, a walk %+v", i, got, want)
				}
				if got != nil {
					found++
				}
				h.Observe(&ev, "file", ev.Time, &out)
				out.Reset()
			}
			if indexed < 3000 || found < 1000 {
				t.Errorf("%d lines with an index, %d went on", indexed, found)
			}
			for h.peerOrder.Head != nil {
				h.forgetPeer(h.peerOrder.Head)
			}
			if len(h.peers) != 0 {
				t.Errorf("%d endpoints are left", len(h.peers))
			}
		})
	}
}
