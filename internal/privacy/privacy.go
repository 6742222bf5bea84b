// Package privacy hides who a log is about: addresses, the names of users, IP addresses, in fields and in texts. A pseudonym is a
// keyed hash of what is left when all that does not tell persons apart is taken off, so the same person has the same one in every
// line, on every host with the same key, and nobody without the key can try out guesses. It knows no mail server and nothing of the
// Collector.
package privacy

import (
	"encoding"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The values of Settings.Addresses, IPs and FailedLogins.
const (
	Keep     = "keep"
	Hash     = "hash"
	Domain   = "domain"   // of an address no more than its domain
	Truncate = "truncate" // of an IP address no more than its network
	Redact   = "redact"
)

// Settings say what of a log may leave. Empty values are the defaults: Keep, Keep, Redact.
type Settings struct {
	Addresses    string   // Keep, Domain, Hash: of senders and recipients, and the names of users
	IPs          string   // Keep, Truncate, Hash
	FailedLogins string   // Redact, Hash, Keep: the name of a login that failed
	Bodies       bool     // the text of lines, too
	Domains      []string // own domains that are hashed, too, with all that is below them
	Key          Key      // of the hashes
}

// KeyBytes is how long a key is at least.
const KeyBytes = 16

// Policy is what is done with what must not leave as it is. It has no state but a memory of pseudonyms, and may be used by several
// goroutines.
type Policy struct {
	addresses, ips, failed string
	bodies                 bool
	domains                []string
	hasher                 hasher
	hidden                 bool // a state that holds names must be sealed
	seen                   cache
}

// Mistakes names each by its key and says what the key takes.
func (s *Settings) Mistakes() (errs []error) {
	choice := func(key, value string, takes ...string) {
		if value != "" && !slices.Contains(takes, value) {
			errs = append(errs, fmt.Errorf("%s: %q is not a choice, takes %s or %s",
				key, value, strings.Join(takes[:len(takes)-1], ", "), takes[len(takes)-1]))
		}
	}
	choice("addresses", s.Addresses, Keep, Domain, Hash)
	choice("ips", s.IPs, Keep, Truncate, Hash)
	choice("failed_logins", s.FailedLogins, Redact, Hash, Keep)
	for _, d := range s.Domains {
		if _, ok := cleanDomain(d); !ok {
			errs = append(errs, fmt.Errorf("domains: %q is not a domain, takes names such as example.com", d))
		}
	}
	if len(s.Domains) > 0 && !s.hides() {
		errs = append(errs, errors.New("domains: nothing is hidden that they could stand in, takes none while addresses and ips are keep"))
	}
	if s.Bodies && !s.hides() {
		errs = append(errs, errors.New("bodies: there is nothing to hide in them, takes false while addresses and ips are keep"))
	}
	switch why := s.asksKey(); {
	case s.Key == "" && why != "":
		errs = append(errs, fmt.Errorf("hash_key: is empty, takes a secret of at least %d bytes for %s, from the environment: ${env:NAME}",
			KeyBytes, why))
	case strings.HasPrefix(string(s.Key), "${") && strings.HasSuffix(string(s.Key), "}"): // where no environment reaches: in Fluent Bit
		errs = append(errs, errors.New("hash_key: ${...} stands there, and nobody has put in what it stands for, takes the secret itself"))
	case s.Key != "" && len(s.Key) < KeyBytes:
		errs = append(errs, fmt.Errorf("hash_key: has %d bytes, takes at least %d", len(s.Key), KeyBytes))
	}
	return errs
}

// hides says whether anything that stands in fields is hidden.
func (s *Settings) hides() bool { return hides(s.Addresses) || hides(s.IPs) }

func hides(mode string) bool { return mode != "" && mode != Keep }

// NeedsSealing says whether a state that outlives the process must not be read by others, for which it takes a key.
func (s *Settings) NeedsSealing() bool { return s.hides() || s.FailedLogins == Hash }

// asksKey says what a key is needed for.
func (s *Settings) asksKey() string {
	switch {
	case s.Addresses == Hash:
		return "addresses: hash"
	case s.IPs == Hash:
		return "ips: hash"
	case s.FailedLogins == Hash:
		return "failed_logins: hash"
	case len(s.Domains) > 0:
		return "domains"
	}
	return ""
}

// New makes the policy; nil where all may leave as it is, which costs nothing.
func New(s Settings) (*Policy, error) {
	if err := errors.Join(s.Mistakes()...); err != nil {
		return nil, err
	}
	if !s.hides() && (s.FailedLogins == "" || s.FailedLogins == Redact) {
		return nil, nil
	}
	p := &Policy{
		addresses: s.Addresses, ips: s.IPs, failed: s.FailedLogins, bodies: s.Bodies,
		hasher: newHasher(string(s.Key)), hidden: s.NeedsSealing(),
	}
	for _, d := range s.Domains {
		name, _ := cleanDomain(d)
		p.domains = append(p.domains, name)
	}
	return p, nil
}

// Bodies says whether the text of lines is to be changed, too.
func (p *Policy) Bodies() bool { return p != nil && p.bodies }

func (p *Policy) hidesAddresses() bool { return hides(p.addresses) }
func (p *Policy) hidesIPs() bool       { return hides(p.ips) }

// cleanDomain is a name as the settings have it.
func cleanDomain(s string) (string, bool) {
	s = strings.ToLower(strings.Trim(strings.TrimPrefix(strings.TrimSpace(s), "@"), "."))
	return s, isDomain(s)
}

// Key is the secret that hashes are made with. It shows itself to nobody: not where a configuration is written out, and in no error.
type Key string

const shownKey = "[REDACTED]"

// String says that there is one.
func (Key) String() string { return shownKey }

// GoString is String.
func (Key) GoString() string { return shownKey }

// MarshalText is String.
func (Key) MarshalText() ([]byte, error) { return []byte(shownKey), nil }

var (
	_ fmt.Stringer           = Key("")
	_ fmt.GoStringer         = Key("")
	_ encoding.TextMarshaler = Key("")
)
