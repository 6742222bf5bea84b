package diagnose

import (
	"strings"
	"testing"
)

// Whatever a server is called, what it says means the same.
func TestOwnNameIsNoWord(t *testing.T) {
	for _, c := range []struct{ host, command, words, reason string }{
		{"-", "DATA", "421 4.4.2 NAME Error: timeout exceeded", "connection_timeout"},
		{"-", "RCPT", "421 NAME: SMTP command timeout - closing connection", "connection_timeout"},
		{"-", "-", "421 NAME lost input connection", "connection_lost"},
		{"-", "CONNECT", "421 4.7.0 NAME Error: too many connections from 192.0.2.25", "too_many_connections"},
		{"-", "CONNECT", "554 NAME ESMTP not accepting messages", "policy"},
		{"mx.example.net", "RCPT", "550 5.1.1 NAME: <anna@example.com>: user unknown", "unknown_recipient"},
	} {
		for _, name := range []string{"mx1", "rbl", "mx-spf-3", "greylist", "quota", "antivirus-gw", "spamfilter"} {
			words := strings.Replace(c.words, "NAME", name+".example.net", 1)
			ev := answered(t, c.host, c.command, words)
			if Standard.Event(ev); ev.Reason != c.reason {
				t.Errorf("%s: %s, want %s", words, ev.Reason, c.reason)
			}
		}
	}
}

// Another host in front is what is spoken of; a rule of one's own is asked with every word.
func TestNameOfAnotherHostIsAWord(t *testing.T) {
	own, err := New(Own{Reasons: []Rule{{Reason: "policy", Text: "mx1.example.net"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d                   *Diagnosis
		host, words, reason string
	}{
		{Standard, "mx.example.com", "550 5.7.1 zen.spamhaus.org: 192.0.2.25", "blocklisted"},
		{Standard, "mx.example.com", "550 rbl.example.net. says no", "blocklisted"},
		{own, "-", "421 mx1.example.net Error: timeout exceeded", "policy"},
	} {
		ev := answered(t, c.host, "RCPT", c.words)
		if c.d.Event(ev); ev.Reason != c.reason {
			t.Errorf("%s: %s, want %s", c.words, ev.Reason, c.reason)
		}
	}
	for name, host := range map[string]string{"a.example.net": "b.example.net", "MX.example.net": "mx.example.net.", "example.net": "example.net"} {
		if !isBeside(name, host) {
			t.Errorf("%s and %s", name, host)
		}
	}
	for name, host := range map[string]string{"a.example.net": "b.example.org", "a.net": "b.net", "c.example.net": ""} {
		if isBeside(name, host) {
			t.Errorf("%s and %s", name, host)
		}
	}
}
