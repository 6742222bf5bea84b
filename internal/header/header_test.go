package header

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// seen is a clock in UTC that looks at the lines a day after they were written.
var seen = Clock{Zone: time.UTC, Anchor: at("2026-11-24T10:00:00Z")}

// at is a moment in nanoseconds since 1970.
func at(rfc3339 string) int64 {
	t, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		panic(err)
	}
	return t.UnixNano()
}

// written is a header whose time is given as RFC 3339; the resolution follows from it unless it is said.
func written(rfc3339, host, program string, pid int64, text string) Header {
	h := Header{Time: at(rfc3339), Resolution: event.ResolutionSecond, Host: host, Program: program, PID: pid, Text: text}
	if h.Time%int64(time.Second) != 0 {
		h.Resolution = event.ResolutionSubsecond
	}
	return h
}

// timeOfDay is a header with a time of day alone.
func timeOfDay(d time.Duration, text string) Header {
	return Header{Time: int64(d), Resolution: event.ResolutionTimeOfDay, Text: text}
}

const (
	second = "2026-11-23T15:32:27Z"
	micros = "2026-11-23T15:32:27.611330Z"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       Header
	}{
		// RFC 3164
		{"rsyslog's traditional file", "Nov 23 15:32:27 mailout postfix/smtpd[540]: connect from x[192.0.2.1]", written(second, "mailout", "postfix/smtpd", 540, "connect from x[192.0.2.1]")},
		{"postlogd's own file", "Nov 23 15:32:27 mailout postfix-out/postfix-script[500]: starting the Postfix mail system", written(second, "mailout", "postfix-out/postfix-script", 500, "starting the Postfix mail system")},
		{"service between instance and daemon", "Nov 23 15:32:27 mailout postfix/submission/smtpd[540]: lost", written(second, "mailout", "postfix/submission/smtpd", 540, "lost")},
		{"tag without pid", "Nov 23 15:32:27 mailout dovecot: lmtp(540): Connect from local", written(second, "mailout", "dovecot", 0, "lmtp(540): Connect from local")},
		{"tag without colon", "Nov 23 15:32:27 mailout postfix/smtpd[540] connect", written(second, "mailout", "postfix/smtpd", 540, "connect")},
		{"tag without blank behind it", "Nov 23 15:32:27 mailout postfix/smtpd[540]:connect", written(second, "mailout", "postfix/smtpd", 540, "connect")},
		{"tag and nothing more", "Nov 23 15:32:27 mailout postfix/smtpd[540]:", written(second, "mailout", "postfix/smtpd", 540, "")},
		{"priority in front", "<22>Nov 23 15:32:27 mailout postfix/smtpd[540]: connect", written(second, "mailout", "postfix/smtpd", 540, "connect")},
		{"day padded with a blank", "Nov  3 15:32:27 mailout postfix/qmgr[1]: x", written("2026-11-03T15:32:27Z", "mailout", "postfix/qmgr", 1, "x")},
		{"day padded with a zero", "Nov 03 15:32:27 mailout postfix/qmgr[1]: x", written("2026-11-03T15:32:27Z", "mailout", "postfix/qmgr", 1, "x")},
		{"day not padded", "Nov 3 15:32:27 mailout postfix/qmgr[1]: x", written("2026-11-03T15:32:27Z", "mailout", "postfix/qmgr", 1, "x")},
		{"year before the time", "Nov 23 2019 15:32:27 mailout postfix/qmgr[1]: x", written("2019-11-23T15:32:27Z", "mailout", "postfix/qmgr", 1, "x")},
		{"year behind the time", "Nov 23 15:32:27 2019 mailout postfix/qmgr[1]: x", written("2019-11-23T15:32:27Z", "mailout", "postfix/qmgr", 1, "x")},
		{"milliseconds", "Nov 23 15:32:27.611 mailout postfix/qmgr[1]: x", written("2026-11-23T15:32:27.611Z", "mailout", "postfix/qmgr", 1, "x")},
		{"FreeBSD's facility", "Nov 23 15:32:27 <mail.info> mailout sm-mta[9]: x", written(second, "mailout", "sm-mta", 9, "x")},
		{"relay without host", "Nov 23 15:32:27 postfix/smtpd[540]: connect", written(second, "", "postfix/smtpd", 540, "connect")},
		{"relay without host, tag without pid", "Nov 23 15:32:27 dovecot: x", written(second, "", "dovecot", 0, "x")},
		{"host is an IPv4 address", "Nov 23 15:32:27 192.0.2.7 postfix/qmgr[1]: x", written(second, "192.0.2.7", "postfix/qmgr", 1, "x")},
		{"host is an IPv6 address", "Nov 23 15:32:27 2001:db8::7 postfix/qmgr[1]: x", written(second, "2001:db8::7", "postfix/qmgr", 1, "x")},
		{"host is an IPv6 address that ends in a colon", "Nov 23 15:32:27 2001:db8:: postfix/qmgr[1]: x", written(second, "2001:db8::", "postfix/qmgr", 1, "x")},
		{"host is the loopback", "Nov 23 15:32:27 ::1 postfix/qmgr[1]: x", written(second, "::1", "postfix/qmgr", 1, "x")},
		{"host is a link-local address", "Nov 23 15:32:27 fe80::1%eth0 postfix/qmgr[1]: x", written(second, "fe80::1%eth0", "postfix/qmgr", 1, "x")},
		{"host in brackets", "Nov 23 15:32:27 [192.0.2.7] postfix/qmgr[1]: x", written(second, "192.0.2.7", "postfix/qmgr", 1, "x")},
		{"syslog-ng's chain of hosts", "Nov 23 15:32:27 src@mailout/relay postfix/qmgr[1]: x", written(second, "mailout", "postfix/qmgr", 1, "x")},
		{"host named mail", "Nov 23 15:32:27 mail dovecot: x", written(second, "mail", "dovecot", 0, "x")},
		{"host named by its address, like a reply", "Nov 23 15:32:27 203-0-113-4.host.test postfix/qmgr[1]: x", written(second, "203-0-113-4.host.test", "postfix/qmgr", 1, "x")},
		{"leap second", "Dec 31 23:59:60 mailout postfix/qmgr[1]: x", written("2026-01-01T00:00:00Z", "mailout", "postfix/qmgr", 1, "x")},
		{"blanks in front of the text", "Nov 23 15:32:27 mailout exim[314]:   x", written(second, "mailout", "exim", 314, "x")},
		{"text begins with a bracket", "Nov 23 15:32:27 mailout exim[314]: [1\\2] Warning: purging", written(second, "mailout", "exim", 314, "[1\\2] Warning: purging")},
		{"repeated message has no tag", "Nov 23 15:32:27 mailout last message repeated 2 times", written(second, "", "", 0, "mailout last message repeated 2 times")},
		{"mark has no tag", "Nov 23 15:32:27 mailout -- MARK --", written(second, "", "", 0, "mailout -- MARK --")},
		{"byte order mark of the file", "\uFEFFNov 23 15:32:27 mailout postfix/qmgr[1]: x", written(second, "mailout", "postfix/qmgr", 1, "x")},

		// ISO 8601
		{"rsyslog's file format", "2026-11-23T15:32:27.611330+00:00 mailout groupadd[304]: group added", written(micros, "mailout", "groupadd", 304, "group added")},
		{"rsyslog's forward format", "<22>2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd[540]: x", written(micros, "mailout", "postfix/smtpd", 540, "x")},
		{"Z", "2026-11-23T15:32:27Z mailout postfix/smtpd[540]: x", written(second, "mailout", "postfix/smtpd", 540, "x")},
		{"zone without colon", "2026-11-23T17:32:27+0200 mailout postfix/smtpd[540]: x", written(second, "mailout", "postfix/smtpd", 540, "x")},
		{"zone of hours", "2026-11-23T17:32:27+02 mailout postfix/smtpd[540]: x", written(second, "mailout", "postfix/smtpd", 540, "x")},
		{"zone of half an hour", "2026-11-23T21:02:27+05:30 mailout postfix/smtpd[540]: x", written(second, "mailout", "postfix/smtpd", 540, "x")},
		{"zone west of Greenwich", "2026-11-23T12:02:27-03:30 mailout postfix/smtpd[540]: x", written(second, "mailout", "postfix/smtpd", 540, "x")},
		{"comma in front of the fraction", "2026-11-23T15:32:27,611330Z mailout postfix/smtpd[540]: x", written(micros, "mailout", "postfix/smtpd", 540, "x")},
		{"one digit of fraction", "2026-11-23T15:32:27.5Z mailout postfix/smtpd[540]: x", written("2026-11-23T15:32:27.5Z", "mailout", "postfix/smtpd", 540, "x")},
		{"nine digits of fraction", "2026-11-23T15:32:27.123456789Z mailout postfix/smtpd[540]: x", written("2026-11-23T15:32:27.123456789Z", "mailout", "postfix/smtpd", 540, "x")},
		{"more digits than nanoseconds", "2026-11-23T15:32:27.123456789999Z mailout postfix/smtpd[540]: x", written("2026-11-23T15:32:27.123456789Z", "mailout", "postfix/smtpd", 540, "x")},
		{"fraction of zeros is a fraction", "2026-11-23T15:32:27.000Z mailout postfix/smtpd[540]: x", Header{Time: at(second), Resolution: event.ResolutionSubsecond, Host: "mailout", Program: "postfix/smtpd", PID: 540, Text: "x"}},
		{"blank instead of T", "2026-11-23 15:32:27.611330+00:00 mailout postfix/smtpd[540]: x", written(micros, "mailout", "postfix/smtpd", 540, "x")},
		{"tag without pid behind ISO", "2026-11-23T15:32:27Z mailout dovecot: x", written(second, "mailout", "dovecot", 0, "x")},
		{"no host behind ISO", "2026-11-23T15:32:27Z postfix/smtpd[540]: x", written(second, "", "postfix/smtpd", 540, "x")},
		{"priority and tag without stamp", "<22>postfix/smtpd[540]: connect", Header{Program: "postfix/smtpd", PID: 540, Text: "connect"}},

		{"tag alone", "postfix/smtpd[540]: connect", Header{Program: "postfix/smtpd", PID: 540, Text: "connect"}},

		// RFC 5424
		{"rsyslog's protocol 23 format", "<22>1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - -  connect from x", written(micros, "mailout", "postfix/smtpd", 540, "connect from x")},
		{"message id", "<22>1 2026-11-23T15:32:27Z mailout postfix/smtpd 540 ID47 - connect", written(second, "mailout", "postfix/smtpd", 540, "connect")},
		{"all fields nil", "<22>1 - - - - - - connect", Header{Text: "connect"}},
		{"byte order mark of the message", "<22>1 2026-11-23T15:32:27Z mailout exim 540 - - \uFEFFconnect", written(second, "mailout", "exim", 540, "connect")},
		{"procid is a name", "<22>1 2026-11-23T15:32:27Z mailout exim main - - x", written(second, "mailout", "exim", 0, "x")},
		{"structured data", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a@1 x="1"][b@2 y="2"] text`, written(second, "mailout", "exim", 540, "text")},
		{"structured data without parameters", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a@1] text`, written(second, "mailout", "exim", 540, "text")},
		{"bracket within structured data", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a x="] no"] text`, written(second, "mailout", "exim", 540, "text")},
		{"escapes within structured data", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a x="\" \] \\"] text`, written(second, "mailout", "exim", 540, "text")},
		{"no message", "<22>1 2026-11-23T15:32:27Z mailout exim 540 - -", written(second, "mailout", "exim", 540, "")},
		{"structured data and no message", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a x="1"]`, written(second, "mailout", "exim", 540, "")},
		{"message that looks like structured data", `<22>1 2026-11-23T15:32:27Z mailout exim 540 - - [a x="1"] y`, written(second, "mailout", "exim", 540, `[a x="1"] y`)},

		// a stamp alone
		{"stamp in brackets", "[2023-04-12 10:15:30] EHLO client.example.com", written("2023-04-12T10:15:30Z", "", "", 0, "EHLO client.example.com")},
		{"stamp in brackets with T, fraction and zone", "[2023-04-12T12:15:30.5+0200] 250 Ok", written("2023-04-12T10:15:30.5Z", "", "", 0, "250 Ok")},
		{"stamp in brackets with a zone apart", "[2023-04-12 12:15:30 +0200] 250 Ok", written("2023-04-12T10:15:30Z", "", "", 0, "250 Ok")},
		{"syslog stamp in brackets", "[Nov 23 15:32:27] EHLO x", written(second, "", "", 0, "EHLO x")},
		{"stamp in brackets and no text", "[2023-04-12 10:15:30]", written("2023-04-12T10:15:30Z", "", "", 0, "")},
		{"folded line behind a stamp", "[2023-04-12 10:15:30]   folded", written("2023-04-12T10:15:30Z", "", "", 0, "  folded")},
		{"stamp without brackets", "2023-04-12 10:15:30 EHLO client.example.com", written("2023-04-12T10:15:30Z", "", "", 0, "EHLO client.example.com")},
		{"stamp without brackets, in RFC 3164", "Nov 23 15:32:27 EHLO client.example.com", written(second, "", "", 0, "EHLO client.example.com")},
		{"Exim's mainlog", "2026-11-23 15:32:27 1vN9mB-00000D-1t <= a@b.test H=x [192.0.2.1]:25", written(second, "", "", 0, "1vN9mB-00000D-1t <= a@b.test H=x [192.0.2.1]:25")},
		{"Exim's message id is no host", "2026-11-23 15:32:27 1vN9mB-00000D-1t DKIM: d=x.test", written(second, "", "", 0, "1vN9mB-00000D-1t DKIM: d=x.test")},
		{"Exim's pid is no host", "2026-11-23 15:32:27.611 [314] Start queue run: pid=314", written("2026-11-23T15:32:27.611Z", "", "", 0, "[314] Start queue run: pid=314")},
		{"Exim's zone stands apart", "2026-11-23 16:32:27 +0100 [314] exim 4.96", written(second, "", "", 0, "[314] exim 4.96")},
		{"Exim's warning is no tag", "2026-11-23 15:32:27 Warning: purging the environment.", written(second, "", "", 0, "Warning: purging the environment.")},
		{"minus that is no zone", "2026-11-23 15:32:27 -12 degrees", written(second, "", "", 0, "-12 degrees")},
		{"Haraka's file", "2026-11-23T15:16:28.755Z [INFO] [-] [core] x", written("2026-11-23T15:16:28.755Z", "", "", 0, "[INFO] [-] [core] x")},
		{"Haraka's setting is no tag", "2026-11-23T15:16:28.755Z loglevel: INFO", written("2026-11-23T15:16:28.755Z", "", "", 0, "loglevel: INFO")},
		{"session id in brackets is no host", "2026-11-23T15:15:12.985+0000 [p0001] S: 220 mx1", written("2026-11-23T15:15:12.985Z", "", "", 0, "[p0001] S: 220 mx1")},
		{"time of day", "15:15:12.984 00001 <<< 220 mx1", timeOfDay(15*time.Hour+15*time.Minute+12*time.Second+984*time.Millisecond, "00001 <<< 220 mx1")},
		{"time of day without fraction", "15:15:11   317 Exim version 4.96", timeOfDay(15*time.Hour+15*time.Minute+11*time.Second, "  317 Exim version 4.96")},
		{"time of day in brackets", "[15:15:11] EHLO x", timeOfDay(15*time.Hour+15*time.Minute+11*time.Second, "EHLO x")},
		{"midnight", "00:00:00 EHLO x", timeOfDay(0, "EHLO x")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got Header
			found := Parse(tt.line, seen, &got)
			if got.TagID, got.Shape = "", 0; got != tt.want {
				t.Errorf("%q\n got %+v\nwant %+v", tt.line, got, tt.want)
			}
			if want := len(tt.want.Text) < len(tt.line); found != want {
				t.Errorf("%q: found %t", tt.line, found)
			}
		})
	}
}

func TestNoHeader(t *testing.T) {
	for name, line := range map[string]string{
		"empty":                              "",
		"blank":                              " ",
		"words":                              "info: OpenSMTPD 6.8.0p2 starting",
		"reply":                              "250-mx1.bigmail.test",
		"tag without blank":                  "postfix/smtpd[540]:connect",
		"blank in front":                     " Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"no such month":                      "Nix 23 15:32:27 mailout postfix/smtpd[540]: x",
		"month in capitals":                  "NOV 23 15:32:27 mailout postfix/smtpd[540]: x",
		"no such day":                        "Nov 31 15:32:27 mailout postfix/smtpd[540]: x",
		"day 0":                              "Nov 00 15:32:27 mailout postfix/smtpd[540]: x",
		"February 30":                        "Feb 30 15:32:27 mailout postfix/smtpd[540]: x",
		"February 29 without leap year":      "2026-02-29T15:32:27Z mailout postfix/smtpd[540]: x",
		"February 29 of a common century":    "2100-02-29T15:32:27Z mailout postfix/smtpd[540]: x",
		"hour 24":                            "Nov 23 24:32:27 mailout postfix/smtpd[540]: x",
		"minute 60":                          "Nov 23 15:60:27 mailout postfix/smtpd[540]: x",
		"second 61":                          "Nov 23 15:32:61 mailout postfix/smtpd[540]: x",
		"month 0":                            "2026-00-23T15:32:27Z mailout postfix/smtpd[540]: x",
		"month 13":                           "2026-13-23T15:32:27Z mailout postfix/smtpd[540]: x",
		"year 0":                             "0000-11-23T15:32:27Z mailout postfix/smtpd[540]: x",
		"year beyond 64 bits of nanoseconds": "9999-11-23T15:32:27Z mailout postfix/smtpd[540]: x",
		"zone of 24 hours":                   "2026-11-23T15:32:27+24:00 mailout postfix/smtpd[540]: x",
		"zone of 60 minutes":                 "2026-11-23T15:32:27+01:60 mailout postfix/smtpd[540]: x",
		"zone cut off":                       "2026-11-23 15:32:27 +01",
		"letter in the time":                 "Nov 23 15:3x:27 mailout postfix/smtpd[540]: x",
		"stamp runs into the text":           "Nov 23 15:32:27mailout postfix/smtpd[540]: x",
		"stamp and nothing more":             "Nov 23 15:32:27",
		"bracket never closed":               "[2023-04-12 10:15:30 EHLO x",
		"bracket runs into the text":         "[2023-04-12 10:15:30]EHLO x",
		"priority too large":                 "<192>Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"priority of four digits":            "<0022>Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"priority of no digits":              "<>Nov 23 15:32:27 mailout postfix/smtpd[540]: x",
		"priority alone":                     "<22>",
		"priority and words":                 "<22>hello world",
		"RFC 5424 without structured data":   "<22>1 2026-11-23T15:32:27Z mailout exim 540 - x",
		"RFC 5424 with broken data":          `<22>1 2026-11-23T15:32:27Z mailout exim 540 - [a x="1" text`,
		"RFC 5424 of another version":        "<22>2 2026-11-23T15:32:27Z mailout exim 540 - - x",
		"RFC 5424 with an old stamp":         "<22>1 Nov 23 15:32:27 mailout exim 540 - - x",
	} {
		t.Run(name, func(t *testing.T) {
			got := Header{Host: "left over", PID: 1, Time: 1}
			if Parse(line, seen, &got) {
				t.Errorf("%q: found", line)
			}
			if want := (Header{Text: line}); got != want {
				t.Errorf("%q: got %+v", line, got)
			}
		})
	}
}

// sameButShape leaves out how the stamp is written: see TestShapesTellHowAStampIsWritten.
func sameButShape(got, want Header) bool {
	got.Shape = want.Shape
	return got == want
}

// Lines of one writer have one shape, with and without a fraction; those of others mostly another.
func TestShapesTellHowAStampIsWritten(t *testing.T) {
	shape := func(line string) uint8 {
		var h Header
		Parse(line, seen, &h)
		return h.Shape
	}
	if a, b := shape("2026-11-23T15:32:27Z x"), shape("2026-11-23T15:32:27.611Z x"); a == 0 || a != b {
		t.Errorf("%d, %d", a, b)
	}
	others := make(map[uint8]string)
	for _, line := range []string{"x", "2026-11-23T15:32:27Z x", "2026-11-23T15:32:27 x", "2026-11-23 15:32:27 x", "[2026-11-23 15:32:27] x", "Nov 23 15:32:27 x", "15:32:27 x", "[15:32:27] x", "1795447947.611330 x"} {
		n := shape(line)
		if before, taken := others[n]; taken {
			t.Errorf("%q and %q: %d", line, before, n)
		}
		others[n] = line
	}
}

// A row whose first column is a stamp keeps its columns: their reader counts them.
func TestStampInTheFirstColumn(t *testing.T) {
	row := `2026-11-23T15:15:12.984Z,EDGE\Default A,08DB3A,0,a,b,+,,`
	for _, line := range []string{row, byteOrderMark + row} {
		var got Header
		if want := (Header{Time: 1795446912984000000, Resolution: event.ResolutionSubsecond, Text: row}); !Parse(line, seen, &got) || !sameButShape(got, want) {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

// Rows of quoted columns keep them, too; the stamp is found behind numbers only.
func TestStampInAQuotedColumn(t *testing.T) {
	for line, want := range map[string]Header{
		"\"SMTPD\"\t4532\t154\t\"2026-11-23 15:15:12.984\"\t\"192.0.2.1\"\t\"SENT: 220 x\"": {Time: 1795446912984000000, Resolution: event.ResolutionSubsecond},
		"\"TCPIP\"\t4532\t\"2026-11-23 15:15:12.984\"\t\"TCP\"":                             {Time: 1795446912984000000, Resolution: event.ResolutionSubsecond},
		"\"SMTPD\"\t4532\t\"192.0.2.1\"\t\"2026-11-23 15:15:12.984\"\t\"x\"":                {},
		"\"a b\"\t4532\t\"2026-11-23 15:15:12.984\"\t\"x\"":                                 {},
	} {
		var got Header
		want.Text = line
		if Parse(line, seen, &got); !sameButShape(got, want) {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

func TestStampsOfWindowsPrograms(t *testing.T) {
	for line, want := range map[string]Header{
		"Mon 2026-11-23 15:15:12.984: 05: Session 9; child 1": {Time: 1795446912984000000, Resolution: event.ResolutionSubsecond, Text: "05: Session 9; child 1"},
		"Mon 2026-11-23 15:15:12: ----------":                 {Time: 1795446912000000000, Resolution: event.ResolutionSecond, Text: "----------"},
		"11/23/26 15:15:12\tSMTP-IN\tA.MAI":                   {Time: 1795446912000000000, Resolution: event.ResolutionSecond, Text: "11/23/26 15:15:12\tSMTP-IN\tA.MAI"},
		"13/23/26 15:15:12\tSMTP-IN\tA.MAI":                   {Text: "13/23/26 15:15:12\tSMTP-IN\tA.MAI"},
		"11/23/26 15:15:12 SMTP-IN":                           {Text: "11/23/26 15:15:12 SMTP-IN"},
	} {
		var got Header
		if Parse(line, seen, &got); !sameButShape(got, want) {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}
