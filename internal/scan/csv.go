package scan

import "strings"

// CSV takes one field of a comma-separated row off the front (RFC 4180 section 2), quotes around it removed, doubled ones within it as they are.
// more says that a further field follows, ok that the field is whole: not one whose quotes never close.
func CSV(s string) (field, rest string, more, ok bool) {
	if s == "" || s[0] != '"' {
		field, rest, more = Cut(s, ',')
		return field, rest, more, true
	}
	s = s[1:]
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '"')
		if i < 0 {
			return s, "", false, false
		}
		i += from
		if i+1 < len(s) && s[i+1] == '"' {
			from = i + 2
			continue
		}
		field, rest = s[:i], s[i+1:]
		if rest, more = Byte(rest, ','); !more && rest != "" {
			return field, rest, false, false // text behind the quotes: no row
		}
		return field, rest, more, true
	}
}
