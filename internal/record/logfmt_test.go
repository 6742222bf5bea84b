package record

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// postfixAlone knows Postfix's names, and no line.
type postfixAlone struct{}

func (postfixAlone) Own(string) bool            { return false }
func (postfixAlone) Claims(program string) bool { return program == "postfix/smtpd" }
func (postfixAlone) Has(string) (ok, said bool) { return false, false }

func TestPairs(t *testing.T) {
	const text = `warning: a "b" \ c`
	for _, line := range []string{
		`appname=postfix/smtpd facility=mail hostname=mx message="warning: a \"b\" \\ c" procid=540 severity=info timestamp=2026-11-23T15:32:27Z`,
		`HOST=mx MESSAGE="warning: a \"b\" \\ c" PID=540 PROGRAM=postfix/smtpd`,
		`msg="warning: a \"b\" \\ c" program=postfix/smtpd pid=540 hostname=mx`,
	} {
		rec := plog.NewLogRecord()
		rec.Body().SetStr(line)
		v := View{Lines: postfixAlone{}}
		if !v.Read(pcommon.NewResource(), rec, 0) || v.Text != text || v.Program != "postfix/smtpd" || v.PID != 540 || v.Host != "mx" || !v.Unwrapped {
			t.Errorf("%s: %+v", line, v)
		}
	}
	for _, line := range []string{
		`time=2026-11-23T15:32:27Z level=info msg="user said postfix/smtpd[540]: connect"`,
		`level=PROTOCOL uuid=3E6A027F source=core message="S: 250 ok"`,
		`appname=shop message="connect from mx" procid=540`,
		`appname=postfix/smtpd message="cut in the mid`,
		`appname=postfix/smtpd, message="x"`,
		`appname=postfix/smtpd message="x"y`,
		`appname=postfix/smtpd message="x" and more`,
		`appname=postfix/smtpd message=`,
		`4AB12C: to=<a@b>, message=x`,
		`message`,
	} {
		rec := plog.NewLogRecord()
		rec.Body().SetStr(line)
		v := View{Lines: postfixAlone{}}
		if v.Read(pcommon.NewResource(), rec, 0); v.Text != line || v.Unwrapped || v.Program != "" {
			t.Errorf("%s: %+v", line, v)
		}
	}
}
