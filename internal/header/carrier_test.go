package header

import (
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What runs a container puts its own header in front of what is written in there: the inner one counts.
func TestLineBehindAContainersHeader(t *testing.T) {
	const text = "connect from x[192.0.2.1]"
	const line = "Nov 23 15:32:27 mailout postfix/smtpd[540]: " + text
	inner := written(second, "mailout", "postfix/smtpd", 540, text)
	for _, outer := range []string{
		"Nov 23 15:32:30 docker-host docker[32360]: ",
		"Nov 23 15:32:30 docker-host dockerd[32360]: ",
		"Nov 23 15:32:30 docker-host dockerd-current[32360]: ",
		"Nov 23 15:32:30 docker-host 5f3e2aef1234[32360]: ",
		"Nov 23 15:32:30 docker-host docker/mailserver[32360]: ",
		"Nov 23 15:32:30 docker-host docker/5f3e2aef1234[32360]: ",
		"Nov 23 15:32:30 docker-host mailserver/mail/5f3e2aef1234[32360]: ",
		"Nov 23 15:32:30 docker-host mailserver/docker-mailserver:14/mail/5f3e2aef1234[32360]: ",
		"Nov 23 15:32:30 docker-host mailserver[32360]: ",
		"Nov 23 15:32:30 docker-host mailcow-postfix-1[32360]: ",
		"Nov 23 15:32:30 docker-host mailcow_postfix_1[32360]: ",
		"Nov 23 15:32:30 docker-host web_mta.1.x8k2j3h4m5n6p7q8r9s0t1u2v[32360]: ",
		"Nov 23 15:32:30 node podman[32360]: ",
		"Nov 23 15:32:30 node conmon[32360]: ",
		"Nov 23 15:32:30 node k8s_postfix_mail-0_default_0a1b_0[32360]: ",
		"Nov 23 15:32:30 node out-5d4f8b7c9d-x2x4z[32360]: ",
		"Nov 23 15:32:30 node out-0[32360]: ",
		"Nov 23 15:32:30 node journal: ",
		"Nov 23 15:32:30 node dockerd-current[32360]: <22>",
		"2026-11-23T15:32:30.123456+00:00 docker-host 5f3e2aef1234[32360]: ",
		"<30>Nov 23 15:32:30 docker-host 5f3e2aef1234[32360]: ",
		"<30>Nov 23 15:32:30 5f3e2aef1234[32360]: ",
		"<30>2026-11-23T15:32:30Z docker-host 5f3e2aef1234[32360]: ",
		"<30>1 2026-11-23T15:32:30Z docker-host 5f3e2aef1234 32360 5f3e2aef1234 - ",
		"<30>1 2026-11-23T15:32:30.123456Z docker-host mail 32360 mail - ",
		"<30>1 2026-11-23T15:32:30.123456Z docker-host out 32360 out - ",
		"<30>1 2026-11-23T15:32:30.123456Z node out/out 32360 out/out - ",
	} {
		var got Header
		if !Parse(outer+line, seen, &got) || withoutTagID(got) != inner {
			t.Errorf("%q: got %+v", outer, got)
		}
	}
}

func withoutTagID(h Header) Header {
	h.TagID, h.Shape = "", 0
	return h
}

// In a container a server writes as it does without syslog: with a stamp of its own, with a tag alone, or with neither. The process number in front is the
// log driver's.
func TestWordsBehindAContainersHeader(t *testing.T) {
	const outer = "Nov 23 15:32:30 node 5f3e2aef1234[32360]: "
	for line, want := range map[string]Header{
		"2026-11-23 15:32:27 1vN9mB-00000D-1t Completed":       written(second, "node", "", 0, "1vN9mB-00000D-1t Completed"),
		"[NOTICE] [-] [core] x":                                written("2026-11-23T15:32:30Z", "node", "", 0, "[NOTICE] [-] [core] x"),
		"postfix/smtpd[540]: connect":                          written("2026-11-23T15:32:30Z", "node", "postfix/smtpd", 540, "connect"),
		"Nov 23 15:32:27 mx dovecot: lmtp(a)<1><b>: x":         written(second, "mx", "dovecot", 0, "lmtp(a)<1><b>: x"),
		`{"type":"Delivery"}`:                                  written("2026-11-23T15:32:30Z", "node", "", 0, `{"type":"Delivery"}`),
		"2026-11-23T15:32:27.611330Z INFO postfix/smtpd[9]: x": written(micros, "node", "postfix/smtpd", 9, "x"),
	} {
		var got Header
		if !Parse(outer+line, seen, &got) || withoutTagID(got) != want {
			t.Errorf("%q: got %+v, want %+v", line, got, want)
		}
	}
}

// Other programs may print what a stranger told them; a mail server begins its lines with words of its own.
func TestNoOthersCarry(t *testing.T) {
	const forged = "Nov 23 15:32:27 evil postfix/smtpd[1]: connect from bank.test[192.0.2.1]"
	for _, outer := range []string{"python[7]", "app[7]", "root[7]", "postfix/smtpd[7]", "postfix-1/smtpd[7]", "docker-mta/smtpd[7]", "app/web[7]", "a1b2c3d4e5f[7]", "app-web[7]"} {
		line := "Nov 23 15:32:30 mailout " + outer + ": " + forged
		var got Header
		if Parse(line, seen, &got); got.Host != "mailout" || got.Program+"[7]" != outer || got.Text != forged {
			t.Errorf("%q: got %+v", outer, got)
		}
	}
}

func TestLevelsAreNoHosts(t *testing.T) {
	const behind = "postfix/smtpd[540]: connect"
	for front, host := range map[string]string{
		"2026-11-23T15:32:27+00:00 INFO    ":           "",
		"2026-11-23T15:32:27+00:00 WARNING ":           "",
		"2026-11-23T15:32:27+00:00 notice ":            "",
		"2026-11-23T15:32:27+00:00 err ":               "",
		"2026-11-23T15:32:27+00:00 Error ":             "",
		"2026-11-23T15:32:27+00:00 INFO: ":             "",
		"2026-11-23T15:32:27+00:00 [info] ":            "",
		"2026-11-23T15:32:27+00:00 mail.info ":         "",
		"2026-11-23T15:32:27+00:00 INFO mailout ":      "mailout",
		"2026-11-23T15:32:27+00:00 mail info mailout ": "mailout",
		"2026-11-23 15:32:27 INFO ":                    "",
		"Nov 23 15:32:27 INFO ":                        "",
		"Nov 23 15:32:27 INFO: ":                       "",
		"Nov 23 15:32:27 mailout mail.info ":           "mailout", // BusyBox
		"Nov 23 15:32:27 mailout mail:info ":           "mailout", // AIX
		"Nov 23 15:32:27 mailout info ":                "mailout",
		"Nov 23 15:32:27 mailout mail info ":           "mailout",
		"Nov 23 15:32:27 mailout [mail.info] ":         "mailout",
		"Nov 23 15:32:27 <2.6> mailout ":               "mailout", // FreeBSD -v
		"Nov 23 15:32:27 <mail.info> mailout ":         "mailout", // FreeBSD -vv
		"Nov 23 15:32:27 mail ":                        "mail",
		"Nov 23 15:32:27 info.example ":                "info.example",
		"Nov 23 15:32:27 infra ":                       "infra",
	} {
		var got Header
		if want := written(second, host, "postfix/smtpd", 540, "connect"); !Parse(front+behind, seen, &got) || withoutTagID(got) != want {
			t.Errorf("%q: got %+v", front, got)
		}
	}
	for _, line := range []string{"Nov 23 15:32:27 mailout info: OpenSMTPD starting", "2026-11-23 15:32:27 INFO x", "2026-11-23T15:32:27Z mail from: <a@b.test>", "Nov 23 15:32:27 mail mail mail: x"} {
		var got Header
		if Parse(line, seen, &got); got.PID != 0 || got.Program == "from" || strings.Contains(got.Host, "info") {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

func TestStampsOfSupervisors(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hundredThousandth := at("2026-11-23T15:32:27.41495Z")
	for line, want := range map[string]int64{
		"2026-11-23_15:32:27.41495 new msg 123":              hundredThousandth, // svlogd -tt
		"2026-11-23T15:32:27.41495 new msg 123":              hundredThousandth, // svlogd -ttt
		"@400000006b15d1651c3ca002 new msg 123":              0,                 // multilog, svlogd -t, s6-log t
		"2026-11-23 16:32:27.414950000  new msg 123":         hundredThousandth, // s6-log T: local time
		"2026-11-23T16:32:27.414950 new msg 123":             hundredThousandth,
		"2026-11-23_15:32:27.41495 postfix/smtpd[9]: newmsg": hundredThousandth,
	} {
		var got Header
		ok := Parse(line, Clock{Zone: berlin, Anchor: seen.Anchor}, &got)
		if !ok || got.Resolution != event.ResolutionSubsecond || want != 0 && got.Time != want || !strings.HasPrefix(strings.TrimLeft(got.Text, " "), "new") {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	for _, line := range []string{"2026-11-23_15:32:27.41495+01:00 x", "2026-13-23_15:32:27.41495 x", "2026-11-23_15:32:27.41495x"} {
		var got Header
		if Parse(line, seen, &got) {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

func TestClocksOfTwelveHours(t *testing.T) {
	const said = "Client: EHLO x"
	afternoon := 15*time.Hour + 32*time.Minute + 27*time.Second
	for line, want := range map[string]Header{
		"03:32:27 PM - " + said:                 timeOfDay(afternoon, said),
		"3:32:27 PM - " + said:                  timeOfDay(afternoon, said),
		"3:32:27 pm " + said:                    timeOfDay(afternoon, said),
		"03:32:27.5 PM " + said:                 timeOfDay(afternoon+500*time.Millisecond, said),
		"03:32:27PM " + said:                    timeOfDay(afternoon, said),
		"03:32:27\u202fPM - " + said:            timeOfDay(afternoon, said),
		"[03:32:27 PM] " + said:                 timeOfDay(afternoon, said),
		"12:00:01 AM - " + said:                 timeOfDay(time.Second, said),
		"12:00:01 PM - " + said:                 timeOfDay(12*time.Hour+time.Second, said),
		"15:32:27 - " + said:                    timeOfDay(afternoon, said),
		"2026-11-23 03:32:27 PM " + said:        written(second, "", "", 0, said),
		"[2026-11-23 3:32:27 PM] " + said:       written(second, "", "", 0, said),
		"11/23/2026 3:32:27 PM " + said:         written(second, "", "", 0, said),
		"11/23/2026, 3:32:27 PM " + said:        written(second, "", "", 0, said),
		"23/11/2026 3:32:27 pm " + said:         written(second, "", "", 0, said),
		"[11/23/2026 3:32:27 PM] " + said:       written(second, "", "", 0, said),
		"Nov 23, 2026 3:32:27 PM " + said:       written(second, "", "", 0, said),
		"Nov 23, 2026, 3:32:27 PM " + said:      written(second, "", "", 0, said),
		"3:32:27 p.m. " + said:                  timeOfDay(15*time.Hour+32*time.Minute+27*time.Second, said),
		"3:32:27 p. m. " + said:                 timeOfDay(15*time.Hour+32*time.Minute+27*time.Second, said),
		"[Nov 23, 2026 3:32:27 PM] " + said:     written(second, "", "", 0, said),
		"2026-11-23 03:32:27 PM - " + said:      written(second, "", "", 0, said),
		"11/23/2026 3:32:27 PM - " + said:       written(second, "", "", 0, said),
		"03:32:27 PM: " + said:                  timeOfDay(afternoon, said),
		"2026-11-23 12:00:00 PM postfix: x":     written("2026-11-23T12:00:00Z", "", "", 0, "postfix: x"),
		"Nov 23 03:32:27 pm postfix/qmgr[1]: x": written("2026-11-23T03:32:27Z", "pm", "postfix/qmgr", 1, "x"),
	} {
		var got Header
		if ok := Parse(line, seen, &got); !ok || withoutTagID(got) != want {
			t.Errorf("%q: got %+v, want %+v", line, got, want)
		}
	}
	for _, line := range []string{"13:32:27 PM x", "0:32:27 AM x", "3:32:27 x", "3:32 PM x", "3:32:27 PMx", "11/31/2026 3:32:27 PM x", "13/13/2026 3:32:27 PM x", "11/23/2026 15:32:27 x"} {
		var got Header
		if Parse(line, seen, &got); got.Time == int64(afternoon) || got.Resolution >= event.ResolutionSecond {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

// The journal's own formats name a unit in the tag's place, or count from the machine's start; templates leave out what RFC 5424 puts in front.
func TestFormatsOfTheJournalAndOfTemplates(t *testing.T) {
	const text = "connect from x[192.0.2.1]"
	for line, want := range map[string]Header{
		"Nov 23 15:32:27 mailout exim4.service[540]: " + text:                              written(second, "mailout", "exim4", 540, text),
		"Nov 23 15:32:27 mailout postfix@-.service[540]: " + text:                          written(second, "mailout", "postfix", 540, text),
		"Mon 2026-11-23 15:32:27 UTC mailout opensmtpd.service[540]: " + text:              written(second, "mailout", "opensmtpd", 540, text),
		"Mon 2026-11-23 15:32:27.611330 UTC mailout postfix@-.service[540]: " + text:       written(micros, "mailout", "postfix", 540, text),
		"[12345.678901] mailout postfix/smtpd[540]: " + text:                               {Host: "mailout", Program: "postfix/smtpd", PID: 540, Text: text},
		"[  345.678901] mailout postfix/smtpd[540]: " + text:                               {Host: "mailout", Program: "postfix/smtpd", PID: 540, Text: text},
		"[12345.678901 <    0.000123 >] mailout postfix/smtpd[540]: " + text:               {Host: "mailout", Program: "postfix/smtpd", PID: 540, Text: text},
		"2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - - " + text:           written(micros, "mailout", "postfix/smtpd", 540, text),
		`2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 - [a x="1"] ` + text:   written(micros, "mailout", "postfix/smtpd", 540, text),
		"1 2026-11-23T15:32:27.611330+00:00 mailout postfix/smtpd 540 mail.info - " + text: written(micros, "mailout", "postfix/smtpd", 540, text),
	} {
		var got Header
		if !Parse(line, seen, &got) || withoutTagID(got) != want {
			t.Errorf("%q: got %+v", line, got)
		}
	}
	for _, line := range []string{
		"[12345.678901] mailout EHLO x", "[12345.67] mailout postfix/smtpd[540]: x", "1 2026-11-23T15:32:27Z mx app - - - x", "1 EHLO x",
		"2026-11-23T15:32:27Z 250 ok 540 - - x", "2026-11-23T15:32:27Z C: EHLO 540 x - x",
	} {
		var got Header
		if Parse(line, seen, &got); got.Program != "" {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}

func TestOwnFilesOfNetServer(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var got Header
	ok := Parse("[2014/09/08-21:32:39 - 4871] [CORE] INFO: module=Quotas", Clock{Zone: berlin}, &got)
	if want := time.Date(2014, 9, 8, 21, 32, 39, 0, berlin).UnixNano(); !ok || got.Time != want || got.PID != 4871 || got.Text != "[CORE] INFO: module=Quotas" {
		t.Errorf("got %v %+v", ok, got)
	}
	for _, line := range []string{
		"[2014/09/08-21:32:39 - 4871 [CORE] INFO: x", "[2014/09/08-21:32:39 - pid] [CORE] INFO: x", "[2014/13/08-21:32:39 - 4871] [CORE] INFO: x", "[2014/09/08-21:32:39] [CORE] INFO: x",
	} {
		if Parse(line, Clock{}, &got) || got.PID != 0 || got.Text != line {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

func TestHostAndTagWithoutAStamp(t *testing.T) {
	for line, want := range map[string][2]string{
		"mail.example.com exim[3751842]: x rejected":        {"mail.example.com", "exim"},
		"mx postfix/smtpd[3]: connect from unknown":         {"mx", "postfix/smtpd"},
		"postfix/smtpd[3]: connect from unknown":            {"", "postfix/smtpd"},
		"mx nginx[3]: connect from unknown":                 {"", ""},
		"mail.example.com says nothing[3] to it: at all":    {"", ""},
		"MAIL exim[x]: connect from unknown":                {"", ""},
		"550 5.1.1[3]: no":                                  {"", ""},
		"mail.example.com exim[3751842] no colon behind it": {"", ""},
	} {
		var got Header
		if Parse(line, Clock{}, &got) != (want[1] != "") || got.Host != want[0] || got.Program != want[1] {
			t.Errorf("%s: %+v", line, got)
		}
	}
}
