package diagnose

import (
	"strings"
	"unicode/utf8"
)

// The kinds of bytes that may stand in a name, an address, a number or a link.
const (
	small uint8 = 1 << iota // letters, also of other scripts
	capital
	digit
	dot
	at
	slash
	sign  // - : = ? & %
	other // _ +
)

var kindOf = kinds()

func kinds() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case c >= 'a' && c <= 'z', c >= utf8.RuneSelf:
			kinds[c] = small
		case c >= 'A' && c <= 'Z':
			kinds[c] = capital
		case c >= '0' && c <= '9':
			kinds[c] = digit
		case strings.IndexByte("-:=?&%", byte(c)) >= 0:
			kinds[c] = sign
		}
	}
	kinds['.'], kinds['@'], kinds['/'], kinds['_'], kinds['+'] = dot, at, slash, other, other
	return kinds
}

// kindsOf are the kinds of all bytes of a word.
func kindsOf(s string) (kinds uint8) {
	for i := 0; i < len(s); i++ {
		kinds |= kindOf[s[i]]
	}
	return kinds
}

func inAtom(c byte) bool { return kindOf[c] != 0 }

// dividesLink are the signs between the pieces of a link.
var dividesLink = [256]bool{'/': true, '?': true, '&': true, '=': true, '%': true}

// isTag knows the short names that providers give their refusals: capitals and a number, up to three of them divided (S3140, BL000010, RP-001,
// LPN007_416, RCP-P2, G1F). In small letters only with a divider: mx22 is a host.
func isTag(s string) bool {
	if len(s) < 2 || len(s) > 12 || !isLetter(s[0]) {
		return false
	}
	if len(s) <= 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" && strings.ContainsAny(s, "0123456789") {
		return true
	}
	parts, digits, small := 0, 0, false
	for rest := s; ; parts++ {
		i := 0
		for i < len(rest) && rest[i] != '_' && rest[i] != '-' {
			i++
		}
		part := rest[:i]
		letters := 0
		for letters < len(part) && isLetter(part[letters]) {
			small = small || letters > 0 && part[letters] >= 'a' || letters == 0 && part[0] >= 'a'
			letters++
		}
		n := len(part) - letters
		if letters > 5 || n > 6 || n > 0 && !isNumber(part[letters:], 6) || part == "" {
			return false
		}
		digits += n
		if i == len(rest) {
			break
		}
		rest = rest[i+1:]
	}
	return digits > 0 && parts < 3 && (!small || parts > 0)
}

func isCapitals(s string) bool {
	return len(s) <= 12 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// isHost says whether s is the name of a host or domain: labels with dots between them, the last of letters alone. Capitals within small letters
// are a sentence without a blank, or Exchange's names for what went wrong (RESOLVER.ADR.RecipNotFound).
func isHost(s string) bool {
	label, labels, letters := 0, 0, true
	small, capital := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label, letters = 0, true
			labels++
			continue
		case c >= 'a' && c <= 'z' || c >= utf8.RuneSelf:
			small = true
		case c >= 'A' && c <= 'Z':
			capital = true
		case c >= '0' && c <= '9' || c == '-' || c == '_':
			letters = false
		default:
			return false
		}
		label++
	}
	if labels == 0 || label < 2 || !letters && !strings.HasPrefix(s[len(s)-label:], "xn--") {
		return false
	}
	last := s[len(s)-label]
	return !small || !capital || last >= 'a' && last <= 'z'
}

// isIP is a loose look: digits and dots, or hex digits and at least two colons.
func isIP(s string) bool {
	dots, colons, hex := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			hex = true
		default:
			return false
		}
	}
	return dots == 3 && colons == 0 && !hex || colons > 2 || colons == 2 && strings.Contains(s, "::")
}
