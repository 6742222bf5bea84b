package privacy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

const key = "sixteen bytes and more"

func policy(t testing.TB, change func(*Settings)) *Policy {
	t.Helper()
	s := Settings{Addresses: Hash, IPs: Hash, Key: key}
	if change != nil {
		change(&s)
	}
	p, err := New(s)
	require.NoError(t, err)
	return p
}

// who is the pseudonym alone.
func who(s string) string { before, _, _ := strings.Cut(s, "@"); return before }

// One person is one pseudonym, however mailing systems write the address.
func TestOnePersonIsOnePseudonym(t *testing.T) {
	p := policy(t, nil)
	anna := who(p.Address("anna@example.com"))
	for _, same := range []string{
		"Anna@Example.COM", "anna@example.com.", "anna+shop@example.com", `"anna"@example.com`, "<anna@example.com>", "@relay.example,@b.example:anna@example.com",
		"prvs=1234567890=anna@example.com", "prvs=anna/1234567890@example.com", "msprvs1=18f2aBcD=anna@example.com", "btv1==5511aa==anna@example.com",
		"SRS0=HHH=TT=example.com=anna@forwarder.example", "SRS0+HHH=TT=example.com=anna@forwarder.example",
		"SRS1=HHH=first.example==HHH=TT=example.com=anna@second.example", "prvs=1234567890=SRS0=HHH=TT=example.com=anna+x@forwarder.example",
		"list-owner-anna=example.com@lists.example", "bounce+anna=example.com@lists.example", "bounces+12345-ab12-anna=example.com@em.example",
	} {
		assert.Equal(t, anna, who(p.Address(same)), same)
	}
	assert.Equal(t, anna+"@forwarder.example", p.Address("SRS0=HHH=TT=example.com=anna@Forwarder.example"), "the domain is the address's own")
	for _, other := range []string{"bert@example.com", "anna@example.org", "anna", "anna.b@example.com"} {
		assert.NotEqual(t, anna, who(p.Address(other)), other)
	}
	assert.NotEqual(t, anna, who(p.User("anna@example.com")), "an account is another kind")
	assert.Equal(t, "<>", p.Address("<>"))
}

// The same key gives the same pseudonyms on two hosts, another key others: what these are is written down here as another program
// works them out (hmac of Python), so that no release changes them.
func TestPseudonymsAreThoseOfTheKey(t *testing.T) {
	one, two, other := policy(t, nil), policy(t, nil), policy(t, func(s *Settings) { s.Key += "!" })
	for shown, of := range map[string]func(*Policy) string{
		"ace7e4a683586a8d@example.com": func(p *Policy) string { return p.Address("anna@example.com") },
		"7e759ee10db2df17":             func(p *Policy) string { return p.User("anna") },
		"3fff::15cf:c761:ecc2:6d77":    func(p *Policy) string { return p.IP("192.0.2.7") },
	} {
		assert.Equal(t, shown, of(one))
		assert.Equal(t, shown, of(two))
		assert.NotEqual(t, shown, of(other))
		assert.Len(t, who(of(one)), len(who(shown)))
	}
}

func TestWhatRemainsOfAnAddress(t *testing.T) {
	p := policy(t, func(s *Settings) { s.Addresses, s.IPs, s.Key = Domain, Truncate, "" })
	for raw, shown := range map[string]string{"anna@Example.com": "@example.com", "anna": "[redacted]", "<>": "<>", "": "", "anna@[192.0.2.7]": "@[192.0.2.0]", "|/usr/bin/vacation anna": "|[redacted]"} {
		assert.Equal(t, shown, p.Address(raw), raw)
	}
	for raw, shown := range map[string]string{
		"192.0.2.7": "192.0.2.0", "2001:db8:1:2::7": "2001:db8:1::", "::ffff:192.0.2.7": "192.0.2.0", "IPv6:2001:db8:1:2::7": "2001:db8:1::",
		"127.0.0.1": "127.0.0.1", "::1": "::1", "unknown": "unknown", "local": "local", "192.000.002.007": "192.0.2.0",
	} {
		assert.Equal(t, shown, p.IP(raw), raw)
	}
	assert.Equal(t, "@mail.example.com", p.MessageID("anna.20261123@mail.example.com"))
	assert.Equal(t, "@invalid", p.MessageID("20261123@annas-laptop"))
	assert.Equal(t, "@invalid", p.MessageID("20261123@annas-laptop.fritz.box.lan"))
}

// Names of machines that serve mail stay; those of customers' connections and of computers at home do not.
func TestHosts(t *testing.T) {
	p := policy(t, func(s *Settings) { s.IPs, s.Addresses, s.Key = Truncate, Keep, "" })
	for raw, shown := range map[string]string{
		"mx1.example.com": "mx1.example.com", "gmail-smtp-in.l.google.com": "gmail-smtp-in.l.google.com", "mail-ej1-x62c.google.com": "mail-ej1-x62c.google.com",
		"example-com.mail.protection.outlook.com": "example-com.mail.protection.outlook.com", "mta-70-20-1.sparkpostmail.com": "mta-70-20-1.sparkpostmail.com",
		"c-192-0-2-7.hsd1.ca.example.net": "*.hsd1.ca.example.net", "7.2.0.192.dsl.example": "*.dsl.example", "192-0-2-7.example": "*.example",
		"host192x0x2x7.example": "*.example", "p5b0a1234.dip0.t-ipconnect.example": "*.dip0.t-ipconnect.example", "ip192000002007.example": "*.example",
		"192.0.2.7": "192.0.2.0", "[192.0.2.7]": "[192.0.2.0]", "[IPv6:2001:db8:1:2::7]": "[2001:db8:1::]", "localhost": "localhost", "": "",
	} {
		assert.Equal(t, shown, p.Host(raw), raw)
	}
	for raw, shown := range map[string]string{"DESKTOP-ANNA": "*", "annas-mac.local": "*", "mail.example.com": "mail.example.com", "localhost": "localhost", "[192.0.2.7]": "[192.0.2.0]"} {
		assert.Equal(t, shown, p.Helo(raw), raw)
	}
	h := policy(t, nil)
	assert.Equal(t, h.Host("c-192-0-2-7.hsd1.example.net"), h.Host("C-192-0-2-7.hsd1.example.net"))
	assert.NotEqual(t, h.Host("c-192-0-2-7.hsd1.example.net"), h.Host("c-192-0-2-8.hsd1.example.net"))
}

func TestOwnDomainsAreHiddenWhereverTheyStand(t *testing.T) {
	p := policy(t, func(s *Settings) { s.Domains = []string{"Meier.example"} })
	domain := p.Host("meier.example")
	assert.Regexp(t, `^[0-9a-f]{16}\.invalid$`, domain)
	assert.Equal(t, domain, p.Host("MEIER.example"))
	assert.True(t, strings.HasSuffix(p.Host("annas-laptop.meier.example"), "."+domain))
	assert.True(t, strings.HasSuffix(p.Address("anna@meier.example"), "@"+domain))
	assert.Equal(t, "notmeier.example", p.Host("notmeier.example"))
	text := p.Text("mail for meier.example loops back, see anna@meier.example.", new(Names))
	assert.NotContains(t, text, "meier")
	assert.Contains(t, text, domain+" loops")
}

// What is written like an address is hidden in any text, and nothing else is.
func TestTexts(t *testing.T) {
	p := policy(t, func(s *Settings) { s.Addresses, s.IPs, s.Key = Domain, Truncate, "" })
	var names Names
	names.add("bert", "[redacted]")
	for raw, shown := range map[string]string{
		"550 5.1.1 <anna@example.com>: unknown user":               "550 5.1.1 <@example.com>: unknown user",
		"from=anna@example.com, to=<b@c.example>.":                 "from=@example.com, to=<@c.example>.",
		"mailto:anna@example.com?":                                 "mailto:@example.com?",
		`"anna b"@example.com rejected`:                            `@example.com rejected`,
		"http://x.example/q?ip=192.0.2.7&m=anna%40example.com":     "http://x.example/q?ip=192.0.2.0&m=%40example.com",
		`{"to":"\u003canna@example.com\u003e"}`:                    `{"to":"\u003c@example.com\u003e"}`,
		`a\nanna@example.com`:                                      `a\n@example.com`,
		"user+tag@example.com,b@d.example":                         "@example.com,@d.example",
		"bounce-anna=example.com@lists.example":                    "@lists.example",
		"anna@[192.0.2.7]":                                         "@[192.0.2.0]",
		"[192.0.2.7]:25 and 192.0.2.7:25, 192.0.2.7.":              "[192.0.2.0]:25 and 192.0.2.0:25, 192.0.2.0.",
		"host x[2001:db8:1:2::7]:25, IPv6:2001:db8:1:2::7.":        "host x[2001:db8:1::]:25, IPv6:2001:db8:1::.",
		"7.2.0.192.zen.example.org listed":                         "7.2.0.0.zen.example.org listed",
		"c-192-0-2-7.hsd1.example.net refused":                     "*.hsd1.example.net refused",
		"5.7.1 8.18.1 10:15:30 2026-11-23 12:00:00.123 v1.2.3":     "5.7.1 8.18.1 10:15:30 2026-11-23 12:00:00.123 v1.2.3",
		"mailbox of Bert is full, bertha's is not, bert@x.example": "mailbox of [redacted] is full, bertha's is not, @x.example",
		"sasl_username=carl, user=<carl>, A=plain:carl":            "sasl_username=[redacted], user=<[redacted]>, A=plain:carl",
		"to=anna, orig_to=<carla>, from=root, delay=1":             "to=[redacted], orig_to=<[redacted]>, from=root, delay=1",
		"to=<anna>,<b@c.example>,carl, ctladdr=dora (8/0)":         "to=<[redacted]>,<@c.example>,[redacted], ctladdr=[redacted] (8/0)",
		"from=c-192-0-2-7.hsd1.example.net[192.0.2.7] to=<>":       "from=*.hsd1.example.net[192.0.2.0] to=<>",
		"@ at @home x@": "@ at @home x@",
		"sasl_username=[redacted], user=<[redacted]>":          "sasl_username=[redacted], user=<[redacted]>",
		"<a@b.example>... aliased to carl, for user carl. End": "<@b.example>... aliased to [redacted], for user [redacted]. End",
		"/var/mail/carl: Permission denied for user unknown":   "/var/mail/[redacted]: Permission denied for user unknown",
		"user=<>, id=1, and so on":                             "user=<>, id=1, and so on",
		"SHA256 AA:BB:CC:DD 00:11:22:33:44:55":                 "SHA256 AA:BB:CC:DD 00:11:22:33:44:55",
		"::1 and 127.0.0.1":                                    "::1 and 127.0.0.1",
		"über@bücher.example":                                  "@bücher.example",
		"":                                                     "",
	} {
		assert.Equal(t, shown, p.Text(raw, &names), raw)
	}
}

// Nothing is hidden twice: a text that went through comes out as it is, as long as its names are the same.
func TestHiddenIsNotHiddenAgain(t *testing.T) {
	p := policy(t, nil)
	var names Names
	names.add("anna@example.com", p.Address("anna@example.com"))
	names.add("anna", who(p.Address("anna@example.com")))
	for _, raw := range []string{"to=<anna@example.com> by 192.0.2.7 or c-192-0-2-7.hsd1.example.net", "anna <b@c.example> 2001:db8::7", "x anna@example.com,d@e.example", "to=annabel, delay=1"} {
		once := p.Text(raw, &names)
		assert.NotContains(t, once, "anna")
		assert.NotContains(t, once, "192.0.2.7")
		assert.NotContains(t, once, "b@c")
		assert.Equal(t, once, p.Text(once, &names), raw)
	}
}

// In a line the fields are hidden by where they stand, so a name that is a word of the line, too, hides only itself.
func TestLineHidesItsFieldsWhereTheyStand(t *testing.T) {
	p := policy(t, func(s *Settings) { s.Addresses, s.IPs, s.Key = Domain, Truncate, "" })
	ev := event.Event{Line: "A1: to=<status>, relay=mx.example[192.0.2.7]:25, status=bounced (user status: no such user bertram)"}
	ev.RcptTo, ev.PeerIP, ev.OrigRcptTo = ev.Line[8:14], ev.Line[34:43], "bertram"
	ev.Text = ev.Line[62:]
	var names Names
	p.Learn(&ev, &names)
	assert.Equal(t, "A1: to=<[redacted]>, relay=mx.example[192.0.2.0]:25, status=bounced (user status: no such user [redacted])", p.Line(&ev, &names, nil))
	p.Event(&ev, &names)
	assert.Equal(t, "[redacted]", ev.RcptTo)
	assert.Equal(t, "192.0.2.0", ev.PeerIP)
	assert.NotContains(t, ev.Text, "bertram")
}

func TestMistakesNameTheirKey(t *testing.T) {
	for want, s := range map[string]Settings{
		`addresses: "yes" is not a choice, takes keep, domain or hash`:                                                       {Addresses: "yes"},
		`ips: "domain" is not a choice, takes keep, truncate or hash`:                                                        {IPs: "domain"},
		`failed_logins: "show" is not a choice, takes redact, hash or keep`:                                                  {FailedLogins: "show"},
		"hash_key: is empty, takes a secret of at least 16 bytes for addresses: hash, from the environment: ${env:NAME}":     {Addresses: Hash},
		"hash_key: is empty, takes a secret of at least 16 bytes for ips: hash, from the environment: ${env:NAME}":           {IPs: Hash},
		"hash_key: is empty, takes a secret of at least 16 bytes for failed_logins: hash, from the environment: ${env:NAME}": {FailedLogins: Hash},
		"hash_key: is empty, takes a secret of at least 16 bytes for domains, from the environment: ${env:NAME}":             {Addresses: Domain, Domains: []string{"a.example"}},
		"hash_key: ${...} stands there, and nobody has put in what it stands for":                                            {Addresses: Hash, Key: "${env:SMTP_HASH_KEY}"},
		"hash_key: has 5 bytes, takes at least 16":                                                                           {Addresses: Hash, Key: "short"},
		`domains: "a b" is not a domain, takes names such as example.com`:                                                    {Addresses: Hash, Key: key, Domains: []string{"a b"}},
		"domains: nothing is hidden that they could stand in, takes none while addresses and ips are keep":                   {Key: key, Domains: []string{"a.example"}},
		"bodies: there is nothing to hide in them, takes false while addresses and ips are keep":                             {Bodies: true},
	} {
		_, err := New(s)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "short")
	}
	for _, s := range []Settings{{}, {Addresses: Keep, IPs: Keep, FailedLogins: Redact}, {Key: key}} {
		p, err := New(s)
		require.NoError(t, err)
		assert.Nil(t, p)
	}
}

// A sealed state holds no name, comes back with the key alone, and one that was saved before anything was hidden is read.
func TestSealedStateIsReadWithItsKeyAlone(t *testing.T) {
	p := policy(t, nil)
	data := []byte("the state of anna@example.com")
	s, err := p.Seal(data)
	require.NoError(t, err)
	assert.NotContains(t, string(s), "anna")
	back, err := p.Open(s)
	require.NoError(t, err)
	assert.Equal(t, data, back)
	back, err = p.Open(data)
	require.NoError(t, err)
	assert.Equal(t, data, back)
	for _, other := range []*Policy{policy(t, func(s *Settings) { s.Key += "!" }), nil} {
		_, err = other.Open(s)
		require.Error(t, err)
	}
	s[len(s)-1] ^= 1
	_, err = p.Open(s)
	require.Error(t, err)
	_, err = p.Open(s[:len(sealed)+3])
	require.Error(t, err)
}

// Whatever the text is, it goes through; an address in it does not.
func FuzzText(f *testing.F) {
	for _, s := range []string{"to=<a@b>", `"a b"@c`, "1.2.3.4", "a:b::c:1:", "x%40y", "user=<a", "@@@", `\u003c@`, "[::1]@[", "a@[b"} {
		f.Add(s)
	}
	p := policy(f, func(s *Settings) { s.Domains = []string{"own.example"} })
	f.Fuzz(func(t *testing.T, s string) {
		var names Names
		p.Learn(&event.Event{RcptTo: s, MailFrom: "anna@example.com"}, &names)
		_ = p.Text(s, &names)
		out := p.Text(s+" <zoe.secret@person.example> 198.51.100.77 "+s, &names)
		if strings.Contains(out, "zoe.secret@") || strings.Contains(out, " 198.51.100.77 ") {
			t.Fatal(out)
		}
		ev := event.Event{Line: s, Text: s, RcptTo: s, Helo: s, PeerIP: s, MessageID: s, User: s, ClientAddress: s}
		p.Learn(&ev, &names)
		_ = p.Line(&ev, &names, nil)
		p.Event(&ev, &names)
	})
}

func BenchmarkText(b *testing.B) {
	const line = "4AA0918: to=<anna@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=2, delays=0/0/1/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <anna@example.com>: Recipient address rejected)"
	p := policy(b, nil)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	var names Names
	for b.Loop() {
		names.reset()
		_ = p.Text(line, &names)
	}
}

func ExamplePolicy_Address() {
	p, _ := New(Settings{Addresses: Domain})
	fmt.Println(p.Address("anna+shop@example.com"))
	// Output: @example.com
}
