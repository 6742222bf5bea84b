package diagnose

import (
	"strings"
	"unicode/utf8"
)

// appendWords writes a text as fold does, between blanks, without its addresses, and says whether it has letters that are not ASCII.
func appendWords(b []byte, text string) (words []byte, foreign bool) {
	text = text[:min(len(text), maxText)]
	b = append(b, ' ')
	between := true
	from, to := nextAddress(text, 0)
	for i := 0; i < len(text); {
		stop := max(from, i)
		for i < stop {
			c := simple[text[i]]
			if c == 0 {
				break
			}
			i++
			if c == ' ' {
				if between {
					continue
				}
			}
			between = c == ' '
			b = append(b, c)
		}
		switch {
		case i == len(text):
		case i == from:
			i = to
			from, to = nextAddress(text, to)
			b, between = appendBlank(b, between)
		case text[i] == '<':
			if i += max(enclosed(text[i:]), 1); from < i {
				from, to = nextAddress(text, i)
			}
			b, between = appendBlank(b, between)
		case i < stop:
			letter, n := utf8.DecodeRuneInString(text[i:])
			i += n
			switch letter = foldRune(letter); letter {
			case mark:
			case ' ':
				b, between = appendBlank(b, between)
			default:
				b = utf8.AppendRune(b, letter)
				between, foreign = false, foreign || letter >= utf8.RuneSelf
			}
		}
	}
	if !between {
		b = append(b, ' ')
	}
	return b, foreign
}

func appendBlank(b []byte, between bool) ([]byte, bool) {
	if !between {
		b = append(b, ' ')
	}
	return b, true
}

// enclosed is the length of "<a@b>" at the front of s, also of "<id>"; 0 where the brackets hold words or a link.
func enclosed(s string) int {
	end := strings.IndexByte(s[:min(len(s), maxMailbox)], '>')
	if end < 0 || strings.IndexByte(s[:end], '@') < 0 && strings.ContainsAny(s[:end], " /") {
		return 0
	}
	return end + 1
}

// nextAddress finds the next bare address at or behind from: [begin,end), or the end of the text.
func nextAddress(text string, from int) (begin, end int) {
	for at := from; ; {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 {
			return len(text), len(text)
		}
		begin, end = at+i, at+i+1
		for begin > from && inLocalPart(text[begin-1]) && text[begin-1:begin+1] != ".." {
			begin--
		}
		for end < len(text) && inDomain(text[end]) && text[end-1:end+1] != ".." { // "a@b...User unknown" has words behind its dots
			end++
		}
		if begin < at+i && end > at+i+1 {
			return begin, end
		}
		at += i + 1
	}
}

func inLocalPart(c byte) bool { return inDomain(c) || strings.IndexByte("_+=%&*!#$'/?^{|}~`", c) >= 0 }

func inDomain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c >= utf8.RuneSelf
}
