package speech

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// mechanisms are the names that may follow AUTH (the IANA registry of SASL mechanisms, and what is in use besides). Any other
// word there may be a credential.
var mechanisms = [...]string{
	"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "OAUTHBEARER", "NTLM", "GSSAPI", "GSS-SPNEGO", "EXTERNAL", "ANONYMOUS",
	"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS",
	"KERBEROS_V4", "KERBEROS_V5", "OTP", "SKEY", "SECURID", "SRP", "CRAM-SHA1",
	"XYMCOOKIE", "XYMPKI", "MSN", "SPA", "PLAIN-CLIENTTOKEN", "GS2-KRB5",
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

// HideCredentials marks what must not leave of a command: what follows the mechanism of AUTH, and the login that a proxy hands on.
// Said is the command's words, a piece of the line.
func HideCredentials(said string, ev *event.Event) {
	if ev.Kind != event.KindCommand {
		return
	}
	word, rest := scan.Word(said)
	switch ev.Command {
	case "AUTH":
		if mechanism, secret := scan.Word(rest); isMechanism(mechanism) {
			rest = secret
		}
		ev.Hide(scan.Trim(rest))
	case "XCLIENT":
		if scan.EqualFold(word, "XCLIENT") {
			hideLogin(rest, ev)
		}
	}
}

// hideLogin marks the values of XCLIENT's attributes that log in: "ADDR=192.0.2.1 LOGIN=anna PASS=secret" (Postfix's
// XCLIENT_README; proxies have PASS and FORWARD besides).
func hideLogin(attributes string, ev *event.Event) {
	for attributes != "" {
		var one string
		one, attributes = scan.Word(attributes)
		name, value, _ := scan.Cut(one, '=')
		for _, secret := range [...]string{"LOGIN", "PASS", "PASSWORD", "FORWARD"} {
			if scan.EqualFold(name, secret) && !scan.EqualFold(value, "[UNAVAILABLE]") && !scan.EqualFold(value, "[TEMPUNAVAIL]") {
				ev.Hide(value)
			}
		}
	}
}

func isMechanism(word string) bool {
	_, ok := Mechanism(word)
	return ok
}
