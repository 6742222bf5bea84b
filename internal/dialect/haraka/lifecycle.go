package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// lifecycle reads what Haraka says of itself: its start and end, its listeners, plugins and queue (haraka.js, server.js, plugins.js,
// outbound/queue.js).
func lifecycle(ev *event.Event, l *line) event.Kind {
	s := l.text
	for _, begin := range [...]string{
		"Listening on ", "loading ", "Loading plugin: ", "Loading outbound queue from ", "Starting up Haraka version ", "worker ",
		"Creating TLS server on ", "Generating a ", "Saved to ", "enabling block zone ", "will re-test list zones every ",
	} {
		if rest, ok := strings.CutPrefix(s, begin); ok && rest != "" && l.level != "DEBUG" {
			if begin == "Listening on " || begin == "Creating TLS server on " {
				listening(ev, rest)
			}
			ev.Argument = s
			return event.KindLifecycle
		}
	}
	switch s {
	case "Loading plugins", "Loading the queue...", "Shutting down.", "Shutting down",
		"getting SocketOpts for SMTPS server", "client requested TLS resumeSession",
		"Shutting down listeners", "Daemonizing...", "Replacement worker online.", "Disconnect complete",
		"Failed to shutdown naturally. Exiting.", "Workers closed. Shutting down master process subsystems":
		ev.Argument = s
		return event.KindLifecycle
	}
	return files(ev, s)
}

func listening(ev *event.Event, s string) {
	host, number, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(number)
	if !ok || !digits {
		return
	}
	ev.ServerAddress, ev.ServerPort = strings.Trim(host, "[]"), int(n)
}

// files is "[pid: 313] 0 files in my delivery queue".
func files(ev *event.Event, s string) event.Kind {
	if rest, ok := strings.CutPrefix(s, "[pid: "); ok {
		_, rest, ok = scan.Cut(rest, ']')
		if !ok {
			return event.KindNone
		}
		s = strings.TrimPrefix(rest, " ")
	}
	_, rest, ok := scan.Digits(s)
	if !ok || !strings.HasPrefix(rest, " files in my ") || !strings.HasSuffix(rest, " queue") {
		return event.KindNone
	}
	ev.Argument = s
	return event.KindLifecycle
}
