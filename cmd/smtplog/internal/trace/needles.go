package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// needles are the words that a line must have one of to be looked at closely: what was asked for, in any case, and the ids that
// were found to go with it, as whole words.
type needles struct {
	terms []string // in lower case
	ids   map[string]bool
	short []string // the ids, while they are few

	seeker *seeker // of terms and ids; nil where it is of no use
	sought int     // the ids that it knows

	// A process's number says something only near the lines that are known to belong to a message: it is given out again and again.
	processes map[string]bool
	near      map[string][]int64 // by file: where such lines stand, in order

	whole map[string]bool // files whose lines say nothing without those before them
}

// headOf is how much of each file is looked at whatever stands in it: names of columns, and what shows whose log it is.
const headOf = 8 << 10

// wants says whether a line, which stands at a place of a file, is to be looked at.
func (n *needles) wants(line, file string, at int64) bool {
	return at < headOf || n.whole[file] || n.in(line) || hasPrefixFold(line, columns) || len(n.near) > 0 && n.hasProcess(line, file, at)
}

// columns begins a line that names the columns of those behind it (W3C Extended Log File Format), in lower case.
const columns = "#fields:"

func hasPrefixFold(line, prefix string) bool {
	return len(line) >= len(prefix) && line[0] == prefix[0] && strings.EqualFold(line[:len(prefix)], prefix)
}

// nearby is how far from a message's lines those of its sessions may stand, in bytes.
const nearby = 4 << 20

// hasProcess says whether a line near a message's is one of a process that talked about it.
func (n *needles) hasProcess(line, file string, at int64) bool {
	list := n.near[file]
	i, _ := slices.BinarySearch(list, at-nearby)
	if i == len(list) || list[i] > at+nearby {
		return false
	}
	for from := 0; ; {
		open := strings.IndexByte(line[from:], '[')
		if open < 0 {
			return false
		}
		from += open + 1
		if end := strings.IndexByte(line[from:], ']'); end > 0 && end < 12 && n.processes[line[from:from+end]] {
			return true
		}
	}
}

// areIn says whether a line of a piece of a file may have a term or an id, or belong to a process near a message's lines.
func (n *needles) areIn(piece []byte, file string, at int64) bool {
	if at < headOf || n.whole[file] {
		return true
	}
	if list := n.near[file]; len(list) > 0 {
		i, _ := slices.BinarySearch(list, at-nearby)
		if i < len(list) && list[i] <= at+int64(len(piece))+nearby {
			return true
		}
	}
	if n.sought != len(n.ids) {
		n.sought = len(n.ids)
		n.seeker = nil
		if n.sought <= mostWords {
			n.seeker = newSeeker(slices.Concat([]string{record.JournalStart, columns}, n.terms, slices.Collect(maps.Keys(n.ids))))
		}
	}
	return n.seeker == nil || n.seeker.in(piece)
}

// fewIDs is how many ids are looked for one by one; of more, every word of a line is looked up.
const fewIDs = 12

// mostIDs bounds the ids of one search.
const mostIDs = 20_000

func newNeedles(terms []string) *needles {
	n := &needles{sought: -1, ids: map[string]bool{}, processes: map[string]bool{}, near: map[string][]int64{}, whole: map[string]bool{}}
	for _, t := range terms {
		n.terms = append(n.terms, strings.ToLower(t))
	}
	return n
}

// add adds an id; it says whether that is a new one.
func (n *needles) add(id string) bool {
	if id == "" || n.ids[id] || len(n.ids) >= mostIDs {
		return false
	}
	id = strings.Clone(id)
	n.ids[id] = true
	if len(n.ids) <= fewIDs {
		n.short = append(n.short, id)
	}
	return true
}

// in says whether a line has a term or an id.
func (n *needles) in(line string) bool {
	for _, t := range n.terms {
		if containsFold(line, t) {
			return true
		}
	}
	if len(n.ids) <= fewIDs {
		for _, id := range n.short {
			if hasWord(line, id) {
				return true
			}
		}
		return false
	}
	return n.anyWord(line)
}

// anyWord looks up every word of a line.
func (n *needles) anyWord(line string) bool {
	for from := 0; from < len(line); {
		if !isWordByte(line[from]) {
			from++
			continue
		}
		to := from + 1
		for to < len(line) && isWordByte(line[to]) {
			to++
		}
		if n.ids[line[from:to]] {
			return true
		}
		from = to
	}
	for _, id := range n.short {
		if !isPlain(id) && hasWord(line, id) {
			return true
		}
	}
	return false
}

// isWordByte says whether c is part of a word: ids have hyphens in them, Message-IDs have more, and are looked for as they are.
func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func isPlain(id string) bool {
	for i := range len(id) {
		if !isWordByte(id[i]) {
			return false
		}
	}
	return true
}

// hasWord says whether a text has an id that no further letter or digit stands beside.
func hasWord(line, id string) bool {
	for from := 0; ; {
		i := strings.Index(line[from:], id)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(id)
		if (i == 0 || !isWordByte(line[i-1]) || !isWordByte(id[0])) &&
			(end == len(line) || !isWordByte(line[end]) || !isWordByte(id[len(id)-1])) {
			return true
		}
		from = i + 1
	}
}

// containsFold says whether a text has a term that is in lower case, in any case. It looks for the term's rarest byte, and only
// there for all of it.
func containsFold(text, term string) bool {
	n := len(term)
	if n == 0 || n > len(text) {
		return n == 0
	}
	at := rarest(term)
	c := term[at]
	upper := c
	if c >= 'a' && c <= 'z' {
		upper = c - ('a' - 'A')
	}
	return foldAt(text, term, at, c) || upper != c && foldAt(text, term, at, upper)
}

func foldAt(text, term string, at int, c byte) bool {
	for from := at; ; {
		i := strings.IndexByte(text[min(from, len(text)):], c)
		if i < 0 || from+i-at+len(term) > len(text) {
			return false
		}
		if begin := from + i - at; strings.EqualFold(text[begin:begin+len(term)], term) {
			return true
		}
		from += i + 1
	}
}

// rarest is where the byte of a term stands that a line of a log has the least of.
func rarest(term string) (at int) {
	const rare = "@+!#&~^?*'/qjzxvk_ywbg-ufhpm<>=:;,. dclrnsaeito0123456789"
	best := len(rare)
	for i := range len(term) {
		if r := strings.IndexByte(rare, term[i]); r < best {
			best, at = r, i
		}
	}
	return at
}
