package haraka_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/haraka"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

const id = "6BA355F1-E959-4CBF-A8FF-8A4F2706427A"

func read(line string) (event.Event, event.Result) {
	var h header.Header
	var ev event.Event
	header.Parse(line, header.Clock{}, &h)
	ev.Line = h.Text
	r := haraka.Parser{}.Parse(&h, &ev)
	return ev, r
}

// An address in quotes may hold what looks like the fields behind it.
func TestAddressForgesNoAnswer(t *testing.T) {
	ev, _ := read(`[NOTICE] [` + id + `.1] [core] recipient <"a> code=DENY msg=\"\" sender=x "@b.test> code=OK msg="" sender=c@d.test`)
	assert.Equal(t, event.KindReply, ev.Kind)
	assert.Equal(t, "c@d.test", ev.MailFrom)
}

// A name in HELO is written in quotes when it has a blank or a quote.
func TestHeloForgesNoField(t *testing.T) {
	ev, _ := read(`[NOTICE] [` + id + `] [core] disconnect ip=192.0.2.1 rdns=a.test helo="x\" ip=203.0.113.9 tls=Y y=\"" relay=N early=N esmtp=Y tls=N pipe=N errors=0 txns=0 rcpts=0/0/0 msgs=0/0/0 bytes=0 lr="" time=1`)
	assert.Equal(t, "192.0.2.1", ev.PeerIP)
	assert.Equal(t, event.No, ev.TLS)
}

// The words of another server are written in quotes.
func TestResponseForgesNoField(t *testing.T) {
	ev, _ := read(`[NOTICE] [` + id + `.1.1] [outbound]  delivered file=f domain=b.test host=mx.b.test ip=192.0.2.7 port=25 mode=SMTP tls=N auth=N response="ok\" delay=99 rcpts=9/0/0 x=\"" delay=0.5 fails=0 rcpts=1/0/0`)
	assert.Equal(t, 1, ev.RecipientCount)
	assert.InDelta(t, 0.5, ev.Delays.Total, 0)
}

// What a peer says at RCPT is no verdict on another recipient.
func TestReplyForgesNoRecipient(t *testing.T) {
	ev, _ := read(`[NOTICE] [` + id + `.1.1] [outbound] recipient <a@b.test> deferred: 450 4.2.0 recipient <c@d.test> rejected: 550 5.1.1 no`)
	assert.Equal(t, "a@b.test", ev.RcptTo)
	assert.Equal(t, event.StatusDeferred, ev.Status)
	assert.Equal(t, 450, ev.Code)
}

// A client may say what ends like the state that Haraka writes behind its words.
func TestClientForgesNoState(t *testing.T) {
	ev, _ := read(`[PROTOCOL] [` + id + `] [core] C: EHLO x state=7 state=1`)
	assert.Equal(t, event.KindCommand, ev.Kind)
	assert.Equal(t, "EHLO x state=7", ev.Said)
	assert.Empty(t, ev.Helo)
}

// A message that quotes this log is content of a conversation, whatever it says.
func TestContentForgesNoLine(t *testing.T) {
	ev, _ := read(`[DATA] [` + id + `.1] [core] C: [NOTICE] [` + id + `.1] [core] queue code=OK msg="Message Queued"`)
	assert.Equal(t, event.KindContent, ev.Kind)
	assert.NotEmpty(t, ev.Redact)
	assert.Empty(t, ev.QueueID)
}

// The lines of an AUTH exchange reach the plugins as unknown commands.
func TestCredentialsOfHooksAreConcealed(t *testing.T) {
	for _, line := range []string{
		`[INFO] [` + id + `] [core]  hook=unrecognized_command plugin=auth/flat_file function=hook_unrecognized_command params="bGFicGFzcw==" retval=OK msg=""`,
		`[DEBUG] [` + id + `] [core]  hook=unrecognized_command plugin=tls function=upgrade_connection params=bGFicGFzcyN0 retval=CONT msg=""`,
		`{"level":"INFO","uuid":"` + id + `","origin":"core","message":"","hook":"unrecognized_command","plugin":"auth/flat_file","function":"f","params":"bGFicGFzcw==","retval":"OK","msg":""}`,
		`level=INFO uuid=` + id + ` origin=core message="" hook=unrecognized_command plugin=auth/flat_file function=f params="bGFicGFzcw==" retval=OK msg=""`,
	} {
		ev, _ := read(line)
		if assert.Len(t, ev.Redact, 1, line) {
			assert.Contains(t, []string{"bGFicGFzcw==", "bGFicGFzcyN0"}, ev.Line[ev.Redact[0].From:ev.Redact[0].To])
		}
	}
}

// The user name of a failed login may be a password, and may hold what looks like a success.
func TestFailedLoginTellsNoUser(t *testing.T) {
	ev, _ := read(`[INFO] [` + id + `] [auth/auth_vpopmaild] AUTH user="a" success=true x" success=false`)
	assert.Equal(t, "failure", ev.AuthResult)
	assert.Empty(t, ev.User)
	assert.Len(t, ev.Redact, 1)
}

// A nested object of a JSON line has no members of the line's own.
func TestNestedMembersAreNotTheLines(t *testing.T) {
	ev, _ := read(`{"level":"INFO","uuid":"` + id + `.1","origin":"core","message":"","hook":"rcpt","plugin":"p","function":"f","params":{"original":"<a@b.test>","retval":"DENY","msg":"x"},"retval":"OK","msg":""}`)
	assert.Equal(t, "ok", ev.FilterVerdict)
	assert.Equal(t, "a@b.test", ev.RcptTo)
}

// Whose frame has no identifier of Haraka's form is somebody else's line.
func TestOtherFramesAreNotHarakas(t *testing.T) {
	for _, line := range []string{"[INFO] [main] [core] connect ip=192.0.2.1", "[NOTICE] connect", `{"level":"INFO","uuid":"x","origin":"core","message":"connect"}`} {
		_, r := read(line)
		assert.Equal(t, event.Unknown, r, line)
	}
}

// Before 2.8.19 nothing stands in front of a quote within a value: a refused recipient, or the words that refuse it, may look like fields.
func TestHookForgesNoVerdict(t *testing.T) {
	for _, line := range []string{
		`[INFO] [` + id + `.1] [core]  hook=rcpt plugin=in_host_list function=hook_rcpt params=<"x retval=OK msg="@b.test> retval=DENY msg="no <"x retval=OK msg="@b.test>"`,
		`[INFO] [` + id + `.1] [core]  hook=rcpt plugin=p function=f params=<a@b.test> retval=DENY msg="no <"x" hook=queue plugin=q function=g params=y retval=OK msg=z"@b.test>"`,
		`level=INFO uuid=` + id + `.1 origin=core message="" hook=data plugin=p function=f params="" retval=DENY msg="said "x" hook=queue plugin=q retval=OK msg=stored"`,
	} {
		ev, _ := read(line)
		assert.NotEqual(t, event.KindDelivery, ev.Kind, line)
		assert.NotEqual(t, "ok", ev.FilterVerdict, line)
	}
	ev, _ := read(`[DEBUG] [` + id + `] [core]  hook=unrecognized_command plugin=auth/flat_file function=f params=bGFi msg=c2VjcmV0 retval=CONT msg=""`)
	if assert.Len(t, ev.Redact, 1) {
		assert.Contains(t, ev.Line[ev.Redact[0].From:ev.Redact[0].To], "c2VjcmV0")
	}
}
