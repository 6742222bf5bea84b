package enrich

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
)

// Proves says whether a text that came with a record, other than its line, has a credential.
func Proves(rec plog.LogRecord) bool {
	if body := rec.Body(); body.Type() != pcommon.ValueTypeStr && valueProves(body) {
		return true
	}
	return mapProves(rec.Attributes()) || textProves(rec.SeverityText())
}

func mapProves(m pcommon.Map) bool {
	for key, v := range m.All() {
		if keyProves(key) || valueProves(v) {
			return true
		}
	}
	return false
}

// keyProves is textProves for a key, which is seldom more than a name: a credential has a blank or the letter that a NUL begins with.
func keyProves(key string) bool {
	return (strings.IndexByte(key, 'A') >= 0 || strings.IndexByte(key, ' ') >= 0) && textProves(key)
}

// textProves leaves out what is too short to be one, or to have a name in front of one.
func textProves(s string) bool {
	// no room for what is hardly ever found: it would be allocated for every text
	return len(s) > 5 && len(secrets.Find(s, secrets.Anyone, nil)) > 0
}

func valueProves(v pcommon.Value) (found bool) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return textProves(v.Str())
	case pcommon.ValueTypeMap:
		return mapProves(v.Map())
	case pcommon.ValueTypeSlice, pcommon.ValueTypeBytes:
		if changeText(v, func(s string) (string, bool) { found = textProves(s); return s, false }) {
			return found
		}
		for _, item := range v.Slice().All() {
			if valueProves(item) {
				return true
			}
		}
	}
	return false
}

// sweep takes the credentials that a text itself proves out of all texts of a record.
func sweep(rec plog.LogRecord) {
	sweepValue(rec.Body())
	sweepMap(rec.Attributes())
	if s, found := secrets.Clean(rec.SeverityText(), secrets.Anyone); found {
		rec.SetSeverityText(s)
	}
}

// sweepMap cleans the values of a map, and a key that is a credential.
func sweepMap(m pcommon.Map) {
	var keys []string
	for key, v := range m.All() {
		sweepValue(v)
		if keyProves(key) {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		clean, _ := secrets.Clean(key, secrets.Anyone)
		if v, ok := m.Get(key); ok {
			kept := pcommon.NewValueEmpty()
			v.CopyTo(kept)
			m.Remove(key)
			kept.CopyTo(m.PutEmpty(clean))
		}
	}
}

// sweepValue cleans a value of any type: a string, bytes, an array of bytes as the journal writes one, and what these stand in.
func sweepValue(v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		sweepMap(v.Map())
	case pcommon.ValueTypeStr, pcommon.ValueTypeBytes, pcommon.ValueTypeSlice:
		if !changeText(v, cleanText) {
			for _, item := range v.Slice().All() {
				sweepValue(item)
			}
		}
	}
}

func cleanText(s string) (string, bool) { return secrets.Clean(s, secrets.Anyone) }
