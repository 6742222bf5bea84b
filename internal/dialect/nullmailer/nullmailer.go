// Package nullmailer reads what nullmailer-send prints. The comment at each shape names the source file that prints it.
package nullmailer

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of nullmailer.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "nullmailer" }

// Claims takes its tag, and that of the script around it.
func (Parser) Claims(program string) bool {
	return program == "nullmailer" || program == "nullmailer-send"
}

// Probe recognises the lines that only nullmailer-send prints.
func (Parser) Probe(h *header.Header) bool {
	return h.Program == "" && (strings.HasPrefix(h.Text, "Starting delivery: ") && strings.Contains(h.Text, " protocol: ") ||
		strings.HasPrefix(h.Text, "Starting delivery, ") && strings.HasSuffix(h.Text, " message(s) in queue.") ||
		strings.HasPrefix(h.Text, "Delivery complete, ") && strings.HasSuffix(h.Text, " message(s) remain."))
}

// only is the one try that nullmailer-send is at: it sends one message to one host at a time, and names neither in the lines that follow.
const only = "nullmailer-send"

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	kind := parse(ev, h.Text)
	if kind == event.KindNone {
		ev.QueueID, ev.UniqueID, ev.TryID, ev.Role = "", false, "", event.RoleUnknown
		return event.Unknown
	}
	ev.Daemon, ev.Kind = only, kind
	return event.Parsed
}

func parse(ev *event.Event, s string) event.Kind {
	switch {
	case s == "Sent file.":
		return verdict(ev, event.StatusDelivered)
	case s == "Rescanning queue.", s == "Trigger pulled.", s == "Sending timed out, killing protocol",
		strings.HasPrefix(s, "No remote hosts listed for delivery"),
		strings.HasPrefix(s, "Could not load the config"), strings.HasPrefix(s, "Could not chdir to queue message directory."):
		ev.Argument = s
		return event.KindLifecycle
	case slices.ContainsFunc(complaints[:], func(begin string) bool { return strings.HasPrefix(s, begin) }):
		ev.Argument = s
		return event.KindWarning
	case strings.HasPrefix(s, "Starting delivery, ") && strings.HasSuffix(s, " message(s) in queue."),
		strings.HasPrefix(s, "Delivery complete, ") && strings.HasSuffix(s, " message(s) remain."):
		ev.Argument = s
		return event.KindLifecycle
	case s == "Sending process crashed or was killed.":
		ev.Argument = s
		return verdict(ev, event.StatusDeferred)
	}
	for i := range families {
		if rest, ok := strings.CutPrefix(s, families[i].words); ok {
			return families[i].parse(ev, rest)
		}
	}
	const field = "Message-Id: <" // as the mail has it, whoever wrote it
	if len(s) > len(field) && scan.EqualFold(s[:len(field)], field) {
		return messageID(ev, s[len(field):])
	}
	return event.KindNone
}

// complaints are how the sentences begin that tell of trouble on this host (src/send.cc).
var complaints = [...]string{
	"Could not stat ", "Could not set up self-pipe.", "Could not open trigger file: ", "Cannot open queue directory: ", "Can't open file '",
	"Can't open file ", "Can't read message",
	"Can't rename file: ", "Can't unlink file: ", "Error waiting for the child signal: ", "Error catching the child process return value: ",
	"Internal error in select: ",
	"Warning: ", // the protocol's, and Debian's
}

var families = [...]struct {
	words string
	parse func(ev *event.Event, rest string) event.Kind
}{
	{"Starting delivery: ", starting},
	{"From: <", envelope},
	{"smtp: Failed:", failed},
	{"smtp: Succeeded: ", succeeded},
	{"qmqp: Failed:", saidByQMQP},
	{"qmqp: Succeeded: ", succeeded},
	{"Sending failed: ", sendingFailed},
	{"Moving message ", moving},
	{"Generating bounce for ", bounce},
	{"Not generating double bounce for ", doubleBounce},
}

// starting reads "host: 127.0.0.1 protocol: smtp file: 1795569816.169" (src/send.cc, log_msg). A file's name is the time that it was made
// at.
func starting(ev *event.Event, s string) event.Kind {
	i := strings.LastIndex(s, " file: ")
	if i < 0 {
		return event.KindNone
	}
	id := s[i+len(" file: "):]
	host, _, ok := strings.Cut(s[:i], " protocol: ")
	host, named := strings.CutPrefix(host, "host: ")
	if !ok || !named || id == "" {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID, ev.TryID = id, true, only
	ev.ServerAddress, ev.Route, ev.Direction = host, event.RouteRelayhost, event.DirectionOutbound
	return event.KindMessageOpened
}

// envelope reads "ann@domain.example> to: <a@remote.example>, <b@remote.example>".
func envelope(ev *event.Event, s string) event.Kind {
	from, list, ok := strings.Cut(s, "> to: ")
	if !ok {
		return event.KindNone
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	for list != "" {
		to, rest, ok := scan.Angle(list)
		if !ok {
			return event.KindNone
		}
		ev.RcptList = append(ev.RcptList, to)
		list = strings.TrimPrefix(rest, ", ")
	}
	ev.RecipientCount = len(ev.RcptList)
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
	ev.TryID, ev.UniqueID, ev.First, ev.NoEnd = only, true, true, true
	return event.KindMessageReceived
}

func messageID(ev *event.Event, s string) event.Kind {
	id, ok := strings.CutSuffix(s, ">")
	if !ok {
		return event.KindNone
	}
	ev.MessageID, ev.TryID, ev.UniqueID = id, only, true
	return event.KindMessageHeader
}

// failed reads what the protocol's program says (protocols/protocol.cc): a reply, or why there was none.
func failed(ev *event.Event, s string) event.Kind {
	ev.Role, ev.TryID, ev.UniqueID = event.RoleClient, only, true
	s = scan.Trim(s)
	if r, ok := reply.Parse(s); ok {
		r.Into(ev)
		ev.TextJoined, ev.MoreLines = false, r.More
		return event.KindReply
	}
	ev.Argument = s
	if s == "Connect failed" { // why stands in the next line
		ev.Command = event.CommandConnect
		return event.KindConnect
	}
	return event.KindReply
}

// saidByQMQP reads what a QMQP server answered, which has no codes (protocols/qmqp.cc), or why it did not.
func saidByQMQP(ev *event.Event, s string) event.Kind {
	kind := failed(ev, s)
	if kind == event.KindReply && ev.Code == 0 {
		ev.Text, ev.Argument = ev.Argument, ""
	}
	return kind
}

func succeeded(ev *event.Event, s string) event.Kind {
	kind := saidByQMQP(ev, s)
	ev.Command = event.CommandEOM
	ev.RemoteQueueID = reply.QueueID(ev.Text)
	return kind
}

func verdict(ev *event.Event, status event.Status) event.Kind {
	ev.TryID, ev.UniqueID, ev.Status, ev.Tried = only, true, status, event.Yes
	return event.KindDelivery
}

// reasons are the words of the protocols' exit codes (lib/errcodes.cc), which of them are for good (lib/errcodes.h), and what they mean.
var reasons = [...]struct {
	words, errorType string
	permanent        bool
}{
	{"Host not found", "host_not_found", false},
	{"Host has no address", "host_not_found", false},
	{"Fatal error in gethostbyname", "host_not_found", true},
	{"Temporary error in gethostbyname", "host_not_found", false},
	{"Connection refused", "connection_refused", false},
	{"Connection timed out", "timeout", false},
	{"Host or network unreachable", "no_route", false},
	{"Connection failed", errno.Other, false},
	{"Protocol error", "", false},
	{"Server refused the message", "", true},
	{"Permanent error in sending the message", "", true},
	{"Failed to authenticate to server", "", true},
	{"Unspecified permanent error", "", true},
	{"Unspecified temporary error", "", false},
	{"Socket failed", errno.Local, false},
	{"Could not open message", errno.Local, false},
	{"Could not read message", errno.Local, false},
	{"Could not write message", errno.Local, false},
	{"Could not exec program", errno.Local, false},
	{"Could not read config files", "", false},
	{"Temporary error in sending the message", "", false},
	{"Failed to bind source address", "", false},
}

// sendingFailed reads "Permanent error in sending the message"; what the host said stands in the line before.
func sendingFailed(ev *event.Event, s string) event.Kind {
	for _, r := range reasons {
		if s != r.words {
			continue
		}
		ev.ErrorType = r.errorType
		if r.permanent {
			return verdict(ev, event.StatusBounced)
		}
		return verdict(ev, event.StatusDeferred)
	}
	return event.KindNone
}

// moving reads "1795569816.169 into failed": what was refused for good, or was put off for longer than queuelifetime (src/send.cc,
// bounce_msg).
func moving(ev *event.Event, s string) event.Kind {
	id, ok := strings.CutSuffix(s, " into failed")
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID, ev.GivenUp = id, true, true
	return event.KindMessageRemoved
}

func bounce(ev *event.Event, s string) event.Kind {
	ev.QueueID, ev.UniqueID = s, true
	return event.KindNotification
}

func doubleBounce(ev *event.Event, s string) event.Kind {
	ev.QueueID, ev.UniqueID, ev.Argument = s, true, "double bounce"
	return event.KindWarning
}
