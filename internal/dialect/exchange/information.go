package exchange

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readInformation reads a "*" row: what the server notes about the conversation between its words. The sentence stands in context, what
// it is about in data; some rows have their sentence in data, or no more than that.
func readInformation(r *row, ev *event.Event) event.Result {
	data, context := r.text(colData), r.text(colContext)
	switch {
	case context == "" && data == "":
		return event.Unknown
	case readTLS(data, context, ev), readLogin(data, context, ev), readConnecting(context, ev):
		return event.Parsed
	}

	// "sending message with RecordId 167503004549 and InternetMessageId <id>"
	if rest, ok := strings.CutPrefix(context, "sending message with RecordId "); ok {
		_, rest, _ = scan.Cut(rest, ' ')
		if id, ok := strings.CutPrefix(rest, "and InternetMessageId "); ok {
			ev.Kind, ev.MessageID = event.KindMessageHeader, trimID(id)
			return event.Parsed
		}
	}

	// data: "Tarpit for '0.00:00:05' due to '550 5.7.1 ...'", or "due to 'DelayedAck'"
	if rest, ok := strings.CutPrefix(data, "Tarpit for '"); ok {
		ev.Kind, ev.FilterName, ev.FilterVerdict = event.KindFilter, "tarpit", "delayed"
		if _, why, ok := strings.Cut(rest, "' due to '"); ok {
			ev.Argument = strings.TrimSuffix(why, "'")
		}
		return event.Parsed
	}

	// all others: permissions of the session, the message at hand, where a session is proxied to
	ev.Kind, ev.Argument = event.KindLifecycle, context
	if context == "" {
		ev.Argument = data
	}
	return event.Parsed
}

// readTLS reads what is noted about a handshake.
func readTLS(data, context string, ev *event.Event) bool {
	// "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits, MAC
	// hash algorithm ..."
	if rest, ok := strings.CutPrefix(context, "TLS protocol "); ok {
		protocol, rest, _ := scan.Cut(rest, ' ')
		if rest, ok = strings.CutPrefix(rest, "negotiation succeeded using bulk encryption algorithm "); ok {
			ev.Kind, ev.TLS, ev.TLSVersion = event.KindTLS, event.Yes, versionOf(protocol)
			ev.TLSCipher, _, _ = scan.Cut(rest, ' ')
			return true
		}
	}
	if rest, ok := strings.CutPrefix(context, "TLS negotiation failed with error "); ok {
		ev.Kind, ev.TLS, ev.EndHint, ev.ErrorType = event.KindTLS, event.No, event.EndTLSFailed, "tls_handshake"
		ev.Argument = rest
		return true
	}
	switch {
	case context == "Client certificate chain validation succeeded", context == "Certificate chain validation succeeded":
		ev.Kind, ev.TLSTrust = event.KindTLS, "trusted"
	case strings.HasPrefix(context, "Client certificate chain validation status: "), strings.HasPrefix(context, "TlsDomainCapabilities="):
		ev.Kind, ev.Argument = event.KindTLS, context
	case strings.HasPrefix(context, "Sending certificate"),
		strings.HasPrefix(context, "Received certificate"), strings.HasPrefix(context, "Remote certificate"),
		strings.HasPrefix(context, "Certificate "):
		ev.Kind, ev.Argument = event.KindTLS, scan.TrimLeft(data) // subject, issuer, serial number ...: 2010 has a row for each
		if ev.Argument == "" {
			ev.Argument = context
		}
	default:
		return false
	}
	return true
}

// versionOf reads the names that Windows has for protocols (schannel.h): SP_PROT_TLS1_2_SERVER, SP_PROT_TLS1_0_CLIENT,
// SP_PROT_SSL3_SERVER. The longer form in some builds names both sides, and the first counts.
func versionOf(protocol string) string {
	rest, ok := strings.CutPrefix(protocol, "SP_PROT_TLS1")
	if !ok {
		if strings.HasPrefix(protocol, "SP_PROT_SSL3") {
			return "3"
		}
		return ""
	}
	switch {
	case strings.HasPrefix(rest, "_3"):
		return "1.3"
	case strings.HasPrefix(rest, "_2"):
		return "1.2"
	case strings.HasPrefix(rest, "_1"):
		return "1.1"
	}
	return "1.0"
}

// readLogin reads what is noted about an authentication. Its result is in the reply, 235 or 535, and is not told twice.
func readLogin(data, context string, ev *event.Event) bool {
	if context == "authenticated" { // data: DOMAIN\user
		ev.Kind, ev.Command, ev.User = event.KindAuth, "AUTH", data
		return data != ""
	}

	// "Inbound AUTH LOGIN failed because of LogonDenied"
	if rest, ok := strings.CutPrefix(context, "Inbound AUTH "); ok {
		mechanism, rest, _ := scan.Cut(rest, ' ')
		if why, ok := strings.CutPrefix(rest, "failed because of "); ok {
			ev.Kind, ev.Command, ev.AuthResult, ev.Argument = event.KindAuth, "AUTH", "failure", why
			ev.AuthMechanism = mechanism
			return true
		}
	}

	// older versions name no mechanism
	if why, ok := strings.CutPrefix(context, "Inbound authentication failed because of "); ok {
		ev.Kind, ev.Command, ev.AuthResult, ev.Argument = event.KindAuth, "AUTH", "failure", why
		return why != ""
	}

	// other words for it, which may name whom: "Inbound authentication failed because the client CORP\anna has no permission"
	if rest, ok := strings.CutPrefix(context, "Inbound authentication failed "); ok {
		ev.Kind, ev.Command, ev.AuthResult = event.KindAuth, "AUTH", "failure"
		ev.Hide(rest)
		return true
	}

	// "User Name: a@b.example" follows a login that failed: it may be a password, typed into the wrong field
	if name, ok := strings.CutPrefix(context, "User Name: "); ok {
		ev.Kind, ev.Command = event.KindAuth, "AUTH"
		ev.HideLogin(name)
		return true
	}
	return false
}

// readConnecting reads "attempting to connect", and "Failed to connect. Winsock error code: 10060, Win32 error code: 10060, Error
// Message: ...".
func readConnecting(context string, ev *event.Event) bool {
	if context == "attempting to connect" {
		ev.Kind, ev.Command = event.KindLifecycle, event.CommandConnect
		return true
	}
	rest, ok := strings.CutPrefix(context, "Failed to connect.")
	if !ok {
		return false
	}
	ev.Kind, ev.Command, ev.Scope, ev.ConnID = event.KindConnect, event.CommandConnect, event.ScopeNone, ""
	code, ok := strings.CutPrefix(scan.TrimLeft(rest), "Winsock error code: ")
	if ok {
		code, _, _ = scan.Cut(code, ',')
	}
	if ev.ErrorType = socketError(code); ev.ErrorType == "" {
		ev.ErrorType = errno.Other
	}
	return true
}

// socketError reads a number of Windows Sockets (winsock2.h).
func socketError(code string) string {
	switch code {
	case "11001", "11002", "11003", "11004":
		return "host_not_found"
	}
	return errno.TypeOfCode(code)
}

// trimID takes the angle brackets off a Message-ID.
func trimID(s string) string {
	return strings.TrimSuffix(strings.TrimPrefix(scan.Trim(s), "<"), ">")
}
