package record

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Lines of "key=value" pairs are what Vector's logfmt codec and syslog-ng's format-welf write of a record, and what programs in Go log what they were told in:
// appname=postfix/smtpd hostname=mx message="connect from ..." procid=540. Servers write pairs of their own, so only such a line counts that is pairs from end to
// end and names a mail server's program, in a key or in front of its text.

// unwrapPairs reads such a line.
func (v *View) unwrapPairs(text string, f *fields) bool {
	if !beginsPair(text) || !strings.Contains(text, "msg=") && !strings.Contains(text, "essage=") && !strings.Contains(text, "MESSAGE=") {
		return false
	}
	body := pcommon.NewMap()
	for rest := text; rest != ""; rest = scan.TrimLeft(rest) {
		key, value, behind, ok := cutPair(rest)
		if !ok {
			return false
		}
		body.PutStr(key, value)
		rest = behind
	}
	in := f.inner()
	in.read(body, true)
	in.adopt(v.Lines)
	if !v.isMail(&in) {
		return false
	}
	*f = in
	return true
}

// isMail says whether the line that fields tell of is a mail server's by its program.
func (v *View) isMail(f *fields) bool {
	text := f.text()
	if text == "" {
		return false
	}
	if tag := (View{Program: f.program}); f.program != "" {
		tag.cutTag()
		return v.Lines == nil || v.Lines.Claims(tag.Program)
	}
	var h header.Header
	return header.Parse(text, header.Clock{}, &h) && h.PID > 0
}

// beginsPair says whether a text begins with a key.
func beginsPair(s string) bool {
	i := 0
	for i < len(s) && i < longestKey && isNameByte(s[i]) {
		i++
	}
	return i > 0 && i < len(s) && s[i] == '='
}

// longestKey is above what such keys have.
const longestKey = 64

// cutPair takes one pair off: its value ends at a blank, or is in quotes with backslashes before quotes and backslashes within.
func cutPair(s string) (key, value, rest string, ok bool) {
	if !beginsPair(s) {
		return "", "", s, false
	}
	key, rest, _ = scan.Cut(s, '=')
	if !strings.HasPrefix(rest, `"`) {
		value, rest, _ = scan.Cut(rest, ' ')
		return key, value, rest, !strings.HasSuffix(value, ",") && !strings.Contains(value, `"`)
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			rest = rest[i+1:]
			return key, b.String(), rest, rest == "" || rest[0] == ' '
		case c == '\\' && i+1 < len(rest):
			i++
			b.WriteByte(unescaped(rest[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", "", s, false
}

// unescaped is what a letter behind a backslash stands for.
func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	}
	return c
}
