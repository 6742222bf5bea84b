package traces

import "testing"

func TestEveryFieldIsFoundByItsAttribute(t *testing.T) {
	for f, name := range names {
		if got := places.Find(name); name == "" || got != f {
			t.Errorf("%q is found at %d, want %d", name, got, f)
		}
	}
}
