package dialect

import "testing"

func TestAddressesWithTheirMask(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.4/32":    "192.0.2.4",
		"2001:db8::7/128": "2001:db8::7",
		"192.0.2.4/24":    "192.0.2.4",
		"2001:db8::7/64":  "2001:db8::7",
		"192.0.2.0/24":    "",
		"192.0.2.0/32":    "192.0.2.0",
		"2001:db8::/64":   "",
		"2001:db8::/128":  "2001:db8::",
		"host/32":         "",
		"192.0.2.4/x":     "",
		"192.0.2.4/":      "",
		"/var/run/socket": "",
		"192.0.2.4/32/":   "",
	} {
		if got := unmask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
