package pmg

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// policy reads what pmgpolicy (bin/pmgpolicy), which Postfix asks at RCPT, says: of a request only its answer, or the address that it did
// not look at.
func policy(ev *event.Event, s string) event.Kind {
	ev.Beside, ev.FilterName = true, "pmgpolicy"
	rest, ok := strings.CutPrefix(s, "SPF says ")
	switch {
	case ok && (rest == "pass" || rest == "fail"):
		ev.FilterVerdict, ev.Argument = rest, "SPF"
		return event.KindFilter
	case s == "defer greylisted mail":
		ev.FilterVerdict = "greylist"
		return event.KindFilter
	}
	if rest, ok = strings.CutPrefix(s, "accept mails to whitelist - "); ok {
		to, end, whole := scan.Angle(rest)
		ev.RcptTo, ev.FilterVerdict = to, "whitelisted"
		if whole && end == "" {
			return event.KindFilter
		}
		return event.KindNone
	}
	if rest, ok = strings.CutPrefix(s, "accept mails from "); ok {
		who, ip, whole := strings.Cut(rest, " - ")
		ev.PeerIP, ev.FilterVerdict, ev.Argument = ip, "whitelisted", who
		if whole && scan.IsIP(ip) {
			return event.KindFilter
		}
		return event.KindNone
	}
	ev.FilterName = ""
	return itself(ev, s)
}

// headers is "envelope-from=<a@b> envelope-to=<c@d, e@f> from="..." to="..." subject="..."" (log-headers): what stands behind the
// envelope are the sender's words. Addresses may be quoted and hold what divides them: then no one can tell.
func headers(ev *event.Event, s string) bool {
	s, ok := strings.CutPrefix(s, "envelope-from=<")
	envelope, _, found := strings.Cut(s, `> from="`)
	if !ok || !found {
		return false
	}
	if from, to, sure := scan.CutOnce(envelope, "> envelope-to=<"); sure && strings.IndexByte(envelope, '"') < 0 {
		if ev.MailFrom = from; from == "" {
			ev.MailFrom = "<>"
		}
		if !strings.Contains(to, ", ") {
			ev.RcptTo = to
		}
	}
	return true
}

// itself reads what the filter and the policy service say of themselves, and of a message that the filter refused before the queue.
func itself(ev *event.Event, s string) event.Kind {
	if id, ok := strings.CutPrefix(s, "reject mail "); ok {
		if _, _, ok = ownID(id + ": "); !ok {
			return event.KindNone
		}
		ev.Beside, ev.FilterName, ev.FilterID, ev.FilterVerdict = true, "pmg", id, "reject"
		return event.KindFilter
	}
	for _, l := range [...]struct {
		begin string
		kind  event.Kind
	}{
		{"Filter daemon (re)started", event.KindLifecycle},
		{"Policy daemon (re)started", event.KindLifecycle},
		{"starting database maint", event.KindLifecycle},
		{"starting policy database maintenance", event.KindLifecycle},
		{"end database maint", event.KindLifecycle},
		{"end policy database maintenance", event.KindLifecycle},
		{"reloading configuration", event.KindLifecycle},
		{"fast exit ", event.KindLifecycle},
		{"memory usage: ", event.KindLifecycle},
		{"sent NDR for rejecting recipients", event.KindLifecycle},
		{"Child Preforked (", event.KindLifecycle},
		{"sending NDR for rejecting recipients failed", event.KindWarning},
		{"WARNING: ", event.KindWarning},
		{"ERROR: ", event.KindWarning},
		{"Cleanup failures: ", event.KindWarning},
		{"Could not DKIM-Sign local mail: ", event.KindWarning},
		{"xforward error - got: ", event.KindWarning},
		{"rbl update error: ", event.KindWarning},
		{"greylist database update error: ", event.KindWarning},
		{"Database connection broken", event.KindWarning},
		{"unable to reconnect to database server: ", event.KindWarning},
		{"greylist policy protocol error - ", event.KindWarning},
		{"SPF timeout", event.KindWarning},
		{"socket not ready - ", event.KindWarning},
	} {
		if strings.HasPrefix(s, l.begin) {
			ev.Argument = s
			return l.kind
		}
	}
	if netserver.Lifecycle(s) {
		ev.Argument = s
		return event.KindLifecycle
	}
	return event.KindNone
}
