package dma

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// answered reads the last reply, or why there was none (net.c, neterr).
func answered(ev *event.Event, command, s string) {
	ev.Command = command
	s = scan.TrimRight(s)
	if r, ok := reply.Parse(s); ok {
		r.Into(ev)
		ev.Argument = ""
		return
	}
	ev.Argument = s
	switch {
	case strings.HasPrefix(s, "read error"), strings.HasPrefix(s, "unexpected end"), strings.HasPrefix(s, "remote hung up"):
		ev.ErrorType = "connection_lost"
	case strings.HasPrefix(s, "Timeout"), strings.HasPrefix(s, "timeout"):
		ev.ErrorType = "timeout"
	}
}

// remoteDeferred reads "mx [192.0.2.9] failed after RCPT TO: 450 no", "DNS lookup failure: host x not found", "STARTTLS not
// available: 502 no" and the like.
func remoteDeferred(ev *event.Event, s string) event.Kind {
	ev.Role, ev.Status, ev.Tried = event.RoleClient, event.StatusDeferred, event.Yes
	if !after(ev, s) {
		remoteTrouble(ev, s)
	}
	return event.KindDelivery
}

// remoteFailed reads the same for what cannot be tried again; the verdict is the line behind it.
func remoteFailed(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleClient
	if !after(ev, s) {
		remoteTrouble(ev, s)
	}
	ev.Tried = event.Open
	return event.KindReply
}

func remoteTrouble(ev *event.Event, s string) {
	ev.Argument = s
	switch {
	case strings.HasPrefix(s, "DNS lookup failure"):
		ev.ErrorType, ev.Tried = "host_not_found", event.No
	case strings.HasPrefix(s, "STARTTLS not available: "):
		answered(ev, "STARTTLS", s[len("STARTTLS not available: "):])
		ev.ErrorType = "tls_handshake"
	case strings.HasPrefix(s, "SSL "), strings.HasPrefix(s, "Peer did not provide certificate"):
		ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
	case strings.HasPrefix(s, "Authentication failed: "):
		answered(ev, "AUTH", s[len("Authentication failed: "):])
	case strings.HasPrefix(s, "could not perform server greeting: "):
		answered(ev, "", s[len("could not perform server greeting: "):])
	case strings.Contains(s, "AUTH login failed: "):
		_, words, _ := strings.Cut(s, "AUTH login failed: ")
		answered(ev, "AUTH", words)
	}
}

func quitFailed(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleClient
	answered(ev, "QUIT", s)
	return event.KindReply
}

func localDeferred(ev *event.Event, s string) event.Kind {
	ev.Status, ev.Tried, ev.Route, ev.Argument = event.StatusDeferred, event.Yes, event.RouteLocal, s
	return event.KindDelivery
}

func localFailed(ev *event.Event, s string) event.Kind {
	ev.Route, ev.Argument = event.RouteLocal, s
	return event.KindReply
}

// bounced reads "29": the notice's id. What led to it is in lines before, or it has waited too long (mail.c).
func bounced(ev *event.Event, s string) event.Kind {
	if s == "" || strings.IndexByte(s, ' ') >= 0 {
		return event.KindNone
	}
	ev.ChildQueueID, ev.Status, ev.Tried = s, event.StatusBounced, event.Yes
	return event.KindDelivery
}

func invalid(ev *event.Event, s string) event.Kind {
	to, ok := strings.CutSuffix(s, "'")
	if !ok {
		return event.KindNone
	}
	ev.RcptTo, ev.RejectPermanent = to, event.Yes
	ev.QueueID = ""
	return event.KindReject
}

// greetingFailed reads "mx [192.0.2.9]: 554 no" (net.c).
func greetingFailed(ev *event.Event, s string) event.Kind {
	rest, ok := peer(ev, s)
	words, said := strings.CutPrefix(rest, ": ")
	if !ok || !said {
		return event.KindNone
	}
	answered(ev, "", words)
	return event.KindReply
}
