package smtpprocessor

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// Config is the smtp processor's configuration. Every default works untouched.
type Config struct {
	site.Site `mapstructure:",squash"`

	// Storage is the storage extension that keeps the state over restarts; none: it lives in memory.
	Storage *component.ID `mapstructure:"storage"`
	// CheckpointInterval is how often the state is saved.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
}

func createDefaultConfig() component.Config {
	return &Config{Site: site.Default(), CheckpointInterval: 10 * time.Second}
}

// Unmarshal reads the section of the configuration. Unknown keys and durations without a unit are answered with what there is to choose.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return settings.Unmarshal(conf, c) }

// Validate names each mistake by its key and says what the key takes.
func (c *Config) Validate() error {
	errs := []error{c.Check()}
	if least := 100 * time.Millisecond; c.CheckpointInterval < least {
		errs = append(errs, fmt.Errorf("checkpoint_interval: %s is too short, takes a duration of at least %s", c.CheckpointInterval, least))
	}
	if c.Storage != nil && c.Privacy.NeedsSealing() && c.Privacy.HashKey == "" {
		errs = append(errs, fmt.Errorf("privacy.hash_key: is empty, takes a secret of at least %d bytes where there is a storage, "+
			"since the saved state is sealed with it", privacy.KeyBytes))
	}
	return errors.Join(errs...)
}
