package trace

import "strings"

// seeker finds out fast that none of some words is in a text, in any case of letters (Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching", 1994): where two
// bytes of the text are in no word, as many bytes are leapt over as the shortest word has, less one.
type seeker struct {
	least int // bytes of the shortest word
	leap  [1 << 16]uint8
	ends  map[uint16][]string // words by the two bytes that their first least ones end with
}

// mostWords is how many words are sought at a time: of more, nearly every pair of bytes is in one.
const mostWords = 256

// newSeeker makes one; nil where the words are such that it would be of no use. Case is that of ASCII, so other words have to be looked for otherwise.
func newSeeker(words []string) *seeker {
	s := &seeker{least: 1 << 7, ends: map[uint16][]string{}}
	for _, w := range words {
		if !isASCII(w) {
			return nil
		}
		s.least = min(s.least, len(w))
	}
	if s.least < 2 || len(words) == 0 || len(words) > mostWords {
		return nil
	}
	for i := range s.leap {
		s.leap[i] = uint8(s.least - 1)
	}
	for _, w := range words {
		w = strings.ToLower(w)
		for i := 1; i < s.least; i++ {
			pair := pairOf(w[i-1], w[i])
			s.leap[pair] = min(s.leap[pair], uint8(s.least-1-i))
		}
		end := pairOf(w[s.least-2], w[s.least-1])
		s.ends[end] = append(s.ends[end], w)
	}
	return s
}

// in says whether a text has one of the words.
func (s *seeker) in(text []byte) bool {
	for i := s.least - 1; i < len(text); {
		pair := pairOf(lower[text[i-1]], lower[text[i]])
		if leap := s.leap[pair]; leap > 0 {
			i += int(leap)
			continue
		}
		for _, w := range s.ends[pair] {
			if begins(text[i-s.least+1:], w) {
				return true
			}
		}
		i++
	}
	return false
}

// begins says whether a text begins with a word that is in lower case, in any case.
func begins(text []byte, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower[text[i]] != word[i] {
			return false
		}
	}
	return true
}

func pairOf(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) }

// lower writes the letters of ASCII small.
var lower = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}()

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
