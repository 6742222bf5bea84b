package record

import (
	"math"
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// single is the first item where the value is a list of strings: Logstash makes one of a field that was set twice.
func single(value pcommon.Value) pcommon.Value {
	if value.Type() == pcommon.ValueTypeSlice && isStrings(value.Slice()) {
		return value.Slice().At(0)
	}
	return value
}

// mapString is a string in a map.
func mapString(value pcommon.Value, key string) (string, bool) {
	if value.Type() != pcommon.ValueTypeMap {
		return "", false
	}
	v, ok := value.Map().Get(key)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return "", false
	}
	return v.Str(), true
}

// isTag says whether the value of a key that anybody may use is a syslog tag: it has a process or a colon at its end, or begins
// with the program's name.
func isTag(s, program string) bool {
	if strings.ContainsAny(s, " \t<>") {
		s = scan.Trim(s)
		if strings.ContainsAny(s, " \t<>") {
			return false
		}
	}
	name, rest, ok := scan.Cut(s, '[')
	if _, tail, digits := scan.Digits(rest); ok && name != "" && digits && strings.HasPrefix(tail, "]") {
		return true
	}
	return len(s) > 1 && s[len(s)-1] == ':' || program != "" && strings.HasPrefix(s, program+"/")
}

// setProgram takes a name that says more than the one before, or one from a key that goes before that one's.
func (f *fields) setProgram(r rank, value pcommon.Value) {
	if value.Type() == pcommon.ValueTypeStr {
		f.setName(r, value.Str())
	}
}

func (f *fields) setName(r rank, name string) {
	name = scan.Trim(name)
	switch {
	case name == "" || name == "-":
	case f.program == "", strings.HasPrefix(name, f.program), r > f.programRank && !strings.HasPrefix(f.program, name):
		f.program, f.programRank = name, r
	}
}

func (f *fields) setPID(value pcommon.Value) {
	setInt(&f.pid, value)
	if value.Type() == pcommon.ValueTypeStr {
		f.tagID = value.Str()
	}
}

func (f *fields) setHost(r rank, value pcommon.Value) {
	if r >= f.hostRank {
		setString(&f.host, value)
		f.hostRank = r
	}
}

// setPeer takes who sent the line here: a name goes before an address, whichever comes first.
func (f *fields) setPeer(value pcommon.Value) {
	var peer string
	if setString(&peer, value); f.peer == "" || peer != "" && isAddress(f.peer) && !isAddress(peer) {
		f.peer = peer
	}
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// setTime takes a stamp, or a number of seconds or of parts of them since 1970.
func (f *fields) setTime(r rank, value pcommon.Value) {
	if r < f.stampRank {
		return
	}
	stamp, nanos := "", int64(0)
	switch value.Type() {
	case pcommon.ValueTypeStr:
		stamp = scan.Trim(value.Str())
	case pcommon.ValueTypeInt:
		nanos = sinceEpoch(value.Int())
	case pcommon.ValueTypeDouble:
		d := value.Double()
		if nanos = sinceEpoch(int64(d)); d < 1e11 { // seconds, with a fraction
			nanos += int64(math.Round((d-float64(int64(d)))*1e6)) * 1000
		}
	}
	if stamp != "" || nanos != 0 {
		f.stamp, f.nanos, f.stampRank = stamp, nanos, r
	}
}

// sinceEpoch reads a number by its size: seconds, milliseconds, microseconds or nanoseconds since 1970, from 2001 to 2100.
func sinceEpoch(n int64) int64 {
	const from, to = 1_000_000_000, 4_102_444_800
	for unit := int64(1); unit <= 1_000_000_000; unit *= 1000 {
		if s := n / unit; s >= from && s < to {
			return n * (1_000_000_000 / unit)
		}
	}
	return 0
}

// setString takes a value that is a string, and not "-", which says nothing.
func setString(to *string, value pcommon.Value) {
	if value.Type() == pcommon.ValueTypeStr && value.Str() != "" && value.Str() != "-" {
		*to = value.Str()
	}
}

// setInt takes a whole number in any of its types: JSON makes them floats, the journal and Fluent Bit strings.
func setInt(to *int64, value pcommon.Value) bool {
	switch value.Type() {
	case pcommon.ValueTypeInt:
		*to = value.Int()
		return true
	case pcommon.ValueTypeDouble:
		*to = int64(value.Double())
		return true
	case pcommon.ValueTypeStr:
		n, ok := scan.Int(value.Str())
		if ok {
			*to = n
		}
		return ok
	}
	return false
}

// setText takes a string, or the array of bytes that journalctl makes of a message with a byte that is no UTF-8.
func setText(to *string, value pcommon.Value) {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		*to = value.Str()
	case pcommon.ValueTypeBytes:
		*to = string(value.Bytes().AsRaw())
	case pcommon.ValueTypeSlice:
		slice := value.Slice()
		text := make([]byte, 0, slice.Len())
		for i := range slice.Len() {
			var b int64
			if !setInt(&b, slice.At(i)) || b < 0 || b > 255 {
				return
			}
			text = append(text, byte(b))
		}
		*to = string(text)
	}
}

func isStrings(s pcommon.Slice) bool {
	for _, item := range s.All() {
		if item.Type() != pcommon.ValueTypeStr {
			return false
		}
	}
	return s.Len() > 0
}
