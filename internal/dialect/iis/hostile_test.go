package iis_test

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/iis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(columns, line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{Zone: time.UTC}, &h)
	h.Columns = columns
	ev := event.Event{Line: h.Text}
	r := iis.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a client or a remote server writes must not become a field that it is not. A blank of theirs is logged as a plus sign, so no value has one.

func TestNameThatIsTheServicesOwn(t *testing.T) {
	ev, _ := parse("", "2026-11-23 05:00:15 203.0.113.106 relay SMTPSVC1 MX1 192.0.2.2 0 EHLO - +OutboundConnectionResponse+SMTPSVC1 250 0 48 13 0 SMTP - - - -")
	if ev.Role != event.RoleServer || ev.Code != 250 {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatLooksLikeColumns(t *testing.T) {
	ev, _ := parse("", "2026-11-23 05:00:15 192.0.2.4 OutboundConnectionResponse SMTPSVC1 MX1 - 25 - - 550+5.1.1+no+250+0+0+SMTP 0 0 82 0 31 SMTP - - - -")
	if ev.Code != 550 || ev.Enhanced != "5.1.1" || ev.Text != "no+250+0+0+SMTP" {
		t.Errorf("%d %s %s", ev.Code, ev.Enhanced, ev.Text)
	}
}

func TestCommandThatSpeaksLikeAServer(t *testing.T) {
	ev, _ := parse("", "2026-11-23 05:00:15 203.0.113.106 - SMTPSVC1 MX1 192.0.2.2 0 250 - +2.0.0+Ok:+queued+as+4X 500 0 48 13 0 SMTP - - - -")
	if ev.Code != 500 || ev.Command != "" || ev.Text != "" || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestNotOurs(t *testing.T) {
	for _, line := range []string{
		"2026-11-23 05:00:15 W3SVC1 192.0.2.2 GET /index.html - 80 - 203.0.113.106 Mozilla/4.0 200 0 0",
		"#Fields: date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status",
		"#Fields: time c-ip cs-method cs-uri-stem sc-status",
		"#Software: Microsoft Internet Information Services 6.0",
		"2026-11-23 05:00:15 203.0.113.106 - MSFTPSVC1 MX1 192.0.2.2 21 [1]USER anonymous - 331 0 0 0 0 FTP - - - -",
	} {
		if ev, r := parse("", line); r != event.Unknown || ev.Columns != "" {
			t.Errorf("%s: %v %+v", line, r, ev)
		}
	}
	// a site of the web in the same columns
	if ev, r := parse("date time c-ip cs-username s-sitename s-ip s-port cs-method cs-uri-query sc-status cs-version", "2026-11-23 05:00:15 203.0.113.106 - W3SVC1 192.0.2.2 80 GET - 200 HTTP/1.1"); r != event.Unknown {
		t.Errorf("%+v", ev)
	}
}
