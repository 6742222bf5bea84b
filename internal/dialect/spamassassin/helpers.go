package spamassassin

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// clientTroubles begin what spamc complains of (spamc/libspamc.c, spamc.c). The mail goes on unchecked, or is put off, as its caller has it.
var clientTroubles = [...]string{
	"connect to spamd on ", "connect(", "connection attempt to spamd aborted after ", "socket(", "getaddrinfo", "gethostbyname(",
	"could not resolve any hosts ",
	"hit limit of ", "skipped message, greater than max message size ", "spamd responded with ", "failed sanity check, ", "oops! ",
	"message_read: ",
	"failed to find end-of-headers", "Unknown message type ", "SSL_new failed: ", "SSL_set_fd failed: ", "SSL_connect error: ",
	"SSL write failed ",
	"cannot create SSL CTX context: ", "error loading CA file ", "unable to load ", "key file ", "exec failed: ", "fork failed: ",
	"pipe creation failed: ",
	"redirection of stdin failed: ", "Failed to open config file: ", "Line not terminated with a newline in ", "Exceeded max ",
	"getpwuid() failed",
}

// milterTroubles begin what spamass-milter complains of (spamass-milter.cpp).
var milterTroubles = [...]string{
	"Could not ", "Failed to remove recipient ", "error. could not replace body", "popenv failed(", "mlfi_", "Thrown error: ",
	"Unknown error", "smfi_", "daemon() failed: ",
	"poll failed", "poll returned ", "close error: ", "read error: ", "write error: ", "pipe error: ", "fork error: ",
	"waitpid error: ", "execution error: ",
	"tried output despite problems. failed.",
}

// helper is what spamc and spamass-milter say: of spamd that does not answer, of themselves. The verdicts are spamd's own.
func helper(h *header.Header, ev *event.Event) event.Result {
	s, milter := h.Text, h.Program == "spamass-milter"
	switch {
	case milter && strings.HasPrefix(s, "spamass-milter ") && (strings.HasSuffix(s, " starting") || strings.HasSuffix(s, " exiting")):
		ev.Kind = event.KindLifecycle
	case milter && scan.Begins(s, milterTroubles[:]...), !milter && scan.Begins(s, clientTroubles[:]...):
		ev.Kind = event.KindWarning
	case milter && (strings.HasSuffix(s, " is in our ignore list - accepting message") ||
		strings.HasPrefix(s, "sender authenticated (") && strings.HasSuffix(s, ") - accepting message")):
		ev.Kind, ev.FilterName, ev.FilterVerdict = event.KindFilter, "spamassassin", "skipped"
		if ip, _, _ := scan.Cut(s, ' '); scan.IsIP(ip) {
			ev.PeerIP = ip
		}
		ev.Beside, ev.Daemon = true, h.Program
		return event.Parsed
	default:
		return event.Unknown
	}
	ev.Beside, ev.Daemon, ev.Argument = true, h.Program, s
	return event.Parsed
}
