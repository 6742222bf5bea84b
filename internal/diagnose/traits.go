package diagnose

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

const (
	traitsMax    = 2 << 10 // bytes of a reply that are looked at
	stemLetters  = 6       // of a word, so that its endings make no difference
	shortLetters = 4       // likewise, of words with other endings
	classWords   = 3       // of what is in a class, also letters of a script without blanks
	always       = '-'     // the trait that every reply has
)

// kind is what a trait is of: no words, one word, or what more there is to say of words.
type kind uint8

const (
	ofCodes kind = iota
	ofWord
	ofWords
)

// teller tells the traits of a reply.
type teller struct {
	fn   func(trait []byte, k kind) // the trait is there until fn returns
	room [64]byte                   // for traits that stand nowhere in the reply
}

// traits calls fn with what a reply is like others by: what its words begin with, two of them side by side, their classes in the table of rules, which have
// other languages in them, its codes, and the command that was answered. Addresses, hosts, links and whatever has a digit are no words: they tell
// who was refused, not why.
func traits(a *asked, fn func(trait []byte, k kind)) {
	t := teller{fn: fn}
	t.fn(append(t.room[:0], always), ofCodes)
	t.codes(a)
	said := plainWords(a.text[:min(len(a.text), traitsMax)])
	var before []byte
	var begins [classWords]int // of the words up to this one, the last one first
	for n, at := 1, 0; at < len(said); n++ {
		end := len(said)
		if i := bytes.IndexByte(said[at:], ' '); i >= 0 {
			end = at + i
		}
		copy(begins[1:], begins[:])
		begins[0] = at
		if word := said[at:end]; isUnspaced(word) {
			t.letters(word)
		} else {
			before = t.word(word, before)
			for _, begin := range begins[:min(n, classWords)] {
				t.classes(said[begin:end])
			}
		}
		at = end + 1
	}
}

func isUnspaced(word []byte) bool {
	letter, _ := utf8.DecodeRune(word)
	return unspaced(letter)
}

func (t *teller) codes(a *asked) {
	b := strconv.AppendInt(t.room[:0], int64(a.code), 10)
	t.fn(b, ofCodes)
	t.fn(append(b[:1], "xx"...), ofCodes)
	if len(a.enhanced) > 1 {
		t.fn(append(t.room[:0], a.enhanced...), ofCodes)
		t.room[0] = 'x'
		t.fn(append(t.room[:1], a.enhanced[1:]...), ofCodes)
	}
	if a.command != "" {
		b = append(t.room[:0], a.command...)
		t.fn(b, ofCodes)
		t.fn(strconv.AppendInt(append(b, ' '), int64(a.code), 10), ofCodes)
	}
}

// word gives the stem of a word, which is told with the one in front.
func (t *teller) word(word, before []byte) (stem []byte) {
	stem = front(word, stemLetters)
	t.fn(stem, ofWord)
	if short := front(word, shortLetters); len(short) < len(word) {
		t.fn(append(append(t.room[:0], short...), '*'), ofWords)
	}
	if before != nil {
		t.fn(append(append(append(t.room[:0], before...), ' '), stem...), ofWords)
	}
	return stem
}

// letters are the traits of a script without blanks between words: its letters, two of them side by side, and the classes of words among them.
func (t *teller) letters(word []byte) {
	begins := make([]int, 0, len(word)/2)
	for at, end := 0, 0; at < len(word); at = end {
		_, size := utf8.DecodeRune(word[at:])
		begins, end = append(begins, at), at+size
		n := len(begins)
		t.fn(word[at:end], ofWord)
		if n > 1 {
			t.fn(word[begins[n-2]:end], ofWords)
		}
		for _, begin := range begins[max(n-classWords, 0):] {
			t.classes(word[begin:end])
		}
	}
}

func (t *teller) classes(words []byte) {
	for _, class := range wordClasses()[string(words)] {
		t.fn(class, ofWords)
	}
}

// wordClasses are the classes of the table of rules, in braces as it has them, by their words.
var wordClasses = sync.OnceValue(func() map[string][][]byte {
	classes, by := map[string][]string{}, map[string][][]byte{}
	lines(rulesData, func(_ int, line string) {
		if line[0] == '{' {
			_ = parseClass(line, classes) // the rules were read before
		}
	})
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		for _, w := range classes[name] {
			w = strings.TrimSpace(w)
			if n := len(by[w]); n == 0 || string(by[w][n-1]) != "{"+name+"}" {
				by[w] = append(by[w], []byte("{"+name+"}"))
			}
		}
	}
	return by
})

// plainWords are the words of a reply, folded, a blank between two.
func plainWords(text string) []byte {
	b, behind := make([]byte, 0, len(text)), 0
	write := func(text string) {
		for token := range strings.FieldsSeq(text) {
			if !isPlace(token) {
				from := len(b)
				b = withoutNumbers(appendFolded(b, token), from)
			}
		}
	}
	skipAddresses(text, func(from, to int) {
		write(text[behind:from])
		behind = to
	})
	write(text[behind:])
	return b
}

// withoutNumbers takes the words with a digit away that stand behind a place.
func withoutNumbers(b []byte, from int) []byte {
	if !slices.ContainsFunc(b[from:], scan.IsDigit) {
		return b
	}
	kept := b[:from]
	for word := range bytes.FieldsSeq(b[from:]) {
		if !slices.ContainsFunc(word, scan.IsDigit) {
			if len(kept) > 0 {
				kept = append(kept, ' ')
			}
			kept = append(kept, word...)
		}
	}
	return kept
}

// isPlace says whether a part of a reply between blanks is a link or a host. A dot in front of a capital letter ends a sentence.
func isPlace(token string) bool {
	if strings.Contains(token, "://") {
		return true
	}
	for i := 1; i < len(token)-1; i++ {
		if token[i] == '.' && isLetterOrDigit(token[i-1]) && isLetterOrDigit(token[i+1]) && (token[i+1] < 'A' || token[i+1] > 'Z') {
			return true
		}
	}
	return false
}

func isLetterOrDigit(c byte) bool { return scan.IsLetter(c) || scan.IsDigit(c) }

// front are the first letters of a word.
func front(word []byte, letters int) []byte {
	at := 0
	for ; at < len(word) && letters > 0; letters-- {
		_, size := utf8.DecodeRune(word[at:])
		at += size
	}
	return word[:at]
}
