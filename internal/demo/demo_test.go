package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
