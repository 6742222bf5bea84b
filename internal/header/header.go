// Package header reads what stands in front of a mail server's words: the syslog header in its shapes, a stamp alone, or nothing.
//
// The text of a log line is written by strangers, the header is not. So every field ends at the first boundary that its writer
// guarantees, nothing is searched for further on, and a line that is cut within its header has none.
package header

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Header is what was found in front of the text. Strings are parts of the line, empty where the line does not say.
type Header struct {
	// Time is nanoseconds since 1970 UTC; with ResolutionTimeOfDay nanoseconds since midnight, with ResolutionNone 0.
	Time       int64
	Resolution event.Resolution
	Shape      uint8  // how the stamp is written: lines of one writer have the same; 0 without one
	Host       string // without the brackets that some relays put around an address
	Program    string // the tag as written, without [pid]: "postfix/submission/smtpd"
	PID        int64
	TagID      string // the tag's brackets as written: mostly the pid, but dma's "25.5584eeaaaf80"
	Columns    string // what an earlier line of the source named its columns; set by the caller of a dialect
	Text       string // what follows: the end of the line, but for the quote of a column
	// Entry is the entry that the writer's line before is part of, where it may go on here; set by the caller of a dialect.
	Entry event.Entry

	doubled bool // while it is parsed: of an RFC 5424 header that has its program as MSGID, too
}

// Clock is what a stamp needs that does not stand in it; there is no clock in here.
type Clock struct {
	// Zone of stamps that carry none; nil is UTC.
	Zone *time.Location
	// Anchor is the moment (unix nanoseconds) that the line was seen at: a stamp without a year gets the year that puts it nearest before
	// the anchor, never in its future by more than a day.
	Anchor int64
	// Last is the time of the line before this one in the same source, 0 when there is none: at the end of daylight
	// saving the reading that keeps the order is taken.
	Last int64
}

// byteOrderMark is what some writers put in front of UTF-8, at the start of a file or of an RFC 5424 message.
const byteOrderMark = "\uFEFF"

// Parse reads the header of a line into h and says whether there is one. Without one h holds the whole line as its text and
// nothing else. Behind a relay's header the writer's own is looked for, where that names a process.
func Parse(line string, c Clock, h *Header) bool {
	found := parseFirst(line, c, h)
	if h.Program != "" {
		parseCarried(c, h)
	}
	if h.Program == "" || h.PID == 0 && h.Text != "" {
		found = parseBehind(line, found, c, h) || found
	}
	return found || parseColumn(line, c, h) || parseQuotedColumns(line, c, h) || parseTabbed(line, c, h) || parseBareTag(line, h) ||
		parseComposed(line, c, h)
}

// parseBareTag reads "tag[pid]: text", which templates of rsyslog leave that have no stamp (%syslogtag%%msg%), and "host tag[pid]:
// text", as programs write a record of the journal, where the host is a whole name or the tag a mail server's.
func parseBareTag(line string, h *Header) bool {
	program, pid, id, text, sure := readTag(line)
	host := ""
	if sure != strong || pid == 0 {
		var rest string
		if host, rest, _ = scan.Cut(line, ' '); rest == "" {
			return false
		}
		name, ok := readHost(host)
		program, pid, id, text, sure = readTag(rest)
		if !ok || sure != strong || pid == 0 ||
			strings.IndexByte(host, '.') <= 0 && strings.IndexByte(program, '/') < 0 || isSpeech(name, program, sure) {
			return false
		}
		line, host = rest, name
	}
	if text == "" || !strings.HasPrefix(line[len(program):], "["+id+"]: ") {
		return false
	}
	*h = Header{Host: host, Program: program, PID: pid, TagID: id, Text: text}
	return true
}

// parseTabbed reads a row of tabs whose first column is a stamp as Americans write it, "10/19/26 00:00:25"; the text is the whole row.
func parseTabbed(line string, c Clock, h *Header) bool {
	const shape = "10/19/26 00:00:25\t"
	s := strings.TrimPrefix(line, byteOrderMark)
	if len(s) < len(shape) || s[2] != '/' || s[5] != '/' || s[8] != ' ' || s[len(shape)-1] != '\t' {
		return false
	}
	var ok [3]bool
	st := stamp{style: styleBlank}
	st.month, _, ok[0] = scan.Fixed(s, 2)
	st.day, _, ok[1] = scan.Fixed(s[3:], 2)
	st.year, _, ok[2] = scan.Fixed(s[6:], 2)
	st.year += 2000
	rest, clock := st.readClock(s[9:])
	if !ok[0] || !ok[1] || !ok[2] || !clock || !strings.HasPrefix(rest, "\t") || !st.valid() {
		return false
	}
	st.fill(c, h)
	h.Text = s
	return true
}

// parseQuotedColumns reads a row of columns that tabs part, with words in quotes and numbers bare ("SMTPD" 4532 154 "2026-02-12
// 02:35:40.970" ...): the stamp is the first of the columns that is one. The first number is a thread, which changes within a
// conversation: no process. The text is the whole row, whose columns somebody counts.
func parseQuotedColumns(line string, c Clock, h *Header) bool {
	s := strings.TrimPrefix(line, byteOrderMark)
	word, rest, ok := scan.Between(s, '"', '"')
	if !ok || word == "" || strings.Contains(word, " ") || !strings.HasPrefix(rest, "\t") {
		return false
	}
	for range 3 {
		rest = rest[1:]
		if value, tail, ok := scan.Between(rest, '"', '"'); ok {
			st, end, ok := readStamp(value)
			if !ok || end != "" || st.style != styleBlank && st.style != styleISO || !strings.HasPrefix(tail, "\t") {
				return false
			}
			st.fill(c, h)
			h.Text = s
			return true
		}
		_, tail, ok := scan.Digits(rest)
		if !ok || !strings.HasPrefix(tail, "\t") {
			return false
		}
		rest = tail
	}
	return false
}

// parseColumn reads the stamp that is a row's first column: it stays in the text, whose columns somebody counts.
func parseColumn(line string, c Clock, h *Header) bool {
	s := strings.TrimPrefix(line, byteOrderMark)
	st, rest, ok := readStamp(s)
	if !ok || rest == "" || rest[0] != ',' || st.style != styleISO && st.style != styleBlank {
		return false
	}
	st.fill(c, h)
	h.Text = s
	return true
}

// parseFirst reads the header that the line begins with.
func parseFirst(line string, c Clock, h *Header) bool {
	*h = Header{Text: line}
	s := strings.TrimPrefix(line, byteOrderMark)

	// <PRI>, and the version that makes it RFC 5424
	s, relayed := priority(skipCount(s))
	if rest, ok := strings.CutPrefix(s, "1 "); ok {
		var inner Header
		if !parse5424(rest, c, &inner) || !relayed && inner.PID == 0 {
			return false
		}
		*h = inner
		return true
	}

	// [stamp] text: nobody writes a host or a program behind brackets, but for the journal behind seconds since the start
	if rest, ok := scan.Byte(s, '['); ok {
		if parseMonotonic(rest, h) || parseServer(rest, c, h) {
			return true
		}
		st, rest, ok := readStamp(rest)
		if !ok || !strings.HasPrefix(rest, "]") || !endsField(rest[1:]) {
			return false
		}
		st.fill(c, h)
		h.Shape |= inBrackets
		h.Text = skipOne(rest[1:])
		return true
	}

	// stamp; or a tag at once, as programs write it to /dev/log
	st, rest, ok := readStamp(s)
	if !ok {
		return relayed && parseTag(s, weak, h)
	}
	if st.twelve {
		rest = strings.TrimPrefix(rest, ":")
	}
	if rest == "" || !scan.IsBlank(rest[0]) {
		return false
	}
	st.fill(c, h)
	h.Text = rest[1:]
	if dash := strings.HasPrefix(h.Text, "- "); dash && (st.twelve || st.style == styleClock) { // "03:32:27 PM - Client: EHLO x"
		h.Text, rest = h.Text[len("- "):], h.Text[1:]
	}

	// host tag[pid]: text. How sure a tag must be depends on who writes such stamps.
	switch {
	case relayed || st.style == styleBSD:
		rest = skipFacility(scan.TrimLeft(rest))
		_ = parseTag(rest, weak, h) || parseHostTag(rest, weak, h) || parseLevelTag(rest, weak, h)
	case st.style == styleISO:
		rest = scan.TrimLeft(rest)
		_ = parseTag(rest, strong, h) || parseHostTag(rest, weak, h) || parseLevelTag(rest, weak, h) || parseFields(rest, h)
	case st.style == styleBlank && st.zoned && st.fraction && parseUnified(rest, h):
	case st.style == styleBlank || st.style == styleUnix:
		rest = scan.TrimLeft(rest)
		_ = parseTag(rest, strong, h) || parseHostTag(rest, strong, h) || parseLevelTag(rest, strong, h)
	case st.style == styleCtime:
		rest = scan.TrimLeft(rest)
		_ = parseTag(rest, strong, h) || parseHostTag(rest, strong, h) || parseLogger(rest, h)
	case st.style == styleLabel || st.style == styleOutput: // one program's output has a file of its own
		_ = parseTag(rest[1:], strong, h)
	}
	return true
}

// parseLogger reads "[7401] info: spamd: text", as SpamAssassin writes to a file (Logger/File.pm).
func parseLogger(s string, h *Header) bool {
	id, rest, ok := scan.Between(s, '[', ']')
	pid, digits := scan.Int(id)
	level, rest, colon := scan.Cut(rest, ':')
	if !ok || !digits || !colon || !strings.HasPrefix(level, " ") || !isSeverity(level[1:]) {
		return false
	}
	program, _, _, text, sure := readTag(scan.TrimLeft(rest))
	if sure == none {
		return false
	}
	h.Program, h.PID, h.TagID, h.Text = program, pid, id, text
	return true
}

// skipCount takes the count of octets off the front that a stream of counted messages has there (RFC 6587 section 3.4.1): rsyslog's counts the line end, too, which
// a receiver takes off before it looks.
func skipCount(s string) string {
	const most, trimmed = len("65535 "), 8
	count, _, ok := scan.Cut(s[:min(len(s), most)], ' ')
	if !ok || count == "" || !scan.IsDigit(count[0]) {
		return s
	}
	rest := s[len(count)+1:]
	n, ok := scan.Int(count)
	if !ok || !strings.HasPrefix(rest, "<") || n < int64(len(rest)) || n > int64(len(rest)+trimmed) {
		return s
	}
	return rest
}

// priority takes "<0>" to "<191>" off the front.
func priority(s string) (rest string, ok bool) {
	inner, rest, ok := scan.Between(s, '<', '>')
	if n, digits := scan.Int(inner); ok && digits && n <= 191 && len(inner) <= 3 {
		return rest, true
	}
	return s, false
}

// skipFacility takes "<mail.info> " off the front: FreeBSD's syslogd -vv writes it between stamp and host.
func skipFacility(s string) string {
	inner, rest, ok := scan.Between(s, '<', '>')
	if !ok || !strings.HasPrefix(rest, " ") || len(inner) > 20 {
		return s
	}
	for i := 0; i < len(inner); i++ {
		if c := inner[i]; c != '.' && !scan.IsLetter(c) && !scan.IsDigit(c) {
			return s
		}
	}
	return scan.TrimLeft(rest)
}

// endsField says whether a field is over here: at a blank or the end of the line.
func endsField(s string) bool { return s == "" || s[0] == ' ' }

// skipOne takes one blank off the front. Further ones may be the text's own: folded lines of a message.
func skipOne(s string) string { return strings.TrimPrefix(s, " ") }
