package diagnose

import (
	"slices"
	"strings"
	"unicode/utf8"
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
