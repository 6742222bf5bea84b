package header

import (
	"strings"
	"testing"
	"time"
)

// good are lines whose header must never be read wrongly from a part of them.
var good = []string{
	"<22>Nov 23 15:32:27 mailout postfix/submission/smtpd[540]: connect from x[192.0.2.1]",
	"Nov 23 15:32:27 2019 mailout postfix/smtpd[540]: connect",
	"Nov  3 15:32:27 <mail.info> 2001:db8::7 postfix/smtpd[540]: connect",
	"2026-11-23T15:32:27.611330+05:30 mailout postfix/smtpd[540]: connect",
	"2026-11-23T15:32:27.611330Z mailout dovecot: lmtp(540): Connect from local",
	"2026-11-23 15:32:27.611 +0100 [314] 1vN9mB-00000D-1t Completed",
	`<22>1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 ID47 [a x="\"]"][b] ` + "\uFEFFconnect",
	"[2023-04-12 10:15:30.123+0200] EHLO client.example.com",
	"15:15:12.984 00001 <<< 220 mx1.bigmail.test",
	"@400000006aa8e01a2c3ca002 delivery 1: success: did_1+0+0/",
	"@400000006aa8e01a2c3ca002 spamdyke[540]: ALLOWED from: a@b.test",
	"1276913544.622156 info msg 78833: bytes 190 from <a@b.test> qp 13750 uid 0",
}

func TestEveryPrefixSaysTheSameOrNothing(t *testing.T) {
	c := Clock{Zone: time.FixedZone("", 3600), Anchor: at("2019-11-24T10:00:00Z")}
	for _, line := range good {
		var whole Header
		if !Parse(line, c, &whole) {
			t.Fatalf("no header: %q", line)
		}
		for n := range line {
			var part Header
			if Parse(line[:n], c, &part) && (part.Time != whole.Time || part.Resolution != whole.Resolution) {
				t.Errorf("%q: time %s, whole %s", line[:n], time.Unix(0, part.Time), time.Unix(0, whole.Time))
			}
			if part.Host != "" && part.Host != whole.Host || part.Program != "" && part.Program != whole.Program || part.PID != 0 && part.PID != whole.PID {
				t.Errorf("%q: invented %+v", line[:n], part)
			}
			if !strings.HasSuffix(line[:n], part.Text) {
				t.Errorf("%q: text %q", line[:n], part.Text)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range good {
		f.Add(line, int64(0), int64(0))
		f.Add(line[:len(line)/2], seen.Anchor, seen.Anchor)
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, line string, anchor, last int64) {
		var h Header
		found := Parse(line, Clock{Zone: berlin, Anchor: anchor, Last: last}, &h)
		if !strings.HasSuffix(line, h.Text) && !strings.HasSuffix(line, h.Text+`"`) {
			t.Errorf("text %q is not the end of %q", h.Text, line)
		}
		if !found && h != (Header{Text: line}) {
			t.Errorf("nothing found, but %+v", h)
		}
		if strings.ContainsAny(h.Host+h.Program, " \n") || h.PID < 0 {
			t.Errorf("%q: %+v", line, h)
		}
	})
}

func TestParseAllocatesNothing(t *testing.T) {
	c := Clock{Zone: zone(t, "Europe/Berlin"), Anchor: seen.Anchor}
	var h Header
	for _, line := range append(good, "no header at all") {
		if n := testing.AllocsPerRun(100, func() { Parse(line, c, &h) }); n != 0 {
			t.Errorf("%v allocations: %q", n, line)
		}
	}
}

// go test -run - -bench Parse -count 10 ./internal/header | benchstat -
func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct {
		name, line string
		zone       *time.Location
	}{
		{"rfc3164/utc", "Nov 23 15:32:27 mailout postfix/smtpd[540]: connect from x[192.0.2.1]", time.UTC},
		{"rfc3164/berlin", "Nov 23 15:32:27 mailout postfix/smtpd[540]: connect from x[192.0.2.1]", zone(b, "Europe/Berlin")},
		{"iso", "2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd[540]: connect from x[192.0.2.1]", time.UTC},
		{"rfc5424", "<22>1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - - connect from x[192.0.2.1]", time.UTC},
		{"bracket", "[2023-04-12 10:15:30] EHLO client.example.com", time.UTC},
		{"none", "250-mx1.bigmail.test Hello client.example.com", time.UTC},
	} {
		b.Run(bb.name, func(b *testing.B) {
			c := Clock{Zone: bb.zone, Anchor: seen.Anchor}
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.line)))
			var h Header
			for b.Loop() {
				Parse(bb.line, c, &h)
			}
		})
	}
}
