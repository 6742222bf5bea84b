package terminal

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestNothingThatATerminalObeysIsLeft(t *testing.T) {
	for given, want := range map[string]string{
		"":                            "",
		"550 no such user":            "550 no such user",
		"jörg@müller.example ✓":       "jörg@müller.example ✓",
		"\x1b[2J\x1b[31mred":          `\x1b[2J\x1b[31mred`,
		"a\r\nrejected: all is well":  `a\r\nrejected: all is well`,
		"tab\there":                   `tab\there`,
		"bell\a, delete\x7f, nul\x00": `bell\a, delete\x7f, nul\x00`,
		"\u009b2J":                    `\u009b2J`,
		"gnp.\u202eexe":               `gnp.\u202eexe`,
		"a\u2028b\u2066c\u200fd":      `a\u2028b\u2066c\u200fd`,
		"\xff\xc0broken":              `\xff\xc0broken`,
		"\x9b2J":                      `\x9b2J`,
		"\x1b]0;title\x07":            `\x1b]0;title\a`,
	} {
		if got := Text(given); got != want {
			t.Errorf("%q\n got %s\nwant %s", given, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b[2J\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Errorf("%q is no UTF-8", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || isObeyed(r) {
				t.Errorf("%q has %U", got, r)
			}
		}
		if Text(got) != got {
			t.Errorf("%q changes twice", got)
		}
	})
}

func TestPlainTextCostsNoMemory(t *testing.T) {
	if n := testing.AllocsPerRun(10, func() { Text("550 5.1.1 <a@b.example>: no such user, jörg") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
