package header

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// longestFront bounds the look at what stands in front of a header.
const longestFront = 256

// behindNames is what follows one or two names, where it begins like a stamp: "mail-0 postfix Nov 23 ..." (stern), "/var/log/mail i-0a1b2c3d Nov 23 ..." (awslogs),
// "10.0.0.5 Nov 23 ..." and "mailout 2026-11-23T..." (rsyslog's templates with the host in front). One name alone may be the host's. rest is empty for any other text. Words of a conversation are no
// names, nor is what begins with a blank: headers of refused messages are written so.
func behindNames(s string) (host, rest string) {
	if s == "" || !scan.IsLetter(s[0]) && !scan.IsDigit(s[0]) && s[0] != '/' {
		return "", ""
	}
	window := s[:min(len(s), longestFront)]
	first, behind, ok := scan.Cut(window, ' ')
	if !ok {
		return "", ""
	}
	if beginsLikeStamp(behind) {
		if !isName(first) {
			return "", ""
		}
		host, _ = readHost(first)
		return host, s[len(first)+1:]
	}
	second, behind, ok := scan.Cut(behind, ' ')
	if !ok || !beginsLikeStamp(behind) || !isName(first) || !isName(second) {
		return "", ""
	}
	return "", s[len(first)+len(second)+2:]
}

// isName says whether a word may be a host's, a pod's, a container's or a stream's name: a code or a verb of SMTP is none.
func isName(s string) bool {
	letters, dots := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case scan.IsLetter(c):
			letters++
		case c == '.':
			dots++
		case !scan.IsDigit(c) && c != '-' && c != '_' && c != '/':
			return false
		}
	}
	return len(s) > 1 && (letters > 0 || dots == 3) && !isSpeech(s, "", weak) && !isWeekday(s)
}

// parseCounted reads "1795447947 mailout postfix/smtpd[540]: text": seconds or milliseconds since 1970, as templates write them (syslog-ng's $UNIXTIME, rsyslog's
// date-unixtimestamp). A number alone may be anything, so a tag with its process must follow, or one of a program that known knows.
func parseCounted(s string, known func(string) bool, h *Header) bool {
	const shortest = len("1795447947 ")
	if len(s) < shortest || !scan.IsDigit(s[0]) || !scan.IsDigit(s[shortest-2]) {
		return false
	}
	n, rest, ok := scan.Digits(s[:min(len(s), len("1795447947000 "))])
	digits := min(len(s), len("1795447947000 ")) - len(rest)
	if !ok || digits != 10 && digits != 13 || !strings.HasPrefix(rest, " ") {
		return false
	}
	inner := Header{Time: n * int64(time.Second), Resolution: event.ResolutionSecond, Shape: uint8(styleUnix) << 1}
	if digits == 13 {
		inner.Time, inner.Resolution = n*int64(time.Millisecond), event.ResolutionSubsecond
	}
	if !parseHostTag(s[digits+1:], weak, &inner) || !inner.isSure(known) {
		return false
	}
	*h = inner
	return true
}

// isSure says whether a tag has a process, or is one that known knows; known is nil where nobody asks.
func (h *Header) isSure(known func(string) bool) bool {
	return h.PID > 0 || known != nil && known(h.Program)
}
