package diagnose

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// The words of a text are those that the plain way finds, whatever the blocks of eight and of 64 bytes cut through, and whatever text was there before.
func TestWordsOfAText(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"a", "B", "word", "Recipient", "42", " ", " ", "  ", ".", "<", ">", "@", "<a@b>", "<id>", "c.d@e.example", "..", "é", "\xff", "İ", "Ⱥ", "邮件", "\x00"}
	var s speech
	check := func(text string) {
		t.Helper()
		s.write(text)
		want := newPlain(text).words
		if got := string(s.words(nil)); got != want && strings.TrimSpace(got) != want {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
		for i, w := range s.spoken[1:] {
			if begin := int(s.spoken[i].end) + 1; want[begin:w.end] != string(s.folded[w.from:w.from+w.length]) || want[w.end] != ' ' {
				t.Fatalf("%q: word %d is %q", text, i, want[begin:w.end])
			}
		}
	}
	for n := range 200 {
		check(strings.Repeat("a ", n) + "b")
		check(strings.Repeat("x", n) + " y")
	}
	for range 3000 {
		text := ""
		for range random.IntN(60) {
			text += pieces[random.IntN(len(pieces)-random.IntN(2)*6)] // half of them in ASCII
		}
		check(text)
	}
	check(strings.Repeat("a ", maxText))
	check(strings.Repeat("Ⱥ", maxText))
	check("")
}
