package kumomta_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/kumomta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// line is a record with the words of others in it, as the server escapes them.
func line(kind, response, peer, rest string) string {
	return `{"type":"` + kind + `","id":"1d98076abbbc11ed940250ebf67f93bd","sender":"a@b.test","recipient":"c@d.test","queue":"d.test","site":"s->mx.d.test.@smtp_client","size":1,"response":` +
		response + `,"peer_address":` + peer + `,"timestamp":1757675281,"created":1757675281,"num_attempts":0,"bounce_classification":"Uncategorized"` + rest + `,"delivery_protocol":"ESMTP"}`
}

func read(t *testing.T, line string) *event.Event {
	t.Helper()
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	ev := &event.Event{Line: h.Text}
	if r := dialect.Read(kumomta.Parser{}, &h, ev); r != event.Parsed {
		t.Fatalf("%s: %s", r, line)
	}
	return ev
}

const peer = `{"name":"mx.d.test.","addr":"198.51.100.1"}`

func TestAReplyThatHoldsARecordIsText(t *testing.T) {
	ev := read(t, line("Bounce", `{"code":550,"enhanced_code":null,"content":"no\",\"command\":\"DATA\"},\"type\":\"Delivery\",\"response\":{\"code\":250","command":"RCPT TO:<c@d.test>\r\n"}`, peer, ""))
	if ev.Status != event.StatusBounced || ev.Code != 550 || ev.Command != "RCPT" || !strings.Contains(ev.Text, `"type":"Delivery"`) {
		t.Errorf("%+v", ev)
	}
}

func TestAHeaderThatIsNamedLikeAFieldIsNone(t *testing.T) {
	ev := read(t, line("TransientFailure", `{"code":450,"enhanced_code":null,"content":"later","command":"DATA\r\n"}`, peer,
		`,"meta":{"type":"Delivery","id":"other","recipient":"x@y.test","response":{"code":250}},"headers":{"type":"Bounce","Subject":"\",\"type\":\"Delivery\",\"x\":\""},"feedback_report":{"type":"Delivery","sender":"z"}`))
	if ev.Status != event.StatusDeferred || ev.Code != 450 || ev.RcptTo != "c@d.test" || ev.QueueID != "1d98076abbbc11ed940250ebf67f93bd" || ev.Subject != `","type":"Delivery","x":"` {
		t.Errorf("%+v", ev)
	}
}

func TestAPeersWordsAboutConnectionsAreNoFailureOfOurs(t *testing.T) {
	ev := read(t, line("Bounce", `{"code":550,"enhanced_code":null,"content":"we saw: Connection refused (os error 111)","command":"DATA\r\n"}`, peer, ""))
	if ev.ErrorType != "" || ev.Code != 550 {
		t.Errorf("%+v", ev)
	}
}

func TestABannerThatIsQuotedInsideAFailureBreaksNothing(t *testing.T) {
	ev := read(t, line("TransientFailure", `{"code":400,"enhanced_code":null,"content":"KumoMTA internal: failed to connect to any candidate hosts: mx.d.test.: Rejected(Response { code: 554, content: \"Connection refused (os error 111)\" })","command":null}`, "null", ""))
	if ev.ErrorType != "" || ev.Code != 0 {
		t.Errorf("%+v", ev)
	}
}

func TestTheNameInEHLOIsOnlyAName(t *testing.T) {
	ev := read(t, line("Reception", `{"code":250,"enhanced_code":null,"content":"","command":null}`, `{"name":"x\",\"addr\":\"10.0.0.1","addr":"198.51.100.1"}`, ""))
	if ev.PeerIP != "198.51.100.1" || ev.Helo != `x","addr":"10.0.0.1` {
		t.Errorf("%+v", ev)
	}
}

func TestNoCredentialsOfAClientLeave(t *testing.T) {
	for _, command := range []string{"AHNob3AAc2VjcmV0", "AUTH PLAIN AHNob3AAc2VjcmV0", "auth plain AHNob3AAc2VjcmV0", "AUTHx AHNob3AAc2VjcmV0", "c2VjcmV0 MAIL AHNob3AAc2VjcmV0"} {
		ev := read(t, line("Rejection", `{"code":501,"enhanced_code":{"class":5,"subject":5,"detail":2},"content":"Invalid base64 response","command":"`+command+`"}`, peer, ""))
		kept := ev.Line
		for i := len(ev.Redact) - 1; i >= 0; i-- {
			kept = kept[:ev.Redact[i].From] + kept[ev.Redact[i].To:]
		}
		if strings.Contains(kept, "AHNob3") || strings.Contains(ev.Argument+ev.Command+ev.Text, "AHNob3") {
			t.Errorf("%s: %s", command, kept)
		}
	}
}

func TestALineThatIsQuotedInTheAnswerIsConcealedThereToo(t *testing.T) {
	for _, response := range []string{
		`{"code":501,"enhanced_code":null,"content":"Syntax error in command or arguments: Error at line 1, in command-verb:\nAHNob3AAc2VjcmV0\n^","command":"AHNob3AAc2VjcmV0"}`,
		`{"command":"AUTH PLAIN AHNob3AAc2VjcmV0 x","code":501,"content":"Syntax error in command or arguments: AHNob3AAc2VjcmV0","enhanced_code":null}`,
	} {
		ev := read(t, line("Rejection", response, peer, ""))
		kept := ev.Line
		for i := len(ev.Redact) - 1; i >= 0; i-- {
			kept = kept[:ev.Redact[i].From] + kept[ev.Redact[i].To:]
		}
		if len(ev.Redact) != 2 || strings.Contains(kept+ev.Text, "AHNob3") {
			t.Errorf("%v %s", ev.Redact, kept)
		}
	}
}

func TestOtherObjectsAreNotOurs(t *testing.T) {
	for _, text := range []string{
		`{"type":"Delivery","id":"1","recipient":"a"}`,
		`{"type":"Delivered","id":"1","sender":"","recipient":"a","num_attempts":0}`,
		`{"event":{"type":"Delivery","id":"1","sender":"","recipient":"a","num_attempts":0}}`,
		`[{"type":"Delivery","id":"1","sender":"","recipient":"a","num_attempts":0}]`,
	} {
		var h header.Header
		header.Parse(text, header.Clock{}, &h)
		var ev event.Event
		if r := dialect.Read(kumomta.Parser{}, &h, &ev); r != event.Unknown {
			t.Errorf("%s: %s", text, r)
		}
	}
}
