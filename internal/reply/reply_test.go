package reply

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Reply
		ok   bool
	}{
		{"250 2.0.0 Ok: queued as AB", Reply{250, "2.0.0", "Ok: queued as AB", false}, true},
		{"550-5.1.1 no", Reply{550, "5.1.1", "no", true}, true},
		{"550 No such user", Reply{550, "", "No such user", false}, true},
		{"550 #5.1.0 rejected", Reply{550, "5.1.0", "rejected", false}, true},
		{"250", Reply{250, "", "", false}, true},
		{"250 ", Reply{250, "", "", false}, true},
		{"250-", Reply{250, "", "", true}, true},
		{"421 4.7.0", Reply{421, "4.7.0", "", false}, true},
		{"421 4.3.0: Temporary Error", Reply{421, "4.3.0", "Temporary Error", false}, true},
		{"550 5.1.1:", Reply{550, "5.1.1", "", false}, true},
		{"550-5.1.1: no", Reply{550, "5.1.1", "no", true}, true},
		{"550 5.1.1:no", Reply{550, "", "5.1.1:no", false}, true},
		{"550 4.1.1 other class", Reply{550, "", "4.1.1 other class", false}, true},
		{"550 5.1 short", Reply{550, "", "5.1 short", false}, true},
		{"550 5.1.1234 long", Reply{550, "", "5.1.1234 long", false}, true},
		{"550 5.1.1.1 dotted", Reply{550, "", "5.1.1.1 dotted", false}, true},
		{"354 End data", Reply{354, "", "End data", false}, true},
		{"2500 x", Reply{}, false},
		{"199 x", Reply{}, false},
		{"600 x", Reply{}, false},
		{"25", Reply{}, false},
		{"250x", Reply{}, false},
		{"", Reply{}, false},
	} {
		got, ok := Parse(c.in)
		if ok != c.ok || got != c.want {
			t.Errorf("%q: %+v %t", c.in, got, ok)
		}
	}
}

func TestCleanStripsOnlyTheBeginningsOfLines(t *testing.T) {
	for _, c := range []struct {
		text     string
		code     int
		enhanced string
		want     string
	}{
		{"one 421-4.7.28 two 421 4.7.28 three", 421, "4.7.28", "one two three"},
		{"one 550-5.1.1 two 550 5.1.1  see", 550, "5.1.1", "one two see"},
		{"one 550-5.1.1: two 550 5.1.1: three", 550, "5.1.1", "one two three"},
		{"one 550 two", 550, "", "one two"},
		{"a 550 b", 550, "5.1.1", "a 550 b"},
		{"call 550 or 551 550-more 550 end", 550, "", "call 550 or 551 more end"},
		{"error 421 is common 421-4.7.0 a 421 4.7.0 b", 421, "4.7.0", "error 421 is common a b"},
		{"nothing to strip", 421, "4.7.0", "nothing to strip"},
		{"a x421-4.7.0 b", 421, "4.7.0", "a x421-4.7.0 b"},
		{"one4.7.28 two4.7.28 three", 421, "4.7.28", "one two three"},
		{"one of4.7.28 two, see 4.7.28 for more", 421, "4.7.28", "one of two, see 4.7.28 for more"},
		{`one\n421-4.7.28 two\n421 4.7.28 three`, 421, "4.7.28", "one two three"},
		{`one\\n250 two`, 250, "", "one two"},
		{`a\nb`, 421, "", `a\nb`},
		{"", 250, "", ""},
		{"a 250", 250, "", "a"},
		{"no code", 0, "", "no code"},
	} {
		if got := Clean(c.text, c.code, c.enhanced); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestCleanJoinedKnowsALastLineWithoutTheEnhancedCode(t *testing.T) {
	for _, c := range []struct {
		text     string
		code     int
		enhanced string
		want     string
	}{
		{"a 550 b", 550, "5.1.1", "a b"},
		{`a\n550 b`, 550, "5.1.1", "a b"},
		{"a 550-5.1.1 b 550-c 550 d", 550, "5.1.1", "a b c d"},
		{`a\n550-5.1.1 b\n550-c\n550 d`, 550, "5.1.1", "a b c d"},
		{"code 550 is common 550 5.1.1 here", 550, "5.1.1", "code 550 is common here"},
		{"one4.7.28 two, code 421 is common4.7.28 three", 421, "4.7.28", "one two, code 421 is common three"},
	} {
		if got := CleanJoined(c.text, c.code, c.enhanced); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestSlashesThatEndLines(t *testing.T) {
	for in, want := range map[string]string{
		"no./550 5.1.1 see x/550 y":   "no. 550 5.1.1 see x/550 y",
		"no./550-5.1.1 a/550 5.1.1 b": "no. 550-5.1.1 a 550 5.1.1 b",
		"no/551 5.1.1 a":              "no/551 5.1.1 a",
		"no/550":                      "no/550",
		"":                            "",
	} {
		if got := Unslash(in, 550, "5.1.1"); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := Unslash("no/550-a/550 b", 550, ""); got != "no 550-a 550 b" {
		t.Errorf("%q", got)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		r, _ := Parse("550-5.1.1 <a@b>: User unknown")
		_ = Clean(r.Text, r.Code, r.Enhanced)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzReply(f *testing.F) {
	f.Add("550-5.1.1 a 550 5.1.1 b")
	f.Add("421")
	f.Add("250-2.0.0 221 byte chunk, total 222\\n250 2.0.0 OK id=1mwMds-00063I-S2")
	f.Add("250 OK  1700752345 8fed-efd4si146.98 - gsmtp")
	f.Add("250 ok: ")
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := Parse(s)
		if ok && !strings.HasSuffix(s, r.Text) {
			t.Errorf("%q is no end of %q", r.Text, s)
		}
		if id := QueueID(r.Text); !strings.Contains(r.Text, id) {
			t.Errorf("%q is not in %q", id, r.Text)
		}
		if got := Clean(r.Text, r.Code, r.Enhanced); len(got) > len(r.Text) {
			t.Errorf("%q grew to %q", r.Text, got)
		}
	})
}

func TestDotted(t *testing.T) {
	for want, in := range map[string][3]int64{
		"2.0.0": {2, 0, 0}, "4.7.28": {4, 7, 28}, "5.1.1": {5, 1, 1}, "5.7.63": {5, 7, 63}, "5.7.64": {5, 7, 64}, "5.7.500": {5, 7, 500}, "5.9.1": {5, 9, 1},
	} {
		if got := Dotted(in[0], in[1], in[2]); got != want {
			t.Errorf("%v: %q", in, got)
		}
	}
	for _, in := range [][3]int64{{0, 0, 0}, {3, 1, 1}, {6, 1, 1}, {5, -1, 0}, {5, 1000, 0}, {5, 1, 1000}} {
		if got := Dotted(in[0], in[1], in[2]); got != "" {
			t.Errorf("%v: %q", in, got)
		}
	}
}

func TestQueueIDInAnAcceptingReply(t *testing.T) {
	for text, want := range map[string]string{
		"Ok: queued as 3XyZ1A0b2C": "3XyZ1A0b2C",
		"from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4AA0918":           "4AA0918",
		"OK id=1tivSh-00000000ALP-0mWt":                                               "1tivSh-00000000ALP-0mWt",
		"OK ids=d7ef132b5d7711eea8c8000c29c33806":                                     "d7ef132b5d7711eea8c8000c29c33806",
		"Ok. 0000000000042CA1.0000000065000000.00001234":                              "0000000000042CA1.0000000065000000.00001234",
		"Message Queued (9FF7F70E-0D18-4D25-8B4E-000000000000.1)":                     "9FF7F70E-0D18-4D25-8B4E-000000000000.1",
		"<a@b> [InternalId=46381, Hostname=ex1] Queued mail for delivery":             "46381",
		"ok 1276913544 qp 5678":                                                       "5678",
		"u67Alp74018025 Message accepted for delivery":                                "u67Alp74018025",
		"e1d4511e Message accepted for delivery":                                      "e1d4511e",
		"OK  1700752345 8fed0eb5c5741533d4db70e6-efd4d30a8c4bsi146 - gsm":             "",
		"OK  1700752345 8fed0eb5c5741533d4db70e6-efd4d30a8c4bsi146.98 - gsmtp":        "8fed0eb5c5741533d4db70e6-efd4d30a8c4bsi146.98",
		"OK dGhpc0lzQW5JZA1 - nsmtp":                                                  "",
		"OK 1700752345 dGhpc0lzQW5JZA1 - nsmtp":                                       "dGhpc0lzQW5JZA1",
		"Requested mail action okay, completed: id=1MCJaS-1gviwC0ZZS-009SFU":          "1MCJaS-1gviwC0ZZS-009SFU",
		"Requested mail action okay, completed":                                       "",
		` 1436 byte chunk, total 1436\\n250 OK id=1xVW27-00005g-99`:                   "1xVW27-00005g-99",
		` 221 byte chunk, total 222\n250 2.0.0 OK id=1mwMds-00063I-S2`:                "1mwMds-00063I-S2",
		" 221 byte chunk, total 222 250 2.0.0 OK id=1mwMds-00063I-S2":                 "1mwMds-00063I-S2",
		"1436 byte chunk, total 1436":                                                 "",
		"Ok: queued on mxfront8j.mail.yandex.net as 1425383424-eT9KGh4Bxm":            "1425383424-eT9KGh4Bxm",
		"Message queued with id 12ab34cd.":                                            "12ab34cd",
		"rWzXd1 mail accepted for delivery":                                           "rWzXd1",
		"12345678 message accepted for delivery":                                      "12345678",
		"Message accepted for delivery":                                               "",
		"12345 bytes received in 00:00:01; Message id ABC12345 accepted for delivery": "ABC12345",
		"SmtpThread-1234-17000@uk-mta-12.uk.mimecast.lan Received OK [abcdEFGH.uk12]": "abcdEFGH.uk12",
		"ok 1276913544 (qp 5678)":                                                     "5678",
		"ok 1276913544 qp 5678 server-12.tower-1.example!1699!1":                      "5678",
		"ok dirdel":                      "",
		"ok:  Message 12345678 accepted": "12345678",
		"OK: done":                       "",
		"Ok 0100018b12345678-9abcdef0-1234-5678-9abc-def012345678-000000": "0100018b12345678-9abcdef0-1234-5678-9abc-def012345678-000000",
		"OK 4B/FF-12345-ABC12345":               "4B/FF-12345-ABC12345",
		"OK SUCCESSFULLY_QUEUED":                "",
		"OK (8C5F2C0A63D6B4F7C)":                "8C5F2C0A63D6B4F7C",
		"OK (thanks)":                           "",
		"OK queued as.":                         "",
		"<20261123@x> Queued mail for delivery": "",
		"Ok. thanks":                            "",
		"Ok: queued as 000000":                  "",
		"Ok":                                    "",
		"":                                      "",
	} {
		if got := QueueID(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
