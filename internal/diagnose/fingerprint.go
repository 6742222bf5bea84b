package diagnose

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// fingerprintMax is the length of a fingerprint in bytes.
	fingerprintMax = 120
	fingerprintIn  = 4096 // bytes of a reply that are looked at
	tagsMax        = 40   // bytes of a fingerprint for the tags that stand behind its end
)

// draft is a fingerprint that is being written.
type draft struct {
	to     [fingerprintMax]byte
	n      int     // bytes so far, also of what found no room
	before [2]byte // what was written last, and in front of that
	tags   [8]tag
	tagN   int
}

// tag is a word that stays, and where it ends.
type tag struct {
	word string
	end  int
}

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
		x := eight(text[n:])
		if may := (digitsOf(x) | zeroBytes(x^'#'*each)) &^ x & upper; may != 0 {
			return n + bits.TrailingZeros64(may)/8
		}
	}
	for n < len(text) && kindOf[text[n]]&digit == 0 && text[n] != '#' {
		n++
	}
	return n
}

// plain copies what begins at a place and stays as it is, words that are letters alone and single blanks between them, and gives where that ends.
func (p *draft) plain(text string, begin int) int {
	if begin > 0 && text[begin-1] == '#' {
		return begin
	}
	end := begin + leadingWords(text[begin:])
	if end < len(text) && inAtom(text[end]) { // its word needs a closer look
		for end > begin && text[end-1] != ' ' {
			end--
		}
	}
	p.word(text[begin:end])
	return end
}

// leadingWords is how much of a text is letters and single blanks.
func leadingWords(text string) (n int) {
	before := uint64(0) // whether the byte in front is a blank
	for ; n+8 <= len(text); n += 8 {
		x := eight(text[n:])
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

// String is the fingerprint: its beginning, and the tags that stand behind its end.
func (p *draft) String() string {
	if p.n <= fingerprintMax {
		return string(wholeLetters(p.to[:p.n]))
	}
	end, behind := fingerprintMax, 0
	for i := p.tagN - 1; i >= 0; i-- { // the end gives way to the tags behind it
		if n := 1 + len(p.tags[i].word); p.tags[i].end > end-n && behind+n <= tagsMax && !p.isTwice(i) {
			behind += n
		}
		end = fingerprintMax - behind
	}
	b := make([]byte, 0, fingerprintMax)
	b = append(b, wholeLetters(p.to[:end])...)
	for i, t := range p.tags[:p.tagN] {
		if t.end > end && len(b)+1+len(t.word) <= fingerprintMax && !p.isTwice(i) {
			b = append(append(b, ' '), t.word...)
		}
	}
	return string(b)
}

// isTwice says whether a tag stood there before.
func (p *draft) isTwice(i int) bool {
	return slices.ContainsFunc(p.tags[:i], func(t tag) bool { return t.word == p.tags[i].word })
}

// wholeLetters takes a letter that is cut, and blanks, off the end.
func wholeLetters(b []byte) []byte {
	for len(b) > 0 {
		if r, size := utf8.DecodeLastRune(b); b[len(b)-1] != ' ' && (r != utf8.RuneError || size != 1) {
			break
		}
		b = b[:len(b)-1]
	}
	return b
}

func (p *draft) byte(c byte) {
	p.before = [2]byte{p.before[1], c}
	if p.n < len(p.to) {
		p.to[p.n] = c
	}
	p.n++
}

func (p *draft) word(s string) {
	if p.n < len(p.to) {
		copy(p.to[p.n:], s)
	}
	p.n += len(s)
	switch len(s) {
	case 0:
	case 1:
		p.before = [2]byte{p.before[1], s[0]}
	default:
		p.before = [2]byte{s[len(s)-2], s[len(s)-1]}
	}
}

// blank writes one blank between words.
func (p *draft) blank() {
	if p.before[1] != ' ' && p.n > 0 {
		p.byte(' ')
	}
}

// punctuation is what stands between words. Between numbers it is part of them.
func (p *draft) punctuation(c byte) {
	if c != '#' || p.before[1] != '#' {
		p.byte(c)
	}
}

// number stands for an id, a time or a number; several in a row are one.
func (p *draft) number() {
	if p.before[0] == '#' && strings.IndexByte(" :-.", p.before[1]) >= 0 {
		p.n--
		p.before = [2]byte{0, '#'}
	}
	if p.before[1] != '#' {
		p.byte('#')
	}
}

// tag is a word that stays, also behind the end.
func (p *draft) tag(s string) {
	p.word(s)
	if p.tagN < len(p.tags) {
		p.tags[p.tagN] = tag{s, p.n}
		p.tagN++
	}
}

// The kinds of bytes that may stand in a name, an address, a number or a link.
const (
	small uint8 = 1 << iota // letters, also of other scripts
	capital
	digit
	dot
	at
	slash
	sign  // - : = ? & %
	other // _ +
)

var kindOf = kinds()

func kinds() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case c >= 'a' && c <= 'z', c >= utf8.RuneSelf:
			kinds[c] = small
		case c >= 'A' && c <= 'Z':
			kinds[c] = capital
		case c >= '0' && c <= '9':
			kinds[c] = digit
		case strings.IndexByte("-:=?&%", byte(c)) >= 0:
			kinds[c] = sign
		}
	}
	kinds['.'], kinds['@'], kinds['/'], kinds['_'], kinds['+'] = dot, at, slash, other, other
	return kinds
}

// kindsOf are the kinds of all bytes of a word.
func kindsOf(s string) (kinds uint8) {
	for i := 0; i < len(s); i++ {
		kinds |= kindOf[s[i]]
	}
	return kinds
}

func inAtom(c byte) bool { return kindOf[c] != 0 }

// atom writes a word, or what stands for it.
func (p *draft) atom(s string, kinds uint8) {
	switch {
	case s == "":
	case kinds&at != 0:
		p.word("addr")
	case kinds&slash != 0 && s[0] != '/':
		p.link(s)
	case kinds&(digit|sign) != 0 && isIP(s):
		p.word("ip")
	case kinds&sign != 0 && strings.IndexByte(s, '=') >= 0:
		p.pieces(s, '=')
	case kinds&sign != 0 && strings.IndexByte(s, ':') >= 0:
		p.pieces(s, ':')
	case kinds&dot != 0 && isHost(s):
		p.word("host")
	case kinds&digit == 0, s == "IPv4", s == "IPv6":
		p.word(s)
	case isTag(s):
		p.tag(s)
	default:
		p.number()
	}
}

// pieces writes a word that a sign divides: id=..., DT:SPM, 10:00:05.
func (p *draft) pieces(s string, sign byte) {
	for {
		i := strings.IndexByte(s, sign)
		if i < 0 {
			p.atom(s, kindsOf(s))
			return
		}
		p.atom(s[:i], kindsOf(s[:i]))
		p.byte(sign)
		s = s[i+1:]
	}
}

// dividesLink are the signs between the pieces of a link.
var dividesLink = [256]bool{'/': true, '?': true, '&': true, '=': true, '%': true}

// link writes a link or a path: whose it is and where it leads, not whom it is about.
func (p *draft) link(s string) {
	at := 0
	if i := strings.Index(s, "://"); i >= 0 {
		at = i + 3
	}
	for from, i := 0, at; i <= len(s); i++ {
		if i < len(s) && !dividesLink[s[i]] {
			continue
		}
		piece := s[max(from, 0):i]
		switch {
		case from == 0 && strings.IndexByte(piece, '.') >= 0 && at > 0: // the host that it leads to is the provider's
			p.digits(piece)
		case isTag(piece):
			p.tag(piece)
		case isIP(piece):
			p.word("ip")
		case from > 0 && s[from-1] == '=' && isHost(piece):
			p.word("host")
		case from > 0 && s[from-1] == '=' && (strings.ContainsAny(piece, "0123456789") || len(piece) > 32):
			p.number()
		default:
			p.digits(piece)
		}
		if i < len(s) {
			p.punctuation(s[i])
		}
		from = i + 1
	}
}

// digits writes a word with its numbers replaced.
func (p *draft) digits(s string) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] < '0' || s[i] > '9':
			p.byte(s[i])
		case i == 0 || s[i-1] < '0' || s[i-1] > '9':
			p.byte('#')
		}
	}
}

// isTag knows the short names that providers give their refusals: capitals and a number, up to three of them divided (S3140, BL000010, RP-001,
// LPN007_416, RCP-P2, G1F). In small letters only with a divider: mx22 is a host.
func isTag(s string) bool {
	if len(s) < 2 || len(s) > 12 || !isLetter(s[0]) {
		return false
	}
	if len(s) <= 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" && strings.ContainsAny(s, "0123456789") {
		return true
	}
	parts, digits, small := 0, 0, false
	for rest := s; ; parts++ {
		i := 0
		for i < len(rest) && rest[i] != '_' && rest[i] != '-' {
			i++
		}
		part := rest[:i]
		letters := 0
		for letters < len(part) && isLetter(part[letters]) {
			small = small || letters > 0 && part[letters] >= 'a' || letters == 0 && part[0] >= 'a'
			letters++
		}
		n := len(part) - letters
		if letters > 5 || n > 6 || n > 0 && !isNumber(part[letters:], 6) || part == "" {
			return false
		}
		digits += n
		if i == len(rest) {
			break
		}
		rest = rest[i+1:]
	}
	return digits > 0 && parts < 3 && (!small || parts > 0)
}

func isCapitals(s string) bool {
	return len(s) <= 12 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// isHost says whether s is the name of a host or domain: labels with dots between them, the last of letters alone. Capitals within small letters
// are a sentence without a blank, or Exchange's names for what went wrong (RESOLVER.ADR.RecipNotFound).
func isHost(s string) bool {
	label, labels, letters := 0, 0, true
	small, capital := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label, letters = 0, true
			labels++
			continue
		case c >= 'a' && c <= 'z' || c >= utf8.RuneSelf:
			small = true
		case c >= 'A' && c <= 'Z':
			capital = true
		case c >= '0' && c <= '9' || c == '-' || c == '_':
			letters = false
		default:
			return false
		}
		label++
	}
	if labels == 0 || label < 2 || !letters && !strings.HasPrefix(s[len(s)-label:], "xn--") {
		return false
	}
	last := s[len(s)-label]
	return !small || !capital || last >= 'a' && last <= 'z'
}

// isIP is a loose look: digits and dots, or hex digits and at least two colons.
func isIP(s string) bool {
	dots, colons, hex := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			hex = true
		default:
			return false
		}
	}
	return dots == 3 && colons == 0 && !hex || colons > 2 || colons == 2 && strings.Contains(s, "::")
}
