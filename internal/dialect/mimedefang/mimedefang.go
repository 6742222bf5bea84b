// Package mimedefang reads what MIMEDefang's three programs write: the milter (mimedefang.c), the filter that the site wrote in Perl
// (mimedefang.pl, modules/lib/Mail/MIMEDefang) and what runs it (mimedefang-multiplexor.c).
package mimedefang

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of MIMEDefang.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "mimedefang" }

// Claims takes the names of the programs.
func (Parser) Claims(program string) bool {
	return program == "mimedefang" || program == "mimedefang.pl" || program == "mimedefang-multiplexor"
}

// Probe is for no line: the programs name themselves.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line. What a filter writes in words of its own is nobody's.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s, id := h.Text, ""
	if head, rest, ok := strings.Cut(s, ": "); ok && scan.IsQueueID(head) && hasDigit(head) {
		s, id = rest, head
	}
	kind := event.KindNone
	switch h.Program {
	case "mimedefang":
		kind = milter(ev, s)
	case "mimedefang.pl":
		kind = filter(ev, s)
	}
	if kind == event.KindNone {
		kind = service(ev, s)
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	if kind == event.KindFilter {
		ev.FilterName = "mimedefang"
	}
	if ev.Kind, ev.Beside, ev.Daemon = kind, true, h.Program; ev.QueueID == "" {
		ev.QueueID = id
	}
	return event.Parsed
}

// hasDigit tells a queue id from the word that a sentence begins with.
func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// milter is what becomes of a message at the end of its data, which the milter was told by the filter.
func milter(ev *event.Event, s string) event.Kind {
	verdict, ok := strings.CutSuffix(s, " because filter instructed us to")
	if !ok {
		return event.KindNone
	}
	switch verdict {
	case "Bouncing":
		ev.FilterVerdict = "reject"
	case "Tempfailing":
		ev.FilterVerdict = "defer"
	case "Discarding":
		ev.FilterVerdict = "discard"
	default:
		return event.KindNone
	}
	ev.Command = event.CommandEOM
	return event.KindFilter
}

// stages are the functions of a filter that say something before there is a message.
var stages = [...]struct{ name, command string }{
	{"filter_relay ", event.CommandConnect}, {"filter_helo ", "HELO"}, {"filter_sender ", "MAIL"}, {"filter_recipient ", "RCPT"},
}

// filter is what the site's filter decided: "filter_sender rejected sender <a@b>", "filter_recipient tempfailed recipient <c@d>",
// "filter_sender said DISCARD: Discarding this message"; "filter:  bounce=1", which actions it took and how often; a line for graphdefang.
func filter(ev *event.Event, s string) event.Kind {
	if rest, ok := strings.CutPrefix(s, "filter: "); ok {
		if ev.Argument = scan.TrimLeft(rest); !isActions(ev.Argument) {
			ev.Argument = ""
			return event.KindNone
		}
		return event.KindFilter
	}
	if rest, ok := strings.CutPrefix(s, "MDLOG,"); ok {
		return graphdefang(ev, rest)
	}
	for _, stage := range stages {
		rest, ok := strings.CutPrefix(s, stage.name)
		if !ok {
			continue
		}
		switch said, what, _ := scan.Cut(rest, ' '); {
		case said == "rejected":
			ev.FilterVerdict = "reject"
			about(ev, what)
		case said == "tempfailed":
			ev.FilterVerdict = "defer"
			about(ev, what)
		case rest == "said DISCARD: Discarding this message":
			ev.FilterVerdict = "discard"
		case rest == "said ACCEPT_AND_NO_MORE_FILTERING: No further filtering for this message":
			ev.FilterVerdict = "pass"
		default:
			return event.KindNone
		}
		ev.Command = stage.command
		return event.KindFilter
	}
	return event.KindNone
}

// about reads whom the filter did not want: "host 192.0.2.1 (name)", "helo name", "sender <a@b>", "recipient <c@d>". The words are the client's and end the line.
func about(ev *event.Event, s string) {
	what, s, _ := scan.Cut(s, ' ')
	switch what {
	case "host":
		if ip, _, _ := scan.Cut(s, ' '); scan.IsIP(ip) {
			ev.PeerIP = ip
		}
	case "helo":
		ev.Helo = s
	case "sender":
		if ev.MailFrom = path(s); s == "<>" {
			ev.MailFrom = s
		}
	case "recipient":
		ev.RcptTo = path(s)
	}
}

// path is what a client's word has in its brackets, if they are all of it.
func path(s string) string {
	if inner, rest, ok := scan.Angle(s); ok && rest == "" {
		return inner
	}
	return ""
}

// isActions says whether s is a list as "bounce=1 quarantine_entire_message=1".
func isActions(s string) bool {
	if s == "" {
		return false
	}
	for s != "" {
		var one string
		one, s, _ = scan.Cut(s, ' ')
		name, n, ok := strings.Cut(one, "=")
		if _, digits := scan.Int(n); !ok || !digits || !isName(name) {
			return false
		}
	}
	return true
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// graphdefang is "id,event,value,value,<sender>,<recipient>,subject": what happened in the site's words ("spam", "virus"), with a score or a name. The writer puts
// "%2C" for a comma within a field, but not always in what strangers write: what is behind the first value is left alone.
func graphdefang(ev *event.Event, s string) event.Kind {
	id, s, ok := scan.Cut(s, ',')
	what, values, more := scan.Cut(s, ',')
	if !ok || !more || !scan.IsQueueID(id) || what == "" {
		return event.KindNone
	}
	ev.QueueID, ev.FilterVerdict = id, what
	ev.Argument, _, _ = scan.Cut(values, ',')
	if score, ok := scan.Decimal(ev.Argument); ok && ev.Argument != "" {
		ev.FilterScore, ev.HasScore, ev.Argument = score, true, ""
	}
	return event.KindFilter
}
