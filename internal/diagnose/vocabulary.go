package diagnose

import (
	"encoding/binary"
	"math/bits"
)

// vocabulary knows the words of texts: whole words, and beginnings that stand for all words with them ("greylist*").
type vocabulary struct {
	words  []word // by the upper bits of a hash, or the next that was free
	shift  uint8
	spell  []string // by symbol
	stems  []stem   // from 1
	begun  tree     // of stems, over letters
	lists  []uint32 // of the numbers of stems that a word begins with, the shortest first, 0 behind them
	starts pairs    // the first two letters of stems
}

// word is a word that texts have.
type word struct {
	head              uint64 // its first eight bytes; 0 where no word is
	tail              uint32 // its last four
	list              uint32 // where its stems are in lists, 0 for none, and in the lowest byte its length
	symbol            uint32
	state, heard, any uint32 // where it leads to from the beginning
}

func (w *word) length() int { return int(uint8(w.list)) }

// stem is a beginning of words.
type stem struct {
	symbol uint32
	length int
	begins spot
}

// begins is where a word leads to from the beginning.
func (w *word) begins() spot { return spot{state: w.state, heard: w.heard, any: w.any} }

const headBytes, tailBytes = 8, 4

// headOf is the head of a word at the front of b; behind it there are headBytes at least.
func headOf(b []byte, length int) uint64 {
	return binary.LittleEndian.Uint64(b) & leading(length)
}

// leading are the bits of the first bytes of eight.
func leading(bytes int) uint64 { return ^uint64(0) >> (8 * uint(8-min(bytes, 8))) }

// tailOf is the tail of a word that is longer than its head; a shorter one has none.
func tailOf(b []byte, length int) uint32 {
	if length <= headBytes {
		return 0
	}
	return binary.LittleEndian.Uint32(b[length-tailBytes:])
}

func hashOf(head uint64, tail uint32, length int) uint64 {
	const golden = 0x9e3779b97f4a7c15
	return (head ^ bits.RotateLeft64(uint64(tail)+uint64(length), 40)) * golden
}

// look looks for the word of a length at the front of b, with its head; nil for one that no text has. Most are short, and are where they are
// looked for first.
func (v *vocabulary) look(head uint64, b []byte, length int) *word {
	if length < headBytes { // what is longer has another head
		if w := &v.words[hashOf(head, 0, length)>>v.shift&uint64(len(v.words)-1)]; w.head == head {
			return w
		}
	}
	return v.find(head, b, length)
}

func (v *vocabulary) find(head uint64, b []byte, length int) *word {
	tail := tailOf(b, length)
	for at := hashOf(head, tail, length) >> v.shift; ; at++ {
		w := &v.words[at&uint64(len(v.words)-1)]
		if w.head == head && w.tail == tail && w.length() == length &&
			(length <= headBytes+tailBytes || v.spell[w.symbol] == string(b[:length])) {
			return w
		}
		if w.head == 0 {
			return nil
		}
	}
}

// walk calls fn with the number of each stem that a word begins with, the shortest first.
func (v *vocabulary) walk(letters []byte, fn func(number uint32)) {
	state := uint32(0)
	for _, c := range letters {
		if state = v.begun.child(&v.begun.nodes[state], uint32(c)); state == 0 {
			return
		}
		if number := v.begun.nodes[state].heard; number != 0 {
			fn(number)
		}
	}
}
