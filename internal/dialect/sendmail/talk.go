package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// command is what a client said (srvrsmtp.c, LogLevel 15). The lines of an AUTH exchange and of a message are not written.
func command(ev *event.Event, s string) event.Kind {
	served(ev)
	ev.FromPeer, ev.Said = event.Yes, s
	if !speech.OfClient(s, ev) && !refusedVerb(s, ev) {
		return event.KindContent
	}
	speech.HideCredentials(s, ev)
	return ev.Kind
}

// refusedVerb reads a command without the argument that it takes, or with a HELO name that is none: "MAIL", "AUTH", "EHLO a b". The answer
// refuses that command. What else a verb begins with may be a line of a message that was sent behind a refused DATA.
func refusedVerb(s string, ev *event.Event) bool {
	word, rest, _ := scan.Cut(scan.TrimRight(s), ' ')
	verb, ok := event.VerbOf(word)
	greets := verb == event.VerbEHLO || verb == event.VerbHELO
	if !ok || rest != "" && !greets {
		return false
	}
	ev.Kind, ev.Command, ev.Argument = event.KindCommand, verb.String(), rest
	return true
}

// answer is what this process had to say (err.c, putoutmsg, LogLevel 15): a server to its client, a delivery to a user who watches.
func answer(ev *event.Event, s string) event.Kind {
	if held, ok := strings.CutSuffix(s, " (hold)"); ok {
		return aside(ev, held)
	}
	if held, ok := strings.CutSuffix(s, " (held)"); ok { // and now it is sent
		if strings.HasPrefix(held, "421 ") && strings.Contains(held, " collect: relay=") { // to a client that has gone
			return aside(ev, held)
		}
		s = held
	}
	if name, ok := strings.CutSuffix(s, ": Name server timeout"); ok &&
		strings.HasPrefix(name, "451 ") && strings.IndexByte(name[len("451 "):], ' ') < 0 {
		return aside(ev, s) // 851 in daemon.c, host_map_lookup: err.c logs it so, and sends it to nobody
	}
	if words, ok := after(s, "050 "); ok {
		return progress(ev, words)
	}
	if strings.HasPrefix(s, "421 4.4.1 ") { // it is not sent any more
		if i := strings.Index(s, " Lost input channel from "); i > 0 && strings.IndexByte(s[len("421 4.4.1 "):i], ' ') < 0 {
			kind := from(ev, s[i+len(" Lost input channel from "):], event.KindDisconnect)
			ev.Code, ev.Class, ev.Enhanced = 421, '4', "4.4.1"
			ev.EndHint, ev.ErrorType = event.EndLost, "connection_lost"
			return kind
		}
	}
	if strings.HasSuffix(s, " ---") || strings.HasSuffix(s, ": ---") { // main.c: a dump of the program's state
		ev.Argument = s
		return event.KindLifecycle
	}
	served(ev)
	ev.FromPeer, ev.Said = event.No, s
	if !speech.Reply(s, ev) {
		return event.KindNone
	}
	// a filter's answer of several lines is written as one (srvrsmtp.c, milter_cmd_fail)
	if r, _ := reply.Parse(s); ev.MoreLines && r.Joined() {
		ev.MoreLines, ev.TextJoined = false, true
	}
	return ev.Kind
}

// aside is an error that is kept for a notice or the next recipient; the verdict has a line of its own.
func aside(ev *event.Event, s string) event.Kind {
	if !speech.Reply(s, ev) {
		return event.KindNone
	}
	if to, text, ok := strings.Cut(ev.Text, "... "); ok && strings.IndexByte(to, ' ') < 0 {
		ev.RcptTo, ev.Text = bare(to), text
	}
	ev.ErrorType = breakage(ev.Text)
	ev.MoreLines, ev.RemoteQueueID = false, ""
	return event.KindWarning
}

// progress is "<a@b>... Connecting to mx.example.net. via esmtp...", "<a@b>... Sent (ok)", "Closing connection to mx.example.net.".
func progress(ev *event.Event, s string) event.Kind {
	if host, ok := after(s, "Closing connection to "); ok {
		return closing(ev, host)
	}
	to, text, ok := strings.Cut(s, "... ")
	if !ok || strings.IndexByte(to, ' ') >= 0 && to[0] != '<' && to[0] != '"' {
		ev.Argument = s
		return event.KindLifecycle
	}
	ev.RcptTo = bare(to)
	if where, ok := after(text, "Connecting to "); ok {
		if host, _, remote := strings.Cut(where, " via "); remote {
			ev.Command, ev.Role, ev.ServerAddress = event.CommandConnect, event.RoleClient, strings.TrimSuffix(host, ".")
			return event.KindConnect
		}
	}
	if host, ok := after(text, "Closing connection to "); ok {
		return closing(ev, host)
	}
	ev.Argument = text
	return event.KindLifecycle
}

// closing is the end of a connection of ours.
func closing(ev *event.Event, host string) event.Kind {
	ev.Role, ev.ServerAddress = event.RoleClient, strings.TrimSuffix(host, ".")
	return event.KindDisconnect
}
