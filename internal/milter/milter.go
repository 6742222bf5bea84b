// Package milter knows what filters that speak Sendmail's milter protocol write about themselves: the lines of their own main programs
// (OpenDKIM, OpenDMARC and what was made after them), and those of libmilter (libmilter/listener.c, comm.c), which begins with the
// filter's name.
package milter

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Service reads "OpenDKIM Filter v2.11.0 starting (args: -f)" and "OpenDKIM Filter: Opening listen socket on conn inet:8891@localhost" of
// a filter with this name.
func Service(name, s string) event.Kind {
	s, ok := strings.CutPrefix(s, name)
	if !ok {
		return event.KindNone
	}
	if rest, ok := strings.CutPrefix(s, ": "); ok {
		if strings.HasPrefix(rest, "Opening listen socket on conn ") || strings.HasPrefix(rest, "mi_stop=") {
			return event.KindLifecycle
		}
		return event.KindWarning
	}
	if strings.HasPrefix(s, " v") && (strings.Contains(s, " starting") || strings.Contains(s, " terminating with status ")) {
		return event.KindLifecycle
	}
	return event.KindNone
}
