// Package site is what a site says of its mail servers and wants of their records: the keys that the smtp processor, smtplog and
// the filter for Fluent Bit have in common, with their defaults, what a wrong value is answered, and what they mean for the engine.
// It knows no configuration file and nothing of the Collector.
package site

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Site is the common part of the configurations. The zero Site is none: begin with Default.
type Site struct {
	// Dialects are the mail servers to read; empty: all, found out line by line.
	Dialects []string `mapstructure:"dialects"`
	// Location is the IANA time zone of stamps that carry none; Local is this machine's.
	Location string `mapstructure:"location"`
	// LocalDomains are the domains that this site receives mail for, as Postfix's mydestination has them; those that are delivered into
	// mailboxes here are learned.
	LocalDomains []string `mapstructure:"local_domains"`
	// LocalNetworks are the networks (CIDR) whose mail this site sends out.
	LocalNetworks []string `mapstructure:"local_networks"`
	// Relayhosts are the smarthosts that this site hands its mail to, by name or address, as Postfix's relayhost has them.
	Relayhosts []string `mapstructure:"relayhosts"`
	// Reasons are own rules that say why mail failed, asked in front of ours; ReasonsFile holds more of them, in the format of our table.
	Reasons     []ReasonRule `mapstructure:"reasons"`
	ReasonsFile string       `mapstructure:"reasons_file"`
	// Providers are own names of who runs a host or domain, asked in front of ours.
	Providers []ProviderNames `mapstructure:"providers"`
	// Attributes is which attributes records carry: core (what the line says and the keys) or full.
	Attributes string `mapstructure:"attributes"`
	// Summaries are the summary records to make: session, message. With message, a conversation whose words the log shows has its
	// session's, too.
	Summaries []string `mapstructure:"summaries"`
	// Drop is which records are left out after they were observed: chatter, what no question needs.
	Drop []string `mapstructure:"drop"`
	// Sessions limits the sessions in memory.
	Sessions SessionLimits `mapstructure:"sessions"`
	// Messages limits the messages in memory.
	Messages MessageLimits `mapstructure:"messages"`
	// Privacy says what of a log may leave.
	Privacy Privacy `mapstructure:"privacy"`
}

// SessionLimits bounds the sessions in memory.
type SessionLimits struct {
	Max         int           `mapstructure:"max"`
	IdleTimeout time.Duration `mapstructure:"idle_timeout"`
}

// MessageLimits bounds the messages in memory.
type MessageLimits struct {
	Max           int           `mapstructure:"max"`
	TTL           time.Duration `mapstructure:"ttl"`
	MaxRecipients int           `mapstructure:"max_recipients"`
}

// Privacy says what of a log may leave. Credentials never do.
type Privacy struct {
	// Content is redact (message content in a log is replaced by its size) or keep.
	Content string `mapstructure:"content"`
	// Addresses is what leaves of senders, recipients and users: keep, domain (no more than the domain) or hash (a pseudonym and the domain).
	Addresses string `mapstructure:"addresses"`
	// IPs is what leaves of IP addresses: keep, truncate (the network) or hash (a pseudonym).
	IPs string `mapstructure:"ips"`
	// FailedLogins is what leaves of the name of a login that failed, which may be a password: redact, hash (a pseudonym) or keep
	// (where it is known to be a name).
	FailedLogins string `mapstructure:"failed_logins"`
	// Bodies says whether Addresses and IPs hold for the text of mail programs' lines, too.
	Bodies bool `mapstructure:"bodies"`
	// Domains are own domains that are hashed, too, with all that is below them: those that name a person or family.
	Domains []string `mapstructure:"domains"`
	// HashKey is the secret that pseudonyms are made with, of at least 16 bytes, from the environment. Hosts with the same key have
	// the same pseudonyms.
	HashKey privacy.Key `mapstructure:"hash_key"`
}

// policy is what the privacy package is told.
func (p *Privacy) policy() privacy.Settings {
	return privacy.Settings{
		Addresses: p.Addresses, IPs: p.IPs, FailedLogins: p.FailedLogins, Bodies: p.Bodies, Domains: p.Domains, Key: p.HashKey,
	}
}

// NeedsSealing says whether a saved state must not be read by others; for that there must be a key.
func (p *Privacy) NeedsSealing() bool {
	set := p.policy()
	return set.NeedsSealing()
}

// The values of Privacy.Content.
const (
	ContentRedact = "redact"
	ContentKeep   = "keep"
)

// DropChatter is the value of Site.Drop.
const DropChatter = "chatter"

// The values of Site.Attributes.
const (
	AttributesCore = "core"
	AttributesFull = "full"
)

// The values of Site.Summaries.
const (
	SummarySession = "session"
	SummaryMessage = "message"
)

// Default is what holds where nothing is said.
func Default() Site {
	return Site{
		Attributes: AttributesCore,
		Location:   "Local",
		Summaries:  []string{SummaryMessage},
		Sessions:   SessionLimits{Max: 20_000, IdleTimeout: 10 * time.Minute},
		Messages:   MessageLimits{Max: 100_000, TTL: 120 * time.Hour, MaxRecipients: 10_000},
		Privacy:    Privacy{Content: ContentRedact, Addresses: privacy.Keep, IPs: privacy.Keep, FailedLogins: privacy.Redact},
	}
}

// Check names each mistake by its key and says what the key takes.
func (s *Site) Check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	known := dialect.Names()
	for _, d := range s.Dialects {
		if !slices.Contains(known, d) {
			wrong("dialects: %q is not a known dialect, takes any of %s", d, strings.Join(known, ", "))
		}
	}
	if _, err := s.zone(); err != nil {
		wrong("location: %q is not a time zone, takes an IANA name such as Europe/Berlin, UTC or Local", s.Location)
	}
	if _, err := s.networks(); err != nil {
		wrong("local_networks: %w", err)
	}
	if _, err := s.domains(); err != nil {
		wrong("local_domains: %w", err)
	}
	if _, err := s.relays(); err != nil {
		wrong("relayhosts: %w", err)
	}
	if s.Attributes != AttributesCore && s.Attributes != AttributesFull {
		wrong("attributes: %q is not a choice, takes core or full", s.Attributes)
	}
	if _, _, err := s.OwnDiagnosis(); err != nil {
		errs = append(errs, err)
	}
	for _, name := range s.Summaries {
		if name != SummarySession && name != SummaryMessage {
			wrong("summaries: %q is not a summary, takes any of session, message", name)
		}
	}
	for _, name := range s.Drop {
		if name != DropChatter {
			wrong("drop: %q is nothing that can be left out, takes chatter", name)
		}
	}
	positive := func(key string, n int64) {
		if n <= 0 {
			wrong("%s: %d is too small, takes a number greater than 0", key, n)
		}
	}
	positive("sessions.max", int64(s.Sessions.Max))
	positive("messages.max", int64(s.Messages.Max))
	positive("messages.max_recipients", int64(s.Messages.MaxRecipients))
	duration := func(key string, d time.Duration, from time.Duration) {
		if d < from {
			wrong("%s: %s is too short, takes a duration of at least %s", key, d, from)
		}
	}
	duration("sessions.idle_timeout", s.Sessions.IdleTimeout, time.Second)
	duration("messages.ttl", s.Messages.TTL, time.Minute)
	if s.Privacy.Content != ContentRedact && s.Privacy.Content != ContentKeep {
		wrong("privacy.content: %q is not a choice, takes redact or keep", s.Privacy.Content)
	}
	policy := s.Privacy.policy()
	for _, err := range policy.Mistakes() {
		wrong("privacy.%w", err)
	}
	return errors.Join(errs...)
}

// zone is the time zone of stamps without one.
func (s *Site) zone() (*time.Location, error) {
	if s.Location == "" {
		return nil, errors.New("empty")
	}
	return time.LoadLocation(s.Location)
}

func (s *Site) networks() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range s.LocalNetworks {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network, takes CIDR notation such as 192.0.2.0/24 or 2001:db8::/32", text)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// Settings are what the engine is told; file is the content of reasons_file.
func (s *Site) Settings() (set engine.Settings, file string, err error) {
	set = engine.Settings{Dialects: s.Dialects, KeepContent: s.Privacy.Content == ContentKeep}
	if set.Zone, err = s.zone(); err != nil {
		return set, "", err
	}
	if set.Session, err = s.session(); err != nil {
		return set, "", err
	}
	if set.Privacy, err = privacy.New(s.Privacy.policy()); err != nil {
		return set, "", err
	}
	set.Diagnosis, file, err = s.OwnDiagnosis()
	return set, file, err
}

// Full says that records carry every attribute.
func (s *Site) Full() bool { return s.Attributes == AttributesFull }

// Drops says that records are left out which no question needs.
func (s *Site) Drops() bool { return slices.Contains(s.Drop, DropChatter) }

// session is what the tracker is told.
func (s *Site) session() (t session.Config, err error) {
	t = session.Config{
		MaxSessions: s.Sessions.Max, SessionIdle: s.Sessions.IdleTimeout,
		MaxMessages: s.Messages.Max, MessageTTL: s.Messages.TTL, MaxRecipients: s.Messages.MaxRecipients,
		SessionSummaries: slices.Contains(s.Summaries, SummarySession), MessageSummaries: slices.Contains(s.Summaries, SummaryMessage),
	}
	if t.LocalNetworks, err = s.networks(); err != nil {
		return t, err
	}
	if t.LocalDomains, err = s.domains(); err != nil {
		return t, err
	}
	t.Relayhosts, err = s.relays()
	return t, err
}
