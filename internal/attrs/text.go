package attrs

import (
	"strings"
	"unicode/utf8"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// CleanText is the reply's text without inner codes, cut to MaxText bytes.
func CleanText(ev *event.Event) (text string, truncated bool) {
	text = ev.Text
	if ev.TextJoined {
		text = reply.CleanJoined(text, ev.Code, ev.Enhanced)
	}
	text, truncated = cut(text)
	return text, truncated || ev.Truncated
}

// cut shortens s to MaxText bytes at a character's boundary.
func cut(s string) (string, bool) {
	if len(s) <= MaxText {
		return s, false
	}
	n := MaxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}

// Domain is the part of an address behind its last @, in lower case; empty for the null sender.
func Domain(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(address[i+1:])
}

// Valid gives back s as UTF-8, which OTLP asks for; broken bytes become U+FFFD.
func Valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "�")
}
