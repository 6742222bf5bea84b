package hash

import (
	"fmt"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What has an id keeps it: on another machine, and in the state of before.
func TestIDsAreTheSameEverywhere(t *testing.T) {
	for text, want := range map[string]event.ID{
		"":                     0x846989ed2082c63b,
		"4F1B2C":               0xdfaedae66ff11d71,
		"4bXyZ01abcdefgh":      0xa779f1e1b2b446c0,
		"ümläut in a log line": 0x3b685a2b19cd1c5e,
	} {
		if got := New().Str(text).Num(-7).ID(); got != want {
			t.Errorf("%q: %#x, want %#x", text, uint64(got), uint64(want))
		}
	}
}

// Strings that differ in one place, of all lengths, and parts that are cut elsewhere have hashes of their own.
func TestNeighboursDiffer(t *testing.T) {
	seen := map[Sum]string{}
	add := func(h Sum, what string) {
		if other, known := seen[h]; known {
			t.Fatalf("%s and %s: %#x", what, other, uint64(h))
		}
		seen[h] = what
	}
	text := "postfix/smtp[4711]: 4bXyZ01: to=<a@b.example>, relay=none"
	for n := range len(text) {
		add(New().Str(text[:n]), fmt.Sprintf("%q", text[:n]))
		for at := range n {
			for bit := range 8 {
				other := []byte(text[:n])
				other[at] ^= 1 << bit
				add(New().Str(string(other)), fmt.Sprintf("%q", other))
			}
		}
		if n > 0 && n < len(text)-1 {
			add(New().Str(text[:n]).Str(text[n:]), fmt.Sprintf("%q %q", text[:n], text[n:]))
		}
	}
	for i := range 200_000 {
		id := fmt.Sprintf("%X-0000%06d-2b@mx1.example.com", 0x10000000+i*257, i)
		add(New().Str(id), id)
	}
}
