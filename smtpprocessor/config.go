package smtpprocessor

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
)

// Config is the smtp processor's configuration. Every default works untouched.
type Config struct {
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
	// Summaries are the summary records to make: session, message. With message, a conversation whose words the log shows has its session's, too.
	Summaries []string `mapstructure:"summaries"`
	// Drop is which records are left out after they were observed: chatter, what no question needs.
	Drop []string `mapstructure:"drop"`
	// Sessions limits the sessions in memory.
	Sessions SessionLimits `mapstructure:"sessions"`
	// Messages limits the messages in memory.
	Messages MessageLimits `mapstructure:"messages"`
	// Privacy says what of a log may leave.
	Privacy Privacy `mapstructure:"privacy"`
	// Storage is the storage extension that keeps the state over restarts; none: it lives in memory.
	Storage *component.ID `mapstructure:"storage"`
	// CheckpointInterval is how often the state is saved.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
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
}

// The values of Privacy.Content.
const (
	contentRedact = "redact"
	contentKeep   = "keep"
)

// The value of Config.Drop.
const dropChatter = "chatter"

// The values of Config.Attributes.
const (
	attributesCore = "core"
	attributesFull = "full"
)

func createDefaultConfig() component.Config {
	return &Config{
		Attributes:         attributesCore,
		Location:           "Local",
		Summaries:          []string{summaryMessage},
		Sessions:           SessionLimits{Max: 20_000, IdleTimeout: 10 * time.Minute},
		Messages:           MessageLimits{Max: 100_000, TTL: 120 * time.Hour, MaxRecipients: 10_000},
		Privacy:            Privacy{Content: contentRedact},
		CheckpointInterval: 10 * time.Second,
	}
}

// The values of Config.Summaries.
const (
	summarySession = "session"
	summaryMessage = "message"
)

// Unmarshal reads the section of the configuration. Unknown keys and durations without a unit are answered with what there is to choose.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return settings.Unmarshal(conf, c) }

// Validate names each mistake by its key and says what the key takes.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	known := dialect.Names()
	for _, d := range c.Dialects {
		if !slices.Contains(known, d) {
			wrong("dialects: %q is not a known dialect, takes any of %s", d, strings.Join(known, ", "))
		}
	}
	if _, err := c.zone(); err != nil {
		wrong("location: %q is not a time zone, takes an IANA name such as Europe/Berlin, UTC or Local", c.Location)
	}
	if _, err := c.networks(); err != nil {
		wrong("local_networks: %w", err)
	}
	if _, err := c.domains(); err != nil {
		wrong("local_domains: %w", err)
	}
	if _, err := c.relays(); err != nil {
		wrong("relayhosts: %w", err)
	}
	if c.Attributes != attributesCore && c.Attributes != attributesFull {
		wrong("attributes: %q is not a choice, takes core or full", c.Attributes)
	}
	if _, _, err := c.ownDiagnosis(); err != nil {
		errs = append(errs, err)
	}
	for _, s := range c.Summaries {
		if s != summarySession && s != summaryMessage {
			wrong("summaries: %q is not a summary, takes any of session, message", s)
		}
	}
	for _, s := range c.Drop {
		if s != dropChatter {
			wrong("drop: %q is nothing that can be left out, takes chatter", s)
		}
	}
	positive := func(key string, n int64) {
		if n <= 0 {
			wrong("%s: %d is too small, takes a number greater than 0", key, n)
		}
	}
	positive("sessions.max", int64(c.Sessions.Max))
	positive("messages.max", int64(c.Messages.Max))
	positive("messages.max_recipients", int64(c.Messages.MaxRecipients))
	duration := func(key string, d time.Duration, from time.Duration) {
		if d < from {
			wrong("%s: %s is too short, takes a duration of at least %s", key, d, from)
		}
	}
	duration("sessions.idle_timeout", c.Sessions.IdleTimeout, time.Second)
	duration("messages.ttl", c.Messages.TTL, time.Minute)
	duration("checkpoint_interval", c.CheckpointInterval, 100*time.Millisecond)
	if c.Privacy.Content != contentRedact && c.Privacy.Content != contentKeep {
		wrong("privacy.content: %q is not a choice, takes redact or keep", c.Privacy.Content)
	}
	return errors.Join(errs...)
}

// zone is the time zone of stamps without one.
func (c *Config) zone() (*time.Location, error) {
	if c.Location == "" {
		return nil, errors.New("empty")
	}
	return time.LoadLocation(c.Location)
}

func (c *Config) networks() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range c.LocalNetworks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network, takes CIDR notation such as 192.0.2.0/24 or 2001:db8::/32", s)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}
