package reply

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// QueueID finds the queue id that a server gave a message, in the words of its 250: the servers' own sources are named beside each
// form. Empty where there is none.
func QueueID(text string) string {
	switch {
	case text == "":
		return ""
	// Postfix smtpd.c: "Ok: queued as 3XyZ1A0b2C"; hMailServer and Zimbra alike
	case strings.Contains(text, "queued as "):
		return cleanID(after(text, "queued as "))
	// Exim smtp_in.c: "OK id=1tivSh-00000000ALP-0mWt"
	case strings.HasPrefix(text, "OK id="):
		return cleanID(text[len("OK id="):])
	// KumoMTA crates/kumod/src/smtp_server.rs: "OK ids=d7ef132b5d7711eea8c8000c29c33806"
	case strings.HasPrefix(text, "OK ids="):
		return cleanID(text[len("OK ids="):])
	// Courier submit: "Ok. 0000000000042CA1.0000000065000000.00001234"
	case strings.HasPrefix(text, "Ok. ") && strings.Count(text, ".") >= 3:
		return cleanID(text[len("Ok. "):])
	// Haraka: "Message Queued (9FF7F70E-....1)"
	case strings.HasPrefix(text, "Message Queued ("):
		id, _, ok := scan.Between(text[len("Message Queued "):], '(', ')')
		if ok {
			return cleanID(id)
		}
	// Exchange: "<message-id> [InternalId=46381, Hostname=...] Queued mail for delivery"
	case strings.HasPrefix(text, "<") && strings.Contains(text, "[InternalId="):
		return cleanID(after(text, "[InternalId="))
	// qmail.c: "ok 1276913544 qp 5678"
	case strings.HasPrefix(text, "ok ") && strings.Contains(text, " qp "):
		return cleanID(after(text, " qp "))
	// Sendmail srvrsmtp.c and OpenSMTPD smtp_session.c: "u67Alp74018025 Message accepted for delivery"
	case strings.HasSuffix(text, " Message accepted for delivery") || strings.Contains(text, " Message accepted for delivery"):
		id, rest, ok := scan.Cut(text, ' ')
		if ok && strings.HasPrefix(rest, "Message accepted") {
			return cleanID(strings.TrimSuffix(id, ":"))
		}
	}
	return ""
}

// longestID bounds a queue id.
const longestID = 64

// after is what stands behind the first part.
func after(text, part string) string { return text[strings.Index(text, part)+len(part):] }

// cleanID is the id at the front of s: one word of letters, digits and what ids hold besides, with a digit or a letter in it that is no zero.
func cleanID(s string) string {
	i, found := 0, false
	for i < len(s) && i < longestID && (scan.IsLetter(s[i]) || scan.IsDigit(s[i]) || s[i] == '-' || s[i] == '_' || s[i] == '.') {
		found = found || s[i] != '0' && (scan.IsLetter(s[i]) || scan.IsDigit(s[i]))
		i++
	}
	if !found {
		return ""
	}
	return strings.TrimRight(s[:i], ".")
}
