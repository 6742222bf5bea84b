package postfwd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// dnsbl reads "192.0.2.1 listed on rbl:zen.example.org (answer: 127.0.0.2, time: 0s, ttl: 3600s, 'words of the list')"; a name in the
// place of the address is one of the sender's, the client's or HELO. It is not said whose request that was.
func dnsbl(ev *event.Event, s string) event.Result {
	what, list, ok := strings.Cut(s, " listed on ")
	if !ok || what == "" || strings.IndexByte(what, ' ') >= 0 {
		return says(ev, event.KindWarning, s)
	}
	list, _ = scan.Word(list)
	if _, list, ok = strings.Cut(list, ":"); !ok || list == "" {
		return event.Unknown
	}
	if scan.IsIP(what) {
		ev.PeerIP = what
	}
	ev.Kind, ev.Beside, ev.Daemon = event.KindFilter, true, "postfwd"
	ev.FilterName, ev.FilterVerdict, ev.Argument = "postfwd", "listed", list
	return event.Parsed
}

// service reads what postfwd says of itself: "postfwd2 1.35 ready for input" and such, and its complaints.
func service(ev *event.Event, s string) event.Result {
	for _, begin := range [...]string{
		"warning: ", "Warning: ", "FATAL: ", "critical: ", "error: ", "notice: ", "file ", "Rule ", "timeout after ", "ignoring invalid ",
		"Ignoring ", "can not load ", "dnsquery: timeout for ",
		"Can not use method ", "Unknown method ", "Module ", "NetAddr::IP error ", "Net::CIDR::Lite error ", "disabling request cache ",
		"[DNS] ERROR: ", "[RULES] ",
	} {
		if strings.HasPrefix(s, begin) {
			return says(ev, event.KindWarning, s)
		}
	}
	if strings.Contains(s, "-daemon check failed ") {
		return says(ev, event.KindWarning, s)
	}
	for _, begin := range [...]string{
		"catched HUP signal", "Started ", "Saved ", "Fetched ", "Loaded ", "loaded: ", "reading ", "read ", "NODNS: ", "Net::DNS ",
		"ready for input", "terminating...",
	} {
		if strings.HasPrefix(s, begin) {
			return says(ev, event.KindLifecycle, s)
		}
	}
	if own(s) || netserver.Lifecycle(s) {
		return says(ev, event.KindLifecycle, s)
	}
	return event.Unknown
}

// own is "postfwd2 1.35 starting ...", "ready for input", "terminating..." and "reloading...": name and version in front.
func own(s string) bool {
	name, s := scan.Word(s)
	_, s = scan.Word(s)
	if !strings.HasPrefix(name, "postfwd") {
		return false
	}
	for _, word := range [...]string{"starting", "ready for input", "terminating", "reloading"} {
		if strings.HasPrefix(s, word) || strings.HasPrefix(s, " "+word) {
			return true
		}
	}
	return false
}

func says(ev *event.Event, kind event.Kind, s string) event.Result {
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = kind, true, "postfwd", s
	return event.Parsed
}
