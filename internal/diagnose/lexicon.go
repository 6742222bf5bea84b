package diagnose

import (
	"math/bits"
	"strings"
)

// lexicon is a vocabulary that words are added to.
type lexicon struct {
	numbers map[string]uint32 // of words
	words   []string          // from 1
	stems   map[string]uint32
}

func newLexicon() *lexicon {
	return &lexicon{numbers: map[string]uint32{}, words: make([]string, 1), stems: map[string]uint32{}}
}

// symbols reads words as a rule has them: a blank in front, and another one behind a whole word.
func (l *lexicon) symbols(words string) []uint32 {
	var list []uint32
	fields := strings.Fields(words)
	for i, f := range fields {
		if i == len(fields)-1 && words[len(words)-1] != ' ' {
			list = append(list, l.stem(f))
		} else {
			list = append(list, l.word(f))
		}
	}
	return list
}

// word is the number of a word, which is its symbol.
func (l *lexicon) word(w string) uint32 {
	if l.numbers[w] == 0 {
		l.numbers[w] = uint32(len(l.words))
		l.words = append(l.words, w)
	}
	return l.numbers[w]
}

// stemSymbols begin behind those of words.
const stemSymbols = 1 << 31

func (l *lexicon) stem(s string) uint32 {
	if l.stems[s] == 0 {
		l.stems[s] = stemSymbols + uint32(len(l.stems))
	}
	return l.stems[s]
}

// vocabulary makes the one whose symbols lead to spots from the beginning.
func (l *lexicon) vocabulary(begins func(symbol uint32) spot) vocabulary {
	size := 4
	for 2*size < 3*len(l.words) { // half again as many: what is looked up lies nearer together, which counts for more than a second look
		size *= 2
	}
	v := vocabulary{
		words: make([]word, size), shift: uint8(64 - bits.TrailingZeros(uint(size))), spell: l.words,
		stems: make([]stem, 1, len(l.stems)+1), lists: make([]uint32, 1),
	}
	v.addStems(l.stems, begins)
	for number := range l.words[1:] {
		v.add(uint32(number+1), begins(uint32(number+1)))
	}
	return v
}

func (v *vocabulary) addStems(symbols map[string]uint32, begins func(symbol uint32) spot) {
	var letters planting
	for s, symbol := range symbols {
		letters.add(spelled(s))
		v.stems = append(v.stems, stem{symbol, len(s), begins(symbol)})
		for second := range 256 {
			if len(s) == 1 || s[1] == byte(second) {
				v.starts.add(s[0], byte(second))
			}
		}
	}
	v.begun = letters.grow(func(ended []int, _ uint32) uint32 {
		if len(ended) == 0 {
			return 0
		}
		return uint32(ended[0] + 1)
	})
}

// add takes a word that leads to a spot from the beginning.
func (v *vocabulary) add(symbol uint32, begins spot) {
	letters := v.spell[symbol]
	b := append([]byte(letters), make([]byte, headBytes)...)
	w := word{list: uint32(len(letters)), symbol: symbol, state: begins.state, heard: begins.heard, any: begins.any}
	w.head, w.tail = headOf(b, len(letters)), tailOf(b, len(letters))
	from := len(v.lists)
	v.walk(b[:len(letters)], func(number uint32) { v.lists = append(v.lists, number) })
	if len(v.lists) > from {
		v.lists = append(v.lists, 0)
		w.list |= uint32(from) << 8
	}
	slot := hashOf(w.head, w.tail, len(letters)) >> v.shift
	for v.words[slot&uint64(len(v.words)-1)].head != 0 {
		slot++
	}
	v.words[slot&uint64(len(v.words)-1)] = w
}
