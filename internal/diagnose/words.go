package diagnose

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes of a reply are looked at.
const maxText = 16 << 10

// speech is a text as its words: folded, and without its addresses, which are words of whoever sent the message.
type speech struct {
	folded  []byte   // the letters of the words where they stand in the text, or behind one another; and room behind them
	inWord  []uint64 // the bits of the bytes that are in words
	spoken  []spoken // the words, behind one of none
	foreign bool     // some letters are not ASCII
}

// spoken is a word: its head, where it is folded, and the blank behind it where each word has one in front and behind.
type spoken struct {
	head              uint64
	from, length, end int32
}

// write takes the words of a text.
func (s *speech) write(text string) {
	text = text[:min(len(text), maxText)]
	if n := len(text) + blockBytes; len(s.folded) < 2*n { // a letter comes to at most twice its bytes
		n = max(n, usual)
		s.folded, s.inWord, s.spoken = make([]byte, 2*n), make([]uint64, n/64+1), make([]spoken, 0, n/2+2)
	}
	s.spoken, s.foreign = append(s.spoken[:0], spoken{}), false
	if !s.foldBlocks(text) {
		s.writeLetters(text)
		return
	}
	skipAddresses(text, func(from, to int) {
		for ; from < to; from = from&^63 + 64 {
			s.inWord[from/64] &^= (1<<min(to-from, 64) - 1) << (from % 64)
		}
	})
	s.cut(len(text))
}

const (
	usual      = 1 << 9 // bytes of text that there is room for at once
	blockBytes = 64
)

// foldBlocks folds a text where it stands and notes which bytes are in words; false where a byte is not ASCII.
func (s *speech) foldBlocks(text string) bool {
	end := copy(s.folded, text)
	blocks := s.folded[:(end+blockBytes-1)/blockBytes*blockBytes]
	clear(blocks[end:])
	all := uint64(0)
	for at := 0; at < len(blocks); at += blockBytes {
		block, in := blocks[at:at+blockBytes:at+blockBytes], uint64(0)
		for i := 0; i < blockBytes; i += 8 {
			x := binary.LittleEndian.Uint64(block[i : i+8])
			all |= x
			folded, words := foldEight(x)
			binary.LittleEndian.PutUint64(block[i:i+8], folded)
			in |= words >> 7 * 0x0102040810204080 >> 56 << i
		}
		s.inWord[at/64] = in
	}
	return all&upper == 0
}

// cut takes the words of a folded text of a length.
func (s *speech) cut(length int) {
	folded, list, n, before, from := s.folded, s.spoken[:cap(s.spoken)], 1, uint64(0), -1
	for i, in := range s.inWord[:(length+63)/64] {
		for edges := in ^ (in<<1 | before); edges != 0; edges &= edges - 1 {
			place := i*64 + bits.TrailingZeros64(edges)
			if from < 0 {
				from = place
				continue
			}
			list[n] = spoken{headOf(folded[from:], place-from), int32(from), int32(place - from), list[n-1].end + int32(place-from) + 1}
			n++
			from = -1
		}
		before = in >> 63
	}
	if from >= 0 {
		list[n] = spoken{headOf(folded[from:], length-from), int32(from), int32(length - from), list[n-1].end + int32(length-from) + 1}
		n++
	}
	s.spoken = list[:n]
}

// words are the text as automata read it letter by letter.
func (s *speech) words(b []byte) []byte {
	for i := range s.spoken[1:] {
		w := &s.spoken[i+1]
		b = append(append(b, ' '), s.folded[w.from:w.from+w.length]...)
	}
	return append(b, ' ')
}

// Constants of eight bytes.
const (
	each        = 0x0101010101010101
	upper       = 0x80 * each // the upper bit of each byte
	smallLetter = 0x20 * each // what makes a letter small, and leaves a digit as it is
)

// foldEight folds eight bytes that are ASCII, and has the upper bit of each that is a letter or digit.
func foldEight(x uint64) (folded, words uint64) {
	return x | smallLetter, (digitsOf(x) | lettersOf(x)) & upper
}

// digitsOf has the upper bit of each byte that is a digit; of one that is not ASCII, and of the other bits, it says nothing.
func digitsOf(x uint64) uint64 {
	x &^= upper
	return (x + (0x80-'0')*each) &^ (x + (0x80-'9'-1)*each)
}

// lettersOf has the upper bit of each byte that is a letter; of one that is not ASCII it says nothing.
func lettersOf(x uint64) uint64 {
	x = (x | smallLetter) &^ upper
	return (x + (0x80-'a')*each) &^ (x + (0x80-'z'-1)*each)
}

// zeroBytes has the upper bit of each byte that is 0.
func zeroBytes(x uint64) uint64 { return ^((x&^upper + 0x7f*each) | x) & upper }

// writeLetters is write for any text, letter by letter.
func (s *speech) writeLetters(text string) {
	from, n := 0, 0     // where the word that is written begins, and ends
	before := rune(' ') // the letter in front
	blank := func() {
		if n > from {
			end := s.spoken[len(s.spoken)-1].end + int32(n-from) + 1
			s.spoken = append(s.spoken, spoken{headOf(s.folded[from:], n-from), int32(from), int32(n - from), end})
			from = n
		}
	}
	write := func(text string) {
		for _, letter := range text {
			if letter < utf8.RuneSelf {
				letter = rune(folded[letter])
			} else {
				letter = foldRune(letter)
			}
			switch letter {
			case mark:
			case ' ':
				blank()
			default:
				if n > from && apart(before, letter) {
					blank()
				}
				before = letter
				n += utf8.EncodeRune(s.folded[n:], letter)
				s.foreign = s.foreign || letter >= utf8.RuneSelf
			}
		}
	}
	behind := 0
	skipAddresses(text, func(begin, end int) {
		write(text[behind:begin])
		blank()
		behind = end
	})
	write(text[behind:])
	blank()
}

// enclosed is the length of "<a@b>" at the front of s, also of "<id>"; 0 where the brackets hold words or a link.
func enclosed(s string) int {
	end := strings.IndexByte(s[:min(len(s), maxMailbox)], '>')
	if end < 0 || strings.IndexByte(s[:end], '@') < 0 && strings.ContainsAny(s[:end], " /") {
		return 0
	}
	return end + 1
}

// skipAddresses calls fn for what is no words of a text: bare addresses, and those in brackets, in their order.
func skipAddresses(text string, fn func(from, to int)) {
	from, to := nextAddress(text, 0)
	for i := 0; ; {
		bracket := strings.IndexByte(text[i:from], '<')
		switch {
		case bracket >= 0:
			begin := i + bracket
			i = begin + max(enclosed(text[begin:]), 1)
			fn(begin, i)
			if from < i {
				from, to = nextAddress(text, i)
			}
		case from == len(text):
			return
		default:
			fn(from, to)
			i = to
			from, to = nextAddress(text, to)
		}
	}
}

// maxMailbox are the bytes of an address (RFC 5321 section 4.5.3.1).
const maxMailbox = 320

// nextAddress finds the next bare address at or behind from: [begin,end), or the end of the text.
func nextAddress(text string, from int) (begin, end int) {
	for at := from; ; {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 {
			return len(text), len(text)
		}
		begin, end = at+i, at+i+1
		for begin > from && inLocalPart[text[begin-1]] && text[begin-1:begin+1] != ".." {
			begin--
		}
		for end < len(text) && inDomain[text[end]] && text[end-1:end+1] != ".." { // "a@b...User unknown" has words behind its dots
			end++
		}
		if end > at+i+1 && (begin < at+i || strings.IndexByte(text[at+i:end], '.') > 0) { // also "@example.com", which is a domain
			return begin, end
		}
		at += i + 1
	}
}

// inDomain and inLocalPart are the bytes of an address.
var inDomain, inLocalPart = func() (domain, local [256]bool) {
	for c := range domain {
		letter := c | 0x20
		domain[c] = letter >= 'a' && letter <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c >= utf8.RuneSelf
		local[c] = domain[c] || strings.IndexByte("_+=%&*!#$'/?^{|}~`", byte(c)) >= 0
	}
	return domain, local
}()
