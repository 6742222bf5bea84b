package filter

import (
	"errors"
	"fmt"
	"os"
	"path"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings/check"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// Config is the filter's configuration: the smtp processor's keys, and three of its own.
type Config struct {
	site.Site `mapstructure:",squash"`

	// Key is the key that attributes are put under, in an object; empty: they stand on top.
	Key string `mapstructure:"key"`
	// State is the file (an absolute path under accessible_paths) that keeps the state over restarts; empty: it lives in memory.
	State string `mapstructure:"state"`
	// CheckpointInterval is how often the state is saved.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
}

// Paths are where the configuration file is looked for: no other way leads into a module (fluent/fluent-bit#11209). The first that
// is there is taken.
var Paths = [...]string{"/etc/fluent-bit/smtp.yaml", "/fluent-bit/etc/smtp.yaml"}

// Default is what holds without a file.
func Default() Config {
	return Config{Site: site.Default(), CheckpointInterval: 10 * time.Second}
}

// Read reads the configuration file. Without one it is the default.
func Read() (Config, error) {
	for _, name := range Paths {
		data, err := os.ReadFile(name)
		if err == nil {
			return Parse(name, data)
		}
		if !errors.Is(err, os.ErrNotExist) && !isUnreachable(err) {
			return Default(), fmt.Errorf("%s: %w", name, err)
		}
	}
	return Default(), nil
}

// Parse reads the text of a configuration file.
func Parse(name string, data []byte) (Config, error) {
	c := Default()
	var section map[string]any
	if err := yaml.Unmarshal(data, &section); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if err := check.Section(section, &c); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: &c, DecodeHook: mapstructure.StringToTimeDurationHookFunc(), ErrorUnused: true,
	})
	if err == nil {
		err = d.Decode(section)
	}
	if err == nil {
		err = c.Check()
	}
	switch {
	case err != nil:
	case c.State != "" && !path.IsAbs(c.State):
		err = fmt.Errorf("state: %q is not absolute, takes a path such as /var/lib/fluent-bit/smtp.state under accessible_paths", c.State)
	case c.State != "" && c.Privacy.NeedsSealing() && c.Privacy.HashKey == "":
		err = errors.New("privacy.hash_key: what hides people needs a key for a saved state, which has the names as they are, " +
			"takes a secret of at least 16 bytes")
	case c.CheckpointInterval < time.Second:
		err = fmt.Errorf("checkpoint_interval: %s is too short, takes a duration of at least 1s", c.CheckpointInterval)
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}
