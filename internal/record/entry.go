package record

import (
	"encoding/json"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// CutLine gives the first line of a file's text and how much of the text it takes, its end included; nothing when the end is not there yet. What was written as one
// entry in several lines is one line: an entry of the journal that is exported or shown in full, and the pieces that a container's runtime has cut a line into.
func CutLine(text string) (line string, length int) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return "", 0
	}
	line = strings.TrimSuffix(text[:i], "\r")
	switch {
	case line == "":
	case text[0] == JournalStart[0] && strings.HasPrefix(text, JournalStart): // an empty line ends it
		return cutBefore(text, "\n\n")
	case line == "{":
		return cutObject(text, i+1)
	case text[0] >= 'A' && text[0] <= 'Z' && isVerboseStart(line):
		return cutIndented(text, i+1)
	case (text[0] == '{' || scan.IsDigit(text[0])) && leavesOff(line):
		return cutPieces(text, i+1)
	}
	return line, i + 1
}

// cutBefore is a line that ends before a mark.
func cutBefore(text, mark string) (line string, length int) {
	i := strings.Index(text, mark)
	if i < 0 {
		return "", 0
	}
	return strings.TrimSuffix(text[:i], "\r"), i + len(mark)
}

// cutIndented is an entry whose further lines, from a place on, are indented.
func cutIndented(text string, at int) (line string, length int) {
	for strings.HasPrefix(text[at:], verboseIndent) {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return "", 0
		}
		at += i + 1
	}
	if len(text)-at < len(verboseIndent) && strings.HasPrefix(verboseIndent, text[at:]) {
		return "", 0 // it may go on
	}
	return scan.TrimEOL(text[:at]), at
}

// cutObject is an entry of the journal that journalctl -o json-pretty wrote: keys in capitals stand behind a tab each, the last bracket alone.
func cutObject(text string, at int) (line string, length int) {
	const key, end = "\t\"", "\n}"
	rest := text[at:]
	switch {
	case len(rest) <= len(key) && strings.HasPrefix(key, rest): // it may be one
		return "", 0
	case len(rest) <= len(key) || rest[:len(key)] != key || rest[len(key)] != '_' && (rest[len(key)] < 'A' || rest[len(key)] > 'Z'):
		return text[:1], at
	}
	i := strings.Index(rest, end)
	if i < 0 {
		return "", 0
	}
	line = text[:at+i+len(end)]
	eol := strings.IndexByte(text[len(line):], '\n')
	if eol < 0 {
		return "", 0
	}
	return line, len(line) + eol + 1
}

// cutPieces is a line that a runtime has cut, with the pieces behind it, from a place on, up to the last one; lines of the other pipe among them leave it as it is.
func cutPieces(text string, at int) (line string, length int) {
	line = strings.TrimSuffix(text[:at-1], "\r")
	pipe, end := pipeOf(line), at
	for more := true; more; {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			return "", 0
		}
		next := strings.TrimSuffix(text[end:end+i], "\r")
		if pipeOf(next) != pipe {
			return line, at
		}
		more = leavesOff(next)
		end += i + 1
	}
	return scan.TrimEOL(text[:end]), end
}

// leavesOff says whether a line of a container's log was cut by the runtime: the next one of its pipe goes on with it. conmon cuts where what it has read at once
// ends, in the middle of any line (src/ctr_logging.c); containerd and Docker behind 16 KiB.
func leavesOff(line string) bool {
	if line != "" && line[0] == '{' {
		return len(line) >= leastCut && pipeOf(line) != "" && !strings.Contains(line[len(line)-mostBehind:], `\n","stream":`)
	}
	mark := runtimeMark(line)
	return mark != "" && mark[len(mark)-1] == 'P'
}

// mostBehind is how much stands behind the text of an entry of Docker's log file: pipe and time, and attributes perhaps.
const mostBehind = 512

// pipeOf is the pipe of a line of a container's log, empty for any other line.
func pipeOf(line string) string {
	if strings.HasPrefix(line, `{"log":"`) {
		for _, pipe := range [...]string{`","stream":"stdout",`, `","stream":"stderr",`} {
			if strings.Contains(line[max(0, len(line)-mostBehind):], pipe) {
				return pipe
			}
		}
		return ""
	}
	mark := runtimeMark(line)
	return mark[:max(0, len(mark)-1)]
}

// runtimeMark is "stdout P" in "2026-11-23T15:32:27.611330123Z stdout P text", empty where there is none.
func runtimeMark(line string) string {
	const least, length = len("2026-11-23T15:32:27Z "), len("stdout P")
	if len(line) < least || line[4] != '-' || line[10] != 'T' {
		return ""
	}
	i := strings.IndexByte(line[:min(len(line), longestRuntime)], ' ')
	if i < 0 || len(line) < i+1+length {
		return ""
	}
	mark := line[i+1 : i+1+length]
	if !strings.HasPrefix(mark, "stdout ") && !strings.HasPrefix(mark, "stderr ") || len(line) > i+1+length && line[i+1+length] != ' ' {
		return ""
	}
	return mark
}

// pieces parts a line that a runtime has cut, as CutLine gives it, into its first piece and the words of the others. It is false for anything else.
func pieces(text string) (first, behind string, ok bool) {
	if text == "" || text[0] != '{' && !scan.IsDigit(text[0]) {
		return text, "", false
	}
	first, rest, more := strings.Cut(text, "\n")
	if first = strings.TrimSuffix(first, "\r"); !more || !leavesOff(first) {
		return text, "", false
	}
	pipe := pipeOf(first)
	var all strings.Builder
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		words, isPiece := wordsOf(line)
		if !isPiece || pipeOf(line) != pipe || leavesOff(line) != more {
			return text, "", false
		}
		all.WriteString(words)
	}
	return first, all.String(), true
}

// wordsOf are the words of one piece.
func wordsOf(line string) (words string, ok bool) {
	if strings.HasPrefix(line, "{") {
		var entry struct{ Log string }
		err := json.Unmarshal([]byte(line), &entry)
		return entry.Log, err == nil
	}
	mark := runtimeMark(line)
	if mark == "" {
		return "", false
	}
	words = line[strings.IndexByte(line, ' ')+1+len(mark):]
	return strings.TrimPrefix(words, " "), true
}
