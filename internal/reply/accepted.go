package reply

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// QueueID finds the queue id that a server gave a message, in the words of its 250: the servers' own sources are named beside each
// form. Of several lines the first that has one says it: behind the sizes of chunks that is the last. Empty where there is none.
func QueueID(text string) string {
	if words, _, ok := BehindFilter(text); ok {
		text = words
	}
	if id := idOf(scan.TrimLeft(text)); id != "" {
		return id
	}
	if line := lastLine(text); len(line) < len(text) {
		return idOf(line)
	}
	return ""
}

// lastLine is the line of a joined answer that has no hyphen behind its code, without its codes.
func lastLine(text string) string {
	const code = "250 "
	for end := len(text); ; {
		i := strings.LastIndex(text[:end], code)
		if i < 0 {
			return text
		}
		if i == 0 || text[i-1] == ' ' || endsLine(text[:i]) {
			_, line := Enhanced(scan.TrimLeft(text[i+len(code):]), '2')
			return scan.TrimLeft(line)
		}
		end = i
	}
}

// idOf finds the id in one line.
func idOf(text string) string {
	switch {
	case text == "":
		return ""
	// Postfix smtpd.c: "Ok: queued as 3XyZ1A0b2C"; hMailServer, Zimbra and many a provider alike
	case strings.Contains(text, "queued as "):
		return cleanID(after(text, "queued as "))
	// GMX, web.de, mail.com, IONOS: "Requested mail action okay, completed: id=1MCJaS-1gviwC0ZZS-009SFU"
	case strings.Contains(text, "completed: id="):
		return cleanID(after(text, "completed: id="))
	// Exchange: "<message-id> [InternalId=46381, Hostname=...] Queued mail for delivery"
	case text[0] == '<':
		if strings.Contains(text, "[InternalId=") {
			return cleanID(after(text, "[InternalId="))
		}
		return ""
	// Yandex: "Ok: queued on mxfront8j.mail.yandex.net as 1425383424-eT9KGh4Bxm"
	case strings.Contains(text, "queued on "):
		_, rest, _ := strings.Cut(after(text, "queued on "), " as ")
		return cleanID(rest)
	// Stalwart: "Message queued with id 12ab34cd."
	case strings.Contains(text, "queued with id "):
		return cleanID(after(text, "queued with id "))
	}
	if id := acceptedID(text); id != "" {
		return id
	}
	return okID(text)
}

// acceptedID is for sentences that say "accepted".
func acceptedID(text string) string {
	// Sendmail srvrsmtp.c, OpenSMTPD smtp_session.c, Proofpoint, FortiMail: "u67Alp74018025 Message accepted for delivery"; Cloudmark's and CommuniGate's
	// customers have "mail accepted", "message accepted"
	id, rest, ok := scan.Cut(text, ' ')
	if ok {
		for _, words := range [...]string{"message accepted", "mail accepted"} {
			if _, found := scan.PrefixFold(rest, words); found {
				return cleanID(strings.TrimSuffix(id, ":"))
			}
		}
	}
	// IceWarp: "12345 bytes received in 00:00:01; Message id ABC12345 accepted for delivery"
	if i := strings.Index(text, "Message id "); i >= 0 && strings.Contains(text[i:], " accepted for delivery") {
		return cleanID(text[i+len("Message id "):])
	}
	// Mimecast: "SmtpThread-1234-1700000000000@uk-mta-12.uk.mimecast.lan Received OK [abcdEFGH.uk12]"
	if i := strings.Index(text, " Received OK ["); i >= 0 {
		return cleanID(text[i+len(" Received OK ["):])
	}
	return ""
}

// okID is for answers that begin with "OK".
func okID(text string) string {
	if blocked, ok := strings.CutPrefix(text, "BLOCKED "); ok { // the same filter's
		return inParentheses(blocked)
	}
	rest, ok := scan.PrefixFold(text, "ok")
	if !ok {
		// Haraka: "Message Queued (9FF7F70E-....1)"
		if rest, ok = strings.CutPrefix(text, "Message Queued ("); ok && strings.Contains(rest, ")") {
			return cleanID(rest)
		}
		return ""
	}
	switch {
	// Exim smtp_in.c: "OK id=1tivSh-00000000ALP-0mWt"; KumoMTA crates/kumod/src/smtp_server.rs: "OK ids=d7ef132b5d7711eea8c8000c29c33806"
	case strings.HasPrefix(rest, " id="), strings.HasPrefix(rest, " ids="):
		return cleanID(after(rest, "="))
	// qmail.c: "ok 1276913544 qp 5678", in parentheses in patched ones
	case strings.Contains(rest, " qp "):
		return cleanID(after(rest, " qp "))
	case strings.Contains(rest, "(qp "):
		return cleanID(after(rest, "(qp "))
	// Courier submit: "Ok. 0000000000042CA1.0000000065000000.00001234"
	case strings.HasPrefix(rest, ". ") && strings.Count(rest, ".") >= 3:
		return cleanID(rest[len(". "):])
	// Cisco: "ok:  Message 12345678 accepted"
	case strings.HasPrefix(rest, ":"):
		if word, tail := scan.Word(rest[1:]); word == "Message" && strings.HasSuffix(tail, " accepted") {
			return cleanID(tail)
		}
		return ""
	case !strings.HasPrefix(rest, " "):
		return ""
	}
	word, tail := scan.Word(rest)
	switch {
	// Google: "OK  1700752345 8fed0eb5c5741533d4db70e6-efd4d30a8c4bsi146.134 - gsmtp"; Naver has another name at the end
	case strings.HasSuffix(tail, "smtp") && isNumber(word):
		if id, name := scan.Word(tail); strings.HasPrefix(name, "- ") {
			return cleanID(id)
		}
	// Proxmox Mail Gateway's filter: "OK (8C5F2C0A63D6B4F7C)"
	case tail == "" && inParentheses(word) != "":
		return inParentheses(word)
	case tail != "" || len(word) <= longID || !hasDigit(word):
	// Amazon SES: "Ok 0100018b12345678-9abcdef0-1234-...-000000"; SparkPost: "OK 4B/FF-12345-ABC12345"
	default:
		return cleanID(word)
	}
	return ""
}

// longID is how long a word is at least that is no word.
const longID = 12

func isNumber(s string) bool {
	_, ok := scan.Int(s)
	return ok
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// longestID bounds a queue id.
const longestID = 80

// after is what stands behind the first part.
func after(text, part string) string { return text[strings.Index(text, part)+len(part):] }

// cleanID is the id at the front of s: one word of letters, digits and what ids hold besides, with a digit or a letter in it that is no zero.
func cleanID(s string) string {
	i, found := 0, false
	for i < len(s) && i < longestID && isIDByte(s[i]) {
		found = found || s[i] != '0' && (scan.IsLetter(s[i]) || scan.IsDigit(s[i]))
		i++
	}
	if !found {
		return ""
	}
	return strings.TrimRight(s[:i], ".")
}

func isIDByte(c byte) bool {
	return scan.IsLetter(c) || scan.IsDigit(c) || c == '-' || c == '_' || c == '.' || c == '/' || c == '+'
}
