package dialect

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// settle holds every parser to the same rules about logins: a mechanism is a registered name in capitals or none, since clients send any
// word there and it is a dimension of metrics; the name of a login that failed, which may be a password in the wrong place, is told
// nowhere; and no field has a piece of the line that must not leave.
func settle(ev *event.Event) {
	if ev.AuthMechanism != "" {
		ev.AuthMechanism, _ = speech.Mechanism(ev.AuthMechanism)
	}
	enumerate(ev)
	if ev.AuthResult == "failure" && ev.Kind == event.KindAuth && ev.Role == event.RoleClient && ev.Class == 0 && ev.Reason == "" {
		ev.Reason, ev.Category = "credentials", "own" // no server said why
	}
	if ev.AuthResult == "failure" {
		ev.HideLogin(ev.User)
		ev.User = ""
		if isLogin(ev, strings.Trim(ev.Helo, "[]")) {
			ev.Hide(ev.Helo)
			ev.Helo = ""
		}
	}
	if strings.IndexByte(ev.PeerIP, '/') >= 0 {
		ev.PeerIP = unmask(ev.PeerIP)
	}
	ev.Conceal()
}

// unmask takes the mask off an address, as network libraries print one: of all its bits it is the address itself. What has none of its own
// bits behind the mask is a network, and nobody's address.
func unmask(s string) string {
	address, mask, _ := scan.Cut(s, '/')
	bits, ok := scan.Int(mask)
	if !ok || !scan.IsIP(address) {
		return ""
	}
	switch v6 := strings.IndexByte(address, ':') >= 0; {
	case v6 && bits < 128 && strings.HasSuffix(address, "::"),
		!v6 && bits < 32 && strings.HasSuffix(address, ".0"):
		return ""
	}
	return address
}

// isLogin says whether a client greeted with the name that it failed to log in with.
func isLogin(ev *event.Event, helo string) bool {
	if helo == "" {
		return false
	}
	for _, span := range ev.Redact {
		name := ev.Line[span.From:span.To]
		local, _, _ := scan.Cut(name, '@')
		if scan.EqualFold(name, helo) || scan.EqualFold(local, helo) {
			return true
		}
	}
	return false
}
