package haraka

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// result of one plugin on one hook.
type hooked struct {
	hook, plugin, function, params, retval, msg string
	paramsAt                                    int
	whole                                       bool // to its last field
}

// keys are the fields of such a line.
var keys = [...]string{"hook", "plugin", "function", "params", "retval", "msg"}

// hook is "hook=rcpt plugin=in_host_list function=hook_rcpt params=<a@b> retval=OK msg=""" (plugins.js, log_run_item): at level INFO what
// a plugin decided, at DEBUG also that it did not. Before 2.8.19 a quote within a value has nothing in front of it, and parameters and
// words are what a client said: a line that has a field twice tells nothing.
func hook(ev *event.Event, l *line, f fields, n int) event.Kind {
	var h hooked
	var has [len(keys)]bool // so far
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		if i := slices.Index(keys[:], key); i >= 0 {
			if has[i] {
				h.concealRest(ev)
				return event.KindNone
			}
			has[i] = true
		}
		switch key {
		case "hook":
			h.hook = value
		case "plugin":
			h.plugin = value
		case "function":
			h.function = value
		case "params":
			h.params, h.paramsAt = value, f.valueAt
		case "retval":
			h.retval = value
		case "msg":
			h.msg, h.whole = value, true
		}
	}
	if h.hook == "unrecognized_command" {
		h.conceal(ev)
	}
	if strings.HasPrefix(h.params, "<") && !strings.HasSuffix(h.params, ">") { // an address with a blank, before 2.8.19
		return event.KindNone
	}
	h.whole = h.whole && !f.cut
	verdict, ok := verdicts(h.retval)
	if !ok || h.plugin == "" || !h.whole {
		return event.KindNone
	}
	ev.Transaction = n
	if l.origin == "outbound" {
		return h.outbound(ev, verdict)
	}
	switch h.hook {
	case "unrecognized_command":
		return h.extension(ev)
	case "queue", "queue_outbound":
		if h.retval == "OK" {
			ev.QueueID = l.id
			if h.keeps() {
				ev.NoEnd, ev.FilterName, ev.FilterVerdict = true, h.plugin, verdict
				return event.KindMessageQueued
			}
			return h.handOver(ev)
		}
	case "connect", "lookup_rdns":
		if isRefusal(h.retval) {
			ev.Transaction = 0
			return h.refuse(ev, event.CommandConnect, 554, 421)
		}
	case "helo", "ehlo":
		if isRefusal(h.retval) {
			ev.Helo = h.params
			return h.refuse(ev, command(h.hook), 550, 450)
		}
	case "data":
		if isRefusal(h.retval) {
			return h.refuse(ev, "DATA", 554, 451)
		}
	}
	ev.Command, ev.FilterName, ev.FilterVerdict = command(h.hook), h.plugin, verdict
	class := byte('5')
	switch {
	case !isRefusal(h.retval):
		class = 0
	case isSoft(h.retval):
		class = '4'
	}
	ev.Enhanced, ev.Text = reply.Enhanced(h.msg, class)
	h.address(ev, l)
	if h.hook == "rcpt" && l.origin == "core" {
		ev.QueueID = l.id
	}
	return event.KindFilter
}

// outbound is a hook for a part of a message in the outbound queue: its parameter is the domain, or the reason (docs/Outbound.md).
func (h *hooked) outbound(ev *event.Event, verdict string) event.Kind {
	if h.hook == "get_mx" {
		ev.DestinationDomain = h.params
	}
	ev.FilterName, ev.FilterVerdict, ev.Text = h.plugin, verdict, h.msg
	return event.KindFilter
}

// refuse is a refusal that no other line tells.
func (h *hooked) refuse(ev *event.Event, command string, hard, soft int) event.Kind {
	ev.Command, ev.FilterName = command, h.plugin
	a := answer{word: h.retval, text: h.msg}
	return a.refuse(ev, hard, soft)
}

// address reads the path that a hook was called with; in a JSON line it is an object.
func (h *hooked) address(ev *event.Event, l *line) {
	path := h.params
	if l.form == plain && strings.IndexByte(path, '\\') >= 0 {
		return // written in quotes: not as the other lines have it
	}
	if original, ok := member(path, "original"); ok {
		path = original
	}
	address, rest, ok := l.angle(path)
	if !ok || rest != "" {
		return
	}
	switch h.hook {
	case "mail":
		ev.MailFrom = nullSender(address)
	case "rcpt", "rcpt_ok":
		ev.RcptTo = address
	}
}

// conceal marks what may be a part of an AUTH exchange: the plugins for it get the client's lines as unknown commands.
func (h *hooked) conceal(ev *event.Event) {
	if h.params == "" || isWord(h.params) {
		return
	}
	ev.Hide(h.params)
}

// concealRest does so where nobody knows where the parameters end.
func (h *hooked) concealRest(ev *event.Event) {
	if h.hook == "unrecognized_command" && h.paramsAt > 0 {
		ev.Hide(ev.Line[h.paramsAt:])
	}
}

// isWord says whether s is a command that may be shown.
func isWord(s string) bool {
	_, ok := event.VerbOf(s)
	return ok
}

// extension is a command that a plugin knows and Haraka itself does not: STARTTLS, AUTH and the lines of its exchange, XCLIENT.
func (h *hooked) extension(ev *event.Event) event.Kind {
	ev.Transaction = 0
	switch {
	case h.plugin == "tls" && h.function == "upgrade_connection":
		ev.Command = "STARTTLS"
		if isRefusal(h.retval) {
			ev.TLS, ev.ErrorType, ev.EndHint = event.No, "tls_handshake", event.EndTLSFailed
			return event.KindTLS
		}
	case strings.HasPrefix(h.plugin, "auth"):
		ev.Command = "AUTH"
	case isWord(h.params):
		ev.Command = h.params
	case !isRefusal(h.retval):
		return event.KindNone
	}
	switch {
	case isRefusal(h.retval):
		return h.refuseExtension(ev)
	case h.retval != "OK":
		return event.KindNone
	}
	return event.KindCommand
}

// refuseExtension is a plugin's answer that ends a command that Haraka does not know (connection.js, unrecognized_command_respond).
func (h *hooked) refuseExtension(ev *event.Event) event.Kind {
	hard, soft := 500, 500
	if disconnects(h.retval) {
		hard, soft = 521, 421
	}
	kind := h.refuse(ev, ev.Command, hard, soft)
	if ev.Enhanced != "" { // of an object with a code of its own (haraka-dsn)
		ev.Code = 0
	}
	if ev.Command == "AUTH" {
		kind, ev.AuthResult = event.KindAuth, "failure"
	}
	return kind
}

// keeps says whether the plugin put the message into Haraka's own queue, whose lines tell what becomes of it (plugins/queue/lmtp.js and
// deliver.js call outbound.send_trans_email, or send_email before 3.0).
func (h *hooked) keeps() bool { return h.plugin == "queue/lmtp" || h.plugin == "queue/deliver" }

// handOver is a plugin that took the message: what becomes of it is not in this log.
func (h *hooked) handOver(ev *event.Event) event.Kind {
	ev.Role, ev.Status, ev.Tried = event.RoleUnknown, event.StatusDelivered, event.Yes
	ev.FilterName = h.plugin
	ev.Class = '2'
	ev.Enhanced, ev.Text = reply.Enhanced(h.msg, '2')
	if h.hook == "queue" {
		ev.Direction = event.DirectionInbound
	}
	switch h.plugin {
	case "queue/discard":
		ev.Status, ev.Route, ev.Class, ev.Tried = event.StatusDiscarded, event.RouteDiscard, 0, event.Open
	case "queue/smtp_forward", "queue/smtp_proxy", "queue/smtp_bridge":
		ev.Route = event.RouteRelayhost
	default:
		ev.Route = event.RoutePipe
	}
	ev.RemoteQueueID = reply.QueueID(ev.Text)
	return event.KindDelivery
}

// verdicts is the word for a result in lower case (haraka-constants). That a plugin has no opinion is none.
func verdicts(retval string) (string, bool) {
	switch retval {
	case "OK":
		return "ok", true
	case "DENY":
		return "deny", true
	case "DENYSOFT":
		return "denysoft", true
	case "DENYDISCONNECT":
		return "denydisconnect", true
	case "DENYSOFTDISCONNECT":
		return "denysoftdisconnect", true
	case "DISCONNECT":
		return "disconnect", true
	case "STOP":
		return "stop", true
	case "DELAY":
		return "delay", true
	case "NEXT_HOOK":
		return "next_hook", true
	}
	return "", false
}

// command is the command that a hook is called for (docs/Plugins.md).
func command(hook string) string {
	switch hook {
	case "connect", "connect_init", "lookup_rdns":
		return event.CommandConnect
	case "helo":
		return "HELO"
	case "ehlo", "capabilities":
		return "EHLO"
	case "mail":
		return "MAIL"
	case "rcpt", "rcpt_ok":
		return "RCPT"
	case "data":
		return "DATA"
	case "data_post", "max_data_exceeded", "queue", "queue_outbound", "queue_ok":
		return event.CommandEOM
	case "vrfy":
		return "VRFY"
	case "noop":
		return "NOOP"
	case "rset":
		return "RSET"
	case "quit":
		return "QUIT"
	}
	return ""
}
