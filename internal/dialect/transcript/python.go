package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// pythonLine is what Python's smtplib prints with set_debuglevel (Lib/smtplib.py), its strings as Python quotes them.
type pythonLine uint8

const (
	notPython     pythonLine = iota
	pythonSend               // send: 'ehlo x\r\n'
	pythonReply              // reply: b'250 ok\r\n'
	pythonRepeat             // reply: retcode (250); Msg: b'ok'; data: (354, b'...'); connect: b'...': what was printed before
	pythonConnect            // connect: to ('192.0.2.1', 25) None
)

// readPythonMark takes the mark and the quotes off; said is what stands in them, without the line end.
func (f *frame) readPythonMark(s string) bool {
	switch {
	case strings.HasPrefix(s, "send: "):
		f.python = pythonSend
	case strings.HasPrefix(s, "reply: retcode ("), strings.HasPrefix(s, "data: ("), strings.HasPrefix(s, "connect: b'"):
		f.python = pythonRepeat
		f.said = s
		return true
	case strings.HasPrefix(s, "reply: "):
		f.python = pythonReply
	case strings.HasPrefix(s, "connect: to ('"):
		f.python = pythonConnect
		f.said = s[len("connect: to "):]
		return true
	default:
		return false
	}
	_, quoted, _ := scan.Cut(s, ' ')
	quoted = strings.TrimPrefix(quoted, "b")
	if len(quoted) < 2 || quoted[0] != '\'' && quoted[0] != '"' || quoted[len(quoted)-1] != quoted[0] {
		f.python = notPython
		return false
	}
	f.at = len(f.said) - len(quoted) + 1
	f.said = strings.TrimSuffix(quoted[1:len(quoted)-1], `\r\n`)
	return true
}

// readPython reads a line of smtplib.
func readPython(f *frame, ev *event.Event) event.Result {
	ev.Role = event.RoleClient
	switch f.python {
	case pythonConnect:
		host, rest, ok := scan.Cut(f.said[len("('"):], '\'')
		if !ok {
			return event.Malformed
		}
		ev.Kind = event.KindConnect
		if isIP(host) {
			ev.PeerIP = host
		} else {
			ev.ServerAddress = host
		}
		port, _, _ := scan.Cut(strings.TrimPrefix(rest, ", "), ')')
		ev.PeerPort = portOf(port)
		return event.Parsed
	case pythonRepeat:
		ev.FromPeer, ev.Kind, ev.Duplicate = event.No, event.KindReply, true
		_, rest, _ := scan.Cut(f.said, '(')
		if code, _, ok := scan.Fixed(rest, 3); ok && code >= 200 && code < 600 {
			ev.Code, ev.Class = code, rest[0]
		}
		return event.Parsed
	}

	ev.FromPeer = event.TriOf(f.python == pythonSend)
	if speech.Reply(f.said, ev) || speech.Command(f.said, ev) {
		speech.HideCredentials(f.said, ev)
		return event.Parsed
	}
	ev.Kind = event.KindContent
	if data, ok := strings.CutSuffix(f.said, `\r\n.`); ok { // all of the message in one line
		ev.Command = event.CommandEOM
		ev.Size, ev.HasSize = unquotedSize(data)+2, true
	}
	return event.Parsed
}

// unquotedSize is how many bytes a Python string is, without the dots that are doubled on the wire.
func unquotedSize(s string) int64 {
	n := int64(0)
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'x' {
				i += 2
			}
			if strings.HasPrefix(s[i:], `n..`) {
				i++
			}
		}
		n++
	}
	return n
}
