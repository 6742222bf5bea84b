package scan

import "net/netip"

// IsDigit says whether c is an ASCII digit.
func IsDigit(c byte) bool { return c-'0' <= 9 }

// IsLetter says whether c is an ASCII letter.
func IsLetter(c byte) bool { return c|0x20-'a' <= 'z'-'a' }

// IsHex says whether c is a hex digit in either case.
func IsHex(c byte) bool { return IsDigit(c) || c|0x20-'a' <= 'f'-'a' }

// IsBlank says whether c is a blank or a tab.
func IsBlank(c byte) bool { return c == ' ' || c == '\t' }

// EqualFold compares two strings without regard to the case of ASCII letters.
func EqualFold(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != lower(t[i]) {
			return false
		}
	}
	return true
}

// PrefixFold takes a prefix off the front without regard to the case of ASCII letters.
func PrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) >= len(prefix) && EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// lower is c with an ASCII letter in lower case.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// IsQueueID says whether s may be the queue id of a mail server, for programs that work beside any: letters, digits and hyphens. The words of
// a sentence are so, too: its caller knows where an id stands.
func IsQueueID(s string) bool {
	if len(s) < 5 || len(s) > 40 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !IsLetter(c) && !IsDigit(c) && c != '-' {
			return false
		}
	}
	return true
}

// UUID takes a UUID off the front, in either case (RFC 9562 section 4).
func UUID(s string) (uuid, rest string, ok bool) {
	const length = len("6BA355F1-E959-4CBF-A8FF-8A4F2706427A")
	if len(s) < length {
		return "", s, false
	}
	for i := 0; i < length; i++ {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return "", s, false
			}
		default:
			if !IsHex(s[i]) {
				return "", s, false
			}
		}
	}
	return s[:length], s[length:], true
}

// IsUUID says whether s is a UUID, and nothing more.
func IsUUID(s string) bool {
	_, rest, ok := UUID(s)
	return ok && rest == ""
}

// IsIP says whether s is an IP address without a zone. What cannot be one is seen without an error being made.
func IsIP(s string) bool {
	parts := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.', c == ':':
			parts++
		case !IsHex(c):
			return false
		}
	}
	if parts < 2 {
		return false
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}
