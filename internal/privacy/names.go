package privacy

import (
	"bytes"
	"slices"
	"strings"
)

// Names are what fields of one line say of persons, as it is and as it is shown: the same words are hidden in its texts. Words that
// were put in their place are remembered, so that nothing is hidden twice. The zero Names are empty; they serve one line at a time.
type Names struct {
	list  []name
	shown map[string]struct{}
	small []byte // room for a text in small letters
}

type name struct {
	raw, shown string // raw in small letters
	bare       bool   // a word without a sign of what it is
}

// The bounds of what is looked for. Addresses are found without; these are for those that look like nothing.
const (
	maxNames    = 32
	longestName = 320
)

// reset empties them for the next line.
func (n *Names) reset() {
	clear(n.list)
	clear(n.shown)
	n.list = n.list[:0]
}

// add notes a word. One that anybody may use in another sense, or that is too short to be known again, is not looked for.
func (n *Names) add(raw, shown string) {
	if raw == shown || raw == "" {
		return
	}
	n.produced(shown)
	bare := strings.IndexByte(raw, '@') < 0
	if len(n.list) >= maxNames || len(raw) > longestName || bare && isCommonWord(raw) {
		return
	}
	raw = string(n.lower(raw))
	if !n.has(raw) {
		n.list = append(n.list, name{raw, shown, bare})
	}
}

func (n *Names) has(raw string) bool {
	return slices.ContainsFunc(n.list, func(x name) bool { return x.raw == raw })
}

func (n *Names) produced(shown string) {
	if n.shown == nil {
		n.shown = make(map[string]struct{})
	}
	n.shown[shown] = struct{}{}
}

// isShown says whether a word is one that was put in another's place.
func (n *Names) isShown(word string) bool {
	if len(word) > longestName {
		return false
	}
	_, is := n.shown[word]
	return is
}

// isCommonWord says whether a word is one of everybody's language, or too short: to look for it would hide words that are about
// nobody. Roles (RFC 2142) are no persons' names.
func isCommonWord(s string) bool {
	if len(s) < 3 || len(s) < 5 && strings.Trim(s, "0123456789") == "" {
		return true
	}
	_, common := commonWords[strings.ToLower(s)]
	return common
}

var commonWords = func() map[string]struct{} {
	m := map[string]struct{}{}
	for _, w := range strings.Fields(`
		abuse account action added address admin administrator alias and any auth authentication blocked bounce bounces box
		check client closed code command connect connection content daemon data default deferred delivered delivery denied
		disabled dns domain email error ESMTP example exim failed failure false file filter for found from full greylisted
		header helo HELO EHLO help host hostmaster http https inbox inbound info invalid list local local login lost LMTP mail
		mailbox mailer mailer-daemon mailman marketing master message MX name network news nobody noc none noreply no-reply
		not null office open ordinary out outbound over password permanent plain policy postfix postmaster queue queued quota
		QUIT RCPT received receiver recipient rejected relay remote report reply response result root RSET sales security
		sender sendmail sent server service session size SMTP SMTPD some spam SPF SSL status stop success support system
		temporary test text that the this timeout TLS to true unavailable undeliverable unknown unlisted unverified user
		username users valid virtual virus web webmaster webmail will with www`) {
		m[strings.ToLower(w)] = struct{}{}
	}
	return m
}()

// match is a name that a text has.
type match struct {
	from, to int
	shown    string
}

// matches finds the names in a text, in its order, none within another.
func (n *Names) matches(s string, into []match) []match {
	if len(n.list) == 0 {
		return into
	}
	small := n.lower(s)
	for i := range n.list {
		x := &n.list[i]
		for at := 0; at < len(s); {
			k := bytes.Index(small[at:], []byte(x.raw))
			if k < 0 {
				break
			}
			from := at + k
			to := from + len(x.raw)
			at = to
			if standsAlone(s, from, to, x.bare) {
				into = append(into, match{from, to, x.shown})
			}
		}
	}
	return inOrder(into)
}

// inOrder sorts pieces of a text; of two that overlap the one that begins first stays, of two that begin together the longer one.
func inOrder(list []match) []match {
	slices.SortStableFunc(list, func(a, b match) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	kept, end := list[:0], 0
	for _, m := range list {
		if m.from >= end {
			kept, end = append(kept, m), m.to
		}
	}
	return kept
}

// standsAlone says whether what is between from and to is a word of its own: of no longer word, address, or name of a host.
func standsAlone(s string, from, to int, bare bool) bool {
	if from > 0 {
		switch c := s[from-1]; {
		case isWord(c), c == '@', c == '+', c == '-', c == '_':
			return false
		case c == '.' || c == '%':
			return from > 1 && !isWord(s[from-2])
		}
	}
	if to < len(s) {
		switch c := s[to]; {
		case isWord(c), c == '_', bare && (c == '@' || c == '=' || c == '+'), c == '-' && to+1 < len(s) && isWord(s[to+1]):
			return false
		case c == '.' || c == '%':
			return to+1 == len(s) || !isWord(s[to+1])
		}
	}
	return true
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c >= 0x80
}

// lower is a text in small letters, of the same length: of ASCII's.
func (n *Names) lower(s string) []byte {
	n.small = append(n.small[:0], s...)
	for i, c := range n.small {
		if c >= 'A' && c <= 'Z' {
			n.small[i] = c | 0x20
		}
	}
	return n.small
}
