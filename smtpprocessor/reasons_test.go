package smtpprocessor

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// configured reads a section as the Collector does.
func configured(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

const refusal = "Nov 23 10:00:06 mx postfix/smtp[859]: 4Xq0Zk3rTnz9: to=<anna@house.example>, relay=mx.house.example[192.0.2.9]:25, delay=1.2, delays=0.1/0/0.5/0.6, " +
	"dsn=5.7.1, status=bounced (host mx.house.example[192.0.2.9] said: 550 5.7.1 Blocked by the school board (in reply to RCPT TO command))"

// reasonOf is the reason, category, basis and provider that a line leaves with.
func reasonOf(t *testing.T, p *smtpProcessor, sink *consumertest.LogsSink, line string) []string {
	t.Helper()
	sink.Reset()
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(line)))
	for _, rec := range flat(sink.AllLogs()...) {
		if _, ok := rec.Attributes().Get(attrs.FailureReason); ok {
			var values []string
			for _, name := range []string{attrs.FailureReason, attrs.FailureCategory, attrs.FailureBasis, attrs.Provider} {
				v, _ := rec.Attributes().Get(name)
				values = append(values, v.AsString())
			}
			return values
		}
	}
	return nil
}

func TestOwnReasonsAndProviders(t *testing.T) {
	cfg, err := configured(t, `
reasons:
  - {reason: unwanted, category: block, text: school board, code: [550, 551], enhanced_code: x.7.1, command: RCPT, provider: house}
  - {reason: policy, regexp: "(?i)board", code: 550}
providers:
  - {name: house, hosts: [house.example]}
`)
	require.NoError(t, err)
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, func(c *Config) { c.Reasons, c.Providers = cfg.Reasons, cfg.Providers })
	assert.Equal(t, []string{"unwanted", "block", "own", "house"}, reasonOf(t, p, sink, refusal))

	p, _ = start(t, sink, nil)
	assert.Equal(t, []string{"policy", "block", "text", "other"}, reasonOf(t, p, sink, refusal))
}

func TestMistakesInOwnReasonsStopTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "reasons.tsv")
	require.NoError(t, os.WriteFile(file, []byte("policy\ttext=a\n\nPolicy\ttext=b\n"), 0o600))
	large := filepath.Join(t.TempDir(), "large.tsv")
	require.NoError(t, os.WriteFile(large, make([]byte, site.MaxReasonsFile+1), 0o600))
	for text, want := range map[string]string{
		"reasons: [{reason: policy}, {reason: policy, code: 250}]":      `reasons[0]: would fit every failure`,
		"reasons: [{reason: policy, text: a}, {reason: loop, code: 2}]": `reasons[1]: code: "2" is no reply code of a failure`,
		"reasons: [{reason: policy, code: 5.5}]":                        "reasons[0]: code: 5.5 is neither a word nor a list of words",
		"reasons: [{reason: policy, words: a}]":                         "reasons[0].words: there is no such key, takes any of category, code, command",
		"reasons: [{reason: mine, text: a}]":                            `reasons[0]: category: "" of the own reason mine is none`,
		"providers: [{name: house}]":                                    "providers[0]: house has neither hosts nor domains",
		"reasons_file: " + file:                                         "reasons_file: " + file + `, line 3: reason: "Policy" is no name`,
		"reasons_file: " + large:                                        "is larger than",
		"reasons_file: /nowhere/reasons.tsv":                            "reasons_file: open /nowhere/reasons.tsv",
		"reasons_file: /":                                               "reasons_file: read /",
	} {
		_, err := configured(t, text)
		assert.ErrorContains(t, err, want, text)
	}
}

// What the file says counts from the next turn of the ticker on; one with a mistake changes nothing, and is complained of once.
func TestReasonsFileIsWatched(t *testing.T) {
	file := filepath.Join(t.TempDir(), "reasons.tsv")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("loop\ttext=school board\n")
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, func(c *Config) { c.ReasonsFile = file })
	core, logs := observer.New(zap.InfoLevel)
	p.logger = zap.New(core)
	reason := func() string { return reasonOf(t, p, sink, refusal)[0] }
	turn := func() { p.rereadReasons() }
	assert.Equal(t, "loop", reason())
	turn()
	assert.Empty(t, logs.TakeAll())

	write("virus\ttext=school board\n")
	turn()
	assert.Equal(t, "virus", reason())
	assert.Len(t, logs.TakeAll(), 1)

	write("virus\ttext=school board\nnonsense\n")
	turn()
	turn()
	assert.Equal(t, "virus", reason())
	complaints := logs.TakeAll()
	require.Len(t, complaints, 1)
	assert.Contains(t, complaints[0].ContextMap()["error"], "line 2")

	require.NoError(t, os.Remove(file))
	turn()
	assert.Equal(t, "virus", reason())
	assert.Len(t, logs.TakeAll(), 1)

	write("")
	turn()
	assert.Equal(t, "policy", reason())
}
