package smtpprocessor

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

func TestMistakesNameTheirKeyAndWhatItTakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"dialect":             {func(c *Config) { c.Dialects = []string{"postfx"} }, `dialects: "postfx" is not a known dialect, takes any of postfix`},
		"location":            {func(c *Config) { c.Location = "Mars/Base" }, `location: "Mars/Base" is not a time zone, takes an IANA name`},
		"no location":         {func(c *Config) { c.Location = "" }, `location: "" is not a time zone`},
		"networks":            {func(c *Config) { c.LocalNetworks = []string{"10.0.0.1"} }, `local_networks: "10.0.0.1" is not a network, takes CIDR notation`},
		"attributes":          {func(c *Config) { c.Attributes = "all" }, `attributes: "all" is not a choice, takes core or full`},
		"drop":                {func(c *Config) { c.Drop = []string{"noise"} }, `drop: "noise" is nothing that can be left out, takes chatter`},
		"summaries":           {func(c *Config) { c.Summaries = []string{"day"} }, `summaries: "day" is not a summary, takes any of session, message`},
		"sessions":            {func(c *Config) { c.Sessions.Max = 0 }, `sessions.max: 0 is too small`},
		"idle":                {func(c *Config) { c.Sessions.IdleTimeout = time.Millisecond }, `sessions.idle_timeout: 1ms is too short`},
		"messages":            {func(c *Config) { c.Messages.Max = -1 }, `messages.max: -1 is too small`},
		"ttl":                 {func(c *Config) { c.Messages.TTL = 0 }, `messages.ttl: 0s is too short`},
		"recipients":          {func(c *Config) { c.Messages.MaxRecipients = 0 }, `messages.max_recipients: 0 is too small`},
		"content":             {func(c *Config) { c.Privacy.Content = "hide" }, `privacy.content: "hide" is not a choice, takes redact or keep`},
		"addresses":           {func(c *Config) { c.Privacy.Addresses = "hide" }, `privacy.addresses: "hide" is not a choice, takes keep, domain or hash`},
		"ips":                 {func(c *Config) { c.Privacy.IPs = "hide" }, `privacy.ips: "hide" is not a choice, takes keep, truncate or hash`},
		"logins":              {func(c *Config) { c.Privacy.FailedLogins = "show" }, `privacy.failed_logins: "show" is not a choice, takes redact, hash or keep`},
		"no key":              {func(c *Config) { c.Privacy.Addresses = "hash" }, "privacy.hash_key: is empty, takes a secret of at least 16 bytes for addresses: hash, from the environment: ${env:NAME}"},
		"short key":           {func(c *Config) { c.Privacy.IPs, c.Privacy.HashKey = "hash", "letmein" }, "privacy.hash_key: has 7 bytes, takes at least 16"},
		"no key to seal with": {func(c *Config) { c.Privacy.Addresses, c.Storage = "domain", new(component.ID) }, "privacy.hash_key: is empty, takes a secret of at least 16 bytes where there is a storage, since the saved state is sealed with it"},
		"own domains":         {func(c *Config) { c.Privacy.Domains = []string{"meier.example"} }, "privacy.domains: nothing is hidden that they could stand in"},
		"bodies":              {func(c *Config) { c.Privacy.Bodies = true }, "privacy.bodies: there is nothing to hide in them, takes false while addresses and ips are keep"},
		"checkpoint":          {func(c *Config) { c.CheckpointInterval = 0 }, `checkpoint_interval: 0s is too short`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			c.change(cfg)
			err := cfg.Validate()
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "letmein")
		})
	}
	assert.NoError(t, createDefaultConfig().(*Config).Validate())
}

// The key shows itself to nobody, however a configuration is written out.
func TestKeyShowsItselfToNobody(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"privacy": map[string]any{"hash_key": "the secret of this site", "addresses": "hash"}}).Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	assert.Equal(t, "the secret of this site", string(cfg.Privacy.HashKey))
	conf := confmap.New()
	require.NoError(t, conf.Marshal(cfg))
	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v %#v", cfg.Privacy, cfg.Privacy), fmt.Sprint(conf.ToStringMap())} {
		assert.NotContains(t, text, "secret of")
	}
}

// What the settings name decides the direction and the route of a delivery.
func TestDomainsAndSmarthostsOfMainCfTakeEffect(t *testing.T) {
	sent := func(to, relay string) string {
		return "Nov 23 15:32:34 mx postfix/smtp[5]: 4ABCDE: to=<" + to + ">, relay=" + relay + ", delay=0.25, delays=0/0.09/0.12/0.03, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1)"
	}
	delivery := func(line string) (direction, route string) {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, func(c *Config) {
			c.LocalDomains = []string{"@one.example", ".two.example", "three.example."}
			c.Relayhosts = []string{"[relay.example.com]:587", "[ipv6:2001:db8:0::1]"}
		})
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(line)))
		rec := flat(sink.AllLogs()...)[0]
		return str(rec, attrs.Direction), str(rec, attrs.DeliveryRoute)
	}
	for to, want := range map[string]string{
		"a@one.example": "inbound", "a@Three.Example": "inbound", "a@sub.two.example": "inbound", "a@x.sub.two.example": "inbound",
		"a@two.example": "outbound", "a@sub.one.example": "outbound", "a@nottwo.example": "outbound", "a@else.example": "outbound",
	} {
		direction, _ := delivery(sent(to, "mx.else.example[192.0.2.9]:25"))
		assert.Equal(t, want, direction, to)
	}
	for relay, want := range map[string]string{
		"relay.example.com[192.0.2.1]:587": "relayhost", "Relay.Example.COM[192.0.2.1]:587": "relayhost", "x.example[2001:db8::1]:25": "relayhost",
		"other.example.com[192.0.2.1]:587": "mx",
	} {
		_, route := delivery(sent("a@else.example", relay))
		assert.Equal(t, want, route, relay)
	}
}

// A key that does not exist and a duration without a unit are told with what there is.
func TestSectionsAreReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		"local_domain": "local_domain: there is no such key, takes any of ", "storages": "local_domains, local_networks, location",
	} {
		err := confmap.NewFromStringMap(map[string]any{text: "x"}).Unmarshal(createDefaultConfig())
		require.ErrorContains(t, err, want)
	}
	err := confmap.NewFromStringMap(map[string]any{"sessions": map[string]any{"idle_timeout": 10}}).Unmarshal(createDefaultConfig())
	assert.ErrorContains(t, err, "sessions.idle_timeout: 10 has no unit, takes a duration such as 10s or 10m")
}
