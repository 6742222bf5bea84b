package diagnose

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// behindOwnName gives what a server says behind its own name; ok is false where that does not stand in front. RFC 5321 section 4.2.3 has it in 421 and in
// greetings, and some put it in front of whatever they say; another host's name there may be that of a block list.
func behindOwnName(text string, ev *event.Event) (said string, ok bool) {
	name, said, ok := strings.Cut(text, " ")
	name = strings.TrimRight(name, ":,;")
	if !ok || !isHost(name) {
		return text, false
	}
	if ev.Code != 421 && ev.Command != event.CommandConnect && !isBeside(name, askedHost(ev)) {
		return text, false
	}
	return said, true
}

// isBeside says whether two hosts are one, or of one domain.
func isBeside(name, host string) bool {
	if host == "" {
		return false
	}
	_, domain, _ := strings.Cut(strings.TrimSuffix(host, "."), ".")
	_, of, _ := strings.Cut(name, ".")
	return strings.EqualFold(name, strings.TrimSuffix(host, ".")) || strings.Contains(of, ".") && strings.EqualFold(of, domain)
}
