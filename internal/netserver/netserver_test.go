package netserver

import "testing"

func TestLifecycle(t *testing.T) {
	for s, want := range map[string]bool{
		"Process Backgrounded": true,
		"2009/06/08-12:14:33 postfwd (type Net::Server::Multiplex) starting! pid(20271)": true,
		"Binding to TCP port 10040 on host 127.0.0.1":                                    true,
		`Setting gid to "1003 1003"`:                                                     true,
		"action=pass, reason=triplet found":                                              false,
		"starting! pid(20271)":                                                           false,
		"":                                                                               false,
	} {
		if Lifecycle(s) != want {
			t.Errorf("%q", s)
		}
	}
}
