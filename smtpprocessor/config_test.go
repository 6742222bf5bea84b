package smtpprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMistakesNameTheirKeyAndWhatItTakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"dialect":     {func(c *Config) { c.Dialects = []string{"postfx"} }, `dialects: "postfx" is not a known dialect, takes any of postfix`},
		"location":    {func(c *Config) { c.Location = "Mars/Base" }, `location: "Mars/Base" is not a time zone, takes an IANA name`},
		"no location": {func(c *Config) { c.Location = "" }, `location: "" is not a time zone`},
		"networks":    {func(c *Config) { c.LocalNetworks = []string{"10.0.0.1"} }, `local_networks: "10.0.0.1" is not a network, takes CIDR notation`},
		"summaries":   {func(c *Config) { c.Summaries = []string{"day"} }, `summaries: "day" is not a summary, takes any of session, message`},
		"sessions":    {func(c *Config) { c.Sessions.Max = 0 }, `sessions.max: 0 is too small`},
		"idle":        {func(c *Config) { c.Sessions.IdleTimeout = time.Millisecond }, `sessions.idle_timeout: 1ms is too short`},
		"messages":    {func(c *Config) { c.Messages.Max = -1 }, `messages.max: -1 is too small`},
		"ttl":         {func(c *Config) { c.Messages.TTL = 0 }, `messages.ttl: 0s is too short`},
		"recipients":  {func(c *Config) { c.Messages.MaxRecipients = 0 }, `messages.max_recipients: 0 is too small`},
		"content":     {func(c *Config) { c.Privacy.Content = "hide" }, `privacy.content: "hide" is not a choice, takes redact or keep`},
		"checkpoint":  {func(c *Config) { c.CheckpointInterval = 0 }, `checkpoint_interval: 0s is too short`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			c.change(cfg)
			assert.ErrorContains(t, cfg.Validate(), c.want)
		})
	}
	assert.NoError(t, createDefaultConfig().(*Config).Validate())
}
