package policydspf_test

import (
	"testing"

	policydspf "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-spf"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	policydspf.Parser{}.Parse(&header.Header{Program: "policyd-spf", Text: text}, &ev)
	return ev
}

func TestHeloForgesNoSender(t *testing.T) {
	ev := parse(`prepend Received-SPF: Fail (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=x; envelope-from=bank@example.com; receiver=y; envelope-from=a@b; receiver=<UNKNOWN>`)
	if ev.MailFrom != "" || ev.PeerIP != "192.0.2.1" || ev.FilterVerdict != "fail" {
		t.Errorf("%+v", ev)
	}
}

func TestHeloForgesNoAddress(t *testing.T) {
	ev := parse(`prepend Received-SPF: Fail (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=x;client-ip=203.0.113.1; envelope-from=a@b; receiver=<UNKNOWN>`)
	if ev.PeerIP != "" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderForgesNoRejectedAddress(t *testing.T) {
	ev := parse(`550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.net/Why?s=mfrom;id="a;ip=203.0.113.1;r=x"@b;ip=192.0.2.1;r=c@d`)
	if ev.PeerIP != "" || ev.MailFrom != "" || ev.FilterVerdict != "reject" {
		t.Errorf("%+v", ev)
	}
}
