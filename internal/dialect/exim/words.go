package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// complaint reads a sentence of Exim's about trouble on this host, or about the message that the line names. What it says is all there is
// to say.
func complaint(ev *event.Event, s string) event.Kind {
	if ip, rest, ok := boundTo(s); ok {
		ev.SourceAddress, ev.ErrorType, ev.Argument = ip, errno.Local, rest
		return event.KindWarning
	}
	if rest, ok := after(s, "Ci="); ok { // src/smtp_in.c
		id, rest := cutWord(rest)
		if rest, ok = after(rest, " SMTP peer appears to have "); !ok {
			return event.KindNone
		}
		ev.Role, ev.Scope, ev.ConnID, ev.Argument = event.RoleServer, event.ScopeCall, id, rest
		return event.KindWarning
	}
	for _, begin := range complaints {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			return event.KindWarning
		}
	}
	name, rest, ok := scan.Cut(s, ' ')
	if !ok || !isName(name) {
		return event.KindNone
	}
	for _, begin := range [...]string{ // of a router or a transport of the site's (src/moan.c, src/deliver.c, src/auths)
		"router: skipped error: ", "authenticator (", "transport process vanished unexpectedly", "transport process returned non-zero status ",
		"authenticator: ",
	} {
		if strings.HasPrefix(rest, begin) {
			ev.Argument = s
			return event.KindWarning
		}
	}
	return event.KindNone
}

// boundTo reads "bind of [192.0.2.1]:25 failed": the address to send from (src/ip.c).
func boundTo(s string) (ip, rest string, ok bool) {
	if rest, ok = after(s, "bind of "); !ok {
		return "", s, false
	}
	ip, rest, ok = scan.Between(rest, '[', ']')
	if tail, port := scan.Byte(rest, ':'); port {
		_, rest, ok = scan.Digits(tail)
	}
	return ip, strings.TrimPrefix(rest, " "), ok && isIP(ip) && strings.HasPrefix(rest, " failed")
}

// isName says whether s may be what a site calls a router, a transport or an authenticator: letters, digits and underscores.
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// complaints are how such sentences begin in the sources of Exim 4.98, where their end varies.
var complaints = [...]string{
	`"discard" verb not allowed in `, `"drop" verb not allowed in `, "2nd fork for serialized ETRN failed: ", "bounce_message_file ",
	"warn_message_file ", `ACL "warn" with "message" setting found in `, "ACL for ", "ALPN unusable with this ",
	"ARC: ", "Attempt to ", "Bad db record size for ", "Bad expansion for ", "CNAME loop for ", "Can't cleanup environment",
	"Cannot lock ", "Cannot open ", "Connection aborted; STARTTLS support by ", "Could not open datafile for ", "Couldn't ",
	"DANE error: ", "DCC: ", "DMARC failure ", "DNS list lookup ", "Daemon cannot be run when ", "Delivery status for ",
	"Duplicate lookup name ", "EHLO/HELO response must not contain newlines: ", "Error in ", "Error loading ", "Error reading ",
	"Error while reading message ", "Exim configuration file ", "Exim internal error: ", "Expansion of ",
	"Failed setting ownership on ", "Failed to ", "Failed writing transport result ", "Fork failed for ",
	"Format error in spool file ", "Header modification in data ACLs ", "Input from inetd is not supported ", "Internal error: ",
	"Lookup module ", "Loop detected in lookup of ", "MIME acl condition ", "More than one path given in log_file_path: ",
	"OCSP dates invalid", "OCSP unusable with ", "Process failed (", "Received TLS cert status response, ",
	"Required TLS certificate status not received", "Rewrite of ", "SSL channel closed on write", "SSL_write", "Server certificate ",
	"Setting IPV6_V6ONLY on ", "Stat failed on ", "TLS ALPN (", "TLS error (", "TLS error in certificate ", "Taint mismatch, ",
	"Tainted ", "Temporary error with DCC: ", "Timeout on nmh lookup on ", "Unable to ", "Unexpected error return ",
	"Unknown DCC response: ", "Unrecognised socks auth method ", "WARNING: deprecated Diffie-Hellman parameter ",
	"Wrong header from DCC, ", "Wrong ownership on ", "acl_smtp_mime: ", "already initialised GnuTLS", "attempt to open journal ",
	"attempt to use", "bad local_part ", "bad memory ", "bad protocol option in ", "bad router variable name ",
	"bad value for smtp_receive_timeout: ", "both local_from_check and ", "buffer underflow in ",
	"can't return to previous working dir: ", "cannot accept message: ", "cannot run initgroups(): ", "could not stat ",
	"creation of pipe for filter ", "daemon: ", "debug tag may not contain ", "debugging Exim in inetd wait mode ",
	"deliver_datafile lseek: ", "delivery re-exec ", "delivery setrlimit(", "dns_again_means_nonexist recursion ",
	"dnslist query is too long ", "dnslists domain ", "dnssec fail on ", "excessive memory alloc request", "exec of ",
	"exim user lost privilege ", "expansion of ", "failed to ", "failure to ", "fork of ", "fork() failed ", "getrlimit(",
	"getsockname() failed", "getsockopt() failed ", "header snprintf failed", `home directory "`, `current directory "`,
	"host name alias list truncated",
	"initgroups failed for ", "internal ACL error: ", "internal error ", "internal error: ", "internal scanner error ",
	"invalid message_size_limit: ", "invalid return ", "invalid value for ", "list matching forced to fail: ", "listen backlog ",
	"listen() failed on ", "live variable ", "local part longer than ", "log_file_path ", "log_write called ",
	"malformed ratelimit data: ", "malloc() failed ", "mime_regex acl condition ", "no @ found in the subject of ",
	"no recipients found in headers", "(SSL_CTX_",
	"no port specified for interface ", "non-existent configuration file", "notify triggered queue run", "null conn-context pointer",
	"overlong formatted string ", "overlong write_command ", "partial matching is not applicable ",
	"peer close after all rcpt responses; ", "pid file path ", "pid_file_path is longer ", "priv_drop_temp: ", "priv_restore: ",
	"qualify/rewrite: ", "queue run: ", "re-exec of exim (", "read from fakens failed: ", "readsock fdopen: ", "redirection process ",
	"regex acl condition", "regular expression error: ", "remote delivery process count ", "responsible-mailbox truncated: ",
	"rewrite rule repeat ignored ", "routing loop for ", "setitimer() failed", "setrlimit(", "setsockopt(",
	"setting SO_REUSEADDR on socket failed ", "setup fail for ", "shadow transport ", "signing_init: ",
	"smtp-wait database entry for ", "smtp_notquit_exit() ", "socks auth failed", "spool_directory ", "store_", "string too large in ",
	"string too long in ", "string_format", "string_sprintf expansion ", "syslog_processname is longer ",
	"system filter generated more than ", "tainted search query ", "tls_verify_certificates ", "too many lookups open", "unable to ",
	"uname() failed ", "unknown item in dnslist ", "unknown log name ", "unknown named",
}
