package dialect

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Read lets p parse the line, settles what may be told of it, and takes the quoting of the line's format off what it found. That alone
// allocates, and only for a string in which something is quoted or hidden.
func Read(p Parser, h *header.Header, ev *event.Event) event.Result {
	r := parseTrimmed(p, h, ev)
	settle(ev)
	switch ev.Quoting {
	case event.QuotingJSON:
		unquote(ev, '\\', jsonline.Unescape)
	case event.QuotingCSV:
		unquote(ev, '"', halve)
	case event.QuotingNewline:
		ev.Text = strings.ReplaceAll(ev.Text, "[nl]", " ")
	case event.QuotingSlash:
		ev.Text = reply.Unslash(ev.Text, ev.Code, ev.Enhanced)
	case event.QuotingPlus:
		ev.Text, ev.Argument = strings.ReplaceAll(ev.Text, "+", " "), blanks(ev.Argument)
		if ev.Class == '2' {
			ev.RemoteQueueID = reply.QueueID(ev.Text)
		}
	}
	trim(ev)
	return r
}

// parseTrimmed lets p parse the line without the blanks at its end, but for words of a conversation: they may be message data.
func parseTrimmed(p Parser, h *header.Header, ev *event.Event) event.Result {
	whole := h.Text
	trimmed := trimBlanks(whole)
	if len(trimmed) == len(whole) || p.Name() == bare {
		return p.Parse(h, ev)
	}
	before := *ev
	if r := p.Parse(h, ev); ev.Kind == event.KindContent || ev.Said != "" {
		return r
	}
	*ev = before
	h.Text = trimmed
	r := p.Parse(h, ev)
	h.Text = whole
	return r
}

// trimBlanks takes the blanks off a line's end, which some daemons and copies leave there, and tabs: where no other stands in the line,
// they are no empty columns.
func trimBlanks(s string) string {
	trimmed := scan.TrimRight(s)
	if len(trimmed) == len(s) || strings.IndexByte(trimmed, '\t') < 0 {
		return trimmed
	}
	return strings.TrimRight(s, " \r")
}

// trim takes the blanks off both ends of what servers and clients said: many hold one that only the writer's format put there.
func trim(ev *event.Event) {
	ev.Text, ev.Argument = scan.Trim(ev.Text), scan.Trim(ev.Argument)
	ev.RcptTo, ev.OrigRcptTo, ev.MailFrom = scan.Trim(ev.RcptTo), scan.Trim(ev.OrigRcptTo), scan.Trim(ev.MailFrom)
}

// blanks makes blanks of plus signs, but for those in an address.
func blanks(s string) string {
	address, at := strings.IndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if address < 0 || at < address {
		return strings.ReplaceAll(s, "+", " ")
	}
	return strings.ReplaceAll(s[:address], "+", " ") + s[address:at] + strings.ReplaceAll(s[at:], "+", " ")
}

// halve makes one quote of two.
func halve(s string) string { return strings.ReplaceAll(s, `""`, `"`) }

// unquote applies off to each string of the line that has the mark.
func unquote(ev *event.Event, mark byte, off func(string) string) {
	for _, s := range [...]*string{
		&ev.Instance, &ev.ConnID, &ev.Argument, &ev.Text, &ev.QueueID, &ev.RemoteQueueID, &ev.MessageID, &ev.Subject, &ev.MailFrom, &ev.RcptTo,
		&ev.OrigRcptTo, &ev.ClientAddress, &ev.ServerAddress, &ev.PeerIP, &ev.SourceAddress, &ev.SourcePool, &ev.Helo, &ev.Protocol,
		&ev.TLSCipher, &ev.User, &ev.FilterVerdict,
	} {
		if strings.IndexByte(*s, mark) >= 0 {
			*s = off(*s)
		}
	}
	for i, s := range ev.RcptList {
		if strings.IndexByte(s, mark) >= 0 {
			ev.RcptList[i] = off(s)
		}
	}
}
