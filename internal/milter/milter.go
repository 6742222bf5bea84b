// Package milter knows what filters that speak Sendmail's milter protocol write about themselves: the lines of their own main programs
// (OpenDKIM, OpenDMARC and what was made after them), and those of libmilter (libmilter/listener.c, comm.c), which begins with the
// filter's name.
package milter

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Service reads "OpenDKIM Filter v2.11.0 starting (args: -f)" and "OpenDKIM Filter: Opening listen socket on conn inet:8891@localhost" of
// a filter with this name.
func Service(name, s string) event.Kind {
	s, ok := strings.CutPrefix(s, name)
	if !ok {
		return event.KindNone
	}
	if rest, ok := strings.CutPrefix(s, ": "); ok {
		if strings.HasPrefix(rest, "Opening listen socket on conn ") || strings.HasPrefix(rest, "mi_stop=") {
			return event.KindLifecycle
		}
		return event.KindWarning
	}
	if strings.HasPrefix(s, " v") && (strings.Contains(s, " starting") || strings.Contains(s, " terminating with status ")) {
		return event.KindLifecycle
	}
	return event.KindNone
}

// complaints is how sentences begin in which such a program tells of trouble, of its own or with one message.
var complaints = [...]string{
	"can't ", "cannot ", "could not ", "failed to ", "error ", "unable to ", "exited with status ", "terminated with signal ",
	"maximum restart ", "socket cleanup failed", "no such user or uid ", "no such group or gid ", "WARNING: ", "using ChangeRootDirectory ",
	"configuration error at line ", "required parameter ", "overflow parsing ", "KeyTable entry for ", "signing table references ",
	"reputation query for ", "key data is not secure: ", "read/parse error", "DMARC context initialization failed", "too much header data",
	"statistics recording failed", "message requeueing (internal error)",
}

// IsTrouble says whether the sentence tells of trouble: one of those, or a call that failed, "fork(): Cannot allocate memory", "smfi_setreply() failed",
// "mlfi_negotiate(): malloc(): Cannot allocate memory". What a sender may choose begins none of these programs' lines.
func IsTrouble(s string) bool {
	for _, process := range [...]string{"[child] ", "[parent] "} {
		s = strings.TrimPrefix(s, process)
	}
	if scan.Begins(s, complaints[:]...) {
		return true
	}
	if strings.HasSuffix(s, " header add failed") || strings.HasSuffix(s, " header remove failed") {
		return true
	}
	if strings.HasPrefix(s, "/") { // "/run/opendmarc/opendmarc.dat: fopen(): Permission denied"
		_, s, _ = strings.Cut(s, ": ")
	}
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] == '_') {
		n++
	}
	if n == 0 || n == len(s) || s[n] != '(' {
		return false
	}
	_, rest, ok := strings.Cut(s[n:], ")")
	return ok && scan.Begins(rest, ": ", " failed", " to ", " returned ", " wrong size ")
}
