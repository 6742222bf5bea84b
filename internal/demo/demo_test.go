package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

func rec(offset int64, body string, pairs ...string) *record {
	r := &record{attr: map[string]string{}, offset: offset, body: body}
	for i := 0; i < len(pairs); i += 2 {
		r.attr[pairs[i]] = pairs[i+1]
	}
	return r
}

var shown = []*record{
	rec(0, "x", "smtp.event", "connect"),
	rec(1, "x", "smtp.event", "message.received"),
	rec(2, "x", "smtp.event", "delivery", "smtp.queue_id", "A1", "smtp.rcpt_to", "a@b.example", "smtp.delivery.status", "bounced", "smtp.delivery.final", "true",
		"smtp.delivery.tried", "true", "smtp.reply.code", "550", "smtp.reply.enhanced_code", "5.1.1", "smtp.failure.reason", "unknown_recipient",
		"smtp.reply.text", strings.Repeat("no ", 30), "server.address", "mx.b.example", "smtp.destination.domain", "b.example", "smtp.destination.provider", "other"),
	rec(3, "x", "smtp.event", "delivery", "smtp.queue_id", "A1", "smtp.rcpt_to", "c@b.example", "smtp.delivery.status", "delivered", "smtp.delivery.final", "true", "smtp.delivery.tried", "true"),
	rec(4, "x", "smtp.event", "delivery", "smtp.delivery.status", "deferred", "smtp.delivery.tried", "true", "smtp.destination.provider", "google", "smtp.reply.code", "421"),
	rec(-1, "message A1 ...", "smtp.event", "message"),
	rec(-1, "session ...", "smtp.event", "session", "smtp.session.end", "quit"),
	rec(5, "x", "smtp.event", "reject", "smtp.command", "RCPT", "smtp.reply.code", "554", "client.address", "spam.example"),
	rec(6, "cron"),
}

func TestRecordsReadAsLines(t *testing.T) {
	var out bytes.Buffer
	p := newPrinter(&out)
	for _, r := range shown {
		p.print(r)
	}
	p.rest()
	text := out.String()
	assert.Contains(t, text, "delivery  A1 <a@b.example> bounced 550 5.1.1 [unknown_recipient] no no no")
	assert.Contains(t, text, "... (mx.b.example)\n")
	assert.Contains(t, text, "message   message A1 ...")
	assert.Contains(t, text, "reject    RCPT 554 to spam.example")
	assert.Contains(t, text, "(3 further records")
	assert.NotContains(t, text, "\x1b", "no colours where there is no terminal")
}

func TestTableHasTheRates(t *testing.T) {
	var sum totals
	for _, r := range shown {
		sum.add(r)
	}
	var out bytes.Buffer
	sum.write(&out)
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"lines 7 6 recognised", "messages 1", "recipients that ended 2", "delivered 1 50.0 %", "bounced 1 50.0 %", "expired 0 0.0 %",
		"deferrals 1 33.3 % of 3 tries", "rejected by us 1", "sessions 1 quit 1", "1 b.example 550 5.1.1 unknown_recipient", "1 google 421",
	} {
		assert.Contains(t, text, want)
	}
}

func TestTableOfNothing(t *testing.T) {
	var out bytes.Buffer
	new(totals).write(&out)
	assert.Contains(t, out.String(), "delivered")
	assert.NotContains(t, out.String(), "NaN")
}

func TestMissingLogIsSaid(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), &out, "/no/such/mail.log", true)
	require.ErrorContains(t, err, "the log cannot be read: open /no/such/mail.log")
}

// What a log says can neither clear the screen nor add a line.
func TestTheTerminalObeysNoLog(t *testing.T) {
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	sl.Scope().Attributes().PutStr("log.file.path", "/var/log/mail.log")
	lr := sl.LogRecords().AppendEmpty()
	lr.Body().SetStr("message \x1b[2J\r\n12:00:00 delivery forged")
	for key, value := range map[string]string{
		"smtp.event": "delivery", "smtp.rcpt_to": "a\x1b[31m@b.example", "smtp.delivery.status": "bounced", "smtp.delivery.tried": "true", "smtp.reply.text": "no\n12:00:00 forged\u202e",
		"server.address": "mx\x9b.example", "smtp.destination.domain": "b\x07.example",
	} {
		lr.Attributes().PutStr(key, value)
	}
	list := records(ld)
	var out bytes.Buffer
	var sum totals
	for i := range list {
		newPrinter(&out).print(&list[i])
		list[i].attr["smtp.event"] = "message"
		newPrinter(&out).print(&list[i])
		list[i].attr["smtp.event"] = "delivery"
		sum.add(&list[i])
	}
	assert.Equal(t, 2, strings.Count(out.String(), "\n"))
	sum.write(&out)
	for _, r := range out.String() {
		assert.True(t, r == '\n' || !unicode.IsControl(r) && r != '\u202e', "%q", r)
	}
	assert.Contains(t, out.String(), `a\x1b[31m@b.example`)
}
