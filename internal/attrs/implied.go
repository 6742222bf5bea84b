package attrs

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// DaemonOf is the program of Postfix that says this, where there is only one: who delivers by the route, or tells of the event. A record of
// another dialect names its program itself.
func DaemonOf(dialect, kind, route string) string {
	if dialect != "postfix" {
		return ""
	}
	switch kind {
	case "message.header":
		return "cleanup"
	case "message.received", "message.queued", "message.removed", "message.expired":
		return "qmgr"
	case "notification":
		return "bounce"
	case "delivery":
		return daemons[route]
	}
	return ""
}

// daemons are named like their route, but for the one that speaks SMTP.
var daemons = map[string]string{"mx": "smtp", "relayhost": "smtp", "lmtp": "lmtp", "local": "local", "pipe": "pipe"}

// tellsAll says whether records of the kind carry all that is known of their message, as verdicts do.
func tellsAll(k event.Kind) bool {
	switch k {
	case event.KindMessageReceived, event.KindMessage, event.KindHop, event.KindReport:
		return true
	}
	return false
}

// recipientCount is what a line that names several recipients counts; a single one needs no number.
func recipientCount(ev *event.Event) int {
	if len(ev.RcptList) > 1 {
		return len(ev.RcptList)
	}
	return 0
}

// impliesRole says whether what the record tells leaves no doubt on which side of the conversation we were.
func impliesRole(ev *event.Event) bool {
	switch {
	case ev.Status != event.StatusNone:
		return ev.Role == event.RoleClient
	case ev.Kind == event.KindConnect && ev.ErrorType == "" && ev.Class == 0, ev.Kind == event.KindMessageOpened:
		return ev.Role == event.RoleServer && ev.SessionID != 0
	}
	return false
}

// isCode says whether a text is the number of a reply code.
func isCode(s string, code int) bool {
	return len(s) == 3 && code >= 100 && int(s[0]-'0')*100+int(s[1]-'0')*10+int(s[2]-'0') == code
}

// smtpPort is the port that a server has unless something else is said (RFC 5321 section 4.5.4.2).
const smtpPort = 25

// isNamed says whether the record names the other side, and tells nothing for that its address is wanted, too: that it came, or failed.
func isNamed(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindDelivery:
		return ev.ServerAddress != "" && ev.Status == event.StatusDelivered
	case event.KindTLS:
		return (ev.ServerAddress != "" || ev.ClientAddress != "") && ev.TLS == event.Yes
	case event.KindDisconnect, event.KindMessageOpened:
		return ev.ClientAddress != ""
	}
	return false
}
