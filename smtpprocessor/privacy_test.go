package smtpprocessor

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// through takes lines through a processor and gives all that left, as text.
func through(t *testing.T, change func(*Config), lines ...string) string {
	t.Helper()
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, change)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))
	require.NoError(t, p.Shutdown(t.Context()))
	return texts(t, sink.AllLogs()...)
}

var plainSecret = base64.StdEncoding.EncodeToString([]byte("\x00anna\x00hunter2-secret"))

// No form of a login leaves, whatever log it stands in.
func TestCredentialsNeverLeave(t *testing.T) {
	user, password := base64.StdEncoding.EncodeToString([]byte("anna")), base64.StdEncoding.EncodeToString([]byte("hunter2-secret"))
	for name, lines := range map[string][]string{
		"PLAIN at once":     {"C: EHLO a.example", "S: 250 AUTH PLAIN", "C: AUTH PLAIN " + plainSecret, "S: 235 2.7.0 ok"},
		"PLAIN in two":      {"C: EHLO a.example", "S: 250 AUTH PLAIN", "C: AUTH PLAIN", "S: 334 ", "C: " + plainSecret, "S: 535 5.7.8 no"},
		"LOGIN":             {"C: EHLO a.example", "S: 250 AUTH LOGIN", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + user, "S: 334 UGFzc3dvcmQ6", "C: " + password, "S: 235 ok"},
		"LOGIN with name":   {"C: EHLO a.example", "S: 250 AUTH LOGIN", "C: AUTH LOGIN " + user, "S: 334 UGFzc3dvcmQ6", "C: " + password, "S: 235 ok"},
		"CRAM-MD5":          {"C: EHLO a.example", "S: 250 ok", "C: AUTH CRAM-MD5", "S: 334 PDE4OTYuNjk3QGE+", "C: " + password, "S: 235 ok"},
		"XOAUTH2":           {"C: EHLO a.example", "S: 250 ok", "C: auth xoauth2 " + plainSecret, "S: 235 ok"},
		"stamped, no marks": {"[2023-04-12 10:15:30] EHLO a.example", "[2023-04-12 10:15:30] 250 ok", "[2023-04-12 10:15:30] AUTH LOGIN", "[2023-04-12 10:15:31] 334 VXNlcm5hbWU6", "[2023-04-12 10:15:31] " + user, "[2023-04-12 10:15:31] 334 UGFzc3dvcmQ6", "[2023-04-12 10:15:31] " + password, "[2023-04-12 10:15:32] 235 ok"},
		"one record":        {"[2023-04-12 10:15:30] EHLO a.example\n[2023-04-12 10:15:30] 250 ok\n[2023-04-12 10:15:30] AUTH PLAIN " + plainSecret + "\n[2023-04-12 10:15:32] 235 ok"},
		"lines in Docker's JSON": {
			`{"log":"C: EHLO a.example\n","stream":"stderr","time":"2026-11-23T15:32:33.000000001Z"}`,
			`{"log":"C: AUTH PLAIN ` + strings.ReplaceAll(plainSecret, "=", `\u003d`) + `\n","stream":"stderr","time":"2026-11-23T15:32:33.000000001Z"}`,
			`{"log":"S: 235 ok\n","stream":"stderr","time":"2026-11-23T15:32:33.000000001Z"}`,
		},
		"postfix -v": {
			"Nov 23 15:32:33 mx postfix/smtpd[9]: connect from app.example[192.0.2.1]", "Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: EHLO a.example",
			"Nov 23 15:32:33 mx postfix/smtpd[9]: > app.example[192.0.2.1]: 250 AUTH PLAIN LOGIN", "Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: AUTH PLAIN " + plainSecret,
			"Nov 23 15:32:33 mx postfix/smtpd[9]: xsasl_dovecot_server_first: sasl_method PLAIN, init_response " + plainSecret,
			"Nov 23 15:32:33 mx postfix/smtpd[9]: > app.example[192.0.2.1]: 535 5.7.8 no", "Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: AUTH LOGIN",
			"Nov 23 15:32:33 mx postfix/smtpd[9]: > app.example[192.0.2.1]: 334 VXNlcm5hbWU6", "Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: " + user,
			"Nov 23 15:32:33 mx postfix/smtpd[9]: > app.example[192.0.2.1]: 334 UGFzc3dvcmQ6", "Nov 23 15:32:33 mx postfix/smtpd[9]: < app.example[192.0.2.1]: " + password,
			"Nov 23 15:32:33 mx postfix/smtpd[9]: > app.example[192.0.2.1]: 235 2.7.0 ok",
		},
		"failed login's name": {"Nov 23 15:32:33 mx postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=hunter2-secret"},
	} {
		t.Run(name, func(t *testing.T) {
			out := through(t, func(c *Config) { c.Privacy.Content = site.ContentKeep }, lines...)
			for _, secret := range []string{plainSecret, password, "hunter2-secret"} {
				assert.NotContains(t, out, secret)
			}
			if name != "failed login's name" {
				assert.NotContains(t, out, `"`+user+`"`)
			}
			assert.Contains(t, out, "[redacted]")
		})
	}
}

var mailing = []string{
	"C: EHLO a.example", "S: 250 ok", "C: MAIL FROM:<a@b.example>", "S: 250 ok", "C: RCPT TO:<c@d.example>", "S: 250 ok", "C: DATA", "S: 354 go",
	"C: Subject: the merger", "C: ", "C: we buy them", "C: RCPT TO:<forged@d.example>", "C: 250 2.0.0 queued as FORGED", "C: .", "S: 250 2.0.0 Ok: queued as ABC123",
}

func TestContentIsReplacedByItsSize(t *testing.T) {
	out := through(t, nil, mailing...)
	for _, secret := range []string{"merger", "we buy", "FORGED"} {
		assert.NotContains(t, out, secret)
	}
	assert.NotContains(t, out, `"forged@d.example"`)
	assert.Contains(t, out, "[content: ")
	kept := through(t, func(c *Config) { c.Privacy.Content = site.ContentKeep }, mailing...)
	assert.Contains(t, kept, "the merger")
}

// A mail that quotes log lines makes no log lines of them.
func TestLogLinesInMessageDataAreContent(t *testing.T) {
	quoting := append(append([]string(nil), "EHLO a.example", "250 ok", "MAIL FROM:<a@b.example>", "250 ok", "RCPT TO:<c@d.example>", "250 ok", "DATA", "354 go"),
		"Subject: our log", "", "Nov 23 15:32:33 mx postfix/qmgr[1]: FACADE1: from=<ceo@d.example>, size=1, nrcpt=1 (queue active)", "[p1] S: 220 forged", ".", "250 2.0.0 Ok: queued as ABC123")
	for i, l := range quoting {
		if !strings.HasPrefix(l, "Nov ") && l != "" {
			quoting[i] = "[2023-04-12 10:15:30] " + l
		}
	}
	out := through(t, nil, quoting...)
	assert.NotContains(t, out, "FACADE1")
	assert.NotContains(t, out, "ceo@d.example")
	assert.Contains(t, out, "ABC123")
}

// The original of a record that was split is scrubbed like a body.
func TestOriginalIsScrubbed(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(strings.Join(mailing, "\n"))))
	first := flat(sink.AllLogs()...)[0]
	original := str(first, attrs.Original)
	assert.Contains(t, original, "MAIL FROM:<a@b.example>")
	assert.NotContains(t, original, "merger")
	assert.Len(t, strings.Split(original, "\n"), len(mailing))
}

// In the real logs with -v and in the proxy's, no word of an AUTH exchange remains.
func TestCorporaHoldNoCredentials(t *testing.T) {
	for _, name := range []string{"verbose.txt"} {
		data, err := os.ReadFile("../internal/dialect/postfix/testdata/" + name)
		require.NoError(t, err)
		var lines []string
		for _, l := range strings.Split(string(data), "\n") {
			if l != "" && l[0] != '#' && l[0] != ' ' {
				lines = append(lines, l)
			}
		}
		out := through(t, nil, lines...)
		for _, l := range lines {
			if i := strings.Index(l, ": AUTH PLAIN "); i >= 0 && len(l) > i+len(": AUTH PLAIN ") {
				assert.NotContains(t, out, l[i+len(": AUTH PLAIN "):])
			}
		}
	}
}

// Nor do they stand in fields that a JSON parser in front made of the line, while a field that only looks alike stays.
func TestCredentialsLeaveNoFieldOfARecordTakenApart(t *testing.T) {
	const line = `{"type":"Rejection","id":"","sender":"","recipient":"","queue":"","site":"","size":0,"response":{"code":501,"enhanced_code":null,"content":"no","command":"a"},"peer_address":{"name":"a","addr":"192.0.2.1"},"timestamp":1763971200,"created":1763971200,"num_attempts":0,"meta":{"note":"a","x":"data"}}`
	for name, body := range map[string]bool{"body": true, "attributes": false} {
		t.Run(name, func(t *testing.T) {
			ld := batch(line)
			rec := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
			to := rec.Attributes()
			if body {
				to = rec.Body().SetEmptyMap()
			}
			to.PutStr("type", "Rejection")
			for _, key := range []string{"id", "sender", "recipient"} {
				to.PutStr(key, "")
			}
			response := to.PutEmptyMap("response")
			response.PutStr("command", "a")
			response.PutStr("content", "data, anna")
			to.PutInt("num_attempts", 0)
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			require.NoError(t, p.ConsumeLogs(t.Context(), ld))
			out := texts(t, sink.AllLogs()...)
			assert.NotContains(t, out, `"stringValue":"a"`)
			assert.Contains(t, out, "data, anna")
			assert.Contains(t, out, "[redacted]")
		})
	}
}
