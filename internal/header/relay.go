package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A line that was relayed, copied or printed by a tool has more in front of it than its writer put there: a second header, the fields of a
// search result, the name of a file. What is taken off here is only of known shapes, and only where a whole header with a process id follows,
// so that a conversation's words ("C: Nov 23 ...") and an ordinary program's never count as one.

// parseBehind looks for the writer's own header behind what others put in front of it; found says that h holds the outermost one.
func parseBehind(line string, found bool, c Clock, h *Header) bool {
	if !found {
		return parseCopied(strings.TrimPrefix(line, byteOrderMark), c, h)
	}
	if strings.HasPrefix(line, "[") {
		return false // nobody relays behind a stamp in brackets, and conversations are written so
	}

	// a tag without pid: rsyslog's imfile puts one in front of each line of a file
	s := skipPriority(h.Text)
	if parseWhole(s, c, h) || h.Program != "" {
		return h.Program != ""
	}
	if parseForwarded(s, c, h) || parseWhole(behindLevel(s), c, h) {
		return true
	}

	// the labels that logcli prints behind its stamp
	if labels, rest, ok := scan.Between(s, '{', '}'); ok && strings.Contains(labels, "=") {
		return parseWhole(skipPriority(scan.TrimLeft(rest)), c, h)
	}

	// a relay's name, then the second header, or its host and tag alone
	relay, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return false
	}
	if relay, ok = readHost(relay); !ok {
		return false
	}
	rest = scan.TrimLeft(rest)
	if parseForwarded(rest, c, h) {
		return true
	}
	if parseWhole(skipPriority(rest), c, h) || parseUntagged(rest, c, h) {
		if h.Host == "" {
			h.Host = relay
		}
		return true
	}
	if h.Resolution < event.ResolutionSecond || isSpeech(relay, "", strong) || !parseHostTag(rest, strong, h) || h.PID == 0 {
		return false
	}
	if scan.IsIP(h.Host) && !scan.IsIP(relay) { // rsyslog's %HOSTNAME% %fromhost-ip%
		h.Host = relay
	}
	return true
}

// behindLevel takes "mail.info: " off the front: socklog writes it between its own stamp and the line.
func behindLevel(s string) string {
	level, rest, ok := scan.Cut(s, ' ')
	if !ok || level[max(len(level)-1, 0):] != ":" || !isLevel(level) {
		return ""
	}
	return rest
}

// parseUntagged reads a whole header behind the name of a container or a log that stands without a colon, as rsyslog's imfile writes it where its tag has none.
func parseUntagged(s string, c Clock, h *Header) bool {
	name, rest, ok := scan.Cut(s, ' ')
	return ok && (MayCarry(name) || NamesLog(name)) && beginsLikeStamp(scan.TrimLeft(rest)) && parseWhole(scan.TrimLeft(rest), c, h)
}

// parseForwarded reads "Message forwarded from mailout: sendmail[540]: text", which AIX's syslogd makes of what it passes on, unless it runs with -n; the writer's
// stamp is there once more where the tag did not follow it at once.
func parseForwarded(s string, c Clock, h *Header) bool {
	s, ok := strings.CutPrefix(s, "Message forwarded from ")
	if !ok {
		return false
	}
	host, rest, _ := strings.Cut(s, ": ")
	if host, ok = readHost(host); !ok {
		return false
	}
	if !parseWhole(rest, c, h) && !parseTag(rest, strong, h) {
		return false
	}
	h.Host = host
	return true
}

// parseWhole reads a header with a process id into h, which stays as it is where there is none.
func parseWhole(s string, c Clock, h *Header) bool {
	if s == "" || s[0] == '[' {
		return false
	}
	var inner Header
	if !parseFirst(s, c, &inner) || inner.Program == "" || inner.PID == 0 || inner.Resolution == event.ResolutionNone {
		return false
	}
	if inner.Host == "" {
		inner.Host = h.Host
	}
	inner.doubled = false
	*h = inner
	return true
}

// skipPriority takes "<22>" off the front, but for RFC 5424's, which parseFirst reads.
func skipPriority(s string) string {
	if rest, ok := priority(s); ok && !strings.HasPrefix(rest, "1 ") {
		return rest
	}
	return s
}

// parseCopied reads a line behind the fields that tools print in front: as many as three of them, each of a shape of its own.
func parseCopied(s string, c Clock, h *Header) bool {
	if parseShortFull(s, c, nil, h) || parseCounted(s, nil, h) {
		return true
	}
	if host, rest := behindNames(s); parseWhole(rest, c, h) {
		if h.Host == "" {
			h.Host = host
		}
		return true
	}
	for range 3 {
		rest, ok := skipField(s)
		if !ok {
			return false
		}
		quoted := s[0] == '"' && len(rest) == len(s)-1
		if s = rest; parseWhole(s, c, h) {
			if quoted {
				h.Text = strings.TrimSuffix(h.Text, `"`)
			}
			return true
		}
		if s == "" {
			return false
		}
	}
	return false
}

// composed takes docker compose's "postfix-1  | " off the front, on a terminal "ESC[36mpostfix-1  | ESC[0m".
func composed(s string) (name, rest string) {
	name, rest, ok := strings.Cut(s, " |")
	if !ok || rest == "" {
		return "", s
	}
	tail, coloured := uncoloured(name)
	if name = scan.TrimRight(tail); name == "" || strings.IndexByte(name, ' ') >= 0 {
		return "", s
	}
	if coloured {
		rest, _ = uncoloured(skipOne(rest))
		return name, skipOne(rest)
	}
	if rest[0] != ' ' {
		return "", s
	}
	return name, rest[1:]
}

// uncoloured takes "ESC[36m" off the front, as it is or as programs show it that write no control characters.
func uncoloured(s string) (rest string, ok bool) {
	for _, escape := range [...]string{"\x1b[", "^[[", "#033["} {
		if tail, ok := strings.CutPrefix(s, escape); ok {
			n := 0
			for n < len(tail) && (scan.IsDigit(tail[n]) || tail[n] == ';') {
				n++
			}
			if tail = tail[n:]; strings.HasPrefix(tail, "m") {
				return tail[1:], true
			}
		}
	}
	return s, false
}

// parseComposed reads behind a container's name, in docker compose's words, what has no tag: a stamp, or, of a container that mail is the trade of, words alone.
func parseComposed(line string, c Clock, h *Header) bool {
	const longest = 256
	line = strings.TrimPrefix(line, byteOrderMark)
	window := line[:min(len(line), longest)]
	name, rest := composed(window)
	if name == "" || !IsNumbered(name) && !hasMailWord(name) {
		return false
	}
	text := line[len(window)-len(rest):]
	var inner Header
	switch {
	case parseFirst(text, c, &inner) && inner.Resolution != event.ResolutionNone:
		if second := (Header{}); inner.Program == "" && beginsLikeStamp(inner.Text) && parseFirst(inner.Text, c, &second) { // --timestamps
			inner = second
		}
	case hasMailWord(name):
		inner = Header{Text: text}
	default:
		return false
	}
	inner.doubled = false
	*h = inner
	return true
}

// skipField takes one leading field off.
func skipField(s string) (string, bool) {
	const longest = 256
	if s == "" {
		return s, false
	}
	window := s[:min(len(s), longest)]
	switch {
	case s[0] == '"': // a column of CSV, or the last one's opening quote
		if value, rest, ok := scan.Between(window, '"', '"'); ok && strings.HasPrefix(rest, ",") {
			return s[len(value)+3:], true
		}
		return s[1:], true
	case strings.HasPrefix(s, "[pod/"): // kubectl logs --prefix
		_, rest, ok := scan.Between(window, '[', ']')
		return skipOne(s[len(window)-len(rest):]), ok
	case scan.IsDigit(s[0]): // a stamp in milliseconds or nanoseconds (Grafana), or a stamp in a column of its own
		digits, rest, ok := scan.Digits(window)
		if ok && digits > 1e9 && rest != "" && (scan.IsBlank(rest[0]) || rest[0] == ',') {
			return s[len(window)-len(rest)+1:], true
		}
		if ok && strings.HasPrefix(rest, ":") { // the line's number: "4711:" (grep -n), "4711: " (syslog-ng's $SEQNUM)
			return skipOne(s[len(window)-len(rest)+1:]), true
		}
		_, rest, ok = readStamp(window)
		if ok && rest != "" && (scan.IsBlank(rest[0]) || rest[0] == ',') {
			return s[len(window)-len(rest)+1:], true
		}
		return s, false
	}

	// "Nov 23, 2026 @ 15:32:27.611" (Kibana), in a column of its own or in front of the line
	if monthOf(s[:min(len(s), 3)]) > 0 {
		if _, rest, ok := strings.Cut(window, " @ "); ok {
			var st stamp
			if rest, ok = st.readClock(rest); ok && rest != "" {
				return s[len(window)-len(rest)+1:], true
			}
		}
		return s, false
	}

	if name, rest := composed(window); name != "" {
		return s[len(window)-len(rest):], true
	}

	// "/var/log/mail.log:" or "mail.log.1:4711:" (grep)
	name, rest, ok := scan.Cut(window, ':')
	if !ok || strings.Contains(name, " ") || !strings.ContainsAny(name, "./") || strings.ContainsAny(name, "<>@\"") {
		return s, false
	}
	if _, tail, ok := scan.Digits(rest); ok && strings.HasPrefix(tail, ":") {
		rest = tail[1:]
	}
	return s[len(window)-len(rest):], true
}

// parseShortFull reads journalctl's "Mon 2026-11-23 15:32:27 UTC mailout postfix/smtpd[540]: text" (-o short-full). The name of another zone than UTC says
// nothing that can be relied on, and the day's name is in the language of whoever asked.
func parseShortFull(s string, c Clock, known func(string) bool, h *Header) bool {
	day, _, ok := scan.Cut(s[:min(len(s), longestWeekday)], ' ')
	if !ok || day == "" || scan.IsDigit(day[0]) {
		return false
	}
	english := isWeekday(day)
	st, rest, ok := readStamp(s[len(day)+1:])
	if !ok || st.style != styleBlank || rest == "" {
		return false
	}
	if text, ok := strings.CutPrefix(rest, ":"); ok && english && endsField(text) { // a program's own: "Tue 2026-08-18 00:00:48.993: text"
		*h = Header{Text: skipOne(text)}
		st.fill(c, h)
		return true
	}
	zone, rest := scan.Word(rest)
	if zone == "UTC" || zone == "GMT" {
		st.zoned, st.offset = true, 0
	}
	var inner Header
	st.fill(c, &inner)
	least := strong
	if known != nil {
		least = weak
	}
	if !parseHostTag(scan.TrimLeft(rest), least, &inner) || least == weak && !inner.isSure(known) {
		return false
	}
	*h = inner
	return true
}

// parseMonotonic reads "12345.678901] mailout postfix/smtpd[540]: text", seconds since the machine was started (journalctl -o short-monotonic), perhaps with those
// since the line before (short-delta). They say nothing about when.
func parseMonotonic(s string, h *Header) bool {
	s = scan.TrimLeft(s)
	seconds, rest, ok := scan.Digits(s)
	if !ok || seconds < 0 || !strings.HasPrefix(rest, ".") {
		return false
	}
	_, tail, ok := scan.Digits(rest[1:])
	if !ok || len(rest)-1-len(tail) != len("678901") {
		return false
	}
	if delta, end, ok := scan.Between(scan.TrimLeft(tail), '<', '>'); ok && len(delta) < 32 {
		tail = end
	}
	if tail, ok = strings.CutPrefix(tail, "]"); !ok {
		return false
	}
	return parseHostTag(scan.TrimLeft(tail), strong, h)
}

// longestWeekday is a name of any language with the blank behind it, in bytes, with room: "lun.", "пн", "월".
const longestWeekday = 12

func isWeekday(s string) bool {
	switch s {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}
