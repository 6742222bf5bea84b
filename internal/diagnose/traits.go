package diagnose

import (
	"bytes"
	"encoding/binary"
	"math/bits"
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
	phraseWords  = 3       // of what is in a class of words; likewise letters, of a script without blanks
)

// kind is what a trait is.
type kind uint8

const (
	anyReply     kind = iota // every reply has it
	codeTrait                // 550, 5xx, 5.1.1, x.1.1, RCPT, RCPT 550
	stemTrait                // the first letters of a word, or one of a script without blanks
	shortTrait               // fewer of them
	pairTrait                // two words side by side, by their first letters
	lettersTrait             // two letters side by side
	phraseTrait              // words that may be in classes of the table of rules, which have other languages in them
	classTrait               // such a class
)

// trait is something that a reply has in common with others.
type trait struct {
	kind kind
	a, b []byte // what it is of; b: the second of a pair
}

// name is the trait as data/likeness.tsv has it.
func (t *trait) name() string {
	switch t.kind {
	case anyReply:
		return "-"
	case shortTrait:
		return string(t.a) + "*"
	case pairTrait:
		return string(t.a) + " " + string(t.b)
	case classTrait:
		return "{" + string(t.a) + "}"
	}
	return string(t.a)
}

// traitNamed is the trait of a name. Codes and commands are told from words by a digit or a capital letter, which no word has.
func traitNamed(name string) trait {
	a, b, two := strings.Cut(name, " ")
	switch {
	case name == "-":
		return trait{kind: anyReply}
	case name[0] == '{':
		return trait{kind: classTrait, a: []byte(name[1 : len(name)-1])}
	case strings.ContainsAny(name, "0123456789") || name[0] >= 'A' && name[0] <= 'Z':
		return trait{kind: codeTrait, a: []byte(name)}
	case two:
		return trait{kind: pairTrait, a: []byte(a), b: []byte(b)}
	case strings.HasSuffix(name, "*"):
		return trait{kind: shortTrait, a: []byte(name[:len(name)-1])}
	case isUnspaced([]byte(a)) && utf8.RuneCountInString(a) == 2:
		return trait{kind: lettersTrait, a: []byte(a)}
	}
	return trait{kind: stemTrait, a: []byte(a)}
}

// key is a number for a trait.
func (t *trait) key() uint64 { return hashed(t.b, hashed(t.a, uint64(t.kind))) }

func hashed(b []byte, h uint64) uint64 {
	h += uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = mixed(h ^ binary.LittleEndian.Uint64(b))
	}
	for i, c := range b {
		h ^= uint64(c) << (8 * i)
	}
	return mixed(h)
}

// mixed spreads the bits of a number (the finisher of wyhash).
func mixed(h uint64) uint64 {
	high, low := bits.Mul64(h^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return high ^ low
}

// traitRoom is where traits are while they are told.
type traitRoom struct {
	code [64]byte
	said []byte
}

var traitRooms = sync.Pool{New: func() any { return new(traitRoom) }}

// traitsOf calls fn with what a reply has in common with others. Addresses, hosts, links and whatever has a digit are no words: they tell who was
// refused, not why. A trait is there until fn returns.
func traitsOf(a *asked, fn func(trait)) {
	r := traitRooms.Get().(*traitRoom)
	defer traitRooms.Put(r)
	fn(trait{kind: anyReply})
	traitsOfCodes(a, &r.code, fn)
	r.said = appendPlain(r.said[:0], a.text[:min(len(a.text), traitsMax)])
	said := r.said
	var before []byte
	var begins [phraseWords]int // of the words up to this one, the last one first
	for n, at := 1, 0; at < len(said); n++ {
		end := len(said)
		if i := bytes.IndexByte(said[at:], ' '); i >= 0 {
			end = at + i
		}
		copy(begins[1:], begins[:])
		begins[0] = at
		if word := said[at:end]; isUnspaced(word) {
			traitsOfLetters(word, fn)
		} else {
			before = traitsOfWord(word, before, fn)
			for _, begin := range begins[:min(n, phraseWords)] {
				fn(trait{kind: phraseTrait, a: said[begin:end]})
			}
		}
		at = end + 1
	}
}

func isUnspaced(word []byte) bool {
	letter, _ := utf8.DecodeRune(word)
	return unspaced(letter)
}

func traitsOfCodes(a *asked, room *[64]byte, fn func(trait)) {
	tell := func(b []byte) { fn(trait{kind: codeTrait, a: b}) }
	code := strconv.AppendInt(room[:0], int64(a.code), 10)
	tell(code)
	tell(append(code[:1], "xx"...))
	if len(a.enhanced) > 1 {
		tell(append(room[:0], a.enhanced...))
		room[0] = 'x'
		tell(append(room[:1], a.enhanced[1:]...))
	}
	if a.command != "" {
		n := copy(room[:], a.command)
		tell(room[:n])
		tell(strconv.AppendInt(append(room[:n], ' '), int64(a.code), 10))
	}
}

// traitsOfWord gives the stem of a word, which is told with the one in front.
func traitsOfWord(word, before []byte, fn func(trait)) (stem []byte) {
	stem = front(word, stemLetters)
	fn(trait{kind: stemTrait, a: stem})
	if short := front(word, shortLetters); len(short) < len(word) {
		fn(trait{kind: shortTrait, a: short})
	}
	if before != nil {
		fn(trait{kind: pairTrait, a: before, b: stem})
	}
	return stem
}

// traitsOfLetters are those of a script without blanks between words.
func traitsOfLetters(word []byte, fn func(trait)) {
	begins := make([]int, 0, len(word)/2)
	for at, end := 0, 0; at < len(word); at = end {
		_, size := utf8.DecodeRune(word[at:])
		begins, end = append(begins, at), at+size
		n := len(begins)
		fn(trait{kind: stemTrait, a: word[at:end]})
		if n > 1 {
			fn(trait{kind: lettersTrait, a: word[begins[n-2]:end]})
		}
		for _, begin := range begins[max(n-phraseWords, 0):] {
			fn(trait{kind: phraseTrait, a: word[begin:end]})
		}
	}
}

// phraseClasses are the classes of the table of rules by their words.
func phraseClasses() map[string][]string {
	classes, by := map[string][]string{}, map[string][]string{}
	lines(rulesData, func(_ int, line string) {
		if line[0] == '{' {
			_ = parseClass(line, classes) // the rules were read before
		}
	})
	for name, words := range classes {
		for _, w := range words {
			w = strings.TrimSpace(w)
			if !slices.Contains(by[w], name) {
				by[w] = append(by[w], name)
			}
		}
	}
	for _, names := range by {
		slices.Sort(names)
	}
	return by
}

// appendPlain writes the words of a reply, folded, a blank between two.
func appendPlain(b []byte, text string) []byte {
	behind := 0
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
	for i := 1; i < len(token)-1; i++ {
		switch token[i] {
		case '.':
			if isLetterOrDigit(token[i-1]) && isLetterOrDigit(token[i+1]) && (token[i+1] < 'A' || token[i+1] > 'Z') {
				return true
			}
		case ':':
			if strings.HasPrefix(token[i:], "://") {
				return true
			}
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
