package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// unmistakable says whether nothing but Postfix writes a line without a tag, by the whole of it: a line may be the only one of its source.
func unmistakable(s string) bool {
	id, rest, ok := queueID(s)
	if !ok {
		return plainly(s)
	}
	if strings.HasPrefix(rest, "to=") { // addresses that somebody took the brackets off
		return strings.Contains(rest, ", relay=") && strings.Contains(rest, ", delay=") &&
			strings.Contains(rest, ", dsn=") && strings.Contains(rest, ", status=")
	}
	for _, begin := range [...]string{"host ", "lost connection with ", "conversation with ", "Used TLS for "} {
		if peer, ok := after(rest, begin); ok {
			p, words, ok := takePeer(peer)
			return ok && p.ip != "" && (words == "" || isSaid(words))
		}
	}
	verb, what, ok := strings.Cut(rest, ": ")
	if !ok || !isAction(verb) {
		return false
	}
	for _, part := range [...]string{"header ", "body ", "mime-error "} {
		if strings.HasPrefix(what, part) {
			return id != "NOQUEUE"
		}
	}
	_, from, ok := strings.Cut(what, " from ")
	_, words, isPeer := takePeer(from)
	return ok && isPeer && strings.HasPrefix(words, ": ") && (strings.Contains(words, "; from=<") || strings.Contains(words, "; proto="))
}

// isSaid knows what stands behind a host that was called (src/smtp/smtp_trouble.c, smtp_proto.c).
func isSaid(words string) bool {
	for _, begin := range [...]string{" said: ", " refused to talk to me: ", " while ", " timed out while "} {
		if strings.HasPrefix(words, begin) {
			return true
		}
	}
	return false
}

// isAction knows the words of access(5) and header_checks(5) as they are logged.
func isAction(verb string) bool {
	switch verb {
	case "reject", "reject_warning", "warning", "warn", "hold", "discard", "filter", "redirect", "replace", "prepend", "info", "bcc",
		"strip", "milter-reject", "milter-hold", "milter-discard", "delay", "greylist", "pass", "proxy-reject":
		return true
	}
	return false
}

// plainly is unmistakable for a line without a queue id.
func plainly(s string) bool {
	for _, way := range [...]string{" from ", " to "} {
		if _, rest, ok := established(s, way); ok {
			_, words, ok := takePeer(rest)
			return ok && strings.HasPrefix(words, ": TLSv") && strings.Contains(words, " with cipher ")
		}
	}
	if rest, ok := after(s, "connect to "); ok {
		p, words, ok := takePeer(rest)
		words, colon := after(words, ": ")
		return ok && colon && (p.port > 0 || p.path != "") && errno.Type(words) != ""
	}
	if rest, ok := after(s, "disconnect from "); ok {
		p, words, ok := takePeer(rest)
		return ok && p.ip != "" && (words == "" || strings.HasPrefix(words, " ") && strings.Contains(words, " commands="))
	}
	if rest, ok := after(s, "connect from "); ok {
		p, words, ok := takePeer(rest)
		return ok && p.ip != "" && p.port == 0 && words == ""
	}
	for _, begin := range [...]string{
		"lost connection after ", "timeout after ", "too many errors after ", "improper command pipelining after ",
	} {
		if rest, ok := after(s, begin); ok {
			_, peer, found := strings.Cut(rest, " from ")
			p, _, ok := takePeer(peer)
			return found && ok && p.ip != ""
		}
	}
	if rest, ok := after(s, "warning: "); ok {
		if name, found := after(rest, "hostname "); found {
			_, ip, ok := strings.Cut(name, " does not resolve to address ")
			ip, _, _ = scan.Cut(ip, ':')
			return ok && ip != ""
		}
		p, words, ok := takePeer(rest)
		return ok && p.ip != "" && strings.HasPrefix(words, ": SASL ")
	}
	if strings.HasPrefix(s, "proxy-accept: ") || strings.HasPrefix(s, "proxy-reject: ") {
		return strings.Contains(s, "; from=<") && strings.Contains(s, " proto=")
	}
	return strings.HasPrefix(s, "statistics: max ") && strings.Contains(s, " for (")
}
