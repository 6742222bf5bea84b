package command

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// options are those of all commands that read logs.
type options struct {
	since, until string
	hosts        []string
	dialects     []string
	location     string
	config       string
	set          []string
	follow       bool
	quiet        bool
	top          int
}

// flags adds the options to a command that reads logs.
func (o *options) flags(c *cobra.Command) {
	o.siteFlags(c)
	f := c.Flags()
	f.StringVar(&o.since, "since", "",
		"leave out what happened before: RFC 3339, 2006-01-02, today, yesterday, or a time ago such as 2h or 7d")
	f.StringVar(&o.until, "until", "", "leave out what happened from then on")
	f.StringSliceVar(&o.hosts, "host", nil, "only what these hosts logged")
	f.BoolVar(&o.quiet, "quiet", false, "no progress on standard error")
}

// topFlag adds the length of lists.
func (o *options) topFlag(c *cobra.Command, says string) {
	o.top = 20
	c.Flags().Var((*length)(&o.top), "top", says)
}

// length is how many names a list holds.
type length int

func (l *length) String() string { return strconv.Itoa(int(*l)) }
func (*length) Type() string     { return "int" }

func (l *length) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("takes a number from 1 on")
	}
	*l = length(n)
	return nil
}

// siteFlags adds those that say how lines are read.
func (o *options) siteFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&o.dialects, "dialect", nil, "mail servers to read (default all)")
	f.StringVar(&o.location, "location", "",
		"time zone of stamps that name none, and of the answers: Europe/Berlin, UTC (default this machine's)")
	f.StringVar(&o.config, "config", "", "collector configuration whose processors.smtp block to take")
	f.StringArrayVar(&o.set, "set", nil,
		"an option of the smtp processor, KEY=VALUE, such as local_domains=example.com or privacy.content=keep")
	// the flag is there
	_ = c.RegisterFlagCompletionFunc("dialect", cobra.FixedCompletions(dialect.Names(), cobra.ShellCompDirectiveNoFileComp))
}

// site is what the options and the configuration say of the mail servers.
func (o *options) site() (*site.Site, error) {
	block := map[string]any{}
	if o.config != "" {
		var err error
		if block, err = blockOf(o.config); err != nil {
			return nil, failure{err, Wrong}
		}
	}
	for _, one := range o.set {
		key, value, ok := strings.Cut(one, "=")
		if !ok || key == "" {
			return nil, wrong("--set: %q has no value, takes KEY=VALUE such as local_domains=example.com", one)
		}
		if err := put(block, strings.Split(key, "."), value); err != nil {
			return nil, wrong("--set: %q: %w", one, err)
		}
	}
	if len(o.dialects) > 0 {
		block["dialects"] = list(o.dialects)
	}
	if o.location != "" {
		block["location"] = o.location
	}
	for _, key := range [...]string{"storage", "checkpoint_interval"} { // the state of a run ends with it
		delete(block, key)
	}
	whole, err := resolve(block)
	if err != nil {
		return nil, failure{err, Wrong}
	}
	of := site.Default()
	if err := settings.Unmarshal(whole, &of); err != nil {
		return nil, failure{err, Wrong}
	}
	if err := of.Check(); err != nil {
		return nil, failure{err, Wrong}
	}
	return &of, nil
}

// asked are the options that leave out lines, as they were written.
func (o *options) asked() string {
	var list []string
	for _, one := range [...]struct{ flag, value string }{{"--since", o.since}, {"--until", o.until}, {"--host", strings.Join(o.hosts, ",")}} {
		if one.value != "" {
			list = append(list, one.flag+" "+one.value)
		}
	}
	return strings.Join(list, " and ")
}

func list(words []string) (all []any) {
	for _, w := range words {
		all = append(all, w)
	}
	return all
}

// put sets a key of a block to a value written as YAML; a list may be written without brackets.
func put(block map[string]any, path []string, value string) error {
	var v any
	if err := yaml.Unmarshal([]byte(value), &v); err != nil {
		return fmt.Errorf("%q is no value of YAML", value)
	}
	if text, ok := v.(string); ok && strings.Contains(text, ",") {
		v = list(strings.Split(text, ","))
	}
	for ; len(path) > 1; path = path[1:] {
		inner, ok := block[path[0]].(map[string]any)
		if !ok {
			inner = map[string]any{}
			block[path[0]] = inner
		}
		block = inner
	}
	block[path[0]] = v
	return nil
}

// blockOf reads the block of the smtp processor out of a collector's configuration.
func blockOf(path string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	var whole struct {
		Processors map[string]map[string]any `yaml:"processors"`
	}
	if err := yaml.Unmarshal(data, &whole); err != nil {
		return nil, fmt.Errorf("--config: %s is no collector configuration: %w", path, err)
	}
	for name, block := range whole.Processors {
		if kind, _, _ := strings.Cut(name, "/"); kind == "smtp" {
			if block == nil {
				block = map[string]any{}
			}
			return block, nil
		}
	}
	return nil, fmt.Errorf("--config: %s has no processors.smtp block", path)
}

// when reads --since and --until; the zero time where nothing is said.
func when(flag, text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	now = now.In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	switch text {
	case "now":
		return now, nil
	case "today":
		return midnight, nil
	case "yesterday":
		return midnight.AddDate(0, 0, -1), nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days+"\n", "%d\n", &n); err == nil && n >= 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range [...]string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, wrong("--%s: %q is no time, takes 2006-01-02T15:04:05Z, 2006-01-02, today, yesterday, or a time ago such as 2h or 7d",
		flag, text)
}
