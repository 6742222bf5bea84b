package record

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// longestName is that of a container or pod, with what compose, swarm and Kubernetes make of it.
const longestName = 253

// cutPrefix takes off one thing that a tool puts in front of every line of a container, whatever stands behind it: its name, the runtime's stamp, or a colour.
func (v *View) cutPrefix(text string) (rest string, ok bool) {
	if text == "" {
		return text, false
	}
	if text[0] == '\x1b' {
		rest, ok = cutColour(text)
		return cutUncolour(rest), ok
	}
	if name, rest, ok := cutName(text); ok && !v.whole && strings.IndexByte(rest, '\n') < 0 { // each of several lines has its own
		v.Source.Part = name
		return rest, true
	}
	return v.cutRuntime(text)
}

// cutName takes "mail-1  | " off the front (docker compose logs, docker service logs), or "[pod/mail-0/postfix] " (kubectl logs --prefix).
func cutName(s string) (name, rest string, ok bool) {
	if s[0] == '[' {
		if !strings.HasPrefix(s, "[pod/") {
			return "", s, false
		}
		name, _, ok = scan.Between(s[:min(len(s), longestName)], '[', ']')
		if !ok || strings.IndexByte(name, ' ') >= 0 || !strings.HasPrefix(s[len(name)+2:], " ") {
			return "", s, false
		}
		return name, s[len(name)+3:], true
	}

	// the time of day, which foreman and its like write in front
	if len(s) > len("15:32:27 ") && s[2] == ':' && s[5] == ':' && s[8] == ' ' && scan.IsDigit(s[0]) {
		s = s[len("15:32:27 "):]
	}

	// the name, padded to the longest one's length
	i := 0
	for i < len(s) && i < longestName && isNameByte(s[i]) {
		i++
	}
	if i == 0 || i == len(s) {
		return "", s, false
	}
	name, rest = s[:i], s[i:]
	rest = scan.TrimLeft(rest)
	if len(rest) == len(s)-i || !strings.HasPrefix(rest, "|") {
		return "", s, false
	}
	rest, _ = cutColour(rest[1:])
	if rest != "" && rest[0] != ' ' {
		return "", s, false
	}
	return name, strings.TrimPrefix(rest, " "), true
}

// isNameByte says whether c may stand in the name of a container, or of a task and its node.
func isNameByte(c byte) bool {
	return scan.IsLetter(c) || scan.IsDigit(c) || c == '-' || c == '_' || c == '.' || c == '@'
}

// cutColour takes the escape sequences that colour a terminal's text off the front ("ESC[36m").
func cutColour(s string) (rest string, ok bool) {
	rest = s
	for strings.HasPrefix(rest, "\x1b[") {
		i := len("\x1b[")
		for i < len(rest) && (scan.IsDigit(rest[i]) || rest[i] == ';') {
			i++
		}
		if i == len(rest) || rest[i] != 'm' {
			break
		}
		rest = rest[i+1:]
	}
	return rest, len(rest) < len(s)
}

// cutUncolour takes the sequence off the end that gives the terminal its own colours back.
func cutUncolour(s string) string {
	for _, end := range [...]string{"\x1b[0m", "\x1b[m", "\x1b[39m"} {
		s = strings.TrimSuffix(s, end)
	}
	return s
}

// longestRuntime is where a runtime's mark begins at the latest: behind a stamp with a zone.
const longestRuntime = 64

// cutRuntime takes the container runtime's prefix off: "2026-11-23T15:32:27.611330123Z stdout F text" (Kubernetes' CRI logging format), or the stamp alone, as
// docker, kubectl and crictl print it on request: it has more digits than any other. It is the moment the line was written, and so the carrier's time.
func (v *View) cutRuntime(text string) (rest string, ok bool) {
	const least = len("2026-11-23T15:32:27Z ")
	if len(text) < least || text[4] != '-' || text[10] != 'T' {
		return text, false
	}
	// a stamp is dear to read, so first a look at what stands behind such a one
	if fractionDigits(text) <= 6 && !strings.Contains(text[:min(len(text), longestRuntime)], " std") {
		return text, false
	}
	t, res, rest, ok := header.Stamp(text, header.Clock{})
	if !ok || rest == "" {
		return text, false
	}
	stamp := text[:len(text)-len(rest)]
	for i, mark := range [...]string{" stdout F ", " stderr F ", " stdout P ", " stderr P "} {
		if len(rest) >= len(mark) && rest[:len(mark)] == mark {
			v.Time, v.Resolution, v.trusted, v.container = t, res, true, true
			v.Pipe, v.Cut = uint8(1+i%2), i >= 2
			return rest[len(mark):], true
		}
	}
	if res == event.ResolutionSubsecond && fractionDigits(stamp) > 6 && rest[0] == ' ' && !v.stamped {
		v.Time, v.Resolution, v.trusted, v.container, v.stamped = t, res, true, true, true
		return rest[1:], true
	}
	return text, false
}

// fractionDigits counts the digits behind a stamp's seconds.
func fractionDigits(stamp string) int {
	const seconds = len("2026-11-23T15:32:27.")
	n := 0
	for seconds+n < len(stamp) && scan.IsDigit(stamp[seconds+n]) {
		n++
	}
	return n
}
