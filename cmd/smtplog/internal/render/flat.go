package render

import (
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// Flat writes records as objects of JSON, one a line, whose members are their attributes; "time" and "body" are the record's own. It keeps its room, so one Flat
// serves one goroutine.
type Flat struct {
	To   io.Writer
	Zone *time.Location // of the times
	room []byte
}

// Write writes a record of a host. The members are in the record's order, so that the same log gives the same text.
func (f *Flat) Write(host string, rec plog.LogRecord) error {
	b := f.room[:0]
	b = append(b, '{')
	if at := rec.Timestamp(); at != 0 {
		b = append(b, `"time":"`...)
		b = time.Unix(0, int64(at)).In(f.Zone).AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	if _, own := rec.Attributes().Get(attrs.HostName); !own && host != "" {
		b = appendName(b, attrs.HostName)
		b = appendString(b, host)
	}
	for name, v := range rec.Attributes().All() {
		if name == attrs.FileID {
			continue
		}
		b = appendName(b, name)
		b = record.AppendJSON(b, v, appendString)
	}
	b = appendName(b, "body")
	b = record.AppendJSON(b, rec.Body(), appendString)
	b = append(b, '}', '\n')
	f.room = b
	_, err := f.To.Write(b)
	return err
}

func appendName(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = appendString(b, name)
	return append(b, ':')
}

// appendString writes a string of JSON. What a terminal would obey is escaped, too; broken UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ' && c < 0x7f:
			b = append(b, c)
		case c < utf8.RuneSelf:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r <= 0x9f || r == 0x61c || r >= 0x200e && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				b = fmt.Appendf(b, `\u%04x`, r)
			} else {
				b = utf8.AppendRune(b, r)
			}
			i += size
			continue
		}
		i++
	}
	return append(b, '"')
}
