//go:build !race

package diagnose

import "testing"

// Under the race detector a pool forgets some of what it is given (sync.Pool), so what is allocated is counted without it.

// A reason costs no memory; its fingerprint is the one string that is made.
func TestNothingIsAllocatedForAReason(t *testing.T) {
	ev := answered(t, "gmail-smtp-in.l.google.com", "RCPT", "550 5.1.1 The email account that you tried to reach does not exist.")
	d, err := New(Own{Reasons: []Rule{{Reason: "policy", Text: "never said"}, {Reason: "policy", Regexp: "never .* said"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*Diagnosis{Standard, d} {
		if n := testing.AllocsPerRun(100, func() { d.why(ev) }); n != 0 {
			t.Errorf("%v", n)
		}
		if n := testing.AllocsPerRun(100, func() { ev.Basis, ev.Reason = "", ""; d.Event(ev) }); n > 1 {
			t.Errorf("%v with the fingerprint", n)
		}
	}
}
