package report

import "strings"

// mostShape is how many bytes of a shape are kept.
const mostShape = 120

// shape is how a line is built: the words at its beginning, as far as they are plain ones, then only what kind of thing stands there: w for a word, 9 for a
// number, x for what has both, and the names in front of "=". It tells what to teach a parser, and nothing of a message.
func shape(text string) string {
	var b strings.Builder
	plain := 0
	last := ""
	for i, word := range strings.Fields(text) {
		if b.Len() > mostShape {
			b.WriteString(" ...")
			break
		}
		one := ""
		switch name, _, found := strings.Cut(word, "="); {
		case i == plain && plain < 4 && isWord(strings.TrimRight(word, ":,;.")):
			plain++
			one = word
		case found && isWord(name) && len(name) < 24:
			one = name + "=" + kindOf(word[len(name)+1:])
		default:
			one = kindOf(word)
		}
		if one == last && i >= plain {
			continue
		}
		if last = one; b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(one)
	}
	return b.String()
}

// isWord says whether s is made of letters of ASCII, and hyphens within.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] != '-' && s[i] != '_' || i == 0) {
			return false
		}
	}
	return s != ""
}

func kindOf(word string) string {
	end := ""
	trimmed := strings.TrimRight(word, ":,;")
	if trimmed != word {
		end = word[len(trimmed):][:1]
	}
	digits, letters, others := 0, 0, 0
	for i := range len(trimmed) {
		switch c := trimmed[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		default:
			others++
		}
	}
	switch {
	case trimmed == "":
		return end
	case letters == 0 && others == 0:
		return "9" + end
	case digits == 0 && others == 0:
		return "w" + end
	case strings.IndexByte(trimmed, '@') >= 0:
		return "@" + end
	}
	return "x" + end
}
