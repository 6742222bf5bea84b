package site

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Domains and smarthosts are copied from main.cf: what it takes is understood, what is none of them stops the start.
func TestDomainsAndSmarthostsAreReadAsMainCfWritesThem(t *testing.T) {
	domains := func(s string) ([]string, error) {
		return (&Site{LocalDomains: []string{s}}).domains()
	}
	relays := func(s string) ([]string, error) { return (&Site{Relayhosts: []string{s}}).relays() }
	for _, c := range []struct {
		read      func(string) ([]string, error)
		text, is  string
		otherwise string
	}{
		{domains, "Example.COM", "example.com", ""},
		{domains, "@example.com", "example.com", ""},
		{domains, "example.com.", "example.com", ""},
		{domains, ".example.com", ".example.com", ""},
		{domains, "example.com, example.org\n\texample.net", "example.com example.org example.net", ""},
		{domains, "localhost", "localhost", ""},
		{domains, "bücher.example", "bücher.example", ""},
		{domains, "[192.0.2.1]", "[192.0.2.1]", ""},
		{domains, "", "", `"" is not a domain, takes names such as example.com, or .example.com for all that is below it`},
		{domains, " ", "", `" " is not a domain`},
		{domains, "@.example.com", "", `"@.example.com" is not a domain`},
		{domains, "$mydomain", "", `"$mydomain" is not a domain`},
		{domains, "localhost.$mydomain", "", "is not a domain"},
		{domains, "hash:/etc/postfix/domains", "", `"hash:/etc/postfix/domains" is not a domain`},
		{domains, "/etc/postfix/domains", "", "is not a domain"},
		{domains, "bob@example.com", "", `"bob@example.com" is not a domain`},
		{domains, "*.example.com", "", "is not a domain"},
		{domains, "!example.com", "", "is not a domain"},
		{domains, "example..com", "", "is not a domain"},
		{domains, "[192.0.2.1", "", "is not a domain"},
		{relays, "[relay]:587", "relay", ""},
		{relays, "[Relay.example.com]", "relay.example.com", ""},
		{relays, "relay.example.com.", "relay.example.com", ""},
		{relays, "relay.example.com:submission", "relay.example.com", ""},
		{relays, "[192.0.2.1]:25", "192.0.2.1", ""},
		{relays, "192.0.2.1", "192.0.2.1", ""},
		{relays, "192.0.2.1:25", "192.0.2.1", ""},
		{relays, "[2001:DB8::1]:587", "2001:db8::1", ""},
		{relays, "[ipv6:2001:db8::1]", "2001:db8::1", ""},
		{relays, "2001:db8:0:0::1", "2001:db8::1", ""},
		{relays, "[a.example]:587, [b.example]:587", "a.example b.example", ""},
		{relays, "", "", `"" is not a host, takes names or addresses such as relay.example.com, [relay.example.com]:587 or [192.0.2.1]`},
		{relays, "[relay", "", `"[relay" is not a host`},
		{relays, "[relay]587", "", "is not a host"},
		{relays, "relay:", "", "is not a host"},
		{relays, "$mydomain", "", "is not a host"},
		{relays, "relay@example.com", "", "is not a host"},
		{relays, "unix:/var/run/lmtp", "", "is not a host"},
	} {
		got, err := c.read(c.text)
		if c.otherwise != "" {
			require.ErrorContains(t, err, c.otherwise, c.text)
			continue
		}
		require.NoError(t, err, c.text)
		assert.Equal(t, c.is, strings.Join(got, " "), c.text)
	}
	cfg := Default()
	cfg.LocalDomains, cfg.Relayhosts = []string{"a.example", "$mydestination"}, []string{"[relay"}
	require.ErrorContains(t, cfg.Check(), `local_domains: "$mydestination" is not a domain`)
	assert.ErrorContains(t, cfg.Check(), `relayhosts: "[relay" is not a host`)
}
