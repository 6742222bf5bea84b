package diagnose

import (
	"testing"
	"unicode"
)

// Every letter is folded to what stays as it is, also those between ASCII and the letters of Latin-1: "nº 5" ended the process.
func TestEveryLetterIsFolded(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := fold(string(r))
		if twice := fold(once); twice != once {
			t.Errorf("%U: %q, then %q", r, once, twice)
		}
	}
	if got := fold("Usuário Nº 5, ª e µ"); got != "usuario nº 5 ª e µ" {
		t.Errorf("%q", got)
	}
}
