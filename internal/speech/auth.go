package speech

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// mechanisms are the names that may follow AUTH (the IANA registry of SASL mechanisms, and what is in use besides). Any other
// word there may be a credential.
var mechanisms = [...]string{
	"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "OAUTHBEARER", "NTLM", "GSSAPI", "GSS-SPNEGO", "EXTERNAL", "ANONYMOUS",
	"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS",
	"KERBEROS_V4", "KERBEROS_V5", "OTP", "SKEY", "SECURID", "SRP", "CRAM-SHA1", "XYMCOOKIE", "XYMPKI", "MSN", "SPA", "PLAIN-CLIENTTOKEN", "GS2-KRB5",
	"EXCHANGEAUTH", "GS2-KRB5-PLUS", "ECDSA-NIST256P-CHALLENGE", "EAP-AES128", "SAML20", "OPENID20", "OAUTH10A", "WSS-TOKEN",
}

// Authenticate reads what follows a command that logs in as AUTH does, under a name of its own (Exchange's X-EXPS).
func Authenticate(rest string, ev *event.Event) bool { return readAuth(scan.TrimLeft(rest), true, ev) }

// Mechanism gives the registered name of a SASL mechanism, in capitals. Clients send any word there.
func Mechanism(word string) (name string, ok bool) {
	for _, m := range mechanisms {
		if scan.EqualFold(m, word) {
			return m, true
		}
	}
	return "", false
}

// readAuth reads "PLAIN", or "PLAIN <initial response>" (RFC 4954 section 4). The argument keeps the mechanism only.
func readAuth(rest string, capital bool, ev *event.Event) bool {
	word, _ := scan.Word(rest)
	if m, ok := Mechanism(word); ok {
		ev.AuthMechanism, ev.Argument = m, m
	}
	// "auth = none" is a setting
	if ev.AuthMechanism == "" && (!capital || rest == "" || !scan.IsLetter(rest[0]) && !scan.IsDigit(rest[0])) {
		return false
	}
	ev.Kind, ev.Command = event.KindCommand, "AUTH"
	return true
}

// HideCredentials marks what follows the mechanism in an AUTH command; at is where the words begin in the line.
func HideCredentials(at int, ev *event.Event) {
	if ev.Command != "AUTH" || ev.Kind != event.KindCommand {
		return
	}
	from := at + strings.IndexByte(ev.Line[at:], ' ')
	for from < len(ev.Line) && scan.IsBlank(ev.Line[from]) {
		from++
	}
	if ev.AuthMechanism != "" {
		from += len(ev.AuthMechanism)
		for from < len(ev.Line) && scan.IsBlank(ev.Line[from]) {
			from++
		}
	}
	if from < len(ev.Line) {
		ev.Redact = append(ev.Redact, event.Span{From: from, To: len(ev.Line)})
	}
}
