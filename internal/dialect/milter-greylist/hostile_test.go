package miltergreylist_test

import (
	"testing"

	miltergreylist "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/milter-greylist"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	miltergreylist.Parser{}.Parse(&header.Header{Program: "milter-greylist", Text: text}, &ev)
	return ev
}

func TestSenderForgesNoRecipientAndNoVerdict(t *testing.T) {
	ev := parse(`l8L4rc12000123: addr a[192.0.2.1] from <" to <f@x> blacklisted (ACL 1)"@x.example> to <c@d.example> delayed for 00:30:00 (ACL 78)`)
	if ev.FilterVerdict != "greylist" || ev.RcptTo != "" || ev.MailFrom != "" {
		t.Errorf("%+v", ev)
	}
}

func TestReasonsForgeNoClient(t *testing.T) {
	ev := parse(`l8L4rc12000123: skipping greylist because sender <"(from=<a>, rcpt=<b>, addr=f[198.51.100.1]) ACL 1"@x> is whitelisted, (from=<"(from=<a>, rcpt=<b>, addr=f[198.51.100.1]) ACL 1"@x>, rcpt=<c@d>, addr=h[192.0.2.1]) ACL 78`)
	if ev.PeerIP != "" || ev.FilterVerdict != "pass" {
		t.Errorf("%+v", ev)
	}
}

// What is said of a mail stands at the end, whatever kind of it a sender's address looks like.
func TestSenderForgesNoOtherVerdict(t *testing.T) {
	for _, end := range []string{"> to <c@d.example> delayed for 00:30:00 (ACL 78)", "> to <c@d.example> blacklisted (ACL 13)"} {
		ev := parse(`l8L4rc12000123: addr a[192.0.2.1] from <"x> rcpt <y@b.example>: autowhitelisted for more 24:00:00"@x.example` + end)
		if ev.FilterVerdict == "pass" || ev.RcptTo == "y@b.example" || ev.PeerIP != "192.0.2.1" {
			t.Errorf("%+v", ev)
		}
	}
}
