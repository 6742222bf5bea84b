// Package sendmail reads the log lines of Sendmail 8.9 to 8.18 at every LogLevel, and of the servers that are built on it. One file holds
// one topic; the comment at each shape names the source file that prints it.
package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Sendmail.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "sendmail" }

// Claims takes the tags that packages give the daemon, the submission queue and the program (option -L): "sendmail", "sm-mta",
// "sm-msp-queue".
func (Parser) Claims(program string) bool {
	if rest, ok := strings.CutPrefix(program, "sm-"); ok {
		for _, word := range [...]string{"mta", "msp", "que", "cmd", "client", "acceptingconnections"} {
			if strings.HasPrefix(rest, word) {
				return true
			}
		}
		return false
	}
	rest, ok := strings.CutPrefix(program, "sendmail")
	if !ok {
		return false
	}
	switch rest {
	case "", "-in", "-out", "-mta", "-msp", "-client", "-queue", "-msp-queue", "-submission", ".sendmail":
		return true
	}
	return false
}

// Probe recognises lines whose tag is another or was lost on the way, by what only Sendmail writes behind a queue id.
func (Parser) Probe(h *header.Header) bool {
	s := h.Text
	if id, rest, ok := queueID(s); ok && id != "" {
		switch {
		case strings.HasPrefix(rest, "from="):
			return strings.Contains(rest, ", size=") && strings.Contains(rest, ", class=")
		case strings.HasPrefix(rest, "to="):
			return strings.Contains(rest, ", delay=") && strings.Contains(rest, ", stat=")
		case strings.HasPrefix(rest, "ruleset="):
			return strings.Contains(rest, ", arg1=")
		}
		return strings.Contains(rest, " did not issue MAIL/EXPN/VRFY/ETRN during connection to ") || strings.HasPrefix(rest, "done; delay=")
	}
	return (strings.HasPrefix(s, "STARTTLS=server, relay=") || strings.HasPrefix(s, "STARTTLS=client, relay=")) &&
		strings.Contains(s, ", version=")
}

// Parse reads one line. All processes of a host share the ids of their queues, so there is no instance.
func (p Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon = h.Program
	s := scan.TrimRight(h.Text)
	id, rest, ok := queueID(s)
	var kind event.Kind
	if ok {
		ev.QueueID = id
		kind = about(ev, rest)
	} else {
		kind = plain(ev, s)
	}
	if kind == event.KindNone {
		ev.QueueID, ev.Scope, ev.FromPeer, ev.Said = "", event.ScopeNone, event.Open, ""
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// queueID takes "ID: ", "NOQUEUE: " or, of a line that was too long for one, "ID[1]: " off the front (conf.c, sm_syslog). The id is empty
// for NOQUEUE.
func queueID(s string) (id, rest string, ok bool) {
	id, rest, ok = scan.Cut(s, ':')
	if !ok || rest == "" || rest[0] != ' ' {
		return "", s, false
	}
	rest = rest[1:]
	if head, found := strings.CutSuffix(id, "[1]"); found {
		id, rest = head, strings.TrimSuffix(rest, " ...")
	}
	if id == "NOQUEUE" {
		return "", rest, true
	}
	return id, rest, isQueueID(id)
}

// isQueueID knows the ids by their end, the process id with at least five digits. In front of it stand the time and a number, eight
// characters (queue.c, assign_queueid; seven in 8.10 and 8.11, three letters before that).
func isQueueID(s string) bool {
	if len(s) < 8 || len(s) > 20 {
		return false
	}
	letters := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !scan.IsDigit(c) && (i >= len(s)-5 || !scan.IsLetter(c)) {
			return false
		}
		if scan.IsLetter(c) {
			letters++
		}
	}
	return letters > 0
}

// about reads a line about a queue id, or about NOQUEUE.
func about(ev *event.Event, s string) event.Kind {
	// what the rest begins with is the writer's own, so each shape is tried by its first words
	switch {
	case strings.HasPrefix(s, "from="):
		return sender(ev, s[len("from="):])
	case strings.HasPrefix(s, "to="):
		return verdict(ev, s[len("to="):])
	case strings.HasPrefix(s, "<-- "):
		return command(ev, s[len("<-- "):])
	case strings.HasPrefix(s, "--- "):
		return answer(ev, s[len("--- "):])
	case strings.HasPrefix(s, "ruleset="):
		return ruleset(ev, s[len("ruleset="):])
	case strings.HasPrefix(s, "Milter"), strings.HasPrefix(s, "milter"):
		return milter(ev, s)
	case strings.HasPrefix(s, "AUTH"), strings.HasPrefix(s, "STARTTLS"):
		return plain(ev, s)
	}
	if kind := life(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := conversation(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := trouble(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := lifecycle(ev, s); kind != event.KindNone {
		return kind
	}
	return refused(ev, s)
}

// plain reads a line without a queue id.
func plain(ev *event.Event, s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "STARTTLS"):
		return starttls(ev, s[len("STARTTLS"):])
	case strings.HasPrefix(s, "AUTH"):
		return login(ev, s[len("AUTH"):])
	case strings.HasPrefix(s, "ruleset="):
		return ruleset(ev, s[len("ruleset="):])
	}
	if kind := lifecycle(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := conversation(ev, s); kind != event.KindNone {
		return kind
	}
	return trouble(ev, s)
}

// after takes a prefix off the front.
func after(s, prefix string) (rest string, ok bool) { return strings.CutPrefix(s, prefix) }

// served says that the line is of the process that holds the conversation with a client.
func served(ev *event.Event) {
	ev.Scope, ev.Role = event.ScopeFork, event.RoleServer
}
