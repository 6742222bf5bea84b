package courier

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// recipient reads what is said of one: "<id>,from=<a@b>,addr=<c@d>[,size=100],success: text", ",status: deferred" or ": 550 no"
// (libs/comctlfile.c).
func recipient(ev *event.Event, s string) event.Kind {
	id, s, ok := envelope(ev, s, ",addr=")
	if !ok {
		return event.KindNone
	}
	to, s, ok := scan.Angle(s)
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID, ev.RcptTo, ev.TryID, ev.TryTo = id, true, to, id, to
	if ev.Daemon == "courierdsn" {
		ev.RcptTo, ev.MailFrom, ev.TryID, ev.TryTo = "", "", "", ""
		return event.KindNotification
	}
	if rest, sized := strings.CutPrefix(s, ",size="); sized {
		n, tail, digits := scan.Digits(rest)
		if !digits {
			return event.KindNone
		}
		s, ev.Size, ev.HasSize = tail, n, true
	}

	// verdict
	if text, ok := strings.CutPrefix(s, ",success: "); ok {
		ev.Status, ev.Tried = event.StatusDelivered, event.Yes
		delivered(ev, text)
		return event.KindDelivery
	}
	if status, ok := strings.CutPrefix(s, ",status: "); ok {
		switch status {
		case "success": // again, behind the line that says where to
			ev.Status = event.StatusDelivered
		case "failure":
			ev.Status, ev.Tried = event.StatusBounced, event.Yes
		case "deferred":
			ev.Status, ev.Tried = event.StatusDeferred, event.Yes
		default:
			return event.KindNone
		}
		return event.KindDelivery
	}

	// what led to it
	text, ok := strings.CutPrefix(s, ": ")
	if !ok {
		return event.KindNone
	}
	if ev.Daemon != "courierd" {
		ev.Role = event.RoleClient
	}
	r, ok := reply.Parse(text)
	if !ok {
		ev.Argument, ev.ErrorType = text, trouble(text)
		return event.KindReply
	}
	r.Into(ev)
	if ev.Class == '2' {
		ev.RemoteQueueID = reply.QueueID(ev.Text)
	}
	if before, cut := strings.CutSuffix(ev.Text, "..."); cut && len(text) >= 128 {
		ev.Text, ev.Truncated = before, true
	}
	if r.More { // a line of its own for each, or all in one with a slash between (libs/lcclog.c)
		ev.Quoting = event.QuotingSlash
		ev.TextJoined = strings.Contains(ev.Text, "/")
		ev.MoreLines = !ev.TextJoined
	}
	return event.KindReply
}

// delivered reads "delivered: mx.example [192.0.2.1]" of courieresmtp; what other modules say is a sentence.
func delivered(ev *event.Event, text string) {
	host, ok := strings.CutPrefix(text, "delivered: ")
	if !ok {
		return
	}
	name, ip, ok := strings.Cut(host, " [")
	ip, closed := strings.CutSuffix(ip, "]")
	if !ok || !closed {
		return
	}
	ev.PeerIP = unmapped(ip)
	if name == "" || name[0] != '[' {
		ev.ServerAddress = name
	}
}

// trouble names what kept courieresmtp from a host (module.esmtp/esmtpclient.C).
func trouble(text string) string {
	switch {
	case strings.HasPrefix(text, "No such domain"), strings.Contains(text, "DNS lookup failure"):
		return "host_not_found"
	case strings.HasPrefix(text, "Connection unexpectedly closed"), strings.HasSuffix(text, "Connection closed by remote host."):
		return errno.Lost
	}
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+len(": "):]
	}
	return errno.Type(text)
}
