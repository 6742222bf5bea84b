package postfix

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Postfix prints some 1,500 kinds of warnings, most from its libraries. Those that no table knows are read by their form: what they are
// about is in quotes or brackets, or is a file, table, host, address or parameter by its look; behind the last colon stands the system's
// word for what went wrong (%m).

// remarkable reads such a warning. One without anything of that kind says no more than its text.
func remarkable(ev *event.Event, s string) event.Kind {
	words := s
	if name, rest, ok := strings.Cut(s, ": "); ok && isFunction(name) {
		words = rest
	}
	switch t := findThing(words); {
	case t != "":
		ev.Argument = t
	case words != s:
		ev.Argument = words
	case slices.Contains(sentences[:], s):
		ev.Argument = s
	default:
		head, reason, ok := strings.Cut(s, ": ")
		if !ok || head == "" || reason == "" || len(head) > 64 {
			return event.KindNone
		}
		ev.Argument = head
	}
	ev.ErrorType = systemError(s)
	if strings.Contains(words, "connect to ") {
		ev.ErrorType = socketError(ev.Argument, s)
	}
	return event.KindWarning
}

// isFunction says whether a warning's first word is the name of the function that prints it.
func isFunction(s string) bool {
	if i := strings.IndexByte(s, '['); i > 0 { // dict_ldap_get_values[1]
		s = s[:i]
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && !scan.IsDigit(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// findThing is the first word or quoted text of a sentence that names something.
func findThing(s string) string {
	for at := 0; at < len(s); {
		if scan.IsBlank(s[at]) {
			at++
			continue
		}
		rest := s[at:]
		if t, ok := quotedThing(rest); ok {
			return t
		}
		word, _ := scan.Word(rest)
		if t := strings.TrimRight(strings.TrimLeft(word, "("), ",;:.)"); isThing(t) {
			return t
		}
		at += len(word)
	}
	return ""
}

// longestThing bounds what is looked for the end of a quote.
const longestThing = 1024

// quotedThing takes what stands in quotes or angle brackets at the front.
func quotedThing(s string) (string, bool) {
	end := byte(0)
	switch s[0] {
	case '"', '\'':
		end = s[0]
	case '`':
		end = '\''
	case '<':
		end = '>'
	default:
		return "", false
	}
	t, _, ok := scan.Cut(s[1:min(len(s), longestThing)], end)
	return t, ok && t != ""
}

// isThing knows files and tables by a slash, hosts and addresses by a dot or an at sign, parameters by an underscore, settings by
// an equals sign.
func isThing(s string) bool {
	if len(s) < 3 {
		return false
	}
	if s[0] == '/' || strings.Contains(s, ":/") || strings.HasPrefix(s, "private/") ||
		strings.HasPrefix(s, "public/") || strings.HasPrefix(s, "maildrop/") {
		return true
	}
	for i := 1; i < len(s)-1; i++ {
		if c := s[i]; c == '@' || c == '=' || c == '_' && scan.IsLetter(s[i-1]) && scan.IsLetter(s[i+1]) {
			return true
		}
	}
	return scan.IsIP(s) || isDotted(s)
}

// isDotted is a host or a file by its dots: no number, no abbreviation.
func isDotted(s string) bool {
	dots, letters := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case scan.IsLetter(c):
			letters++
		case c == '.' && i > 0 && s[i-1] != '.':
			dots++
		case c != '-' && c != ':' && c != '[' && c != ']' && !scan.IsDigit(c):
			return false
		}
	}
	return dots > 0 && letters > 1
}

// sentences are warnings that name nothing, and say all in words that are always the same.
var sentences = [...]string{
	"the Postfix sendmail command must be installed without set-uid root permissions", // src/sendmail/sendmail.c
	// src/qmgr/qmgr_entry.c: one warning in several lines
	"please avoid flushing the whole queue when you have",
	"lots of deferred mail, that is bad for performance", "this may slow down other mail deliveries",
	"so that Postfix quickly skips unavailable hosts", "so that Postfix wastes less time on undeliverable mail",
	// src/global/mail_stream.c, src/util/timed_read.c, sane_time.c
	"resetting file time stamps - this hurts performance", "pausing to avoid going into a tight select/read loop!",
	"pausing to avoid going into a tight select/write loop!",
	"read() returns EAGAIN on a readable file descriptor!",
	"write() returns EAGAIN on a writable file descriptor!", "backward time jump detected -- slewing clock",
	"backward time jump recovered -- back to normality", "found only one active network interface",
	// src/tls, src/smtpd/smtpd.c, src/postscreen/postscreen_tls_conf.c
	"no entropy for TLS key generation: disabling TLS support", "disabling TLS support",
	"No server certs available. TLS won't be enabled", "No server certs available. TLS can't be enabled",
	"Need a server cert to request client certs", "Can't require client certs unless TLS is required",
	"TLS has been selected, but TLS support is not compiled in",
	"tlsproxy handshake failed", "TLS client initialization failed",
	"TLS server initialization failed", "encryption keys etc. may be predictable",
	"cannot allocate temp SSL_CTX", "error loading compiled-in DH parameters",
	"error configuring auto DH parameters", "DNSSEC validation may be unavailable",
	"request from tlsproxy client with unexpected settings",
	"request from tlsproxy server with unexpected settings", "PRNG exchange file was removed -- exiting to reopen",
	// src/smtpd, src/bounce, src/global, src/xsasl, src/smtp
	"unable to talk to fast flush service", "malformed request",
	"request to send VERP-style notification of bounced mail", "disabling connection caching", "no session cache",
	"bad per-session SASL security properties", "Protocol error",
	"perhaps you need to create the maildirs in advance", "this is not allowed for security reasons",
	"use DUNNO instead of OK if you want to make an exception", "do not specify lookup tables inside SMTPD access maps",
	"define a restriction class and specify its name instead.",
	"bad request format", "request failed", "-- ignoring this template for now", "please specify a charset value other than us-ascii",
	// src/postfix, src/postsuper, src/sendmail
	"to submit mail, use the Postfix sendmail command", "OPERATION INCOMPLETE -- RERUN COMMAND TO FIX THE QUEUE FIRST",
	"QUEUE FILE NAMES WERE CHANGED TO MATCH INODE NUMBERS",
	"the Postfix sendmail command must be installed without set-uid root file permissions",
	"the Postfix sendmail command has set-uid root file permissions",
	"or the command is run from a set-uid root process",
}
