package attrs

import "testing"

func TestFinderFindsEveryNameAndNoOther(t *testing.T) {
	var names []string
	for _, d := range Table[:min(len(Table)/2, 120)] {
		names = append(names, d.Name)
	}
	f := NewFinder(names)
	for i, d := range Table {
		if got := f.Find(d.Name); got != min(i, len(names)) {
			t.Errorf("%s is found at %d", d.Name, got)
		}
	}
	for _, other := range []string{"", "x", "xy", "smtp.event2", "smtp."} {
		if f.Find(other) != len(names) {
			t.Errorf("%q is found", other)
		}
	}
}
