package mimedefang

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// service is what the programs say of themselves, of their workers and of what goes wrong. Nothing that a stranger can choose begins a line.
func service(ev *event.Event, s string) event.Kind {
	kind := event.KindWarning
	switch {
	case scan.Begins(s, lifecycle[:]...):
		kind = event.KindLifecycle
	case scan.Begins(s, troubles[:]...), isCall(s):
	default:
		if kind = worker(s); kind == event.KindNone {
			return kind
		}
	}
	ev.Argument, _, _ = strings.Cut(s, ": About to execute command ") // whose arguments are a client's
	return kind
}

var lifecycle = [...]string{
	"MIMEDefang alive. ", "Multiplexor alive - ", "started; ", "Initialized embedded Perl", "Autoscaling enabled", "Autoscale: ",
	"Starting worker ", "Reap: ",
	"Killing ", "Worker status: ", "Received SIG", "Still some workers alive", "Did not start worker ", "stats ", "Rereading ",
	"filter_begin set TerminateAndDiscard flag",
}

var troubles = [...]string{
	"writen failed: ", //nolint:misspell // the function's name
	"No free workers", "Could not ", "Unable to ", "Error ", "Argh!!!", "Out of memory", "WHOA, NELLY!", "Unknown address family ",
	"Overlong line in RESULTS file",
	"RESULTS file ", "Filter did not create RESULTS file", "Failure in cleanup line ", "failed to ", "Failed to ",
	"no data available for current worker",
	"Hit per-domain recipok limit ", "Child process received SIG", "Cannot ", "Attempt to call ", "Attempt to use ",
	"Attempted to ", "Timeout ",
	"Clamd returned error: ", "clamd is not responding", "Falling back ", "Invalid ", "Unknown ", "Unexpected ", "Usage: ",
	"Variable $", "Config file ", "Skipped action_",
	"No filter_map function defined", "External filter exited ", "COMMANDS file ", "sendmail failure in ",
	"sendmail non-zero exit status in ", "run_virus_scanner: ",
	"stream_by_recipient: ", "stream_by_domain: ", "Call to replace_entire_message ",
}

// worker is "Worker 2 stderr: text", "Worker 2 died prematurely -- check your filter rules".
func worker(s string) event.Kind {
	words, ok := strings.CutPrefix(s, "Worker ")
	_, rest, digits := scan.Digits(words)
	switch {
	case !ok || !digits:
	case scan.Begins(rest, " resource usage: ", " (pid "):
		return event.KindLifecycle
	case scan.Begins(rest, " stderr: ", " died ", " ran out of memory"):
		return event.KindWarning
	}
	return event.KindNone
}

// isCall says whether a function of the milter or of a filter complains: "mfconnect: No free workers: Need 2, found 1", "doScan:
// EventTcp_WriteBuf failed: Broken pipe", "md_spf_verify: text", "handleWorkerReceivedCommand(3): Timeout or error".
func isCall(s string) bool {
	name, _, ok := strings.Cut(s, ": ")
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	if !ok {
		return strings.HasPrefix(s, "smfi_") && strings.HasSuffix(s, " failed")
	}
	switch name {
	case "mfconnect", "envfrom", "rcptto", "header", "eoh", "body", "eom", "reply_to_mimedefang", "handleAccept", "handleCommand",
		"doScan", "doWorkerCommand", "handleWorkerStderr", "handleWorkerStatusFD", "handleWorkerReceivedCommand",
		"handleWorkerReceivedAnswer", "sigprocmask failed":
		return true
	}
	return scan.Begins(name, "md_", "entity_contains_virus_", "message_contains_virus_")
}
