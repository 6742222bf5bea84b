package dialect

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// settle holds every parser to the same rules about logins: a mechanism is a registered name in capitals or none, since clients send any word there
// and it is a dimension of metrics; the name of a login that failed, which may be a password in the wrong place, is told nowhere; and no field has a
// piece of the line that must not leave.
func settle(ev *event.Event) {
	if ev.AuthMechanism != "" {
		ev.AuthMechanism, _ = speech.Mechanism(ev.AuthMechanism)
	}
	if ev.AuthResult == "failure" {
		ev.Hide(ev.User)
		ev.User = ""
		if isLogin(ev, strings.Trim(ev.Helo, "[]")) {
			ev.Hide(ev.Helo)
			ev.Helo = ""
		}
	}
	ev.Conceal()
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
