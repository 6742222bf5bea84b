package jsonline

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func list(m Members) (out []string) {
	for {
		key, v, ok := m.Next()
		if !ok {
			return append(out, fmt.Sprint(m.Whole()))
		}
		out = append(out, fmt.Sprintf("%s=%d:%s", key, v.Kind, v.Raw))
	}
}

func TestMembers(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                   `true`,
		`{"a":1,"b":"x"}`:                      `a=2:1 b=1:x true`,
		` {"a" : null , "b" : [1,"]"] } `:      `a=4:null b=6:[1,"]"] true`,
		`{"a":{"b":"}\""},"c":true}`:           `a=5:{"b":"}\""} c=3:true true`,
		`{"a":"say \"x\", \"b\":1","c":2}`:     `a=1:say \"x\", \"b\":1 c=2:2 true`,
		`{"a":1,"b":"cut`:                      `a=2:1 false`,
		`{"a":1,"b":12`:                        `a=2:1 false`,
		`{"a":1 "b":2}`:                        `a=2:1 false`,
		`{"a":1,}`:                             `a=2:1 false`,
		`{"a"}`:                                `false`,
		`{a:1}`:                                `false`,
		`{"a":word}`:                           `false`,
		`{"a":-1.5e3}`:                         `a=2:-1.5e3 true`,
		`{"a":[{"b":[1,2]},3],"z":"\u00e9\\"}`: `a=6:[{"b":[1,2]},3] z=1:\u00e9\\ true`,
	} {
		m, ok := Open(text)
		if got := strings.Join(list(m), " "); !ok || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "a", "[1]", `"a"`, "  "} {
		if _, ok := Open(text); ok {
			t.Errorf("%q opened", text)
		}
	}
}

func TestOffsetsFindTheValueInTheLine(t *testing.T) {
	line := ` {"a":"x","o":{"c":["p","qr"]}}`
	m, _ := Open(line)
	_, _, _ = m.Next()
	_, o, _ := m.Next()
	inner := o.Members()
	_, c, _ := inner.Next()
	items := c.Members()
	_, _, _ = items.Next()
	_, qr, _ := items.Next()
	if got := line[qr.At : qr.At+len(qr.Raw)]; got != "qr" {
		t.Errorf("%q at %d", got, qr.At)
	}
}

func TestNumbers(t *testing.T) {
	for raw, want := range map[string][2]int64{
		"0": {0, 0}, "1757675281": {1757675281, 0}, "1757675281.5": {1757675281, 500_000_000}, "1.757675281e9": {1757675281, 0},
		"1.757675281e+09": {1757675281, 0}, "1757675281.440526026": {1757675281, 440526026}, "12.3e-1": {1, 230_000_000},
		"1.7576752814405e9": {1757675281, 440500000}, "250.0": {250, 0}, "1.0000000001": {1, 0},
	} {
		whole, part, ok := Value{Kind: Number, Raw: raw}.Decimal()
		if !ok || whole != want[0] || part != want[1] {
			t.Errorf("%s: %d %d %t", raw, whole, part, ok)
		}
	}
	for _, raw := range []string{"", "-1", "1.", ".5", "1e", "1e99", "x", "1.2.3", "99999999999999999999999"} {
		if n, _, ok := (Value{Kind: Number, Raw: raw}).Decimal(); ok {
			t.Errorf("%s is %d", raw, n)
		}
	}
	if n, ok := (Value{Kind: Number, Raw: "250.0"}).Int(); !ok || n != 250 {
		t.Errorf("Int is %d", n)
	}
	if _, ok := (Value{Kind: Number, Raw: "250.5"}).Int(); ok {
		t.Error("250.5 is whole")
	}
}

func TestUnescapeIsWhatJSONReads(t *testing.T) {
	for _, raw := range []string{``, `plain`, `a\"b`, `\\\/\b\f\n\r\t`, `\u00e9\u4E2D`, `\ud83d\ude00!`, `\ud83d`, `\ude00\ud83d`, `\ud83d\u0041`, `é\u0000`} {
		var want string
		if err := json.Unmarshal([]byte(`"`+raw+`"`), &want); err != nil {
			t.Fatal(err)
		}
		if got := Unescape(raw); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
	for raw, want := range map[string]string{`\`: `\`, `a\x`: `a\x`, `\u12`: `\u12`, `\u12zz`: `\u12zz`} {
		if got := Unescape(raw); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	line := `{"a":{"b":[1,2,"x"]},"t":1757675281.5,"s":"x\"y"}`
	if n := testing.AllocsPerRun(100, func() {
		m, _ := Open(line)
		for _, v, ok := m.Next(); ok; _, v, ok = m.Next() {
			_, _, _ = v.Decimal()
			inner := v.Members()
			_, _, _ = inner.Next()
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzMembers(f *testing.F) {
	f.Add(`{"a":{"b":[1,2,"x"]},"t":1757675281.5,"s":"x\"y"}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := Open(text)
		if !ok {
			return
		}
		var want map[string]any
		valid := json.Unmarshal([]byte(text), &want) == nil
		n := 0
		for key, v, more := m.Next(); more; key, v, more = m.Next() {
			if text[v.At:v.At+len(v.Raw)] != v.Raw {
				t.Errorf("%q: %q is not at %d", text, v.Raw, v.At)
			}
			if n++; n > len(text) {
				t.Fatalf("%q: no end", text)
			}
			_, _ = v.Int()
			_ = Unescape(key + v.Raw)
		}
		if valid && !m.Whole() {
			t.Errorf("%q: valid, but not whole", text)
		}
	})
}
