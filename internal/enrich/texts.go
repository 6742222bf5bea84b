package enrich

import "go.opentelemetry.io/collector/pdata/pcommon"

// changeText gives change the text that a value is, and puts back what comes of it in the same type: a string, bytes, or an array of the
// numbers of bytes, which is how journalctl writes a message with a byte that is no UTF-8. It is false for a value that is no text.
func changeText(v pcommon.Value, change func(string) (string, bool)) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if s, changed := change(v.Str()); changed {
			v.SetStr(s)
		}
		return true
	case pcommon.ValueTypeBytes:
		if s, changed := change(string(v.Bytes().AsRaw())); changed {
			v.SetEmptyBytes().FromRaw([]byte(s))
		}
		return true
	case pcommon.ValueTypeSlice:
		text, ok := bytesOf(v.Slice())
		if !ok {
			return false
		}
		if s, changed := change(text); changed {
			putBytes(v.Slice(), s)
		}
		return true
	}
	return false
}

// bytesOf reads an array of numbers from 0 to 255.
func bytesOf(list pcommon.Slice) (string, bool) {
	if list.Len() == 0 {
		return "", false
	}
	for i := range list.Len() {
		if !isByte(list.At(i)) {
			return "", false
		}
	}
	text := make([]byte, list.Len())
	for i := range text {
		if item := list.At(i); item.Type() == pcommon.ValueTypeInt {
			text[i] = byte(item.Int())
		} else {
			text[i] = byte(item.Double())
		}
	}
	return string(text), true
}

func isByte(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return v.Int() >= 0 && v.Int() <= 255
	case pcommon.ValueTypeDouble:
		return v.Double() >= 0 && v.Double() <= 255 && v.Double() == float64(byte(v.Double()))
	}
	return false
}

// putBytes writes s as numbers of the type that the array has.
func putBytes(list pcommon.Slice, s string) {
	whole := list.At(0).Type() == pcommon.ValueTypeInt
	n := 0
	list.RemoveIf(func(pcommon.Value) bool { n++; return n > len(s) })
	list.EnsureCapacity(len(s))
	for i := range len(s) {
		var item pcommon.Value
		if i < list.Len() {
			item = list.At(i)
		} else {
			item = list.AppendEmpty()
		}
		if whole {
			item.SetInt(int64(s[i]))
		} else {
			item.SetDouble(float64(s[i]))
		}
	}
}
