package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// auths looks at each AUTH, and says whether there are such letters at all.
func (f *finder) auths() bool {
	const none = 1 << 62
	s := f.s
	upper, lower := strings.Index(s, "UTH"), strings.Index(s, "uth")
	if upper < 0 && lower < 0 {
		return false
	}
	if upper < 0 {
		upper = none
	}
	if lower < 0 {
		lower = none
	}
	for at := 0; upper != none || lower != none; {
		i := min(upper, lower)
		if i >= at {
			at = max(i+3, f.auth(i-1))
		}
		if i == upper {
			upper = next(s, "UTH", at, none)
		} else {
			lower = next(s, "uth", at, none)
		}
	}
	return true
}

func next(s, word string, at, none int) int {
	i := strings.Index(s[at:], word)
	if i < 0 {
		return none
	}
	return at + i
}

// auth looks at an AUTH that may begin at i, and gives where it has looked up to.
func (f *finder) auth(i int) int {
	s := f.s
	if i < 0 || i > 0 && isNamePart(s[i-1]) && !isEscape(s, i) || i+4 >= len(s) || scan.IsLetter(s[i+4]) || scan.IsDigit(s[i+4]) {
		return i + 4
	}
	capital := s[i] == 'A' && s[i+1] == 'U'
	if !capital && (s[i] != 'a' || s[i+1] != 'u') { // "Auth" begins a sentence
		return i + 4
	}
	at, plain := f.gap(i + 4)
	word := f.word(at)
	if _, ok := speech.Mechanism(word); !ok {
		return f.bare(i, at, plain, capital)
	}

	// the argument
	at += len(word)
	next, blank := f.gap(at)
	if next == at || isLineEnd(s, at) > 0 {
		return f.answers(at)
	}
	from, to := next, f.argument(next)
	if to = f.secret(i, from, to, capital && plain && blank); to > from {
		f.add(from, to)
		return f.answers(to)
	}
	return f.answers(at)
}

// isNamePart says whether a word that has c in front of it is a part of a name.
func isNamePart(c byte) bool {
	return scan.IsLetter(c) || scan.IsDigit(c) || c == '-' || c == '_' || c == '.'
}

// isEscape says whether the bytes in front of i are an escape: `\nAUTH`, "#012AUTH".
func isEscape(s string, i int) bool {
	for n := 1; n <= 6 && n < i; n++ {
		if s[i-n-1] == '\\' || s[i-n-1] == '#' {
			return escaped(s, i-n) == n
		}
	}
	return false
}

// lineEnds are those as they are, and as logs escape them: like C, like rsyslog, in octal, like JSON.
var lineEnds = [...]string{
	"\r\n", "\n", "\r", `\r\n`, `\n`, `\r`, "#015#012", "#012", "#015", `\015\012`, `\012`, `\u000d\u000a`, `\u000a`,
}

// isLineEnd is the length of the line end at i, written as it is or as an escape; 0 for none.
func isLineEnd(s string, i int) int {
	for _, end := range lineEnds {
		if strings.HasPrefix(s[i:], end) {
			return len(end)
		}
	}
	return 0
}

// gap is where the next word begins, behind blanks, marks and the names that a log gives an argument; plain says that nothing but what
// stands for a blank is between. It stops at a line end.
func (f *finder) gap(at int) (next int, plain bool) {
	const most = 40
	s, plain := f.s, true
	for end := min(len(s), at+most); at < end; {
		c := s[at]
		switch {
		case isLineEnd(s, at) > 0:
			return at, plain
		case c == ' ' || c == '\t' || c == '+' || c == '_':
			at++
		case strings.HasPrefix(s[at:], "%20"):
			at += len("%20")
		case strings.IndexByte(`"':,;=[]{}()<>\/|`, c) >= 0:
			at++
			plain = plain && c == '"'
		case isFiller(f.word(at)):
			at += len(f.word(at))
			plain = false
		default:
			return at, plain
		}
	}
	return at, plain
}

// fillers are the names that logs give to what follows.
var fillers = [...]string{
	"arg", "args", "argument", "arguments", "param", "params", "parameter", "parameters", "mechanism", "mech", "data", "response", "initial",
	"command", "cmd",
}

func isFiller(word string) bool {
	for _, w := range fillers {
		if scan.EqualFold(word, w) {
			return true
		}
	}
	return false
}

// word is the name at a place: letters, digits, dashes and underscores, as mechanisms have.
func (f *finder) word(at int) string {
	end := at
	for end < len(f.s) && end-at < 32 && (scan.IsLetter(f.s[end]) || scan.IsDigit(f.s[end]) || f.s[end] == '-' || f.s[end] == '_') {
		if f.s[end] == '_' && end > at && isMechanism(f.s[at:end]) { // a blank, as some logs write it
			break
		}
		end++
	}
	return f.s[at:end]
}

func isMechanism(word string) bool {
	_, ok := speech.Mechanism(word)
	return ok
}

// argument is where the argument that begins at from ends: at a blank, a quote or a bracket.
func (f *finder) argument(from int) int {
	s, to := f.s, from
	for to < len(s) && s[to] > ' ' && s[to] != 0x7f && strings.IndexByte("\"'`<>()[]{},;|\\", s[to]) < 0 && isLineEnd(s, to) == 0 {
		to++
	}
	if end := padded(s, to); end > to {
		return end
	}
	return to
}

// secret is where s[from:to] ends, if that is what follows a mechanism in a command and no word of a sentence; else from. Sure says that
// the command is written as clients write it.
func (f *finder) secret(auth, from, to int, sure bool) int {
	token := strings.TrimRight(f.s[from:to], ".:!?")
	if f.isResponse(token, sure) {
		return from + len(token)
	}
	inPlace := strings.IndexFunc(strings.TrimRight(token, "="), isForeign) >= 0 && !isMechanism(token) // of base64
	if sure && inPlace && f.leads(auth) && f.ends(to) && hasLetter(token) && isOdd(token) {
		return to
	}
	return from
}

// isResponse says whether a word is base64, as the argument of AUTH is.
func (f *finder) isResponse(token string, sure bool) bool {
	run := strings.TrimRight(token, "=")
	padding := len(token) - len(run)
	if run == "" || isMechanism(token) {
		return false
	}
	if strings.IndexFunc(run, isForeign) >= 0 {
		return false
	}
	switch kind := decode(run, padding); {
	case kind == credential:
		return true
	case kind == words && (!isPlain(run) || len(run) >= 8 && sure):
		return true
	case !sure || isPlain(run):
		return false
	}
	return len(run) >= shortestRun && (hasLetter(run) && (hasDigit(run) || padding > 0) || isMixed(run))
}

func isForeign(r rune) bool { return r > 0x7f || digits[byte(r)] == 0 }

// leads says whether nothing but a mark of a log stands in front of the command.
func (f *finder) leads(auth int) bool {
	head := strings.TrimRight(f.s[max(0, auth-8):auth], " \t")
	return head == "" || strings.IndexByte(`>:"'|]`, head[len(head)-1]) >= 0
}

// ends says whether the line ends behind what ends at to, but for a quote or a bracket.
func (f *finder) ends(to int) bool {
	for to < len(f.s) && strings.IndexByte("\"'` )]}>", f.s[to]) >= 0 {
		to++
	}
	return to == len(f.s) || isLineEnd(f.s, to) > 0
}

// bare looks at AUTH without a mechanism: what stands in its place may be the answer to a question that was not asked.
func (f *finder) bare(auth, from int, plain, capital bool) int {
	to := f.argument(from)
	if token := f.s[from:to]; plain && capital && isLineEnd(f.s, from) == 0 {
		run := strings.TrimRight(token, "=")
		if run != "" && strings.IndexFunc(run, isForeign) < 0 && decode(run, len(token)-len(run)) == words && !isPlain(run) {
			f.add(from, to)
			return to
		}
	}
	return auth + 4
}
