package exchange

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// status is what recipient-status says of the first recipient: "550 5.1.1 words", or since 2013 "[{LED=550 5.1.1
// words};{MSG=words};{FQDN=mx.b.example};{IP=192.0.2.4};{LRT=1/25/2019 12:03:58 AM}]": last error, its message, the host and address that
// was asked, and when.
type status struct{ led, host, ip string }

// readStatus takes a status apart. A remote server's words stand in the first part and may hold the signs that part them. With one
// recipient the parts are taken off the end, where only Exchange writes; with several the error ends at the first sign, and the host is
// not told.
func readStatus(s string, several bool) status {
	inner, ok := strings.CutPrefix(s, "[{LED=")
	if !ok {
		if several {
			s = firstStatus(s)
		}
		return status{led: s}
	}
	if several {
		if i := strings.Index(inner, "};{MSG="); i >= 0 {
			inner = inner[:i]
		}
		return status{led: inner}
	}
	var st status
	rest := inner
	if i := strings.LastIndex(rest, "};{LRT="); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndex(rest, "};{IP="); i >= 0 {
		rest, st.ip = rest[:i], strings.TrimSuffix(rest[i+len("};{IP="):], "}]")
	}
	if i := strings.LastIndex(rest, "};{FQDN="); i >= 0 {
		rest, st.host = rest[:i], strings.TrimSuffix(rest[i+len("};{FQDN="):], "}]")
	}
	if i := strings.LastIndex(rest, "};{MSG="); i >= 0 {
		rest = rest[:i]
	}
	st.led = strings.TrimSuffix(rest, "}]")
	return st
}

// firstStatus cuts a list at the semicolon in front of the next code: the words hold semicolons, too.
func firstStatus(s string) string {
	for i := 0; i+4 < len(s); i++ {
		if s[i] != ';' {
			continue
		}
		if code, rest, ok := scan.Fixed(s[i+1:], 3); ok && code >= 200 && code < 600 && rest != "" && rest[0] == ' ' {
			return s[:i]
		}
	}
	return s
}

// parseStatus reads a code and its words. Exchange gives an expired message 550 4.4.7, so the classes of both codes may differ.
func parseStatus(s string) (reply.Reply, bool) {
	answer, ok := reply.Parse(s)
	if ok && answer.Enhanced == "" {
		answer.Enhanced, answer.Text = reply.Enhanced(answer.Text, 0)
	}
	return answer, ok
}

// readAnswer reads the reply to a message that was sent. source-context has the one to its data, "250 2.6.0 words;ClientSubmitTime:";
// where it has not, recipient-status has the one to RCPT.
func readAnswer(r *row, ev *event.Event) {
	context := r.text(colSourceContext)
	if i := strings.LastIndex(context, ";ClientSubmitTime:"); i >= 0 {
		context = context[:i]
	}
	if answer, ok := reply.Parse(context); ok {
		answer.Into(ev)
		ev.Command = event.CommandEOM
		ev.RemoteQueueID = reply.QueueID(answer.Text)
		return
	}
	if answer, ok := reply.Parse(readStatus(r.text(colStatus), len(ev.RcptList) > 0).led); ok && answer.Class() == '2' {
		answer.Into(ev)
		ev.Command = "RCPT"
	}
}

// readFail reads why a message came to nothing.
func readFail(r *row, what track, source string, ev *event.Event) {
	deliver(ev, event.StatusBounced, routeOf(source, what), event.No)
	if what == trackModerationExpire {
		ev.Status = event.StatusExpired
	}
	readServer(r, ev)
	ev.Direction = directionOf(r)
	readError(r, source, ev)
}

// readDefer reads why a message has to wait.
func readDefer(r *row, what track, source string, ev *event.Event) {
	deliver(ev, event.StatusDeferred, routeOf(source, what), event.No)
	readServer(r, ev)
	ev.Direction = directionOf(r)
	readError(r, source, ev)
	if what == trackThrottle && ev.Text == "" && ev.Argument == "" {
		ev.Argument = r.text(colReference)
	}
}

// routeOf is where the component that gives the verdict delivers to.
func routeOf(source string, what track) event.Route {
	switch {
	case what != trackFail && what != trackDefer:
	case source == "SMTP", source == "DNS", source == "QUEUE":
		return event.RouteMX
	case source == "STOREDRIVER":
		return event.RouteLocal
	}
	return event.RouteNone
}

// readError reads the status of a failure. What a remote host said is its reply; what Exchange says of itself is its verdict, with its
// own status code.
func readError(r *row, source string, ev *event.Event) {
	st := readStatus(r.cells[colStatus].text, len(ev.RcptList) > 0)
	readWhy(&st, source, ev)
	if r.cells[colStatus].doubled {
		ev.Text, ev.Argument = strings.ReplaceAll(ev.Text, `""`, `"`), strings.ReplaceAll(ev.Argument, `""`, `"`)
	}
}

// readWhy is readError of a status that was taken apart.
func readWhy(st *status, source string, ev *event.Event) {
	if st.host != "" {
		ev.ServerAddress = nameOf(st.host)
	}
	if ip, ok := address(st.ip); ok {
		ev.PeerIP = ip
	}
	if ev.Route == event.RouteMX && source == "SMTP" || ev.Route == event.RouteLocal {
		ev.Tried = event.Yes
	}
	answer, ok := parseStatus(st.led)
	if !ok {
		ev.Argument = st.led
		return
	}
	if inner, wrapped := unwrap(answer.Text); wrapped { // 451 4.4.0: the code is Exchange's own, the words are not
		ev.DSN = answer.Enhanced
		if answer, ok = reply.Parse(inner); !ok {
			ev.Argument = inner
			return
		}
		if kind := connectionError(&answer); kind != "" {
			ev.ErrorType, ev.Argument = kind, answer.Text
			return
		}
		answer.Into(ev)
		return
	}
	switch {
	case strings.HasPrefix(answer.Text, "QUEUE.Expired"):
		ev.Status, ev.Tried = event.StatusExpired, event.No
	case strings.HasPrefix(answer.Text, "SMTPSEND.DNS."):
		ev.Tried, ev.ErrorType = event.No, "host_not_found"
	case connectionError(&answer) != "":
		ev.ErrorType = connectionError(&answer)
	case source == "SMTP" && !strings.HasPrefix(answer.Text, "SMTPSEND.") && !strings.HasPrefix(answer.Text, "QUEUE."):
		answer.Into(ev)
		return
	}
	ev.DSN, ev.Argument = answer.Enhanced, answer.Text
	if source == "STOREDRIVER" && strings.HasPrefix(answer.Text, "STOREDRV.Submit") {
		ev.Route = event.RouteNone // from a mailbox, not into one
	}
}

// unwrap finds the words of a host in Exchange's own about it: "Primary target IP address responded with: "421 4.7.0 words." Attempted
// failover to alternate host, but that did not succeed. ..."; also "Error encountered while communicating with primary target IP address:
// ".
func unwrap(text string) (inner string, ok bool) {
	for _, begin := range [...]string{
		"Primary target IP address responded with: ", "Error encountered while communicating with primary target IP address: ",
	} {
		if rest, found := strings.CutPrefix(text, begin); found {
			if i := strings.LastIndex(rest, " Attempted failover to "); i >= 0 {
				rest = rest[:i]
			}
			return strings.TrimSuffix(strings.Trim(rest, `"`), "."), true // in quotes, and in a column doubled ones
		}
	}
	return "", false
}

// connectionError knows the replies that Exchange makes up for a host that gave none.
func connectionError(answer *reply.Reply) string {
	switch text := answer.Text; {
	case strings.HasPrefix(text, "Unable to connect"):
		return "connection_refused"
	case strings.HasPrefix(text, "Connection dropped"):
		return "connection_lost"
	case answer.Code == 421 && strings.HasPrefix(text, "Connection timed out"), strings.HasPrefix(text, "Connection timed out due to"):
		return "timeout"
	case strings.HasPrefix(text, "DNS query failed"), strings.HasPrefix(text, "DNS server returned"):
		return "host_not_found"
	}
	return ""
}

// readOwnStatus reads a status that no remote host has given.
func readOwnStatus(r *row, ev *event.Event) {
	if answer, ok := parseStatus(readStatus(r.text(colStatus), len(ev.RcptList) > 0).led); ok {
		ev.DSN, ev.Argument = answer.Enhanced, answer.Text
	}
}
