package header

import (
	"testing"
	"time"
)

func TestRepeated(t *testing.T) {
	for line, want := range map[string]struct {
		text  string
		times int
	}{
		"message repeated 3 times: [ NOQUEUE: reject: x]":           {"NOQUEUE: reject: x", 3},
		"message repeated 2 times: [x [1]]":                         {"x [1]", 2},
		"message repeated 2 times: [ a line that is cut short and ": {"a line that is cut short and", 2},
		"message repeated 12 times: [ x] ":                          {"x", 12},
		"message repeated times: [x]":                               {},
		"message repeated 0 times: [x]":                             {},
		"message repeated 99999999999 times: [x]":                   {},
		"message repeated 3 times: x":                               {},
		"a message repeated 3 times: [x]":                           {},
	} {
		text, times, ok := Repeated(line)
		if ok != (want.times > 0) || ok && (text != want.text || times != want.times) {
			t.Errorf("%q: %q, %d, %v", line, text, times, ok)
		}
	}
}

func TestRepeatedBefore(t *testing.T) {
	for line, want := range map[string]struct {
		host  string
		times int
	}{
		"Jan 15 10:00:07 mx1 last message repeated 3 times":                                                                 {"mx1", 3},
		"<22>Jan 15 10:00:07 mx1 last message repeated 1 time":                                                              {"mx1", 1},
		"Jan 15 10:00:07 mx1 syslogd: last message repeated 3 times":                                                        {"mx1", 3},
		"Jan 15 10:00:07 last message repeated 3 times":                                                                     {"", 3},
		"2026-01-15T10:00:07Z mx1 last message repeated 3 times":                                                            {"mx1", 3},
		"Jan 15 10:00:07 mx1 --- last message repeated 5 times ---":                                                         {"mx1", 5},
		"Jan 15 10:00:07 mx1 syslog-ng[7]: Last message 'NOQUEUE: reject' repeated 4 times, suppressed by syslog-ng on mx1": {"mx1", 4},
		"Jan 15 10:00:07 mx1 Last message 'NOQUEUE: reject' repeated 4 times, suppressed by syslog-ng on mx1":               {"mx1", 4},
		"Jan 15 10:00:07 mx1 postfix/smtpd[7]: last message repeated 3 times":                                               {},
		"Jan 15 10:00:07 mx1 last message repeated 3 times, it says":                                                        {},
		"Jan 15 10:00:07 mx1 the last message repeated 3 times":                                                             {},
		"Jan 15 10:00:07 mx1 last message repeated often":                                                                   {},
	} {
		var h Header
		Parse(line, Clock{Zone: time.UTC, Anchor: 1e18}, &h)
		host, times, ok := RepeatedBefore(&h)
		if ok != (want.times > 0) || ok && (host != want.host || times != want.times) {
			t.Errorf("%q: %q, %d, %v", line, host, times, ok)
		}
	}
}

func TestRepeatedAllocatesNothing(t *testing.T) {
	h := Header{Text: "mx1 last message repeated 3 times"}
	if n := testing.AllocsPerRun(100, func() {
		_, _, _ = Repeated("message repeated 3 times: [ NOQUEUE: reject: x]")
		RepeatedBefore(&h)
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}
