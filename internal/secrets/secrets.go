// Package secrets is the net under the parsers: it finds credentials in any text by what the text itself proves, whoever wrote it. What
// proves one is
//
//   - base64 that decodes to credentials: NUL between name and password (RFC 4616), a bearer token behind a name (RFC 7628), a name and a
//     digest (RFC 2195), the messages of SCRAM (RFC 5802) and DIGEST-MD5;
//   - AUTH, a registered mechanism, and an argument (RFC 4954 section 4), with whatever marks or quotes around it;
//   - the answers to a 334 behind such an AUTH, in the same text (Find) or in the next records of a source (Exchange);
//   - base64 of words that a server quotes in a reply about a command it does not know: a client that was refused AUTH goes on with its name
//     and password;
//   - the words of a server for a login that failed, with the name in them, which may be a password in the wrong place;
//   - the password in a URL's authority (RFC 3986 section 3.2.1).
//
// Anything less is left alone: prose with the word AUTH in it, hashes, images, tokens of other protocols. No text is changed here but by
// Clean.
package secrets

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Of is what is known of a text.
type Of uint8

// What a text may be. In a mail server's own line PASS= and the login of XCLIENT are credentials, too.
const (
	Anyone Of = iota // a text of anybody's
	Server           // a mail server's line, which quotes no client: what becomes of messages
	Talk             // a mail server's line that may quote what a client said
)

// finder looks through one text.
type finder struct {
	s     string
	of    Of
	spans []event.Span

	asked  bool // behind and before are known
	behind int  // from here on, base64 may be what a reply quotes; len(s) for nowhere
	before int  // up to here
}

// Find appends what s proves to be credentials to into: the spans in the order of the text, none of which touch. Where there are none it
// costs less than a nanosecond a byte, and nothing is allocated.
func Find(s string, of Of, into []event.Span) []event.Span {
	if of != Server && (strings.IndexByte(s, '\\') >= 0 || strings.IndexByte(s, '%') >= 0) {
		first := len(into)
		f := finder{s: s, spans: findEscaped(s, of, into)}
		f.userinfos() // in a URL as it is: what is escaped there ends it nowhere
		return join(f.spans, first)
	}
	return find(s, of, into)
}

func find(s string, of Of, into []event.Span) []event.Span {
	f := finder{s: s, of: of, spans: into}
	f.look()
	return join(f.spans, len(into))
}

// Clean gives s with the mark in place of its credentials; found is false, and s comes back as it is, where it has none.
func Clean(s string, of Of) (clean string, found bool) {
	spans := Find(s, of, nil)
	if len(spans) == 0 {
		return s, false
	}
	var b strings.Builder
	b.Grow(len(s))
	at := 0
	for _, span := range spans {
		b.WriteString(s[at:span.From])
		b.WriteString(event.Mark)
		at = span.To
	}
	b.WriteString(s[at:])
	return b.String(), true
}

func (f *finder) look() {
	if len(f.s) < shortestRun {
		return
	}
	if f.auths() || f.of != Server && (strings.Contains(f.s, "LOGIN FAILED, ") || strings.Contains(f.s, credentials)) {
		f.logins()
	}
	if f.of != Anyone {
		f.proxied()
	}
	f.runs()
	f.userinfos()
	if f.of != Server {
		f.quotes()
	}
}

// add notes a span; one that was hidden before stays as it is.
func (f *finder) add(from, to int) {
	if from < to && f.s[from:to] != event.Mark {
		f.spans = append(f.spans, event.Span{From: from, To: to})
	}
}

// join brings the spans from first on into the order of the text, and makes one of those that touch.
func join(spans []event.Span, first int) []event.Span {
	list := spans[first:]
	if len(list) < 2 {
		return spans
	}
	slices.SortFunc(list, func(a, b event.Span) int { return a.From - b.From })
	n := 0
	for _, span := range list[1:] {
		if span.From <= list[n].To {
			list[n].To = max(list[n].To, span.To)
			continue
		}
		n++
		list[n] = span
	}
	return spans[:first+n+1]
}
