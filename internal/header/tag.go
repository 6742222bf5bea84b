package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// certainty is how sure it is that a word is a syslog tag. "tag[123]:" is; "word:" may as well begin a sentence.
type certainty uint8

const (
	none certainty = iota
	weak
	strong
)

// longestTag is far above any program's name; it bounds the look at hostile lines.
const longestTag = 128

// readTag takes "tag[pid]: ", "tag[pid] " or "tag: " off the front, with the blanks behind it.
func readTag(s string) (program string, pid int64, id, text string, sure certainty) {
	// the name: at least one letter, so that "550:" and "5.1.1:" are none
	i, letters := 0, 0
	slash := false
	// "image:14" in a path
	for i < len(s) && i < longestTag && (isTagByte(s[i]) || slash && s[i] == ':' && i+1 < len(s) && isTagByte(s[i+1])) {
		if scan.IsLetter(s[i]) {
			letters++
		}
		slash = slash || s[i] == '/'
		i++
	}
	if letters == 0 || i == len(s) {
		return "", 0, "", "", none
	}
	program, rest := s[:i], s[i+1:]

	switch s[i] {
	case '[':
		// [pid], then a colon, a blank or the end
		n, tail, ok := scan.Digits(rest)
		if !ok || !strings.HasPrefix(tail, "]") {
			// [] of a program without a pid, from templates such as syslog-ng's "$PROGRAM[$PID]: $MSG"
			if tail, empty := strings.CutPrefix(rest, "]:"); empty && endsField(tail) {
				return program, 0, "", scan.TrimLeft(tail), strong
			}
			id, tail, ok := readTagID(rest)
			if !ok {
				return "", 0, "", "", none
			}
			return program, 0, id, scan.TrimLeft(tail), strong
		}
		tail, colon := scan.Byte(tail[1:], ':')
		if !colon && !endsField(tail) {
			return "", 0, "", "", none
		}
		return unitProgram(program), n, rest[:strings.IndexByte(rest, ']')], behindMessageID(scan.TrimLeft(tail)), strong
	case ':':
		// a colon alone must be followed by a blank; one letter is the side of a transcript ("S: 220 ...")
		if len(program) < 2 || !endsField(rest) {
			return "", 0, "", "", none
		}
		return program, 0, "", behindMessageID(scan.TrimLeft(rest)), weak
	}
	return "", 0, "", "", none
}

// unitProgram is the program that a unit of systemd is named after ("postfix@-.service"): journalctl -o with-unit writes the unit
// in the tag's place.
func unitProgram(tag string) string {
	name, ok := strings.CutSuffix(tag, ".service")
	if !ok || name == "" {
		return tag
	}
	name, _, _ = scan.Cut(name, '@')
	return name
}

// readTagID takes an id of hex digits and dots off the front, in which a letter or a dot is, with the bracket and the colon behind it.
func readTagID(s string) (id, rest string, ok bool) {
	n, other := 0, false
	for n < len(s) && n < 64 && (scan.IsHex(s[n]) || s[n] == '.') {
		other = other || !scan.IsDigit(s[n])
		n++
	}
	rest, ok = strings.CutPrefix(s[n:], "]:")
	return s[:n], rest, ok && other && endsField(rest)
}

// behindMessageID skips "[ID 801593 mail.info] ", which the syslogd of Solaris and its kin puts in front of every text
// (log.conf(4), msgid).
func behindMessageID(s string) string {
	rest, ok := strings.CutPrefix(s, "[ID ")
	if !ok {
		return s
	}
	if _, rest, ok = scan.Digits(rest); !ok || rest == "" || rest[0] != ' ' {
		return s
	}
	rest = rest[1:]
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == ']':
			return scan.TrimLeft(rest[i+1:])
		case !scan.IsLetter(c) && !scan.IsDigit(c) && c != '.':
			return s
		}
	}
	return s
}

// isTagByte says whether c may stand in a program's name: RFC 3164 takes letters and digits only, programs more.
func isTagByte(c byte) bool {
	return scan.IsLetter(c) || scan.IsDigit(c) || c == '/' || c == '-' || c == '_' || c == '.' || c == '@' || c == '+'
}

// parseTag reads a tag without a host in front of it.
func parseTag(s string, least certainty, h *Header) bool {
	program, pid, id, text, sure := readTag(s)
	if sure == weak && isSeverity(program) { // "INFO: tag[pid]: text"
		if name, n, brackets, words, certain := readTag(text); certain == strong {
			program, pid, id, text, sure = name, n, brackets, words, certain
		}
	}
	if sure == none || sure < least {
		return false
	}
	h.Program, h.PID, h.TagID, h.Text = program, pid, id, text
	return true
}

// parseHostTag reads host and tag. A word is a host only where a tag follows: else it is the first one of the text.
func parseHostTag(s string, least certainty, h *Header) bool {
	host, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return false
	}
	host, ok = readHost(host)
	if !ok {
		return false
	}
	program, pid, id, text, sure := readTag(scan.TrimLeft(rest))
	if sure == none || sure < least || isSpeech(host, program, sure) {
		return false
	}
	if isLevelHost(host) {
		host = ""
	}
	h.Host, h.Program, h.PID, h.TagID, h.Text = host, program, pid, id, text
	return true
}

// readHost checks a name or an address; "[192.0.2.1]" loses its brackets. Of the chain that syslog-ng makes of who wrote and who passed on (chain-hostnames:
// "s_net@mailout/relay"), the writer is the host.
func readHost(s string) (host string, ok bool) {
	letters, dots, colons, chain := 0, 0, 0, 0
	if inner, rest, ok := scan.Between(s, '[', ']'); ok && rest == "" {
		s = inner
		letters = -len(s) // within brackets only addresses count
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case scan.IsLetter(c):
			letters++
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c == '/', c == '@':
			chain++
		case scan.IsDigit(c), c == '-', c == '_', c == '%':
		default:
			return "", false
		}
	}
	if chain > 0 && letters > 0 {
		return readWriter(s)
	}
	// a number alone is a reply code, two dots in it an enhanced one, a colon at the end begins a sentence
	return s, letters > 0 && (colons == 0 || s[len(s)-1] != ':') || dots == 3 || colons > 1
}

// readWriter takes the writer's name out of a chain: what stands behind the source's name, before the first slash.
func readWriter(chain string) (host string, ok bool) {
	if source, rest, ok := scan.Cut(chain, '@'); ok {
		if source == "" || strings.IndexByte(source, '/') >= 0 {
			return "", false
		}
		chain = rest
	}
	host, _, _ = scan.Cut(chain, '/')
	if strings.IndexByte(host, '@') >= 0 {
		return "", false
	}
	return readHost(host)
}

// isSpeech says whether two words that look like host and tag are SMTP: "MAIL FROM: <a@b>", "EHLO x:", "250-mx.example Hello: you".
func isSpeech(host, program string, sure certainty) bool {
	switch {
	case scan.EqualFold(program, "FROM"), scan.EqualFold(program, "TO"):
		return true
	case sure == weak && len(host) > 3 && host[3] == '-':
		_, _, code := scan.Fixed(host, 3)
		return code
	}
	// hosts are called "mail" and "help" too, but not in capitals
	verb, ok := event.VerbOf(host)
	return ok && verb.String() == host
}
