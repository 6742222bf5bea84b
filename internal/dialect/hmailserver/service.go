package hmailserver

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// readService reads what an APPLICATION row says of the whole (Application.cpp, SpamTestRunner.cpp and others): "Starting servers...",
// "Servers started.".
func readService(s string, ev *event.Event) bool {
	for _, begin := range [...]string{
		"Starting servers", "Servers started", "Stopping servers", "Servers stopped", "Initializing ", "Application initialized",
		"Loading IMAP folders", "Closing", "Server is paused", "Backup ",
	} {
		if strings.HasPrefix(s, begin) {
			ev.Kind, ev.Argument = event.KindLifecycle, s
			return true
		}
	}
	return false
}

// readError reads a row of the error log (ErrorManager.cpp): "Severity: 2 (High), Code: HM4208, Source: SMTPDeliverer::DeliverMessage,
// Description: ...".
func readError(s string, ev *event.Event) bool {
	if !strings.HasPrefix(s, "Severity: ") || !strings.Contains(s, ", Code: HM") || !strings.Contains(s, ", Description: ") {
		return false
	}
	ev.Kind, ev.Argument = event.KindWarning, s
	return true
}
