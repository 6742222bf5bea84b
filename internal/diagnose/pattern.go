package diagnose

import (
	"regexp/syntax"
	"strings"
)

// minLiteral is how long a word must be that spares a regular expression most replies.
const minLiteral = 3

// literal is the longest run of ASCII words that every match of a regular expression holds, folded; empty where none is sure. Only a reply with it is given to the expression, so that a thousand of them cost as little as a thousand texts.
func literal(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	if s := required(re.Simplify()); len(s) >= minLiteral {
		return strings.TrimSpace(s[:min(len(s), maxPart)])
	}
	return ""
}

func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return longestRun(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		best := ""
		for _, sub := range re.Sub {
			if s := required(sub); len(s) > len(best) {
				best = s
			}
		}
		return best
	}
	return ""
}

// longestRun is the longest run of ASCII, as the automaton reads it: what is no letter and no digit is a blank, one between words.
func longestRun(letters []rune) string {
	best, from := "", 0
	for i := 0; i <= len(letters); i++ {
		if i < len(letters) && letters[i] < 0x80 {
			continue
		}
		if run := fold(string(letters[from:i])); len(run) > len(best) {
			best = run
		}
		from = i + 1
	}
	return best
}
