package record

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Keys that are anybody's name the program where a mail server has that name, in rsyslog's templates of lists and in records that people put together.
func TestProgramUnderAnybodysKey(t *testing.T) {
	for _, key := range []string{"app", "appName", "prog", "proc", "daemon", "service", "process", "unit"} {
		for body, want := range map[string]string{
			`{"time":"2026-11-23T15:32:27Z","host":"mx","` + key + `":"postfix/smtpd","pid":540,"message":" connect from x"}`:  "postfix/smtpd",
			`{"time":"2026-11-23T15:32:27Z","host":"mx","` + key + `":"postfix/smtpd[540]:","message":"connect from x"}`:       "postfix/smtpd",
			`{"time":"2026-11-23T15:32:27Z","host":"mx","` + key + `":"shop","message":"connect from x"}`:                      "",
			`{"host":"a","` + key + `":"exim-1","message":"Nov 23 15:32:27 mx postfix/smtpd[540]: connect from x"}`:            "postfix/smtpd",
			`{"a":{"` + key + `":"postfix/smtpd","host":"mx","pid":540,"time":"2026-11-23T15:32:27Z","msg":"connect from x"}}`: "postfix/smtpd",
		} {
			v := readText(body, known{})
			var h header.Header
			v.Header(v.Text, header.Clock{}, &h)
			if h.Program != want || want != "" && (h.Host != "mx" || h.PID != 540 || h.Text != "connect from x") {
				t.Errorf("%s: %+v", body, h)
			}
		}
	}
}
