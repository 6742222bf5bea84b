package diagnose

import (
	"fmt"
	"strings"
)

// phrases finds the first rule, in the order of the data, whose words a reply text holds. All rules are looked for in one pass over the text
// (Aho and Corasick, 1975), so that a hundred rules cost no more than one, and a hostile text no more than its length. Letters match in any case,
// a run of blanks matches one blank, and the text has a blank in front.
type phrases struct {
	symbol [256]uint8 // byte -> column; 0 is a byte that no rule has
	width  int
	next   []uint16    // row of a state, column of a symbol -> state
	first  [2][]uint16 // by class ('4', '5'): the first rule, from 1, that ends in the state or in a suffix of it; 0 for none
	rules  []phrase
}

// phrase is one rule: words in lower case, and the class of replies that it is for, 0 for both.
type phrase struct {
	words string
	class byte
	why   Reason
}

// add appends a rule; build makes the automaton.
func (t *phrases) add(words string, class byte, why Reason) {
	if words == "" || words != strings.ToLower(words) || strings.Contains(words, "  ") || strings.ContainsAny(words, "<>") {
		panic(fmt.Sprintf("rule table: %q can match no text", words))
	}
	t.rules = append(t.rules, phrase{words, class, why})
}

func (t *phrases) build() {
	t.width = 1
	size := 1
	for _, r := range t.rules {
		size += len(r.words)
		for i := 0; i < len(r.words); i++ {
			if c := r.words[i]; t.symbol[c] == 0 {
				t.symbol[c] = uint8(t.width)
				t.width++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t.symbol[c] = t.symbol[c+'a'-'A']
	}
	for _, c := range "\t\r\n" {
		t.symbol[c] = t.symbol[' ']
	}
	t.next = make([]uint16, t.width, size*t.width)
	t.first = [2][]uint16{make([]uint16, 1, size), make([]uint16, 1, size)}
	for i := range t.rules {
		t.insert(i)
	}
	t.link()
}

// insert adds the states of a rule.
func (t *phrases) insert(rule int) {
	r := &t.rules[rule]
	state := 0
	for i := 0; i < len(r.words); i++ {
		to := &t.next[state*t.width+int(t.symbol[r.words[i]])]
		if *to == 0 {
			*to = uint16(len(t.first[0]))
			t.next = append(t.next, make([]uint16, t.width)...)
			t.first[0], t.first[1] = append(t.first[0], 0), append(t.first[1], 0)
			to = &t.next[state*t.width+int(t.symbol[r.words[i]])]
		}
		state = int(*to)
	}
	for class := range t.first {
		if fits := r.class == 0 || int(r.class-'4') == class; fits && t.first[class][state] == 0 {
			t.first[class][state] = uint16(rule + 1)
		}
	}
}

// link fills in where each state goes on when its own words do not, breadth first: a state inherits from its longest suffix.
func (t *phrases) link() {
	suffix := make([]uint16, len(t.first[0]))
	var queue []uint16
	for column := 1; column < t.width; column++ {
		if to := t.next[column]; to != 0 {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		from := suffix[state]
		for class := range t.first {
			t.first[class][state] = earlier(t.first[class][state], t.first[class][from])
		}
		for column := 1; column < t.width; column++ {
			to := &t.next[int(state)*t.width+column]
			fallback := t.next[int(from)*t.width+column]
			if *to == 0 {
				*to = fallback
				continue
			}
			suffix[*to] = fallback
			queue = append(queue, *to)
		}
	}
}

// earlier is the smaller of two rules, where 0 is none.
func earlier(a, b uint16) uint16 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// find gives the first rule that fits text, an answer of class '4' or '5' with the reply code; joined text has the codes of its further lines still
// in it, which are passed over, and so are addresses in angle brackets: they are words of whoever sent the message.
func (t *phrases) find(text string, class byte, code int, enhanced string, joined bool) (rule int, ok bool) {
	if t == nil || class != '4' && class != '5' {
		return 0, false
	}
	var digits [3]byte
	if joined = joined && code >= 400 && code < 600; joined {
		digits = [3]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)}
	}
	first := t.first[class-'4']
	blank := int(t.symbol[' '])
	state, best, inBlank := int(t.next[blank]), uint16(0), true
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '<':
			if n := address(text[i:]); n > 0 {
				i += n - 1
				state, inBlank = 0, false
				continue
			}
		case inBlank && int(t.symbol[c]) == blank:
			continue
		case joined && inBlank && c == digits[0]:
			if n := codes(text[i:], digits[:], enhanced); n > 0 {
				i += n - 1
				continue
			}
		}
		inBlank = int(t.symbol[c]) == blank
		state = int(t.next[state*t.width+int(t.symbol[c])])
		best = earlier(best, first[state])
	}
	return int(best) - 1, best != 0
}

// address is the length of "<a@b>" at the front of s, also of "<id>"; 0 where the brackets hold words.
func address(s string) int {
	const longest = 512 // RFC 5321 section 4.5.3.1.3 allows 256
	end := strings.IndexByte(s[:min(len(s), longest)], '>')
	if end < 0 || strings.IndexByte(s[:end], ' ') >= 0 && strings.IndexByte(s[:end], '@') < 0 {
		return 0
	}
	return end + 1
}

// codes is the length of "550-5.1.1 " or "550 5.1.1 " at the front of s, the beginning of a further line; 0 for other numbers.
func codes(s string, digits []byte, enhanced string) int {
	if len(s) < 4 || s[:3] != string(digits) || s[3] != '-' && s[3] != ' ' {
		return 0
	}
	n := 4
	if enhanced != "" && strings.HasPrefix(s[n:], enhanced) {
		n += len(enhanced)
	}
	for n < len(s) && s[n] == ' ' {
		n++
	}
	return n
}
