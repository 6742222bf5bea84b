package diagnose

import (
	"math/bits"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

const (
	// fingerprintMax is the length of a fingerprint in bytes.
	fingerprintMax = 120
	fingerprintIn  = 4096 // bytes of a reply that are looked at
	tagsMax        = 40   // bytes of a fingerprint for the tags that stand behind its end
)

// Fingerprint reduces a reply text to what is the same in every such reply, whichever server wrote it down: an address becomes "addr", an IP address
// "ip", the name of a host or domain "host", an id, a time or a number "#". The provider's own tags, capitals and a short number (TSS04, LPN001_108),
// stay: they tell refusals apart whose words are the same. Of a long reply the first bytes are kept, and the tags of all of it.
func Fingerprint(text string) string {
	var p draft
	text = text[:min(len(text), fingerprintIn)]
	for i := 0; i < len(text); {
		if p.n > fingerprintMax+1 { // a number may take one back
			if i = nextTag(text, i); i == len(text) {
				break
			}
		}
		c := text[i]
		switch {
		case c == ' ' || c == '\t':
			p.blank()
			i++
		case !inAtom(c):
			p.punctuation(c)
			i++
		default:
			if end := p.plain(text, i); end > i {
				i = end
				continue
			}
			end := i + 1
			kinds := kindOf[c]
			for end < len(text) && inAtom(text[end]) {
				kinds |= kindOf[text[end]]
				end++
			}
			word := end
			for word > i && kindOf[text[word-1]]&(sign|dot|slash) != 0 {
				word--
			}
			switch {
			case kinds&^(small|capital) == 0 && (kinds&small != 0 || i == 0 || text[i-1] != '#'): // letters alone, as most are
				p.word(text[i:word])
			case i > 0 && text[i-1] == '#' && isCapitals(text[i:word]): // AUP#CXSNDR
				p.tag(text[i:word])
			default:
				p.atom(text[i:word], kinds)
			}
			for ; word < end; word++ {
				p.punctuation(text[word])
			}
			i = end
		}
	}
	return p.String()
}

// nextTag is where the next word at or behind a place begins that may be a tag: it has a digit, or stands behind a "#". The place is not within a word.
// What is in front of it has no room in a fingerprint that is full.
func nextTag(text string, from int) int {
	if from > 0 && text[from-1] == '#' {
		return from
	}
	at := from + leadingWithoutTag(text[from:])
	for at < len(text) && at > from && inAtom(text[at-1]) {
		at--
	}
	return at
}

// leadingWithoutTag is how much of a text has neither a digit nor a "#".
func leadingWithoutTag(text string) (n int) {
	for ; n+8 <= len(text); n += 8 {
		x := scan.Eight(text[n:])
		if may := (digitsOf(x) | zeroBytes(x^'#'*each)) &^ x & upper; may != 0 {
			return n + bits.TrailingZeros64(may)/8
		}
	}
	for n < len(text) && kindOf[text[n]]&digit == 0 && text[n] != '#' {
		n++
	}
	return n
}

// leadingWords is how much of a text is letters and single blanks.
func leadingWords(text string) (n int) {
	before := uint64(0) // whether the byte in front is a blank
	for ; n+8 <= len(text); n += 8 {
		x := scan.Eight(text[n:])
		blanks := zeroBytes(x ^ ' '*each)
		if other := ^(lettersOf(x)&^x|blanks)&upper | blanks&(blanks<<8|before); other != 0 {
			return n + bits.TrailingZeros64(other)/8
		}
		before = blanks >> 56
	}
	for n < len(text) && (isLetter(text[n]) || text[n] == ' ' && (n == 0 || text[n-1] != ' ')) {
		n++
	}
	return n
}
