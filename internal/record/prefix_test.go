package record

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// readText is what is read of a body.
func readText(body string, lines Lines) View {
	rec := plog.NewLogRecord()
	rec.Body().SetStr(body)
	v := View{Lines: lines}
	v.Read(pcommon.NewResource(), rec, seen.UnixNano())
	return v
}

func TestNamesInFrontOfALine(t *testing.T) {
	for body, want := range map[string][2]string{
		"mail-1  | x y":                          {"mail-1", "x y"},
		"mail_1 | x y":                           {"mail_1", "x y"},
		"mail   |   x y":                         {"mail", "  x y"},
		"mail-1  | ":                             {"mail-1", ""},
		"mail-1  |":                              {"mail-1", ""},
		"\x1b[33mmail-1  | \x1b[0mx y":           {"mail-1", "x y"},
		"\x1b[33;1mmail-1  |\x1b[0m x y":         {"mail-1", "x y"},
		"web_mail.1.x8k2j3h4m5n6@node1    | x y": {"web_mail.1.x8k2j3h4m5n6@node1", "x y"},
		"[pod/mail-0/postfix] x y":               {"pod/mail-0/postfix", "x y"},
		"[pod/mail-0/postfix] 2026-11-23T15:32:27.123456789Z x y": {"pod/mail-0/postfix", "x y"},
		"mail-1  | 2026-11-23T15:32:27.123456789Z x y":            {"mail-1", "x y"},
		"2026-11-23T15:32:27.123456789Z x y":                      {"", "x y"},
		"2026-11-23T15:32:27.123456789+01:00 x y":                 {"", "x y"},
		"2026-11-23T15:32:27.123456Z x y":                         {"", "2026-11-23T15:32:27.123456Z x y"},
		"mail|x":                                                  {"", "mail|x"},
		"mail |x":                                                 {"", "mail |x"},
		"mail box | x":                                            {"", "mail box | x"},
		"<mail> | x":                                              {"", "<mail> | x"},
		"| x":                                                     {"", "| x"},
		"[pod] x":                                                 {"", "[pod] x"},
		"a | b | c":                                               {"b", "c"},
		"a | x\nb | y":                                            {"", "a | x\nb | y"},
		`mail-1  | {"log":"x y\n","stream":"stdout"}`: {"mail-1", "x y"},
		`{"log":"mail-1  | x y\n","stream":"stdout"}`: {"mail-1", "x y"},
	} {
		if v := readText(body, nil); v.Source.Part != want[0] || v.Text != want[1] {
			t.Errorf("%q: part %q, text %q", body, v.Source.Part, v.Text)
		}
	}
	rec := plog.NewLogRecord()
	rec.Body().SetStr("mail-1  | x y")
	var v View
	if v.ReadWhole(rec, 1); v.Source.Part != "" || v.Text != "mail-1  | x y" {
		t.Errorf("whole: part %q, text %q", v.Source.Part, v.Text)
	}
}

// known stands for the dialects: it knows two lines and an object of a server's own.
type known struct{}

func (known) Own(text string) bool { return text == `{"own":"the line of one"}` }

func (known) Claims(program string) bool {
	return program == "exim-1" || program == "eximlog2" || program == "postfix/smtpd"
}

func (known) Has(text string) (ok, said bool) {
	return text == "the line of one" || text == "250 words said" || text == "Nov 23 15:32:27 mx exim[5]: x", text == "250 words said"
}

func TestObjectsThatHoldALine(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":"the line of one"}`:                                         "the line of one",
		`{"data":"the line of one\n"}`:                                       "the line of one",
		`{"a":1,"b":["the line of one"],"c":{"d":"not a line"}}`:             "the line of one",
		`{"a":{"b":{"c":"the line of one"}}}`:                                "the line of one",
		`{"data":"250 words said"}`:                                          "250 words said",
		`{"data":"the line of one","whole":"Nov 23 15:32:27 mx exim[5]: x"}`: "Nov 23 15:32:27 mx exim[5]: x",
	} {
		if v := readText(body, known{}); v.Text != want || !v.Unwrapped {
			t.Errorf("%s: text %q", body, v.Text)
		}
		res, rec := pcommon.NewResource(), plog.NewLogRecord()
		asMapOf(t, body).CopyTo(rec.Body().SetEmptyMap())
		v := View{Lines: known{}}
		if v.Read(res, rec, 1); v.Text != want || v.Unwrapped || v.Rendered {
			t.Errorf("%s as a map: text %q", body, v.Text)
		}
	}
	for _, body := range []string{
		`{"own":"the line of one"}`, // a server's own
		`{"data":"250 words said","msg":"other words here"}`,
		`{"data":"other words here"}`,
		`{"data":"the line of one"`,
		`["the line of one"]`,
	} {
		if v := readText(body, known{}); v.Text != body || v.Unwrapped {
			t.Errorf("%s: text %q", body, v.Text)
		}
	}
}

// A line that names no host is of the host that its carrier runs on, where that is told.
func TestHostOfTheShipper(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"2026-11-23 15:32:27 words","host":{"name":"agent"},"agent":{"type":"filebeat"}}`:     "agent",
		`{"message":"Nov 23 15:32:27 mx exim[5]: x","host":{"name":"agent"},"agent":{"type":"filebeat"}}`: "mx",
		`{"message":"2026-11-23 15:32:27 words","host":"agent","source_type":"file"}`:                     "agent",
	} {
		v := readText(body, known{})
		var got header.Header
		if v.Header(v.Text, header.Clock{}, &got); got.Host != want {
			t.Errorf("%s: host %q, want %q", body, got.Host, want)
		}
	}
}

// A container's or a file's name in the tag's place is no program's, unless a server calls itself so.
func TestNamesInTheTagsPlace(t *testing.T) {
	for line, want := range map[string]header.Header{
		"Nov 23 15:32:30 mx out-1[77]: words":                                    {Text: "words"},
		"Nov 23 15:32:30 mx exim-1[77]: words":                                   {Program: "exim-1", PID: 77, TagID: "77", Text: "words"},
		"Nov 23 15:32:30 mx eximlog: 2026-11-23 15:32:27 words":                  {Text: "words"},
		"Nov 23 15:32:30 mx mainlog[77]: 2026-11-23 15:32:27 words":              {Text: "words"},
		"Nov 23 15:32:30 mx eximlog: words":                                      {Program: "eximlog", Text: "words"},
		"Nov 23 15:32:30 mx eximlog2: 2026-11-23 15:32:27 words":                 {Program: "eximlog2", Text: "2026-11-23 15:32:27 words"},
		"Nov 23 15:32:30 mx box/mail[7]: Nov 23 15:32:27 mx exim[5]: words":      {Program: "exim", PID: 5, TagID: "5", Text: "words"},
		"Nov 23 15:32:30 mx box/app[7]: Nov 23 15:32:27 mx exim[5]: words":       {Program: "box/app", PID: 7, TagID: "7", Text: "Nov 23 15:32:27 mx exim[5]: words"},
		"Nov 23 15:32:30 mx postfix/smtpd[7]: Nov 23 15:32:27 mx exim[5]: words": {Program: "postfix/smtpd", PID: 7, TagID: "7", Text: "Nov 23 15:32:27 mx exim[5]: words"},
		"Nov 23 15:32:30 mx app: 2026-11-23 15:32:27 words":                      {Program: "app", Text: "2026-11-23 15:32:27 words"},
	} {
		v := readText(line, known{})
		var got header.Header
		v.Header(v.Text, header.Clock{}, &got)
		if got.Program != want.Program || got.PID != want.PID || got.TagID != want.TagID || got.Text != want.Text || got.Host != "mx" {
			t.Errorf("%q: got %+v", line, got)
		}
	}
}
