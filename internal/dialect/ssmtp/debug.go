package ssmtp

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// setting reads what Debug=YES writes of the configuration: `Set MailHub="smart.example"`, `Unable to set AuthPas="x"`. The password is among it, and so is one
// behind a word that was mistyped.
func setting(ev *event.Event, s string) event.Kind {
	kind := event.KindLifecycle
	rest, ok := strings.CutPrefix(s, "Set ")
	if !ok {
		kind = event.KindWarning
		if rest, ok = strings.CutPrefix(s, "Unable to set "); !ok {
			return event.KindNone
		}
	}
	name, value, ok := strings.Cut(rest, `="`)
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return event.KindNone
	}
	if ev.Argument = s; name == "AuthPass" || kind == event.KindWarning {
		ev.Hide(strings.TrimSuffix(value, `"`))
		ev.Argument = s[:len(s)-len(value)-len(`="`)]
	}
	return kind
}
