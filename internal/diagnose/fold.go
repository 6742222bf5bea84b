package diagnose

import (
	"unicode"
	"unicode/utf8"
)

// latin are the letters of Latin-1 Supplement and Latin Extended-A without their marks, in lower case, from U+00C0 on. A letter that is two
// without its mark has the first here; a blank is no letter.
const latin = "aaaaaaaceeeeiiiidnooooo ouuuuyts" + "aaaaaaaceeeeiiiidnooooo ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"

// mark is what foldRune gives for a mark that combines with the letter before it: nothing.
const mark = -1

// foldRune gives the letter that a rule is written with: lower case, without marks; a blank for what is neither letter nor digit.
func foldRune(r rune) rune {
	switch {
	case r >= 0xC0 && r < 0x180:
		return rune(latin[r-0xC0])
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		return foldASCII(byte(r - 0xFEE0))
	case r == utf8.RuneError:
		return ' '
	case r == 'ё' || r == 'Ё': // most write it without its dots
		return 'е'
	case r >= 0x400 && r < 0x430: // Cyrillic capitals
		if r < 0x410 {
			return r + 0x50
		}
		return r + 0x20
	case r >= 0x430 && r < 0x460:
		return r
	case unicode.Is(unicode.Mn, r):
		return mark
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r):
		lower := unicode.ToLower(r)
		if lower != r && lower < 0x180 { // ẞ, the Kelvin sign
			return foldRune(lower)
		}
		return lower
	}
	return ' '
}

func foldASCII(c byte) rune {
	switch {
	case c >= 'A' && c <= 'Z':
		return rune(c + 'a' - 'A')
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return rune(c)
	}
	return ' '
}

// folded is foldASCII as a table; other bytes stay as they are.
var folded = func() (folded [256]byte) {
	for c := range folded {
		folded[c] = byte(c)
		if c < utf8.RuneSelf {
			folded[c] = byte(foldASCII(byte(c)))
		}
	}
	return folded
}()

// apart says whether two letters that stand side by side are of two words: one of a script without blanks between words, or with endings behind a
// foreign word, and one of ASCII, as in "SPF验证失败".
func apart(before, letter rune) bool {
	return before < utf8.RuneSelf && unspaced(letter) || unspaced(before) && letter < utf8.RuneSelf
}

// unspaced are the letters of Thai, of Chinese and Japanese, and of Korean.
func unspaced(r rune) bool {
	return r >= 0xE00 && (r < 0xE80 || r >= 0x3040 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4)
}

// fold writes words as the automaton reads them: letters folded, one blank between words and none around them.
func fold(words string) string { return string(appendFolded(make([]byte, 0, len(words)), words)) }

// appendFolded writes words behind others, or alone.
func appendFolded(b []byte, words string) []byte {
	before := rune(' ')
	if len(b) > 0 && b[len(b)-1] != ' ' {
		b = append(b, ' ')
	}
	for _, r := range words {
		if r < utf8.RuneSelf {
			r = foldASCII(byte(r))
		} else {
			r = foldRune(r)
		}
		if r == mark || r == ' ' && (len(b) == 0 || b[len(b)-1] == ' ') {
			continue
		}
		if r != ' ' && before != ' ' && apart(before, r) {
			b = append(b, ' ')
		}
		before = r
		b = utf8.AppendRune(b, r)
	}
	if n := len(b); n > 0 && b[n-1] == ' ' {
		b = b[:n-1]
	}
	return b
}
