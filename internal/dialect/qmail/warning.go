package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// alert reads what stops or hinders qmail-send.
func alert(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	if strings.Contains(s, "cannot start: ") || strings.Contains(s, "oh no! lost ") {
		return event.KindLifecycle
	}
	return event.KindWarning
}

// warnings are what qmail-send has trouble with, in front of the file's name.
var warnings = [...]string{
	"qmail-clean unable to clean up ", "trouble marking ", "trouble reading ", "trouble writing to ", "trouble fsyncing ", "trouble opening ",
	"unable to stat ", "unable to utime ", "unable to unlink ", "unable to create ", "unable to open ", "unknown record type in ",
}

// sentences are those that name no file.
var sentences = [...]string{
	"trouble injecting bounce message, will try later", "unable to start qmail-queue, will try later", "trouble in select",
	"internal error: delivery report out of range",
}

// warning reads "trouble marking local/17/53; message will be delivered twice!"; indimail-mta puts the queue in front.
func warning(ev *event.Event, s string) event.Kind {
	if name, rest, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(name, "queue") && strings.IndexByte(name, ' ') < 0 {
		ev.Instance, s = name, rest
	}
	for _, w := range sentences {
		if s == w {
			ev.Argument = s
			return event.KindWarning
		}
	}
	for _, w := range warnings {
		if rest, ok := strings.CutPrefix(s, w); ok {
			ev.Argument = s
			path, _, _ := scan.Cut(strings.TrimSuffix(rest, "!"), ';')
			if !ofMessage(ev, path) {
				return event.KindNone
			}
			return event.KindWarning
		}
	}
	return event.KindNone
}

func isWarning(s string) bool {
	var ev event.Event
	return warning(&ev, s) != event.KindNone
}
