package smtpprocessor

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
)

// Lines of a megabyte that carriers and servers write nothing like: what looks for an end at every place of one takes minutes for it.
func TestLongLinesOfOneKind(t *testing.T) {
	const n = 1 << 20
	rep := func(s string) string { return strings.Repeat(s, n/len(s)) }
	for name, line := range map[string]string{
		"tails":      "Jul 12 07:47:48 mx107 postfix/smtpd[8738]: NOQUEUE: reject: RCPT from c[192.0.2.4]: 554 5.7.1 x" + rep("; from=<a> to=<b> proto=SMTP helo=<c>"),
		"tails open": "Jul 12 07:47:48 mx107 postfix/smtpd[8738]: NOQUEUE: reject: RCPT from c[192.0.2.4]: 554 5.7.1 x" + rep("; from=<a"),
		"checks":     "Jan 15 10:00:10 mx195 postfix/cleanup[7548]: 127DC5E150: replace: header x from unknown[192.0.2.110]; from=<a> to=<b> proto=ESMTP helo=<h x" + rep(">: "),
		"pairs":      "Jul 12 07:47:48 mx107 postfix/smtp[8738]: 127DC5E150: to=<a@b>, " + rep("x=y, ") + "status=sent (250 ok)",
		"exim":       "2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz => b@example.net " + rep("AB=<x ") + "T=x",
		"exim2":      "2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz => b@example.net" + rep(" AB=\"x\" "),
		"exim3":      "2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz => " + rep("b@ "),
		"exim4":      "2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz => " + rep("b <x> (y) "),
		"exim5":      "2024-11-10 08:00:02 1t9z3q-00000001AbD-2xYz => b@example.net R=x T=y H=z [192.0.2.1] C=\"250-x" + rep(`\n250-x`) + "\"",
		"names":      rep("a | "),
		"json":       strings.Repeat(`{"a":`, n/5) + "1" + strings.Repeat("}", n/5),
		"json2":      `{"message":"` + rep("x ") + `"}`,
		"json3":      "{" + strings.TrimSuffix(rep(`"a":"b c = d",`), ",") + "}",
		"json4":      `{"message":"x","y":[` + strings.TrimSuffix(rep(`"b c = d",`), ",") + "]}",
		"levels":     "Nov 23 15:32:27 " + rep("mail info "),
		"levels2":    "Nov 23 15:32:27 " + rep("INFO: "),
		"carried":    "Nov 23 15:32:27 h docker[1]: " + rep("Nov 23 15:32:27 h docker[1]: "),
		"5424":       rep("<30>1 2026-05-02T22:56:10Z host1 mail 32360 mail - "),
		"stamps":     rep("2026-05-02T20:56:10.123456789Z "),
		"cri":        rep("2026-05-02T20:56:10.123456789Z stdout F "),
		"colours":    rep("\x1b[36m"),
		"courier":    "Nov 25 01:29:36 mail courieresmtp: id=0000000000000092.000000006B063A00.00000124,from=<ann@domain.example>,addr=<a@remote.example>: 550-5.1.1 x" + rep("/550-5.1.1 x"),
		"accepted":   "Nov 10 21:23:18 mx214 postfix/smtp[19]: 558CF183676E9: to=<a@b>, relay=x[192.0.2.5]:25, delay=0.73, delays=0.06/0/0.13/0.54, dsn=2.0.0, status=sent (250-" + rep("250 ") + ")",
		"clean":      "Nov 10 21:23:18 mx214 postfix/smtp[19]: 558CF183676E9: to=<a@b>, relay=x[192.0.2.5]:25, delay=0.73, delays=0.06/0/0.13/0.54, dsn=2.0.0, status=sent (250-x" + rep(" 250 x") + ")",
		"said":       "Nov 10 21:23:18 mx214 postfix/smtp[19]: 558CF183676E9: to=<a@b>, relay=x[192.0.2.5]:25, delay=0.73, delays=0.06/0/0.13/0.54, dsn=5.0.0, status=bounced (host x[192.0.2.5] said: 550-x" + rep(" (in reply to ") + ")",
		"verbose":    "Mon 2026-11-23 15:32:27.611330 UTC [s=1]\n" + rep("    MESSAGE=x\n"),
		"sasl":       "Nov 23 10:00:29 mx126 postfix/smtpd[760740]: 9A7F5120121: client=c[192.0.2.10]" + rep(", sasl_username=x"),
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := start(t, new(consumertest.LogsSink), nil)
			began := time.Now()
			require.NoError(t, p.ConsumeLogs(context.Background(), batch(line)))
			assert.Less(t, time.Since(began), 20*time.Second)
		})
	}
}
