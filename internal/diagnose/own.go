package diagnose

import (
	"errors"
	"fmt"
	"strings"
)

// Own is what a user adds: rules and providers in front of ours.
type Own struct {
	Reasons   []Rule
	Providers []OwnProvider
	// File is a table of further rules behind Reasons, FileName its name in errors.
	File, FileName string
}

// OwnProvider is a provider by the names of its hosts, or of the domains it receives mail for; their subdomains are meant, too.
type OwnProvider struct {
	Name           string
	Hosts, Domains []string
}

// MaxOwnRules is how many rules a user may add.
const MaxOwnRules = 10_000

// New makes a diagnosis with a user's own rules and providers. The error names each mistake by its place: reasons[3], providers[0], the file's line.
func New(own Own) (*Diagnosis, error) {
	d := &Diagnosis{}
	var wrong []error
	for i := range own.Providers {
		if err := own.Providers[i].addTo(d); err != nil {
			wrong = append(wrong, fmt.Errorf("providers[%d]: %w", i, err))
		}
	}
	rules, err := own.rules(d.providers())
	wrong = append(wrong, err)
	if len(rules) > MaxOwnRules {
		wrong = append(wrong, fmt.Errorf("reasons: %d rules are too many, takes at most %d", len(rules), MaxOwnRules))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	d.own, d.rules = len(rules), ours()
	if d.own > 0 {
		d.rules = index(append(rules, standard()...))
	}
	return d, nil
}

// OwnRules says how many rules the user has added.
func (d *Diagnosis) OwnRules() int { return d.own }

// providers are the names that a rule can ask for: that of any other fits nothing.
func (d *Diagnosis) providers() map[string]bool {
	names := map[string]bool{Other: true}
	for _, list := range [...]*suffixes{&d.hosts, &d.domains, hosts, places} {
		for _, provider := range list.names {
			names[provider] = true
		}
	}
	return names
}

func (o *Own) rules(providers map[string]bool) ([]rule, error) {
	var (
		all   []rule
		wrong []error
	)
	for i := range o.Reasons {
		r, err := o.Reasons[i].compile(basisOwn, nil)
		if err == nil {
			err = r.asksFor(providers)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("reasons[%d]: %w", i, err))
			continue
		}
		all = append(all, r)
	}
	more, err := readRules(o.FileName, o.File, basisOwn, providers)
	return append(all, more...), errors.Join(append(wrong, err)...)
}

func (p *OwnProvider) addTo(d *Diagnosis) error {
	if !isName(p.Name) {
		return fmt.Errorf("name: %q is no name, takes small letters, digits and underscores, at most %d", p.Name, nameMax)
	}
	if len(p.Hosts)+len(p.Domains) == 0 {
		return fmt.Errorf("%s has neither hosts nor domains, takes at least one", p.Name)
	}
	for _, h := range p.Hosts {
		suffix, err := ownSuffix("hosts", h)
		if err != nil {
			return err
		}
		d.hosts.add(suffix, p.Name)
	}
	for _, h := range p.Domains {
		suffix, err := ownSuffix("domains", h)
		if err != nil {
			return err
		}
		d.domains.add(suffix, p.Name)
	}
	return nil
}

// ownSuffix is a name as the tables have it.
func ownSuffix(key, s string) (string, error) {
	suffix := strings.ToLower(strings.Trim(strings.TrimPrefix(s, "*"), "."))
	if suffix == "" || strings.ContainsAny(suffix, " /@*") {
		return "", fmt.Errorf("%s: %q is no name of a host or domain, takes names such as mx.example.com or example.com", key, s)
	}
	return suffix, nil
}
