package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Rows reads a line whose fields stand in columns, parted by tabs, bars, semicolons or commas, with or without quotes: "stamp, host, program, pid, text", the tag in
// one column or in two, or with the text in its column, levels before or behind the host. syslog-ng, rsyslog and syslog servers on Windows have templates for such
// files, exports are written so. It is a line only where known knows the program. h is as Parse left it, and stays so for any other line.
func (h *Header) Rows(line string, c Clock, known func(program string) bool) bool {
	s := strings.TrimPrefix(line, byteOrderMark)
	st, r, ok := openRow(s, len(s)-len(h.Text))
	if !ok {
		return false
	}
	var inner Header
	st.fill(c, &inner)
	for range mostFront {
		if r.readLine(&inner, c, known) {
			*h = inner
			return true
		}
		column, ok := r.next()
		if !ok {
			return false
		}
		host, isHost := readHost(column)
		switch {
		case r.readProgram(column, &inner, known):
			*h = inner
			return true
		case inner.Host == "" && isHost && !isLevelHost(column) && !isSpeech(host, "", weak):
			inner.Host = host
		case !isLevel(column):
			return false
		}
	}
	return false
}

// mostFront is how many columns may stand between the stamp and the text: facility, severity, host and program.
const mostFront = 4

// row is what is left of a line of columns.
type row struct {
	rest    string
	between byte
}

// openRow reads the stamp that a row begins with; front is how much of the line was read before. A look at the mark behind the stamp comes first, for it costs
// nothing, and few lines have one.
func openRow(s string, front int) (st stamp, r row, ok bool) {
	if len(s) < len("Nov 23 15:32:27") || front > 0 && s[front-1] == ' ' && !strings.HasPrefix(s[front:], "|") ||
		!scan.IsDigit(s[0]) && s[0] != '"' && monthOf(s[:3]) == 0 {
		return st, r, false
	}
	quoted := s[0] == '"'
	st, rest, ok := readStamp(strings.TrimPrefix(s, `"`))
	if !ok || st.style == styleClock {
		return st, r, false
	}
	if quoted {
		if rest, ok = strings.CutPrefix(rest, `"`); !ok {
			return st, r, false
		}
	}
	if rest = strings.TrimPrefix(rest, " "); rest == "" || strings.IndexByte("\t|;,", rest[0]) < 0 {
		return st, r, false
	}
	return st, row{rest: rest[1:], between: rest[0]}, true
}

// next takes a column off, with its quotes.
func (r *row) next() (column string, ok bool) {
	r.rest = strings.TrimPrefix(r.rest, " ")
	if value, rest, ok := scan.Between(r.rest, '"', '"'); ok {
		if rest == "" || rest[0] != r.between {
			return "", false
		}
		r.rest = rest[1:]
		return value, true
	}
	column, rest, ok := scan.Cut(r.rest, r.between)
	if !ok || len(column) > longestFront {
		return "", false
	}
	r.rest = rest
	return scan.Trim(column), true
}

// readLine reads a line with its tag, or with its whole header, in the last column.
func (r *row) readLine(h *Header, c Clock, known func(string) bool) bool {
	s := r.text()
	if h.namedWhole(s, h.Host, c, known) {
		return true
	}
	program, pid, id, text, sure := readTag(s)
	if sure == none || text == "" || text[0] == r.between || !known(program) {
		return false
	}
	if text[0] == '"' && len(text) > 1 && text[1] == r.between { // the end of the tag's column
		return false
	}
	h.Program, h.PID, h.TagID, h.Text = program, pid, id, text
	return true
}

// readProgram reads the text behind the column of a tag, or behind those of a program and its process.
func (r *row) readProgram(column string, h *Header, known func(string) bool) bool {
	program, pid, id := column, int64(0), ""
	switch name, inner, bracket := scan.Cut(column, '['); {
	case bracket:
		var ok bool
		if id, inner, ok = scan.Cut(inner, ']'); !ok || inner != "" && inner != ":" {
			return false
		}
		program = name
		if pid, ok = scan.Int(id); !ok && id != "" {
			return false
		}
	case strings.HasSuffix(column, ":"):
		program = column[:len(column)-1]
	}
	if !known(program) {
		return false
	}
	left := *r
	if program == column {
		var ok bool
		if id, ok = left.next(); !ok {
			return false
		}
		if pid, ok = scan.Int(id); !ok && id != "" && id != "-" {
			return false
		}
		id = strings.TrimPrefix(id, "-")
	}
	text := left.text()
	if text == "" {
		return false
	}
	h.Program, h.PID, h.TagID, h.Text = program, pid, id, text
	return true
}

// text is the rest of the line, without the quotes of a column. A quote within stands twice in such a one, and stays so.
func (r *row) text() string {
	s := scan.TrimLeft(r.rest)
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		if inner, ok = strings.CutSuffix(inner, `"`); ok {
			return scan.TrimLeft(inner) // rsyslog's %msg% brings a blank of its own
		}
	}
	return s
}
