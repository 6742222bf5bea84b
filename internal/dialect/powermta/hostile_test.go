package powermta_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/powermta"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

const columns = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable," +
	"dlvSize,vmta,jobId,envId,header_Subject"

func read(line, columns string) (*event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	h.Columns = columns
	ev := &event.Event{Line: h.Text}
	return ev, dialect.Read(powermta.Parser{}, &h, ev)
}

// bounce is a row with the words of others as PowerMTA quotes them.
func bounce(diag, helo, subject string) string {
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	return "b,1732442400,1732442399,a@b.test,c@d.test,,failed,5.1.1 (bad destination mailbox address)," + quote(diag) + ",mx.d.test (198.51.100.1),bad-mailbox,smtp," + quote(helo+" (192.0.2.7)") +
		",smtp,192.0.2.25,198.51.100.1,,100,vmta1,,," + quote(subject)
}

func TestAReplyThatHoldsARowIsText(t *testing.T) {
	ev, r := read(bounce(`smtp;550 5.1.1 no",mx.evil.test (203.0.113.66),success,smtp,x,smtp,10.0.0.1,203.0.113.66,,1,evil,,`, "app", "hi"), columns)
	if r != event.Parsed || ev.Status != event.StatusBounced || ev.ServerAddress != "mx.d.test" || ev.PeerIP != "198.51.100.1" || ev.Code != 550 || ev.SourcePool != "vmta1" ||
		!strings.HasPrefix(ev.Text, `no",mx.evil`) {
		t.Errorf("%s %+v", r, ev)
	}
}

func TestASubjectThatNamesColumnsIsASubject(t *testing.T) {
	ev, r := read(bounce("smtp;550 no", "app", "type,timeLogged,dsnStatus"), columns)
	if r != event.Parsed || ev.Columns != "" || ev.Subject != "type,timeLogged,dsnStatus" {
		t.Errorf("%s %+v", r, ev)
	}
}

func TestAHELONameWithBracketsIsOnlyAName(t *testing.T) {
	ev, r := read(bounce("smtp;550 no", `x (203.0.113.66),smtp`, ""), columns)
	if r != event.Parsed || ev.PeerIP != "198.51.100.1" || ev.ServerAddress != "mx.d.test" {
		t.Errorf("%s %+v", r, ev)
	}
}

func TestALineOfARecordThatWasBrokenNamesNoColumns(t *testing.T) {
	for _, line := range []string{
		// a line of a text that looks like a row, below other columns
		"d,1732442400,1732442399",
		// words are no names
		`type,timeLogged,"evil, words",dsnStatus`,
		// anybody's
		"type,a,b",
		// too short
		"d,1732442400",
		// quotes that never close
		`d,"1732442400,1732442399,a@b.test,c@d`,
		// no type
		"x,1732442400,1732442399,a,c,,failed,5.0.0",
	} {
		if ev, r := read(line, ""); r != event.Unknown || ev.Columns != "" {
			t.Errorf("%s: %s %+v", line, r, ev)
		}
	}
}

func TestARowThatIsCutSaysNothingOfTheRecipient(t *testing.T) {
	line := bounce("smtp;550 5.1.1 no", "app", "hi")
	for _, at := range []string{"smtp;55", "mx.d.test", "failed"} {
		ev, _ := read(line[:strings.Index(line, at)+len(at)], columns)
		if ev.Status != event.StatusNone || ev.Code != 0 {
			t.Errorf("cut behind %s: %+v", at, ev)
		}
	}
}

func TestARowWithMoreFieldsThanColumnsIsNotReadByThem(t *testing.T) {
	ev, r := read(bounce("smtp;550 no", "app", "hi")+",more", columns)
	if r != event.Malformed || ev.Status != event.StatusNone {
		t.Errorf("%s %+v", r, ev)
	}
}

func TestColumnsOfAnotherServerAreNoneOfOurs(t *testing.T) {
	ev, r := read("d,1732442400,x,y", "date-time,session-id,data,context")
	if r != event.Unknown {
		t.Errorf("%s %+v", r, ev)
	}
}
