package diagnose

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Whoever owns an address may call it mx.google.com; the provider is that of the host that was looked up, or else of the recipient's domain.
func TestNameOfAnAddressIsNoProvider(t *testing.T) {
	for _, tt := range []struct {
		host, rcpt string
		byAddress  bool
		want       string
	}{
		{"aspmx.l.google.com", "a@shop.example", false, "google"},
		{"aspmx.l.google.com", "a@shop.example", true, Other},
		{"aspmx.l.google.com", "a@gmail.com", true, "google"},
		{"evil.example", "a@gmail.com", true, "google"},
		{"", "a@gmail.com", false, "google"},
	} {
		ev := event.Event{Kind: event.KindDelivery, Role: event.RoleClient, ServerAddress: tt.host, RcptTo: tt.rcpt, NameOfAddress: tt.byAddress}
		if Standard.Event(&ev); ev.Provider != tt.want {
			t.Errorf("%+v: %q", tt, ev.Provider)
		}
	}
}
