package record

import (
	"strings"
	"testing"
)

func TestARecordThatWasTakenApartIsTheLineAgain(t *testing.T) {
	body := keys{
		"type": "Delivery", "id": "1d98", "recipient": []any{"a@b.test", "c@d.test"}, "size": float64(1047), "timestamp": 1757675281.5,
		"response": keys{"code": int64(250), "content": "<a@b.test> \"ok\"\n", "enhanced_code": nil}, "meta": keys{}, "flag": true,
	}
	res, rec := shape(body, nil, keys{"host.name": "mta1"})
	var view View
	if !view.Read(res, rec, 1) || !view.Rendered {
		t.Fatalf("%+v", view)
	}
	want := `{"flag":true,"id":"1d98","meta":{},"recipient":["a@b.test","c@d.test"],"response":{"code":250,"content":"<a@b.test> \"ok\"\n","enhanced_code":null},"size":1047,"timestamp":1757675281.5,"type":"Delivery"}`
	if len(view.Text) != len(want) { // FromRaw gives the keys in any order
		t.Errorf("%s", view.Text)
	}
	for _, part := range []string{`"size":1047`, `"timestamp":1757675281.5`, `"code":250`, `"content":"<a@b.test> \"ok\"\n"`, `"recipient":["a@b.test","c@d.test"]`, `"meta":{}`, `"enhanced_code":null`} {
		if !strings.Contains(view.Text, part) {
			t.Errorf("%s is not in %s", part, view.Text)
		}
	}
	if got, _ := rec.Body().Map().Get("type"); got.Str() != "Delivery" {
		t.Error("the body was changed")
	}
}

func TestACarriersMapWithoutTextIsNoRecord(t *testing.T) {
	for name, body := range map[string]keys{
		"few keys":    {"level": "info", "_PID": "5"},
		"the journal": {"__CURSOR": "s=1", "_PID": "5", "_COMM": "x", "_TRANSPORT": "journal", "_BOOT_ID": "1"},
	} {
		res, rec := shape(body, nil, nil)
		var view View
		if view.Read(res, rec, 1) {
			t.Errorf("%s: %q", name, view.Text)
		}
	}
}

func TestAProgramsOwnRecordHasItsLevelBesideTheMessage(t *testing.T) {
	own := keys{"level": "NOTICE", "uuid": "1D98", "origin": "core", "message": "connect", "host": "mx.b.test"}
	res, rec := shape(own, nil, keys{"host.name": "mta1"})
	var view View
	if !view.Read(res, rec, 1) || !view.Rendered || !strings.Contains(view.Text, `"uuid":"1D98"`) || view.Host != "" {
		t.Errorf("%+v", view)
	}
	for name, body := range map[string]keys{
		"with a program":    {"level": "info", "message": "connect from a", "ident": "postfix/smtpd", "pid": "5", "host": "mta1"},
		"with a whole line": {"level": "info", "message": "Nov 23 15:32:27 mta1 postfix/smtpd[540]: connect from a", "x": "y", "z": "1"},
		"of a shipper":      {"level": "info", "message": "connect from a", "@timestamp": "2026-11-23T15:32:27Z", "agent": "x"},
	} {
		res, rec := shape(body, nil, nil)
		var view View
		if !view.Read(res, rec, 1) || view.Rendered {
			t.Errorf("%s: %+v", name, view)
		}
	}
}
