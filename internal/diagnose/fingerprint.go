package diagnose

import "strings"

// fingerprintMax is the length of a fingerprint in bytes.
const fingerprintMax = 120

// Fingerprint reduces a reply text to what is the same in every such reply: addresses become <addr>, IP addresses <ip>,
// and words with digits in them (ids, times, numbers) become #. Two MTAs that write down the same refusal get the same fingerprint.
func Fingerprint(text string) string {
	var b strings.Builder
	b.Grow(fingerprintMax)
	for text != "" && b.Len() < fingerprintMax {
		word := text
		if i := strings.IndexAny(text, " \t"); i >= 0 {
			word, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		if word == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		writeWord(&b, word)
	}
	s := b.String()
	if len(s) > fingerprintMax {
		s = strings.ToValidUTF8(s[:fingerprintMax], "")
	}
	return s
}

// writeWord writes what stays of one word, with the punctuation around it.
func writeWord(b *strings.Builder, word string) {
	const opening, closing = "<([{\"'", ">)]}\"',;:.!?"
	start := len(word) - len(strings.TrimLeft(word, opening))
	end := len(strings.TrimRight(word, closing))
	if start >= end {
		b.WriteString(word)
		return
	}
	core := word[start:end]
	b.WriteString(word[:start])
	switch {
	case strings.IndexByte(core, '@') >= 0:
		b.WriteString("addr")
	case isIP(core):
		b.WriteString("ip")
	case strings.ContainsAny(core, "0123456789"):
		writeDigits(b, core)
	default:
		b.WriteString(core)
	}
	b.WriteString(word[end:])
}

// writeDigits replaces a word that is an id or a number as a whole, and the numbers inside of a link. A provider's own
// error tag, capitals and a short number (TS03, S3140), stays: it says more than the words.
func writeDigits(b *strings.Builder, core string) {
	switch {
	case isTag(core):
		b.WriteString(core)
	case !strings.Contains(core, "/"):
		b.WriteByte('#')
	default:
		writeLink(b, core)
	}
}

func isTag(s string) bool {
	letters := 0
	for letters < len(s) && s[letters] >= 'A' && s[letters] <= 'Z' {
		letters++
	}
	digits := s[letters:]
	return letters > 0 && letters <= 4 && len(digits) <= 4 && strings.Trim(digits, "0123456789") == ""
}

func writeLink(b *strings.Builder, link string) {
	in := false
	for _, r := range link {
		digit := r >= '0' && r <= '9'
		if digit && !in {
			b.WriteByte('#')
		}
		if !digit {
			b.WriteRune(r)
		}
		in = digit
	}
}

// isIP is a loose look: digits and dots, or hex digits and at least two colons.
func isIP(s string) bool {
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= '0' && c <= '9':
		case (c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'):
			if dots > 0 && colons == 0 {
				return false
			}
			dots -= 1000 // a hex digit rules an IPv4 address out
		default:
			return false
		}
	}
	return dots == 3 && colons == 0 || colons >= 2
}
