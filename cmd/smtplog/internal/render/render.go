// Package render writes reports: for a terminal or a mail, and as tables. What stood in a log is written so that no terminal obeys it.
package render

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/otelcol-smtp/otelcol-smtp/internal/terminal"
)

// Style says what the place that a text goes to can show.
type Style struct {
	Colour bool
	Width  int // in characters; 0: lines are as long as they are
}

// page writes sections of a text.
type page struct {
	to    io.Writer
	style Style
	err   error
	begun bool
}

// The colours of a terminal.
const (
	bold, dim, red, yellow, green, normal = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"
)

func (p *page) write(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.to, format, args...)
	}
}

// in gives a text a colour, where there are any.
func (p *page) in(colour, s string) string {
	if !p.style.Colour || colour == "" {
		return s
	}
	return colour + s + normal
}

// title begins a section.
func (p *page) title(s string) {
	if p.begun {
		p.write("\n")
	}
	p.begun = true
	p.write("%s\n", p.in(bold, s))
}

// table writes rows in columns. A column whose name begins with ">" is of numbers, and stands to the right; the last one takes what room is left and is not
// filled up.
type table struct {
	page *page
	name []string
	rows [][]cell
}

// cell is a text with its colour.
type cell struct{ text, colour string }

func (p *page) table(names ...string) *table { return &table{page: p, name: names} }

// row adds a row of texts, numbers, times and cells.
func (t *table) row(values ...any) {
	row := make([]cell, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case cell:
			row[i] = cell{terminal.Text(v.text), v.colour}
		case string:
			row[i].text = terminal.Text(v)
		case int:
			row[i].text = strconv.Itoa(v)
		case int64:
			row[i].text = strconv.FormatInt(v, 10)
		case time.Time:
			row[i].text = stamp(v)
		default:
			row[i].text = fmt.Sprint(v)
		}
	}
	t.rows = append(t.rows, row)
}

// write writes the table, where it has rows; the head too, where its columns have names.
func (t *table) write() {
	if len(t.rows) == 0 {
		return
	}
	wide := make([]int, len(t.name))
	head := false
	for i, n := range t.name {
		n = strings.TrimPrefix(n, ">")
		wide[i] = utf8.RuneCountInString(n)
		head = head || n != ""
	}
	for _, row := range t.rows {
		for i, c := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(c.text))
		}
	}
	if head {
		row := make([]cell, len(t.name))
		for i, n := range t.name {
			row[i] = cell{strings.TrimPrefix(n, ">"), dim}
		}
		t.line(row, wide)
	}
	for _, row := range t.rows {
		t.line(row, wide)
	}
}

func (t *table) line(row []cell, wide []int) {
	var b strings.Builder
	var last string
	b.WriteString(" ")
	for i, c := range row {
		gap := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(c.text))
		text := t.page.in(c.colour, c.text)
		switch {
		case strings.HasPrefix(t.name[i], ">"):
			b.WriteString(" " + gap + text)
		case i == len(row)-1:
			last = t.page.last(c, wide)
		default:
			b.WriteString(" " + text + gap)
		}
		if i < len(row)-1 {
			b.WriteString(" ")
		}
	}
	if strings.HasPrefix(last, "\n") {
		t.page.write("%s%s\n", strings.TrimRight(b.String(), " "), last)
		return
	}
	t.page.write("%s\n", strings.TrimRight(b.String()+last, " "))
}

// last is the last cell of a row, on as many lines as it takes: under itself, or where it would be a narrow strip, under the row.
func (p *page) last(c cell, wide []int) string {
	at := 2
	for _, w := range wide[:len(wide)-1] {
		at += w + 2
	}
	room, begin := p.style.Width-at, " "
	if p.style.Width == 0 || c.text == "" || utf8.RuneCountInString(c.text) <= room {
		return begin + p.in(c.colour, c.text)
	}
	if room < narrow {
		at, room = under, p.style.Width-under
		begin = "\n" + strings.Repeat(" ", at)
	}
	parts := wrap(c.text, room)
	for i, part := range parts {
		parts[i] = p.in(c.colour, part)
	}
	return begin + strings.Join(parts, "\n"+strings.Repeat(" ", at))
}

const (
	narrow = 40 // a column that is no narrower is read with ease
	under  = 8  // how far in a cell stands under its row
)

// wrap cuts a text into lines of at most so many characters, between words where that is possible.
func wrap(s string, room int) (lines []string) {
	for room = max(room, 1); utf8.RuneCountInString(s) > room; {
		end := 0
		for range room {
			_, n := utf8.DecodeRuneInString(s[end:])
			end += n
		}
		if space := strings.LastIndexByte(s[:end+1], ' '); space > 0 {
			end = space
		}
		lines = append(lines, strings.TrimRight(s[:end], " "))
		s = strings.TrimLeft(s[end:], " ")
	}
	return append(lines, s)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02 15:04")
}

// Size writes bytes with three digits.
func Size(n int64) string {
	x, unit := float64(n), 0
	for x >= 999.5 && unit < 4 {
		x, unit = x/1024, unit+1
	}
	if unit == 0 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%.3g%s", x, [...]string{"", "k", "M", "G", "T"}[unit])
}

// Seconds writes a duration with two or three digits and its unit.
func Seconds(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < 1:
		return strconv.FormatFloat(x*1000, 'g', 3, 64) + " ms"
	case x < 120:
		return strconv.FormatFloat(x, 'g', 3, 64) + " s"
	case x < 7200:
		return strconv.FormatFloat(x/60, 'g', 3, 64) + " min"
	case x < 2*86400:
		return strconv.FormatFloat(x/3600, 'g', 3, 64) + " h"
	}
	return strconv.FormatFloat(x/86400, 'g', 3, 64) + " d"
}
