package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A container's log driver, and what else takes up a program's output, writes a header of its own in front of each line: its tag is
// the container's name or id, its process number the driver's. The line behind it is whole, so its own header counts.
//
// Which tags are such cannot be told for sure: a container has whatever name it was given. Taken are the names of what runs
// containers, the shapes that ids and the names of compose, swarm and Kubernetes have, and names with a word of mail in them, if
// they are no daemon of a server's ("postfix/smtpd"): the lines of a mail server begin with words of its own, so that a stranger's
// cannot stand there. Any other program may print what it was told.

// parseCarried reads the line behind a carrier's header into h, where there is a carrier. Its host and time stay where the line has none.
func parseCarried(c Clock, h *Header) {
	carrier, doubled := isCarrier(h.Program), h.doubled // Docker's driver writes the tag into both fields (daemon/logger/syslog)
	h.doubled = false
	if !carrier && !beginsLikeStamp(h.Text) {
		return
	}
	container := carrier || doubled || IsNumbered(h.Program)
	if !container && !hasMailWord(h.Program) {
		return
	}

	// a whole line: with stamp and tag, or with a stamp alone behind what is a container's for sure
	s := scan.TrimLeft(h.Text)
	var inner Header
	if s != "" && (s[0] != '[' || carrier) && parseFirst(s, c, &inner) &&
		inner.Resolution >= event.ResolutionSecond && (inner.Program != "" || container) {
		if inner.Host == "" {
			inner.Host = h.Host
		}
		inner.doubled = false
		*h = inner
		return
	}

	// a tag, or words alone
	if carrier {
		program, pid, id, text, sure := readTag(s)
		if sure != strong {
			program, pid, id, text = "", 0, "", s
		}
		h.Program, h.PID, h.TagID, h.Text = program, pid, id, text
	}
}

// beginsLikeStamp is a cheap look at what may be a stamp with a date: most lines of mail servers begin otherwise.
func beginsLikeStamp(s string) bool {
	if len(s) < len("Nov 23 15:32:27") {
		return false
	}
	return s[0] == '<' || s[0] == '@' || s[3] == ' ' && monthOf(s[:3]) > 0 ||
		s[4] == '-' && s[7] == '-' && scan.IsDigit(s[0]) || s[10] == '.' && scan.IsDigit(s[0])
}

// isCarrier knows runtimes of containers, what reads their output, and containers' ids, alone and in a path: "docker/mail",
// "image/mail/5f3e2aef1234". Another path may be an instance's and a daemon's.
func isCarrier(program string) bool {
	first, rest, path := scan.Cut(program, '/')
	if !path {
		return isRuntime(program) || isContainerID(program)
	}
	if first == "docker" || first == "podman" || first == "k8s" || isContainerID(first) {
		return true
	}
	for more := true; more; {
		if first, rest, more = scan.Cut(rest, '/'); isContainerID(first) {
			return true
		}
	}
	return false
}

// isRuntime knows them by how their names begin.
func isRuntime(s string) bool {
	if len(s) < len("crio") {
		return false
	}
	var names []string
	switch s[0] | 0x20 {
	case 'd':
		names = runtimes[0:1]
	case 'p':
		names = runtimes[1:2]
	case 'c':
		names = runtimes[2:6]
	case 'k':
		names = runtimes[6:8]
	case 'n':
		names = runtimes[8:10]
	case 'l', 'f', 'j':
		names = runtimes[10:]
	}
	for _, name := range names {
		if _, ok := scan.PrefixFold(s, name); ok {
			return true
		}
	}
	return false
}

var runtimes = [...]string{
	"docker", "podman", "conmon", "containerd", "crio", "cri-o", "k8s", "kube", "nerdctl", "nomad", "logspout", "fluent", "journal",
}

// isContainerID says whether s is an id as docker(1) shows it: 12 hex digits, or all 64 of them.
func isContainerID(s string) bool {
	if len(s) != 12 && len(s) != 64 {
		return false
	}
	digits := 0
	for i := 0; i < len(s); i++ {
		if !scan.IsHex(s[i]) {
			return false
		}
		if scan.IsDigit(s[i]) {
			digits++
		}
	}
	return digits > 0
}

// IsNumbered says whether s is a name that compose ("mail-1", "mail_1"), a StatefulSet ("mail-0"), a Deployment
// ("mail-5d4f8b7c9d-x2x4z") or swarm ("mail_postfix.1.x8k2j3h4m5n6p7q8r9s0t1u2v") makes of a service's.
func IsNumbered(s string) bool {
	if s == "" || strings.IndexByte(s, '/') >= 0 {
		return false
	}
	if i := strings.LastIndexAny(s, "-_"); i > 0 && i+1 < len(s) {
		tail := s[i+1:]
		if n, rest, ok := scan.Digits(tail); ok && rest == "" && n < 1000 {
			return true
		}
		if len(tail) == 5 && s[i] == '-' { // the pod behind its template's hash
			j := strings.LastIndexByte(s[:i], '-')
			return j > 0 && i-j-1 >= 8 && i-j-1 <= 10 && strings.ContainsAny(s[j:], "0123456789")
		}
	}
	if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i-1 == 25 {
		_, slot, ok := scan.CutLast(s[:i], '.')
		n, rest, digits := scan.Digits(slot)
		return ok && digits && rest == "" && n > 0
	}
	return false
}

// hasMailWord says whether a name tells that mail is what its owner does. One with a slash is a server's daemon.
func hasMailWord(s string) bool {
	if len(s) > 64 || strings.IndexByte(s, '/') >= 0 {
		return false
	}
	for _, word := range [...]string{"mail", "smtp", "postfix", "exim", "haraka", "mta", "mx", "relay", "kumo", "chasquid", "dovecot"} {
		for i := 0; i+len(word) <= len(s); i++ {
			if scan.EqualFold(s[i:i+len(word)], word) {
				return true
			}
		}
	}
	return false
}

// IsContainer says whether a program's name is a container's, or its runtime's, so that any line may stand behind it.
func IsContainer(program string) bool { return isCarrier(program) || IsNumbered(program) }

// IsMailPath says whether a word of mail stands in a path. Only who knows that no server has a daemon of that name may take it for
// a container's.
func IsMailPath(program string) bool {
	for more := true; more; {
		var element string
		if element, program, more = scan.Cut(program, '/'); hasMailWord(element) {
			return true
		}
	}
	return false
}

// Behind reads the whole header, with stamp, tag and process, that the text of another begins with.
func (h *Header) Behind(c Clock) bool {
	return beginsLikeStamp(h.Text) && parseWhole(scan.TrimLeft(h.Text), c, h)
}

// MayCarry says whether a whole line, with stamp and tag, may stand behind a program's name.
func MayCarry(program string) bool { return IsContainer(program) || hasMailWord(program) }

// NamesLog says whether a name is a log file's: rsyslog's imfile has one for a tag, whatever the administrator called it.
func NamesLog(program string) bool {
	if len(program) > 64 || strings.IndexByte(program, '/') >= 0 {
		return false
	}
	for i := 0; i+len("log") <= len(program); i++ {
		if scan.EqualFold(program[i:i+len("log")], "log") {
			return true
		}
	}
	return false
}
