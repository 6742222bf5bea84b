package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// isPlain says whether s is written as words of a sentence are: letters, all small, all capital, or the first one alone.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if !scan.IsLetter(s[i]) {
			return false
		}
	}
	return s == "" || strings.ToLower(s[1:]) == s[1:] || strings.ToUpper(s) == s
}

// isMixed says whether a capital letter follows a small one.
func isMixed(s string) bool {
	for i := 1; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' && 'a' <= s[i-1] && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

func hasLetter(s string) bool {
	for i := 0; i < len(s); i++ {
		if scan.IsLetter(s[i]) {
			return true
		}
	}
	return false
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// isOdd says whether a word is none of a sentence, no host and no address: it has a digit or a sign that those have not.
func isOdd(s string) bool {
	if strings.ContainsAny(s, "!#$%&*+?^~@") {
		return true
	}
	return hasDigit(s) && !strings.ContainsAny(s, ".:=/")
}
