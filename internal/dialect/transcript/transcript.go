// Package transcript reads SMTP conversations as clients, proxies and people write them down: one command or reply a line, with or
// without a stamp, a connection id and a mark of who speaks. What a line means in its place (data after 354, the command that a reply
// answers) is the session tracker's work: a line of data that reads "QUIT" is a command here.
package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// Parser understands conversations that name no program.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "transcript" }

// Claims is always false: conversations have no program name of their own.
func (Parser) Claims(string) bool { return false }

// Probe takes the lines that only a conversation has: a greeting, a reply with an enhanced code, a command with the argument that it
// needs; or any command or reply behind a mark that says who speaks. What follows in the same source need not be so clear.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	var ev event.Event // stays on the stack: nothing keeps it
	f := readFrame(h.Text)
	if f.python != notPython {
		return f.python == pythonSend || f.python == pythonReply || f.python == pythonConnect
	}
	if f.speaker == event.Open {
		return readRemark(&f, &ev) && (ev.Kind == event.KindConnect || f.id != "") || isClear(f.said, &ev)
	}
	if speech.Reply(f.said, &ev) {
		return !isUnclear(&ev, f.said, f.strong)
	}
	return speech.Command(f.said, &ev) && (f.strong || isClear(f.said, &ev)) && !isUnclear(&ev, f.said, f.strong)
}

// isUnclear says whether a command or reply alone could be said by anybody, about anything. marked: behind a mark that nothing else uses.
func isUnclear(ev *event.Event, said string, marked bool) bool {
	if ev.Kind == event.KindReply {
		if ev.Text == "" || !marked && !isClearReply(ev) && !isGreeting(ev) {
			return true
		}
		return false
	}
	switch ev.Command {
	case "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "STARTTLS":
		return said[0] > 'Z'
	}
	return !marked || said[0] > 'Z'
}

// isGreeting says whether a reply may be a server's first words, which begin with its name (RFC 5321 section 4.2).
func isGreeting(ev *event.Event) bool {
	if ev.Code != 220 && ev.Code != 421 && ev.Code != 554 {
		return false
	}
	name, _ := scan.Word(ev.Text)
	return (strings.Contains(name, ".") || strings.Contains(ev.Text, "SMTP")) && !strings.Contains(ev.Text, "FTP server")
}

// isClear says whether words without a certain mark are SMTP for sure.
func isClear(said string, ev *event.Event) bool {
	*ev = event.Event{}
	if speech.Reply(said, ev) {
		return isClearReply(ev)
	}
	if !speech.Command(said, ev) || said[0] > 'Z' {
		return false
	}
	switch ev.Command {
	case "EHLO", "HELO", "LHLO", "MAIL", "RCPT":
		return true
	}
	return false
}

// Parse reads one line of a conversation.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		return event.Unknown
	}
	f := readFrame(h.Text)
	ev.Scope, ev.Said = event.ScopeSource, f.said
	if f.id != "" {
		ev.Scope, ev.ConnID = event.ScopeID, f.id
	}
	if f.python != notPython {
		return readPython(&f, ev)
	}

	// words without a mark
	if f.speaker == event.Open {
		return readBare(&f, h, ev)
	}

	// words of one side: whatever they are, they belong to the conversation
	ev.FromPeer, ev.Mark, ev.Role = f.speaker, f.mark, f.role
	if speech.Reply(f.said, ev) || speech.Command(f.said, ev) {
		ev.Unclear = isUnclear(ev, f.said, f.strong)
		speech.HideCredentials(f.said, ev)
		ev.HasSize = ev.HasSize || ev.Command == "BDAT" && f.hides // the chunk is not shown
		return event.Parsed
	}
	if f.speaker == event.Yes && speech.Misspoken(f.said, ev) {
		ev.Unclear = !f.strong
		speech.HideCredentials(f.said, ev)
		return event.Parsed
	}
	if readSwaksTimeout(&f, h.Text, ev) {
		return event.Parsed
	}
	if f.size >= 0 {
		ev.Said, ev.Size, ev.HasSize = "", f.size, true
	}
	ev.HasSize = ev.HasSize || standsForData(f.said)
	ev.Kind, ev.Unclear = event.KindContent, !f.strong
	return event.Parsed
}

// readBare reads a line that does not say who speaks. What is no SMTP may still be data: the tracker knows.
func readBare(f *frame, h *header.Header, ev *event.Event) event.Result {
	if h.Resolution == event.ResolutionNone && scan.TrimRight(f.said) == "" {
		ev.Boundary = true
		return event.Unknown
	}
	if readRemark(f, ev) || h.Resolution == event.ResolutionTimeOfDay && readEximSubject(h.Text, ev) {
		return event.Parsed
	}
	if h.Resolution == event.ResolutionTimeOfDay && hideEximVariable(h.Text, ev) {
		ev.Scope = event.ScopeNone
		return event.Unknown
	}
	switch f.level {
	case levelDebug: // data, where it is due
		return event.Unknown
	case levelOther:
		ev.Scope = event.ScopeNone
		return event.Unknown
	}
	// a reply that is indented as far as a mark goes on from the marked line above it: Exim -d, PHPMailer
	const markWidth = 8
	said := scan.TrimLeft(f.said)
	indent := len(f.said) - len(said)
	if indent == 0 && speech.Command(said, ev) || (indent == 0 || indent > markWidth) && speech.Reply(said, ev) {
		ev.Unclear = isUnclear(ev, said, false)
		speech.HideCredentials(said, ev)
		return event.Parsed
	}
	return event.Unknown
}

// isClearReply says whether a reply is SMTP's for sure: other protocols and reports begin lines with three digits, too.
func isClearReply(ev *event.Event) bool {
	switch {
	case ev.Enhanced != "":
		return true
	case ev.Code == 220:
		return strings.Contains(ev.Text, "SMTP")
	case ev.Code == 250:
		return ev.MoreLines || scan.EqualFold(ev.Text, "ok") || ev.RemoteQueueID != ""
	case ev.Code == 354:
		return namesDot(ev.Text)
	}
	return false
}

// namesDot says whether a text has a dot that ends no word: the one that ends message data.
func namesDot(text string) bool {
	for i := 1; i < len(text)-1; i++ {
		if text[i] == '.' && !isWord(text[i-1]) && !isWord(text[i+1]) {
			return true
		}
	}
	return false
}

func isWord(c byte) bool { return scan.IsLetter(c) || scan.IsDigit(c) }
