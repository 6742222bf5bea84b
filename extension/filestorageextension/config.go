package filestorageextension

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
)

// Config is contrib's.
type Config struct {
	filestorage.Config `mapstructure:",squash"`
}

// Unmarshal reads the section of the configuration. Unknown keys and values of another kind are answered with what there is to choose.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return settings.Unmarshal(conf, c) }

// Validate names what contrib's lets pass.
func (c *Config) Validate() error {
	_ = c.Config.Validate() // it keeps the permissions that it has read; what it says is asked of it once more, since it is a part
	var errs []error
	for key, d := range map[string]time.Duration{"timeout": c.Timeout, "compaction.check_interval": c.Compaction.CheckInterval} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s: %s is negative, takes a duration such as 5s", key, d))
		}
	}
	for key, n := range map[string]int64{
		"compaction.rebound_needed_threshold_mib":  c.Compaction.ReboundNeededThresholdMiB,
		"compaction.rebound_trigger_threshold_mib": c.Compaction.ReboundTriggerThresholdMiB,
	} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("%s: %d is negative, takes a number of MiB", key, n))
		}
	}
	return errors.Join(errs...)
}
