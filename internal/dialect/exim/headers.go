package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// How far an entry of several lines has come. The line of a rejection behind the data is followed, in the reject log alone and in the
// same write, by the envelope and the header of the message (src/log.c): "Envelope-from: <a@b>", "Envelope-to: <c@d>", up to four more
// recipients and "    ...", then each field behind a letter for its kind ("F From: ...", "  Subject: ...") with its folded lines. No
// other line is one of these, however it looks.
const (
	entryRejection     uint8 = iota + 1 // the envelope may follow
	entrySender                         // Envelope-to follows
	entryRecipients                     // more recipients, or the header
	entryHeader                         // more of it, or "*** truncated ***"
	entryAdvice                         // a warning whose second line is advice
	entryConfiguration                  // an error whose second line says what it is (src/readconf.c)
)

// opensEntry says what may follow the line of a message: a rejection, or whatever an ACL wrote to the reject log in words of its own.
func opensEntry(kind event.Kind) event.Entry {
	switch kind {
	case event.KindNone, event.KindReject, event.KindFilter, event.KindWarning, event.KindMessageDiscarded, event.KindMessageAborted:
		return event.Entry{Step: entryRejection, Begins: true}
	}
	return event.Entry{}
}

// further reads a line that goes on with an entry that has come so far. In syslog the lines of an entry are numbered, and long ones cut:
// then all behind the envelope is the header.
func further(ev *event.Event, s string, entry uint8, numbered bool) event.Kind {
	switch entry {
	case entryAdvice:
		rest, ok := after(strings.TrimPrefix(s, " "), "Suggested action: ")
		if ev.Argument = rest; ok {
			return event.KindWarning
		}
		return event.KindNone
	case entryConfiguration:
		if rest, ok := after(s, "  "); ok && first(rest) != ' ' {
			ev.Argument = rest
			return event.KindWarning
		}
		return event.KindNone
	case entryRejection:
		if path, ok := envelope(s, "Envelope-from: "); ok {
			if ev.MailFrom, ev.Entry.Step = path, entrySender; path == "" {
				ev.MailFrom = "<>"
			}
			return event.KindContent
		}
		return event.KindNone
	case entrySender:
		if path, ok := envelope(s, "Envelope-to: "); ok {
			ev.RcptTo, ev.Entry.Step = path, entryRecipients
			return event.KindContent
		}
		return event.KindNone
	case entryRecipients:
		if path, ok := envelope(s, "    "); ok {
			ev.RcptTo, ev.Entry.Step = path, entryRecipients
			return event.KindContent
		}
		if s == "    ..." {
			ev.Entry.Step = entryRecipients
			return event.KindContent
		}
		if !numbered && !isField(s) {
			return event.KindNone
		}
	case entryHeader:
		if s == "*** truncated ***" {
			return event.KindContent
		}
		if !numbered && !isField(s) && first(s) != ' ' && first(s) != '\t' {
			return event.KindNone
		}
	default:
		return event.KindNone
	}
	if id, ok := after(s, "I Message-ID: <"); ok {
		ev.MessageID, _, _ = scan.Cut(id, '>')
	}
	ev.Entry.Step = entryHeader
	ev.Size, ev.HasSize = int64(len(s)), true
	ev.Hide(s)
	return event.KindContent
}

// envelope reads "<path>" behind a label, to the end of the line.
func envelope(s, label string) (path string, ok bool) {
	rest, ok := after(s, label)
	if !ok || !strings.HasPrefix(rest, "<") || !strings.HasSuffix(rest, ">") {
		return "", false
	}
	return rest[1 : len(rest)-1], true
}

// isField says whether a line is the first of a header field: the letter of its kind, a blank, its name and a colon.
func isField(s string) bool {
	const kinds = " *BCDFIMPRST" // src/macros.h, htype_...
	if len(s) < 4 || s[1] != ' ' || strings.IndexByte(kinds, s[0]) < 0 {
		return false
	}
	name, _, ok := scan.Cut(s[2:min(len(s), longestFieldName)], ':')
	if !ok || name == "" {
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}

// longestFieldName bounds what may be the name of a field, with the letter in front of it.
const longestFieldName = 128
