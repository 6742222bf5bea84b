package truth

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// The independent reader: what looks like an address, an IP address or the name of a user, whoever wrote it.
var (
	reAddress = regexp.MustCompile(`[\pL\pN.!#$%&'*+/=?^_{|}~-]+@(?:\[[^\]\s]+\]|[\pL\pN][\pL\pN._-]*)`)
	reV4      = regexp.MustCompile(`(?:^|[^\pL\pN_.])((?:\d{1,3}\.){3}\d{1,3})`)
	reV6      = regexp.MustCompile(`(?:^|[^\pL\pN_:.]|IPv6:|ipv6:)((?:[0-9A-Fa-f]{1,4}:|:)[0-9A-Fa-f:]*:[0-9A-Fa-f.]*)(?:[^\pL\pN_]|$)`)
	reUsers   = []*regexp.Regexp{
		regexp.MustCompile(`sasl_username=([^,\s\]]+)`), regexp.MustCompile(`authid=([^,\s]+)`),
		regexp.MustCompile(`user=<([^>\s]+)>`), regexp.MustCompile(` A=\w+:(\S+)`),
		regexp.MustCompile(`user=([a-z][\w.@-]+)`),
	}
)

// Persons are whom a text names.
type Persons struct{ addresses, ips, users map[string]bool }

// LookForPersons reads a text.
func LookForPersons(text string) Persons {
	f := Persons{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, a := range reAddress.FindAllString(text, -1) {
		f.addresses[strings.ToLower(strings.TrimRight(a, ".-_"))] = true
	}
	for _, m := range reV4.FindAllStringSubmatch(text, -1) {
		if ip, err := netip.ParseAddr(m[1]); err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
			f.ips[ip.String()] = true
		}
	}
	for _, m := range reV6.FindAllStringSubmatch(text, -1) {
		if ip, err := netip.ParseAddr(strings.TrimRight(m[1], ".")); err == nil && !ip.IsLoopback() && !ip.IsUnspecified() {
			f.ips[ip.Unmap().String()] = true
		}
	}
	for _, re := range reUsers {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			f.users[strings.Trim(m[1], `"'();`)] = true
		}
	}
	return f
}

// roles are names of roles and of servers' own accounts: words of theirs, too.
var roles = map[string]bool{
	"opensmtpd": true, "unavailable": true, "root": true, "mail": true, "postfix": true, "nobody": true, "exim": true,
	"smtp": true, "user": true, "admin": true, "test": true, "daemon": true, "mailbox": true, "local": true, "unknown": true,
}

// ToldBy lists what a text tells of these: the text is cut where no address and no name goes on, and each piece is looked up.
func (f *Persons) ToldBy(text string) (told []string) {
	add := func(what string, is bool) {
		if is && !slices.Contains(told, what) {
			told = append(told, what)
		}
	}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"<>()[],;:\\", r) }) {
		word := strings.ToLower(strings.TrimRight(piece, ".-_"))
		for ; word != ""; _, word, _ = strings.Cut(word, "=") {
			add(word, strings.Contains(word, "@") && f.addresses[word])
			add(word, f.ips[word] && !isNetwork(word))
			if !strings.Contains(word, "=") {
				break
			}
		}
		word = strings.Trim(piece, ".'`!?=")
		if i := strings.LastIndexByte(word, '='); i >= 0 {
			word = word[i+1:]
		}
		add("user "+word, f.users[word] && len(word) > 3 && !roles[strings.ToLower(word)])
	}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != ':' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F')
	}) {
		add(piece, f.ips[strings.Trim(piece, ".:")] && !isNetwork(strings.Trim(piece, ".:")))
	}
	return told
}

// isNetwork says whether an address is what remains of one that was truncated.
func isNetwork(ip string) bool {
	addr := netip.MustParseAddr(ip)
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	network, err := addr.Prefix(bits)
	return err == nil && network.Addr() == addr
}

// PrivacyMode is a setting that hides.
type PrivacyMode struct {
	Change    func(*site.Privacy)
	addresses bool           // are hidden, and users with them
	ips       bool           // are hidden
	Domain    *regexp.Regexp // addresses of a domain that is hidden, too
}

// PrivacyModes are settings of each kind, and mixed ones, by a name.
var PrivacyModes = map[string]PrivacyMode{
	"hash": {Change: func(p *site.Privacy) { p.Addresses, p.IPs = "hash", "hash" }, addresses: true, ips: true},
	"domain": {
		Change: func(p *site.Privacy) { p.Addresses, p.IPs, p.FailedLogins = "domain", "truncate", "keep" }, addresses: true, ips: true,
	},
	"addresses alone, own domains too": {
		Change: func(p *site.Privacy) {
			p.Addresses, p.FailedLogins, p.Domains = "hash", "hash", []string{"example.com", "bigmail.test"}
		},
		addresses: true, Domain: regexp.MustCompile(`(?i)@(?:[\w-]+\.)*(?:example\.com|bigmail\.test)(?:[^\w.-]|$)`),
	},
	"ips alone": {Change: func(p *site.Privacy) { p.IPs = "hash" }, ips: true},
	"domain and hash": {
		Change:    func(p *site.Privacy) { p.Addresses, p.IPs, p.Domains = "domain", "hash", []string{"example.com"} },
		addresses: true, ips: true, Domain: regexp.MustCompile(`(?i)@example\.com(?:[^\w.-]|$)`),
	},
}

// Hidden are those that the mode hides.
func (m *PrivacyMode) Hidden(f Persons) Persons {
	if !m.addresses {
		f.addresses, f.users = nil, nil
	}
	if !m.ips {
		f.ips = nil
	}
	return f
}

// HashKey is the key of the modes that need one.
const HashKey = "a key of the tests' own"
