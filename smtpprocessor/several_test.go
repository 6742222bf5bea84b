package smtpprocessor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/foreign"
)

// What another program writes in one record stays one record, though some of its lines are like a mail log's.
func TestRecordsOfSeveralLinesThatAreNoMailLogStayWhole(t *testing.T) {
	trace := "com.example.MailException: could not send\n" + strings.Repeat("\tat com.example.Mail.send(Mail.java:12)\n", 8)
	for name, text := range map[string]string{
		"a trace that quotes a reply": trace + "Caused by: com.sun.mail.smtp.SMTPAddressFailedException\n550 5.1.1 <b@example.net>: Recipient address rejected\n" + trace,
		"a reply and its trace":       "550 5.1.1 <b@example.net>: Recipient address rejected\n\tat com.example.Mail.send(Mail.java:12)\n\tat com.example.Mail.run(Mail.java:1)\n",
		"a ticket that quotes a log":  "Dear support,\nsince this morning\nour mails do not arrive:\nNov 23 15:32:33 mx postfix/qmgr[1]: 4AA091855DA0: from=<a@b.example>, size=1, nrcpt=1 (queue active)\nWhat is wrong?\nRegards\n",
		"settings":                    "apiVersion: v1\nkind: ConfigMap\ndata:\n  main.cf: |\n    myhostname = mx\n  test: |\n    EHLO a.example\n    250 ok\n    DATA\n",
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(text)))
			recs := flat(sink.AllLogs()...)
			require.Len(t, recs, 1)
			assert.Equal(t, text, recs[0].Body().Str())
			assert.Zero(t, recs[0].Attributes().Len())
		})
	}
	others := foreign.New(9)
	for i := range 200 {
		var text []string
		for range 2 + i%20 {
			text = append(text, others.Line())
		}
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, nil)
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(strings.Join(text, "\n")+"\nx")))
		recs := flat(sink.AllLogs()...)
		require.Len(t, recs, 1, "%q", text)
		assert.Zero(t, recs[0].Attributes().Len(), "%q", text)
	}
}

// A mail log's record is taken apart whatever stands in it beside: lines that are not known, a message as long as it likes, an empty line in front.
func TestRecordsOfSeveralLinesOfAMailLogAreTakenApart(t *testing.T) {
	const line = "Nov 23 15:32:33 mx postfix/qmgr[1]: 4AA091855DA0: from=<a@b.example>, size=1, nrcpt=1 (queue active)"
	for name, text := range map[string]string{
		"a line and what goes on from it": line + "\n  more\n  and more\n  and more",
		"behind an empty line":            "\n" + line + "\nunknown",
		"mostly noise of the server":      strings.Repeat("Nov 23 15:32:33 mx postfix/smtpd[9]: name_mask: all\n", 9) + line,
		"a conversation":                  strings.Join(mailing, "\n"),
		"a conversation without marks":    strings.ReplaceAll(strings.ReplaceAll(strings.Join(mailing, "\n"), "C: ", ""), "S: ", ""),
		"a long message":                  "EHLO a.example\n250 ok\nMAIL FROM:<a@b.example>\n250 ok\nRCPT TO:<c@d.example>\n250 ok\nDATA\n354 go\nSubject: x\n" + strings.Repeat("words\n", 500) + ".\n250 ok",
		"a refusal with its header":       "2026-11-23 15:33:13 1xVW2b-0000Ex-2X rejected from <a@b.example> H=relay.example [192.0.2.1]: message too big: read=260263 max=200000\nEnvelope-from: <a@b.example>\nEnvelope-to: <c@d.example>\nF From: a@b.example\n  Subject: x",
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(text)))
			lines, original := 0, ""
			for _, rec := range flat(sink.AllLogs()...) {
				if !isMade(rec) {
					lines++
					original += str(rec, attrs.Original)
				}
			}
			assert.Equal(t, len(strings.Split(text, "\n")), lines)
			assert.NotEmpty(t, original)
		})
	}
}
