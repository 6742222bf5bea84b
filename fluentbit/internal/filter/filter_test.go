package filter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 11, 23, 15, 40, 0, 0, time.UTC)

const at = 1795447947_000000000 // Nov 23 15:32:27 UTC 2026

func start(t testing.TB, change func(*Config)) *Filter {
	t.Helper()
	c := Default()
	c.Location = "UTC"
	if change != nil {
		change(&c)
	}
	f, err := New(c, func() time.Time { return now })
	require.NoError(t, err)
	return f
}

// pass takes a record through and reads what comes back.
func pass(t testing.TB, f *Filter, record string, mode Mode) map[string]any {
	t.Helper()
	var m map[string]any
	out := f.Record("mail", at, []byte(record), mode)
	require.NoError(t, json.Unmarshal(out, &m), "%s", out)
	return m
}

const line = `Nov 23 15:32:27 mx postfix/smtp[541]: 5A10D115: to=<bob@bigmail.test>, relay=mx1.bigmail.test[192.0.2.9]:25, delay=2, delays=0.1/0/1/0.9, ` +
	`dsn=5.1.1, status=bounced (host mx1.bigmail.test[192.0.2.9] said: 550 5.1.1 no such user (in reply to RCPT TO command))`

// The shapes that Fluent Bit's inputs and parsers give a record: the same line, the same attributes, and all that the record came with.
func TestShapes(t *testing.T) {
	_, message, _ := strings.Cut(line, "]: ")
	quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	for name, record := range map[string]string{
		"tail":               `{"log":` + quoted(line) + `}`,
		"tail with path_key": `{"file":"/var/log/mail.log","log":` + quoted(line) + `}`,
		"tail with the parser syslog-rfc3164-local": `{"time":"Nov 23 15:32:27","host":"mx","ident":"postfix/smtp","pid":"541","message":` + quoted(message) + `}`,
		"syslog":                              `{"pri":"22","time":"Nov 23 15:32:27","host":"mx","ident":"postfix/smtp","pid":"541","message":` + quoted(message) + `}`,
		"systemd":                             `{"_HOSTNAME":"mx","SYSLOG_IDENTIFIER":"postfix/smtp","_PID":"541","_SOURCE_REALTIME_TIMESTAMP":"1795447947000000","MESSAGE":` + quoted(message) + `}`,
		"docker":                              `{"log":` + quoted(line+"\n") + `,"stream":"stdout","time":"2026-11-23T15:32:27.611330123Z"}`,
		"forward of a Fluentd":                `{"message":` + quoted(line) + `,"tag":"mail.info"}`,
		"kubernetes, Fluent Bit's own filter": `{"log":` + quoted(line) + `,"stream":"stdout","kubernetes":{"pod_name":"mail-0","labels":{"app":"postfix"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, nil)
			got := pass(t, f, record, One)
			for key, want := range map[string]any{
				"smtp.event": "delivery", "smtp.dialect": "postfix", "smtp.delivery.status": "bounced", "smtp.queue_id": "5A10D115", "smtp.rcpt_to": "bob@bigmail.test",
				"smtp.reply.code": 550.0, "smtp.failure.reason": "unknown_recipient",
			} {
				assert.Equal(t, want, got[key], key)
			}
			var came map[string]any
			require.NoError(t, json.Unmarshal([]byte(record), &came))
			for key, want := range came {
				assert.Equal(t, want, got[key], key)
			}
		})
	}
}

// What is no mail server's line, or no record at all, comes back byte for byte: it is the same memory.
func TestWhatIsNotUnderstoodIsHandedBack(t *testing.T) {
	f := start(t, nil)
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, record := range []string{
		"", " ", "null", "7", `"text"`, "[]", `[{"log":"x"}]`, "{", "}", `{"log"`, `{"log":}`, `{"log":"x"`, `{"log":"x"}}`, `{"log":"x"} {"log":"y"}`,
		`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":"\q"}`, `{"a":"\u12"}`, "{\"a\":\"\x01\"}", "\xff\xfe", `{"\q":1}`, deep,
		`{}`, `{"log":""}`, `{"log":"the quick brown fox"}`, `{"log":7}`, `{"log":null}`, `{"log":["a"]}`, `{"log":{"log":"a"}}`, `{"cpu":1.5e-3,"mem":-12}`,
		`{"log":"a \u00e9 \ud83d\ude00 \ue0ff z", "n": 1e400}`, `{"log":"` + strings.Repeat("x", 1<<20) + `"}`,
		`{"log":"kernel: eth0 up", "smtp.event":"delivery"}`,
	} {
		for _, mode := range []Mode{One, Events} {
			in := []byte(record)
			out := f.Record("any", at, in, mode)
			require.Equal(t, record, string(out))
			if len(in) > 0 {
				require.Same(t, &in[0], &out[0])
			}
		}
	}
}

// A record that was here before goes through as it is: two filters in a row count nothing twice.
func TestTwiceIsOnce(t *testing.T) {
	f := start(t, nil)
	first := string(f.Record("mail", at, []byte(`{"log":`+strconvQuote(line)+`}`), One))
	assert.Equal(t, first, string(f.Record("mail", at, []byte(first), One)))
	nested := start(t, func(c *Config) { c.Key = "mail" })
	first = string(nested.Record("mail", at, []byte(`{"log":`+strconvQuote(line)+`}`), One))
	assert.Equal(t, first, string(nested.Record("mail", at, []byte(first), One)))
}

func strconvQuote(s string) string { b, _ := json.Marshal(s); return string(b) }

func TestAttributesUnderAKeyOfTheirOwn(t *testing.T) {
	got := pass(t, start(t, func(c *Config) { c.Key = "mail" }), `{"log":`+strconvQuote(line)+`}`, One)
	assert.Len(t, got, 2)
	assert.Equal(t, "bounced", got["mail"].(map[string]any)["smtp.delivery.status"])
}

// A member of the name of an attribute gives way to it: no name stands twice, and no record forges what its line does not say.
func TestNoNameTwice(t *testing.T) {
	out := string(start(t, nil).Record("mail", at, []byte(`{"smtp.delivery.status":"delivered","log":`+strconvQuote(line)+`}`), One))
	assert.Equal(t, 1, strings.Count(out, `"smtp.delivery.status"`), out)
	assert.Contains(t, out, `"smtp.delivery.status":"bounced"`)
}

// What must not leave is taken out of the text, whichever key it is under.
func TestCredentialsStay(t *testing.T) {
	f := start(t, nil)
	out := string(f.Record("mail", at, []byte(`{"log":"C: AUTH PLAIN AGJvYgBzZWNyZXQtc2VjcmV0","copy":"AUTH PLAIN AGJvYgBzZWNyZXQtc2VjcmV0","n":1.50}`), One))
	assert.NotContains(t, out, "AGJvYgBzZWNyZXQ")
	assert.True(t, json.Valid([]byte(out)), out)
}

// Several lines in one record: apart under events; as one record with the whole text where one is all there may be.
func TestSeveralLines(t *testing.T) {
	record := `{"log":` + strconvQuote("Nov 23 15:32:26 mx postfix/qmgr[540]: 5A10D115: from=<a@example.com>, size=10, nrcpt=1 (queue active)\n"+line) + `,"stream":"stdout"}`
	events := pass(t, start(t, nil), record, Events)["events"].([]any)
	require.Len(t, events, 2)
	for i, want := range []string{"message.queued", "delivery"} {
		one := events[i].(map[string]any)
		assert.Equal(t, want, one["smtp.event"])
		assert.Equal(t, "stdout", one["stream"])
		assert.NotContains(t, one["log"], "\n")
	}
	one := pass(t, start(t, nil), record, One)
	assert.Equal(t, "message.queued", one["smtp.event"])
	assert.Contains(t, one["log"], "said: 550")
}

// Summaries stand behind the line that ended what they are about, and only where a Lua filter may split them.
func TestSummaries(t *testing.T) {
	lines := []string{
		"Nov 23 15:32:26 mx postfix/qmgr[540]: 5A10D115: from=<a@example.com>, size=10, nrcpt=1 (queue active)", line,
		"Nov 23 15:32:28 mx postfix/qmgr[540]: 5A10D115: removed",
	}
	for _, mode := range []Mode{One, Events} {
		f := start(t, nil)
		var last map[string]any
		for _, l := range lines {
			last = pass(t, f, `{"log":`+strconvQuote(l)+`}`, mode)
		}
		if mode == One {
			assert.Equal(t, "message.removed", last["smtp.event"])
			continue
		}
		events := last["events"].([]any)
		require.Len(t, events, 2)
		summary := events[1].(map[string]any)
		assert.Equal(t, "message", summary["smtp.event"])
		assert.Contains(t, summary["log"], "5A10D115")
		assert.InDelta(t, 1, summary["smtp.recipient.bounced"], 0)
	}
}

// The clock's record ends what is silent, and is not passed on itself.
func TestClock(t *testing.T) {
	f := start(t, nil)
	pass(t, f, `{"log":"Nov 23 15:32:27 mx postfix/smtpd[540]: connect from relay.example[192.0.2.1]"}`, Events)
	assert.Nil(t, f.Record("clock", at, []byte(`{"smtp.clock":true}`), Events))
	f.now = func() time.Time { return now.Add(time.Hour) }
	assert.Nil(t, f.Record("clock", at, []byte(`{"smtp.clock":true}`), One))

	f = start(t, nil)
	pass(t, f, `{"log":"Nov 23 15:32:27 mx postfix/smtpd[540]: connect from relay.example[192.0.2.1]"}`, Events)
	f.now = func() time.Time { return now.Add(time.Hour) }
	got := pass(t, f, `{"smtp.clock":true}`, Events)["events"].([]any)
	require.Len(t, got, 1)
	assert.Equal(t, "disconnect", got[0].(map[string]any)["smtp.event"])
	assert.Equal(t, true, got[0].(map[string]any)["smtp.synthetic"])
}

// What is open lives through a restart; a state that cannot be read is put aside, and said.
func TestState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "smtp.state")
	with := func(c *Config) { c.State = path }
	f := start(t, with)
	pass(t, f, `{"log":"Nov 23 15:32:26 mx postfix/qmgr[540]: 5A10D115: from=<a@example.com>, size=10, nrcpt=1 (queue active)"}`, One)
	f.now = func() time.Time { return now.Add(time.Minute) }
	f.Record("any", at, []byte(`{}`), One)
	got := pass(t, start(t, with), `{"log":`+strconvQuote(line)+`}`, One)
	assert.Equal(t, "a@example.com", got["smtp.mail_from"])

	require.NoError(t, os.WriteFile(path, []byte("no state"), 0o600))
	got = pass(t, start(t, with), `{"log":`+strconvQuote(line)+`}`, One)
	assert.Nil(t, got["smtp.mail_from"])
	aside, err := os.ReadFile(path + ".damaged")
	require.NoError(t, err)
	assert.Equal(t, "no state", string(aside))
}

// What hides people hides them in the record, its text where asked, and the saved state.
func TestPrivacy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "smtp.state")
	f := start(t, func(c *Config) {
		c.State, c.Privacy.Addresses, c.Privacy.IPs, c.Privacy.Bodies, c.Privacy.HashKey = path, "hash", "truncate", true, "0123456789abcdef"
	})
	f.now = func() time.Time { return now.Add(time.Minute) }
	out := string(f.Record("mail", at, []byte(`{"log":`+strconvQuote(line)+`}`), Events))
	assert.Contains(t, out, "@bigmail.test")
	saved, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, secret := range []string{"bob@", "192.0.2.9"} {
		assert.NotContains(t, out, secret)
		assert.NotContains(t, string(saved), secret)
	}
	again := start(t, func(c *Config) {
		c.State, c.Privacy.Addresses, c.Privacy.HashKey = path, "hash", "0123456789abcdef"
	})
	_, messages := again.engine.Open()
	assert.Equal(t, 1, messages, "it is read again with the key")
}

func TestConfiguration(t *testing.T) {
	c, err := Parse("smtp.yaml", []byte("location: Europe/Berlin\nlocal_domains: [example.com]\nkey: mail\nstate: /var/lib/fluent-bit/smtp.state\nsessions: {max: 10, idle_timeout: 5m}\n"))
	require.NoError(t, err)
	assert.Equal(t, "Europe/Berlin", c.Location)
	assert.Equal(t, 5*time.Minute, c.Sessions.IdleTimeout)
	assert.Equal(t, 100_000, c.Messages.Max)
	for text, want := range map[string]string{
		"dialect: [postfix]\n":                      "dialect: there is no such key, takes any of",
		"location: Berlin\n":                        `location: "Berlin" is not a time zone`,
		"state: smtp.state\n":                       `state: "smtp.state" is not absolute`,
		"checkpoint_interval: 10\n":                 "checkpoint_interval: 10 has no unit",
		"state: /a\nprivacy: {addresses: domain}\n": "privacy.hash_key: what hides people needs a key for a saved state",
		"checkpoint_interval: 10ms\n":               "checkpoint_interval: 10ms is too short, takes a duration of at least 1s",
		"sessions: {idle_timeout: soon}\n":          `sessions.idle_timeout: "soon" is not a duration`,
		"[":                                         "smtp.yaml: yaml:",
	} {
		_, err := Parse("smtp.yaml", []byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// FuzzRecord: whatever comes, what goes out is the input itself, nothing, or one object and nothing behind it.
func FuzzRecord(f *testing.F) {
	f.Add(`{"log":` + strconvQuote(line) + `}`)
	f.Add(`{"log":"a\ue0ffb","n":[1,{"x":"\ud83d\ude00"}]}`)
	f.Add(`{"smtp.clock":true}`)
	f.Add(`{"log":"EHLO a\n250 ok\nMAIL FROM:<a@b>\n250 ok","log":2}`)
	f.Fuzz(func(t *testing.T, record string) {
		for _, mode := range []Mode{One, Events} {
			out := start(t, nil).Record("mail", at, []byte(record), mode)
			if out == nil || string(out) == record {
				continue
			}
			if !json.Valid(out) || out[0] != '{' {
				t.Fatalf("%q became %q", record, out)
			}
		}
	})
}
