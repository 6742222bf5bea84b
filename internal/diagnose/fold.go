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
		if lower := unicode.ToLower(r); lower >= 0x180 {
			return lower
		} else { // ẞ, the Kelvin sign
			return foldRune(lower)
		}
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

// fold writes words as the automaton reads them: letters folded, one blank between words and none around them.
func fold(words string) string {
	b := make([]byte, 0, len(words))
	for _, r := range words {
		if r < utf8.RuneSelf {
			r = foldASCII(byte(r))
		} else {
			r = foldRune(r)
		}
		if r == mark || r == ' ' && (len(b) == 0 || b[len(b)-1] == ' ') {
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	if n := len(b); n > 0 && b[n-1] == ' ' {
		b = b[:n-1]
	}
	return string(b)
}
