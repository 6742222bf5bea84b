package scan

import (
	"math"
	"strconv"
	"testing"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		s, head, rest string
		ok            bool
	}{
		{"a b c", "a", "b c", true},
		{" b", "", "b", true},
		{"ab ", "ab", "", true},
		{"ab", "ab", "", false},
		{"", "", "", false},
	} {
		if head, rest, ok := Cut(tt.s, ' '); head != tt.head || rest != tt.rest || ok != tt.ok {
			t.Errorf("Cut(%q) = %q, %q, %t", tt.s, head, rest, ok)
		}
	}
	if head, rest, ok := CutLast("a:b:c", ':'); head != "a:b" || rest != "c" || !ok {
		t.Errorf("CutLast = %q, %q, %t", head, rest, ok)
	}
}

func TestWordSkipsBlanks(t *testing.T) {
	for _, tt := range []struct{ s, word, rest string }{
		{"  status=sent  (250 ok)", "status=sent", " (250 ok)"},
		{"one", "one", ""},
		{"   ", "", ""},
	} {
		if word, rest := Word(tt.s); word != tt.word || rest != tt.rest {
			t.Errorf("Word(%q) = %q, %q", tt.s, word, rest)
		}
	}
}

func TestAngle(t *testing.T) {
	for _, tt := range []struct {
		name, s, inner, rest string
		ok                   bool
	}{
		{"plain", "<a@b.test>, relay=x", "a@b.test", ", relay=x", true},
		{"null sender", "<>, size=1", "", ", size=1", true},
		{"quoted local part", `<"a> b\">"@b.test> x`, `"a> b\">"@b.test`, " x", true},
		{"quotes never closed", `<"a@b.test>, to=<c>`, `"a@b.test`, ", to=<c>", true},
		{"cut short", "<a@b.te", "", "<a@b.te", false},
		{"no bracket", "a@b.test", "", "a@b.test", false},
		{"empty", "", "", "", false},
	} {
		if inner, rest, ok := Angle(tt.s); inner != tt.inner || rest != tt.rest || ok != tt.ok {
			t.Errorf("%s: Angle(%q) = %q, %q, %t", tt.name, tt.s, inner, rest, ok)
		}
	}
}

func TestTrim(t *testing.T) {
	if got := Trim(" \t a b \r\n"); got != "a b" {
		t.Errorf("Trim = %q", got)
	}
	for s, want := range map[string]string{"a\r\n": "a", "a\n": "a", "a\r": "a", "a\n\n": "a\n", "": "", "\n": ""} {
		if got := TrimEOL(s); got != want {
			t.Errorf("TrimEOL(%q) = %q", s, got)
		}
	}
}

func TestBegins(t *testing.T) {
	for _, c := range []struct {
		s     string
		words []string
		want  bool
	}{
		{"can't open", []string{"cannot ", "can't "}, true}, {"we can't", []string{"can't "}, false}, {"can't", []string{"can't "}, false}, {"x", nil, false},
	} {
		if got := Begins(c.s, c.words...); got != c.want {
			t.Errorf("Begins(%q, %q) = %v", c.s, c.words, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string]int64{"0": 0, "540": 540, "9223372036854775807": math.MaxInt64} {
		if got, ok := Int(s); !ok || got != want {
			t.Errorf("Int(%q) = %d, %t", s, got, ok)
		}
	}
	for _, s := range []string{"", "-1", "+1", "1 ", "1x", "9223372036854775808", "99999999999999999999"} {
		if got, ok := Int(s); ok {
			t.Errorf("Int(%q) = %d, want none", s, got)
		}
	}
	if n, rest, ok := Fixed("20261", 4); n != 2026 || rest != "1" || !ok {
		t.Errorf("Fixed = %d, %q, %t", n, rest, ok)
	}
	if _, _, ok := Fixed("202", 4); ok {
		t.Error("Fixed took three digits for four")
	}
}

func TestFloatIsWhatStrconvReads(t *testing.T) {
	for _, s := range []string{"0", "0.01", "0.1", "311", "311.5", "2.2", "0.07", "86400.123456", "1.000000001", "12345678.25"} {
		want, _ := strconv.ParseFloat(s, 64)
		if got, ok := Float(s); !ok || got != want {
			t.Errorf("Float(%q) = %v, %t, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", ".", "1.", ".5", "-1", "1e3", "0x1", "1.2.3", "NaN", "1,5"} {
		if got, ok := Float(s); ok {
			t.Errorf("Float(%q) = %v, want none", s, got)
		}
	}
}

func TestClassesOverAllBytes(t *testing.T) {
	for i := 0; i < 256; i++ {
		c := byte(i)
		digit := c >= '0' && c <= '9'
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		hex := digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if IsDigit(c) != digit || IsLetter(c) != letter || IsHex(c) != hex {
			t.Errorf("byte %d: digit %t, letter %t, hex %t", c, IsDigit(c), IsLetter(c), IsHex(c))
		}
	}
	if !EqualFold("EhLo", "ehlO") || EqualFold("a", "ab") || EqualFold("@", "`") {
		t.Error("EqualFold")
	}
	if rest, ok := PrefixFold("mail from:<>", "MAIL FROM:"); !ok || rest != "<>" {
		t.Errorf("PrefixFold = %q, %t", rest, ok)
	}
}

func TestIsIP(t *testing.T) {
	for s, want := range map[string]bool{
		"192.0.2.1": true, "2001:db8::1": true, "::1": true, "::ffff:192.0.2.1": true, "": false, "192.0.2": false, "192.0.2.256": false, "mx.example.com": false,
		"fe80::1%eth0": false, "a.b.c": false, "12:34:56": false, "192.0.2.1:25": false,
	} {
		if IsIP(s) != want {
			t.Errorf("%q", s)
		}
	}
}

func TestUUID(t *testing.T) {
	const one = "6ba355F1-E959-4CBF-A8FF-8A4F2706427a"
	if uuid, rest, ok := UUID(one + ".1 x"); uuid != one || rest != ".1 x" || !ok {
		t.Error(uuid, rest, ok)
	}
	if !IsUUID(one) || IsUUID(one+"0") {
		t.Error("a UUID has 36 characters")
	}
	for _, s := range []string{
		"", one[1:], one[:35], "6ba355F1-E959-4CBF-A8FF-8A4F2706427g", "6ba355F1xE959-4CBF-A8FF-8A4F2706427a", "6ba355F10E959-4CBF-A8FF-8A4F2706427a",
	} {
		if uuid, rest, ok := UUID(s); uuid != "" || rest != s || ok || IsUUID(s) {
			t.Error(s, uuid, rest, ok)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	line := `to=<"a b"@c.test>, delay=0.15 12345`
	if n := testing.AllocsPerRun(100, func() {
		head, rest, _ := Cut(line, '=')
		_, rest, _ = Angle(rest)
		_, _ = Word(rest)
		_, _ = Float("0.15")
		_, _ = Int(head)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestCSV(t *testing.T) {
	for _, tt := range []struct {
		s, field, rest string
		more, ok       bool
	}{
		{"a,b", "a", "b", true, true},
		{"", "", "", false, true},
		{",", "", "", true, true},
		{`"a,b",c`, "a,b", "c", true, true},
		{`"a ""b"", c"`, `a ""b"", c`, "", false, true},
		{`"",x`, "", "x", true, true},
		{`"""",x`, `""`, "x", true, true},
		{`"cut`, "cut", "", false, false},
		{`"cut""`, `cut""`, "", false, false},
		{`"a"b,c`, "a", "b,c", false, false},
		{`a"b,c`, `a"b`, "c", true, true},
	} {
		if field, rest, more, ok := CSV(tt.s); field != tt.field || rest != tt.rest || more != tt.more || ok != tt.ok {
			t.Errorf("CSV(%q) = %q, %q, %t, %t", tt.s, field, rest, more, ok)
		}
	}
}
