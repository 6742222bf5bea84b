package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// What mail servers say of a command that they do not know, or did not expect, in front of the command itself. A client whose AUTH was
// refused goes on with the name and the password, and gets them quoted.
var refusals = [...]string{
	"command not recognized", "command not recognised", "command unrecognized", "unrecognized command", "unrecognised command", "smtp command",
	"esmtp command", "command pipelining", "pipelining after", "pregreet", "next input=", "synchronization error", "(last was ",
	"(last command was ", "auth mechanism", "decode64 error", "invalid base64",
}

// sayings are the same in words that others use, too: they count in a mail server's line, and behind a reply's code.
var sayings = [...]string{
	"unknown command", "command unknown", "invalid command", "bad command", "illegal command", "command error", "command not implemented",
	"unexpected command",
	"syntax error", "input=", "bare newline", "command rejected", "decode", "command",
}

// unsupported stands behind what a client gave as the mechanism of AUTH.
var unsupported = [...]string{
	"mechanism not", "authentication mechanism", "mechanism is not", "unrecognized authentication", "mechanism unknown", "unknown mechanism",
}

// quotes looks for what a reply quotes, which is base64 of a name alone.
func (f *finder) quotes() {
	s := f.s
	if f.of == Anyone {
		if f.code() == len(s) && !mentions(s, "ommand") && !mentions(s, "OMMAND") && !strings.Contains(s, "nput=") {
			return
		}
		if f.where(); f.behind >= len(s) && f.before == 0 {
			return
		}
	}
	for at := 0; at < len(s); {
		if digits[s[at]] == 0 {
			at++
			continue
		}
		from := at + escaped(s, at)
		for at < len(s) && digits[s[at]] != 0 {
			at++
		}
		from = min(from, at)
		end := padded(s, at)
		if n := at - from; n >= 2 && (n+end-at)%4 == 0 && decode(s[from:at], end-at) == words && f.isQuoted(from, at, end) {
			f.add(from, end)
		}
	}
}

// mentions says whether a word with this end stands in s and other words behind it: "command not recognized", "commands (last was"; not
// "in reply to RCPT TO command)" nor "commands=5".
func mentions(s, end string) bool {
	for {
		i := strings.Index(s, end)
		if i < 0 {
			return false
		}
		s = s[i+len(end):]
		if rest := strings.TrimPrefix(s, "s"); rest != "" && (rest[0] == ' ' || rest[0] == ':' || rest[0] == '"' || rest[0] == '\'') {
			return true
		}
	}
}

// isQuoted says whether base64 of words, in s[from:to] with its padding to end, stands where a server quotes a client: behind the words of
// such a reply, by itself, and unlike a word of a sentence.
func (f *finder) isQuoted(from, to, end int) bool {
	run := f.s[from:to]
	if end == to && (len(run) < 4 || isPlain(run) || isNumber(run)) {
		return false
	}
	if !isMark(f.s, from-1) && escapeAt(f.s, from) == 0 || !isMark(f.s, end) && isLineEnd(f.s, end) == 0 {
		return false
	}
	f.where()
	return from >= f.behind || end <= f.before && f.before-end < 40
}

// where finds out, once, where a reply may quote a client in this text.
func (f *finder) where() {
	if f.asked {
		return
	}
	f.asked, f.behind, f.before = true, len(f.s), 0
	f.search(refusals[:], 0)
	if from := f.code(); from < len(f.s) {
		f.search(sayings[:], from)
		for _, words := range unsupported {
			if i := indexFold(f.s[from:], words); i >= 0 {
				f.before = max(f.before, from+i)
			}
		}
	}
}

// search finds the first of the words, from a place on.
func (f *finder) search(list []string, from int) {
	for _, words := range list {
		if i := indexFold(f.s[from:max(from, min(len(f.s), f.behind))], words); i >= 0 {
			f.behind = from + i + len(words)
		}
	}
}

// code is where a reply's words begin: behind a code of 5xx, and at once in a mail server's own line.
func (f *finder) code() int {
	if f.of != Anyone {
		return 0
	}
	for at := 0; ; at++ {
		i := strings.IndexByte(f.s[at:], '5')
		if i < 0 {
			return len(f.s)
		}
		at += i
		code, rest, ok := scan.Fixed(f.s[at:min(len(f.s), at+4)], 3)
		if ok && code < 560 && rest != "" && (rest[0] == ' ' || rest[0] == '-') && (at == 0 || !isNamePart(f.s[at-1])) {
			return at + 3
		}
	}
}

// escapeAt is the length of the escape that ends in front of at.
func escapeAt(s string, at int) int {
	for n := 2; n <= 6 && n <= at; n++ {
		if s[at-n] == '\\' || s[at-n] == '#' {
			if escaped(s, at-n+1) == n-1 {
				return n
			}
			return 0
		}
	}
	return 0
}

// isMark says whether what stands at i parts words: a blank, a quote, a bracket, a colon, or nothing at all.
func isMark(s string, i int) bool {
	return i < 0 || i >= len(s) || s[i] <= ' ' || strings.IndexByte("\"'`<>()[]{},;:=.\\", s[i]) >= 0
}

// indexFold is where words stand in s, whatever the case of its letters; words are small letters.
func indexFold(s, words string) int {
	for i := 0; i+len(words) <= len(s); i++ {
		if s[i]|0x20 == words[0] && scan.EqualFold(s[i:i+len(words)], words) {
			return i
		}
	}
	return -1
}
