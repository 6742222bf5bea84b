package kumomta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
)

// refused is a 4xx or 5xx of KumoMTA to a client. The command is the client's whole line, the credentials of AUTH too: none of those may
// leave (crates/kumod/src/smtp_server.rs).
func (r *record) refused(ev *event.Event) event.Kind {
	ev.Role = event.RoleServer
	r.client(ev)
	r.words(ev)
	ev.Command = r.conceal(ev)
	if ev.Code == 535 && (ev.Enhanced == "5.7.8" || ev.Command == "AUTH") { // PLAIN is the one mechanism that there is
		ev.Command, ev.AuthMechanism, ev.AuthResult = "AUTH", "PLAIN", "failure"
		return event.KindAuth
	}
	if ev.Class == '4' || ev.Class == '5' {
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
	}
	return event.KindReject
}

// syntax begins the answer to a line that is no command; the line is quoted behind it.
const syntax = "Syntax error in command or arguments: "

// conceal gives the command that was refused, and takes what may be a credential out of the line.
func (r *record) conceal(ev *event.Event) (name string) {
	line := r.response.command.Str()
	name, length := verb(line)
	switch {
	case name == "AUTH":
		behind := line[min(length+1, len(line)):]
		if i := strings.IndexByte(behind, ' '); i >= 0 { // behind the mechanism
			ev.Hide(behind[i+1:])
		}
	case name == "" && line != "":
		ev.Hide(line)
	default:
		return name
	}
	if quoted, ok := strings.CutPrefix(r.response.content, syntax); ok {
		ev.Hide(quoted)
		ev.Text = syntax[:len(syntax)-len(": ")]
	}
	return name
}

// bouncedLater is one recipient of a delivery status notification that came in for mail that was sent from here: the response is what the
// reporting host was told. The message id is that of the notification.
func (r *record) bouncedLater(ev *event.Event) event.Kind {
	ev.MessageKind = event.MessageDSN
	ev.ServerAddress, _, _ = address(r.peer)
	r.words(ev)
	return event.KindReport
}

// complaint is a feedback report (RFC 5965). Its sender and recipient are those of the message that was complained about, as far as the
// report has them.
func (r *record) complaint(ev *event.Event) event.Kind {
	ev.FilterName = "feedback"
	m := r.report.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		switch key {
		case "feedback_type":
			ev.FilterVerdict = v.Str()
		case "original_mail_from":
			if from := unbracket(v.Str()); from != "" {
				ev.MailFrom = from
			}
		case "original_rcpto_to", "original_rcpt_to":
			items := v.Members()
			if _, first, ok := items.Next(); ok && v.Kind == jsonline.Array && unbracket(first.Str()) != "" {
				ev.RcptTo, ev.RcptList = unbracket(first.Str()), ev.RcptList[:0]
			}
		case "reporting_mta":
			ev.ServerAddress, _, _ = address(v)
		case "source_ip":
			ev.SourceAddress, _ = splitPort(v.Str())
		}
	}
	return event.KindReport
}

func unbracket(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">") }
