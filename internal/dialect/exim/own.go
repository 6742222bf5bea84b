package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// ownTrouble begins what Exim says of this host's files, pipes, sockets and configuration (src/deliver.c, src/route.c, src/routers,
// src/transports): no other host, and no recipient, is meant.
var ownTrouble = [...]string{
	"Child process of ", "pipe delivery process timed out", "pipe process failed to exec ", "Failed to create ", "Wait() failed ",
	"transport filter ", "Transport filter ", "Filter process failure", "Failed to connect to socket ", "failed to connect to socket ",
	"Expansion of ", "failed to expand ", "Failed to expand ", "Tainted ", "tainted ", "attempt to used tainted value ",
	"failed to lock mailbox ", "failed to open ", "failed to stat ", "failed to chdir to ", "mailbox file format unrecognized",
	"creating lock file ", "Mandatory file or directory option ", "local delivery failed", "Failed to open ",
	"no command specified ", "Too many arguments ", "too many environment settings ",
	"error in redirect data: ", "syntax error in redirection data", "error in filter file: ", "error in rewritten address ",
	"error in router: ", "error in transport: ", "internal configuration error", "unknown transport name ", "bad command yield: ",
	"No transport set by ", "no transport set ", "delivery to pipe forbidden", "delivery to file forbidden", "autoreply forbidden",
	"TCP port ", "failed to find user ", "uid not set for ", "user set without group ",
	"Mailing to remote domains not supported", // the last is Debian's
}

// ownTroubleEnds ends sentences of that kind that begin with a name.
var ownTroubleEnds = [...]string{
	" transport called with no hosts set", " is not an absolute path",
	" is not a regular file", " is not a regular file or named pipe", " is not absolute", " is on the never_users list", " is not a directory",
}

// wrongMailbox stands behind "mailbox /var/mail/anna" (src/transports/appendfile.c).
var wrongMailbox = [...]string{" has wrong uid ", " has wrong gid ", " has wrong mode ", " has too many links ", " has been changed "}

// ownWords says what Exim's own reason for a verdict is about, where it is about this host.
func ownWords(ev *event.Event, text string) {
	switch {
	case text == "remote host address is the local host", text == "lowest numbered MX record points to local host":
		ev.Reason = "loop"
	case text == "message has lines too long for transport":
		ev.Reason = "content_rejected"
	case isOwnTrouble(text):
		ev.ErrorType = errno.Local
	}
}

func isOwnTrouble(text string) bool {
	if scan.Begins(text, ownTrouble[:]...) {
		return true
	}
	for _, end := range ownTroubleEnds {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	if rest, ok := after(text, "mailbox "); ok {
		for _, wrong := range wrongMailbox {
			if strings.Contains(rest, wrong) {
				return true
			}
		}
	}
	return false
}

// ownNumber says what one of Exim's own numbers below zero is about (src/macros.h, where those down to -42 have never changed).
func ownNumber(ev *event.Event, number string) {
	switch number {
	case "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9", // the file
		"-11", "-12", "-13", "-14", "-15", "-16", "-17", "-21", "-33", "-34", // where a user or an alias wants it
		"-20", "-24", "-25", "-26", "-27", "-28", "-29", "-30", "-31", "-35", "-39", "-40": // the spool, a filter, the configuration
		errorType(ev, errno.Local)
	case "-18":
		errorType(ev, "connection_lost")
	case "-22":
		ev.Reason = "mailbox_full"
	case "-32", "-36":
		errorType(ev, "host_not_found")
	case "-37", "-38":
		errorType(ev, "tls_handshake")
	}
}
