package diagnose

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// Found gives a message that a filter refused or threw away the reason of what it found in it, where the answer's own words say none: the
// server's stock phrases for a refusal of its filters, a rule of the site, or an answer that accepts what is thrown away. A reason that
// is not of the closed list changes nothing.
func Found(ev *event.Event, finding string) {
	if ev.Basis == basisOwn || !saysLittle(ev.Reason) {
		return
	}
	if r, ok := listed(finding); ok {
		ev.Reason, ev.Category, ev.Basis = r.Name, r.Category, basisFilter
	}
}

// saysLittle says whether a filter's refusal with that reason may stand for anything that filters look for: Postfix has "Service
// unavailable - try again later" and Sendmail "Please try again later" for each that is not for good.
func saysLittle(reason string) bool {
	switch reason {
	case "", "unspecified", "policy", "server_busy", "server_error":
		return true
	}
	return false
}

// IsByCommand says whether only the command that was answered has told the reason.
func IsByCommand(ev *event.Event) bool { return ev.Basis == basisCommand }
