package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

type config struct {
	Name    string          `mapstructure:"name"`
	Poll    time.Duration   `mapstructure:"poll"`
	Limits  limits          `mapstructure:"limits"`
	Retry   *limits         `mapstructure:"retry"`
	Metrics map[string]rule `mapstructure:"metrics"`
	Rules   []rule          `mapstructure:"rules"`
	Waits   []time.Duration `mapstructure:"waits"`
	Storage *component.ID   `mapstructure:"storage"`
	Share   float64         `mapstructure:"share"`
	Strict  bool            `mapstructure:"strict"`
	Common  `mapstructure:",squash"`
	hidden  int
}

type Common struct {
	Size int `mapstructure:"size"`
}

type limits struct {
	Max  int           `mapstructure:"max"`
	Idle time.Duration `mapstructure:"idle_timeout"`
}

type rule struct {
	Reason string        `mapstructure:"reason"`
	Within time.Duration `mapstructure:"within"`
}

func (c *config) Unmarshal(conf *confmap.Conf) error { return Unmarshal(conf, c) }

func read(t *testing.T, text string) (*config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	c := &config{Name: "default", Limits: limits{Max: 7}}
	return c, confmap.NewFromStringMap(map[string]any{"smtp": raw}).Unmarshal(&struct {
		C *config `mapstructure:"smtp"`
	}{c})
}

func TestMistakesSayWhatTheKeyTakes(t *testing.T) {
	for text, want := range map[string]string{
		"nane: x":                               "nane: there is no such key, takes any of limits, metrics, name, poll, retry, rules, share, size, storage, strict, waits",
		"poll: 5":                               "poll: 5 has no unit, takes a duration such as 5s or 5m",
		"poll: 0.5":                             "poll: 0.5 has no unit, takes a duration such as 0.5s or 0.5m",
		"poll: '5'":                             `poll: "5" is not a duration, takes a number with its unit such as 200ms, 10s, 5m or 24h`,
		"poll: 5d":                              `poll: "5d" is not a duration`,
		"limits: {idle: 1s}":                    "limits.idle: there is no such key, takes any of idle_timeout, max",
		"limits: {idle_timeout: 10}":            "limits.idle_timeout: 10 has no unit",
		"retry: {idle_timeout: 10}":             "retry.idle_timeout: 10 has no unit",
		"metrics: {smtp.reply: {dimension: 1}}": "metrics::smtp.reply::dimension: there is no such key, takes any of reason, within",
		"metrics: {smtp.reply: {within: 1}}":    "metrics::smtp.reply::within: 1 has no unit",
		"rules: [{reason: a}, {raison: b}]":     "rules[1].raison: there is no such key, takes any of reason, within",
		"waits: [1s, 2]":                        "waits[1]: 2 has no unit",
		"hidden: 2":                             "hidden: there is no such key",
		"Name: x":                               "Name: there is no such key",
		"name: [x]":                             "name: is a list, takes a text",
		"name: 5":                               "name: is a number, takes a text: in quotes where",
		"size: 10k":                             `size: "10k" is a text, takes a number without a unit such as 1000`,
		"share: some":                           `share: "some" is a text, takes a number without a unit such as 0.5`,
		"waits: {a: 1s}":                        "waits: is a section, takes a list such as [a, b]",
		"waits: true":                           "waits: true is no such thing, takes a list",
		"limits: 5":                             "limits: 5 is no such thing, takes a section with any of idle_timeout, max",
		"limits: {max: lots}":                   `limits.max: "lots" is a text, takes a number`,
		"metrics: [smtp.reply]":                 "metrics: is a list, takes a section of keys and values",
		"metrics: {smtp.reply: true}":           "metrics::smtp.reply: true is no such thing, takes a section with any of reason, within",
		"rules: {reason: a}":                    "rules: is a section, takes a list",
		"strict: maybe":                         `strict: "maybe" is a text, takes true or false`,
		"poll: [1s]":                            "poll: is a list, takes a duration such as 200ms",
		"size: 1.5":                             "size: 1.5 is a fraction, takes a whole number",
		"rules: a":                              `rules: "a" is a text, takes a list`,
		"storage: [file_storage]":               "storage: is a list, takes the name of an extension such as file_storage",
		"storage: 5":                            "storage: 5 is no such thing, takes the name of an extension",
		"storage: 5parsecs":                     `storage: "5parsecs" is none, takes the name of an extension`,
		"storage: ''":                           `storage: "" is none, takes the name of an extension`,
	} {
		_, err := read(t, text)
		if assert.ErrorContains(t, err, want, text) {
			assert.NotContains(t, err.Error(), "got unconvertible", text)
			assert.Equal(t, 1, strings.Count(err.Error(), " takes "), err.Error())
		}
	}
	_, err := read(t, "nane: x\npoll: 5")
	require.ErrorContains(t, err, "nane: there is no such key")
	require.ErrorContains(t, err, "poll: 5 has no unit")
}

func TestWhatIsRightIsDecoded(t *testing.T) {
	c, err := read(t, "poll: 0\nsize: 3\nlimits: {idle_timeout: 1m30s}\nretry:\nmetrics: {a.b: {within: 1h}, c: }\nrules: [{reason: x}]\nwaits: [1s]\nstorage: file_storage/x")
	require.NoError(t, err)
	assert.Equal(t, "default", c.Name)
	assert.Equal(t, limits{7, 90 * time.Second}, c.Limits)
	assert.Equal(t, map[string]rule{"a.b": {Within: time.Hour}, "c": {}}, c.Metrics)
	assert.Equal(t, []rule{{Reason: "x"}}, c.Rules)
	assert.Equal(t, 3, c.Size)
	assert.Equal(t, "file_storage/x", c.Storage.String())
	assert.Zero(t, c.hidden)

	c, err = read(t, "")
	require.NoError(t, err)
	assert.Equal(t, 7, c.Limits.Max)
}
