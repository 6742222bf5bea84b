package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// qmail-send.c prints what a line is about itself. Addresses and reports go through logsafe, which leaves no blank in them, so a blank
// always ends them. indimail-mta adds the name of the queue, which has numbers of its own.

// newMessage reads "53": "new msg 53".
func newMessage(ev *event.Event, s string) event.Kind {
	id, rest, ok := number(s)
	if !ok || !queue(ev, rest) {
		return event.KindNone
	}
	ev.QueueID = id
	return event.KindMessageOpened
}

// endMessage reads "53": "end msg 53".
func endMessage(ev *event.Event, s string) event.Kind {
	if newMessage(ev, s) == event.KindNone {
		return event.KindNone
	}
	return event.KindMessageRemoved
}

// queue reads the name of the queue at the end, if there is one.
func queue(ev *event.Event, s string) bool {
	name, ok := scan.Byte(s, ' ')
	name = scan.TrimRight(name)
	if s == "" || ok && name == "" {
		return true
	}
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return false
	}
	ev.Instance = name
	return true
}

// infoMessage reads "53: bytes 246 from <me@domain> qp 20345 uid 666".
func infoMessage(ev *event.Event, s string) event.Kind {
	id, s, ok := number(s)
	if !ok {
		return event.KindNone
	}

	// size
	s, ok = strings.CutPrefix(s, ": bytes ")
	if !ok {
		return event.KindNone
	}
	size, s, ok := scan.Digits(s)
	if !ok {
		return event.KindNone
	}

	// sender
	s, ok = strings.CutPrefix(s, " from <")
	if !ok {
		return event.KindNone
	}
	from, s, ok := scan.Cut(s, ' ')
	if !ok || !strings.HasSuffix(from, ">") {
		return event.KindNone
	}
	from = from[:len(from)-1]

	// qp, uid
	s, ok = strings.CutPrefix(s, "qp ")
	if !ok {
		return event.KindNone
	}
	qp, s, ok := number(s)
	if !ok {
		return event.KindNone
	}
	s, ok = strings.CutPrefix(s, " uid ")
	if !ok {
		return event.KindNone
	}
	_, s, ok = number(s)
	if !ok || !queue(ev, s) {
		return event.KindNone
	}
	ev.QueueID, ev.Size, ev.HasSize, ev.MailFrom, ev.Receipt = id, size, true, envelope(from), qp
	if from == "#@[]" { // a double bounce, to the postmaster
		ev.MessageKind = event.MessageDSN
	}
	return event.KindMessageReceived
}

// startingDelivery reads "1: msg 53 to local me@domain".
func startingDelivery(ev *event.Event, s string) event.Kind {
	try, s, ok := number(s)
	if !ok {
		return event.KindNone
	}
	s, ok = strings.CutPrefix(s, ": msg ")
	if !ok {
		return event.KindNone
	}
	id, s, ok := number(s)
	if !ok {
		return event.KindNone
	}
	route, direction := event.RouteMX, event.DirectionOutbound
	if rest, local := strings.CutPrefix(s, " to local "); local {
		s, route, direction = rest, event.RouteLocal, event.DirectionInbound
	} else if s, ok = strings.CutPrefix(s, " to remote "); !ok {
		return event.KindNone
	}
	to := s
	if i := strings.IndexByte(s, ' '); i >= 0 {
		to = s[:i]
	}
	if to == "" || !queue(ev, s[len(to):]) {
		return event.KindNone
	}
	ev.TryID, ev.QueueID, ev.Route, ev.Direction = try, id, route, direction
	ev.RcptTo = to
	if route == event.RouteLocal {
		ev.RcptTo = virtual(to)
	}
	return event.KindMessageQueued
}

// virtual takes the prefix off an address of a virtual domain, "example.com-me@example.com" (control/virtualdomains), where it is the
// domain itself, as vpopmail has it.
func virtual(to string) string {
	at := strings.LastIndexByte(to, '@')
	if at < 0 {
		return to
	}
	domain := to[at+1:]
	if n := len(domain); domain != "" && at > n && to[n] == '-' && scan.EqualFold(to[:n], domain) {
		return to[n+1:]
	}
	return to
}

// delivery reads "1: success: did_1+0+0/".
func delivery(ev *event.Event, s string) event.Kind {
	try, s, ok := number(s)
	if !ok {
		return event.KindNone
	}
	s, ok = strings.CutPrefix(s, ": ")
	if !ok {
		return event.KindNone
	}
	if rest, mangled := strings.CutPrefix(s, "report mangled, will defer"); mangled {
		queue(ev, strings.TrimPrefix(rest, ":"))
		ev.TryID, ev.Status, ev.Tried, ev.Argument = try, event.StatusDeferred, event.Yes, "report mangled, will defer"
		return event.KindDelivery
	}
	verdict, s, ok := scan.Cut(s, ':')
	if !ok || s == "" || s[0] != ' ' {
		return event.KindNone
	}
	switch verdict {
	case "success":
		ev.Status = event.StatusDelivered
	case "deferral":
		ev.Status = event.StatusDeferred
	case "failure":
		ev.Status = event.StatusBounced
	default:
		return event.KindNone
	}
	text := s[1:]
	if i := strings.IndexByte(text, ' '); i >= 0 {
		if !queue(ev, text[i:]) {
			ev.Status = event.StatusNone
			return event.KindNone
		}
		text = text[:i]
	}
	ev.TryID, ev.Tried = try, event.Yes
	report(ev, text)
	return event.KindDelivery
}

// bounceMessage reads "53 qp 20349": the notice about it, by its receipt.
func bounceMessage(ev *event.Event, s string) event.Kind {
	id, s, ok := number(s)
	if !ok {
		return event.KindNone
	}
	s, ok = strings.CutPrefix(s, " qp ")
	if !ok {
		return event.KindNone
	}
	qp, s, ok := number(s)
	if !ok || !queue(ev, s) {
		return event.KindNone
	}
	ev.QueueID, ev.ChildReceipt = id, qp
	return event.KindNotification
}

// tripleBounce reads "bounce/53": a notice about a notice about a notice is not made.
func tripleBounce(ev *event.Event, s string) event.Kind { return noBounce(ev, s, "triple bounce") }

// doubleBounce is where control/doublebounceto is empty.
func doubleBounce(ev *event.Event, s string) event.Kind { return noBounce(ev, s, "double bounce") }

func noBounce(ev *event.Event, s, why string) event.Kind {
	path, rest := s, ""
	if i := strings.IndexByte(s, ' '); i >= 0 {
		path, rest = s[:i], s[i:]
	}
	if !ofMessage(ev, path) || !queue(ev, rest) {
		return event.KindNone
	}
	ev.Argument = why
	return event.KindWarning
}

// ofMessage reads the message's number, which is the name of its file: "bounce/53", "local/17/53".
func ofMessage(ev *event.Event, path string) bool {
	folder, name, _ := scan.Cut(path, '/')
	switch folder {
	case "mess", "info", "local", "remote": // fmtqfn.c: these are split
		if _, name, _ = scan.Cut(name, '/'); name == "" {
			return false
		}
	}
	id, rest, ok := number(name[strings.LastIndexByte(name, '/')+1:])
	if !ok || rest != "" {
		return false
	}
	ev.QueueID = id
	return true
}

// status reads "local 0/10 remote 1/20": deliveries at work and how many there may be; or that the program goes.
func status(ev *event.Event, s string) event.Kind {
	switch {
	case s == "exiting", strings.HasSuffix(s, "exiting"), strings.HasPrefix(s, "qmail-todo stop"),
		strings.HasPrefix(s, "local ") && strings.Contains(s, " remote "):
		if rest, name, ok := scan.CutLast(s, ' '); ok && strings.HasPrefix(name, "queue") {
			s, ev.Instance = rest, name
		}
		ev.Argument = s
		return event.KindLifecycle
	}
	return event.KindNone
}

// todoRecipient reads "<sender> <recipient> 53 814 bytes queue1", which indimail-mta's qmail-todo.c writes for each recipient. An address
// with a blank makes it unclear where the other one begins.
func todoRecipient(ev *event.Event, s string) event.Kind {
	rest, name, ok := scan.CutLast(s, ' ')
	if !ok || !strings.HasPrefix(name, "queue") {
		return event.KindNone
	}
	rest, ok = strings.CutSuffix(rest, " bytes")
	if !ok {
		return event.KindNone
	}
	rest, size, ok := scan.CutLast(rest, ' ')
	if !ok {
		return event.KindNone
	}
	rest, id, ok := scan.CutLast(rest, ' ')
	n, sized := scan.Int(size)
	if _, digits := scan.Int(id); !ok || !sized || !digits {
		return event.KindNone
	}
	from, to, ok := scan.Cut(rest, ' ')
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.Instance, ev.Size, ev.HasSize = id, name, n, true
	if strings.IndexByte(to, ' ') < 0 {
		ev.MailFrom, ev.RcptTo = from, to
	}
	return event.KindMessageQueued
}
