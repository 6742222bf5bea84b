// Package exim reads the log lines of Exim 4: main log, reject log, panic log, and the same lines through syslog. One file holds one family
// of lines; the comment at each shape names the source file that prints it.
package exim

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Exim.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "exim" }

// Claims takes the tags that Exim is known to log under: syslog_processname is "exim" by default, Debian's program is called exim4.
func (Parser) Claims(program string) bool {
	rest, ok := strings.CutPrefix(program, "exim")
	return ok && (rest == "" || !scan.IsLetter(rest[0]))
}

// Probe recognises lines of Exim's own files, which name no program: by the message id, or by sentences that only Exim writes.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	var ev event.Event // stays on the stack: nothing keeps it
	ev.Line = h.Text
	s, _ := prelude(h.Text, &ev)
	if _, rest, ok := messageID(s); ok {
		return h.Resolution >= event.ResolutionSecond || isFlag(rest)
	}
	if h.Resolution < event.ResolutionSecond {
		return h.Entry.Step != 0
	}
	return isOwn(s)
}

// Parse reads one line. Syslog adds a header that the caller took off; what Exim itself puts in front is taken off here.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s, part := prelude(h.Text, ev)
	// a line of a file has a stamp, but for an entry's further lines
	if part > 1 || h.Resolution == event.ResolutionNone && h.Program == "" && h.Entry.Step != 0 {
		if r := result(ev, further(ev, s, h.Entry.Step, part > 1)); part > 1 || r != event.Unknown {
			return r
		}
	}
	id, rest, ok := messageID(s)
	if ok {
		ev.QueueID = id
		kind := about(ev, rest)
		if ev.Scope == event.ScopeCall {
			ev.CallBy = id[len("1tivSh-"):strings.LastIndexByte(id, '-')] // the process' number, in base 62 (src/receive.c)
		}
		r := twice(h, s, ev, result(ev, kind))
		ev.Entry = opensEntry(kind)
		return r
	}
	r := twice(h, s, ev, result(ev, plain(ev, s)))
	switch {
	case strings.HasPrefix(s, adviceFollows):
		ev.Entry = event.Entry{Step: entryAdvice, Begins: true}
	case strings.HasPrefix(s, "Exim configuration error") && strings.HasSuffix(s, ":"):
		ev.Entry = event.Entry{Step: entryConfiguration, Begins: true}
	}
	return r
}

// adviceFollows is the line of Exim that another one goes on with.
const adviceFollows = "Warning: purging the environment."

// twice notes what goes to main log and reject log, which syslog brings together again (syslog_duplication, on by default).
func twice(h *header.Header, s string, ev *event.Event, r event.Result) event.Result {
	if h.Program == "" {
		return r
	}
	switch {
	case ev.Kind == event.KindReject && !isOnce(s, ev), ev.Kind == event.KindAuth && ev.AuthResult == "failure",
		ev.Kind == event.KindMessageDiscarded && ev.QueueID == "": // a recipient that an ACL discards (src/smtp_in.c)
		ev.Twin = s
	}
	return r
}

// isOnce says whether a refusal goes to the main log alone, so that it has no twin whatever the settings are: what a client says badly (src/smtp_in.c,
// synprot_error), connections beyond a limit (src/daemon.c, smtp_start_session), one recipient's answer at the end of the data (src/receive.c), VRFY.
func isOnce(s string, ev *event.Event) bool {
	if ev.QueueID != "" {
		_, words, _ := messageID(s)
		return strings.HasPrefix(words, "PRDR ")
	}
	return scan.Begins(s, "SMTP syntax error in ", "SMTP protocol error in ", "Connection from ", "temporarily refused connection from ",
		"VRFY failed for ")
}

// result makes the event what was found, or nothing at all.
func result(ev *event.Event, kind event.Kind) event.Result {
	if kind == event.KindNone {
		wipe(ev)
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// wipe takes away what was read of the text; what the header says, and what must not leave, stays.
func wipe(ev *event.Event) {
	*ev = event.Event{
		Time: ev.Time, Resolution: ev.Resolution, Shape: ev.Shape, Host: ev.Host, PID: ev.PID, Line: ev.Line, Dialect: ev.Dialect,
		RcptList: ev.RcptList[:0], Redact: ev.Redact,
	}
}

// prelude takes off what Exim writes in front of its words: "[2\10] " of a syslog entry in several lines, its own stamp where syslog has
// one already (syslog_timestamp), "[pid] " (log_selector +pid) (src/log.c).
func prelude(s string, ev *event.Event) (rest string, part int) {
	rest = s
	if n, tail, ok := partNumber(rest); ok {
		rest, part = tail, n
	}
	if part > 1 {
		return rest, part
	}
	if scan.IsDigit(first(rest)) {
		if t, res, tail, ok := header.Stamp(rest, header.Clock{}); ok && res >= event.ResolutionSecond && strings.HasPrefix(tail, " ") {
			rest = tail[1:]
			refine(ev, t, res)
		}
	}
	if inner, tail, ok := scan.Between(rest, '[', ']'); ok && strings.HasPrefix(tail, " ") {
		if pid, ok := scan.Int(inner); ok {
			rest, ev.PID = tail[1:], pid
		}
	}
	return rest, part
}

// refine lets a stamp of whole seconds, which syslog wrote, have the milliseconds of Exim's own. Their zones may differ, which differ by
// whole minutes: where the seconds are the same it is the same moment.
func refine(ev *event.Event, own int64, res event.Resolution) {
	const second, minute = int64(time.Second), int64(time.Minute)
	if ev.Resolution == event.ResolutionSecond && res == event.ResolutionSubsecond && ev.Time%minute/second == own%minute/second {
		ev.Time, ev.Resolution = ev.Time-ev.Time%second+own%second, res
	}
}

// partNumber takes "[1\10] " or "[2/2] " off the front: the parts of a long entry, of an entry with line ends.
func partNumber(s string) (n int, rest string, ok bool) {
	inner, rest, ok := scan.Between(s[:min(len(s), 16)], '[', ']')
	if !ok || !strings.HasPrefix(rest, " ") {
		return 0, s, false
	}
	number, tail, ok := scan.Digits(inner)
	if !ok || len(tail) < 2 || tail[0] != '\\' && tail[0] != '/' {
		return 0, s, false
	}
	if _, ok = scan.Int(tail[1:]); !ok {
		return 0, s, false
	}
	return int(number), s[len(inner)+3:], true
}

// messageID takes "1tivSh-000ALP-Wt " off the front, or the longer "1tivSh-00000000ALP-0mWt " of Exim 4.97 (src/exim.h MESSAGE_ID_LENGTH).
// An entry may be over right behind it.
func messageID(s string) (id, rest string, ok bool) {
	for _, shape := range [...][2]int{{13, 16}, {18, 23}} {
		dash, n := shape[0], shape[1]
		if len(s) < n || s[6] != '-' || s[dash] != '-' || len(s) > n && s[n] != ' ' {
			continue
		}
		for i := 0; i < n; i++ {
			if c := s[i]; i != 6 && i != dash && !scan.IsLetter(c) && !scan.IsDigit(c) {
				return "", s, false
			}
		}
		return s[:n], strings.TrimPrefix(s[n:], " "), true
	}
	return "", s, false
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func after(s, prefix string) (rest string, ok bool) { return strings.CutPrefix(s, prefix) }
