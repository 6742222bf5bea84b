package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// ownTrouble begins what Postfix's own daemons say of this host where they cannot deliver: of its tables, files, sockets and configuration
// (dsb_simple and its kin in src/smtp, src/local, src/virtual, src/pipe, src/oqmgr, src/global/mbox_open.c and cleanup_strerror.c).
var ownTrouble = [...]string{
	"mail transport unavailable", "unknown mail transport error", "mail system configuration error", "Server configuration error",
	"server configuration error", "address resolver failure", "Temporary lookup error", "table lookup failure", "user lookup error",
	"alias database unavailable", "cannot find alias database owner", "cannot access home directory ", "error reading forwarding file: ",
	"unable to forward message", "unreadable mail queue entry", "queue file write error", "internal protocol error",
	"all network protocols are disabled", "network address conversion failed: ", "local data error while talking to ",
	"SASL authentication failed; local data error while talking to ", "Delivery failed: ",
	"error reading message: ", "error writing message: ",
	"file is executable", "create maildir file ", "maildir delivery failed: ", "maildir access problem for ", "cannot update mailbox ",
	"cannot append message to ", "destination /",
}

// exits are what sysexits(3) has a delivery command mean, but for EX_NOUSER (src/global/sys_exits.c, and its older words): the command
// failed, whatever it had to do.
var exits = [...]string{
	"command line usage error", "data format error", "cannot open input", "host name unknown", "service unavailable",
	"internal software error", "system resource problem", "critical OS file missing", "critical system file missing",
	"can't create user output file", "input/output error", "temporary failure", "remote error in protocol", "remote protocol error",
	"permission denied", "local configuration error", "unknown mail system error ",
}

// ownWords keeps what a daemon of this host itself says of why it could not deliver, and what that means where the words are fixed.
func ownWords(ev *event.Event, text string) {
	ev.Argument = text
	switch {
	case strings.HasPrefix(text, "SASL authentication failed"): // no answer in it: no mechanism in common, or no end of questions
		ev.Command, ev.AuthResult, ev.Reason = "AUTH", "failure", "credentials"
		if beginsOwnTrouble(text) {
			ev.AuthResult, ev.Reason, ev.ErrorType = "", "", errno.Local
		}
	case ev.Daemon == "cleanup" && text == "message content rejected": // header_checks and their kin
		ev.Reason = "content_rejected"
	case strings.HasSuffix(ev.DSN, ".2.2") && (strings.HasSuffix(text, "File too large") || strings.HasSuffix(text, " quota exceeded")):
		ev.Reason = "mailbox_full" // mailbox_size_limit or a quota, as src/global/mbox_open.c mbox_dsn has it
	case beginsOwnTrouble(text), (ev.Daemon == "pipe" || ev.Daemon == "local") && isExit(text):
		ev.ErrorType = errno.Local
	}
}

func beginsOwnTrouble(text string) bool { return scan.Begins(text, ownTrouble[:]...) }

// isExit says whether the text is that of an exit status alone: the words of the command behind it may say more.
func isExit(text string) bool {
	for _, words := range exits {
		if rest, ok := after(text, words); ok && (rest == "" || strings.HasSuffix(words, " ")) {
			return true
		}
	}
	return false
}
