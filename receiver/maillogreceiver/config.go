package maillogreceiver

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/stanza/operator/helper"

	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
)

// Config is the maillog receiver's configuration. One line, include, is enough.
type Config struct {
	// Include are the globs of the files to read, Exclude those of files that are not.
	Include []string `mapstructure:"include"`
	Exclude []string `mapstructure:"exclude"`
	// StartAt is end, or beginning for old logs. It counts for files that no offset is known of.
	StartAt string `mapstructure:"start_at"`
	// PollInterval is how often the files are looked at.
	PollInterval time.Duration `mapstructure:"poll_interval"`
	// HostName is host.name of the records; empty: this machine's.
	HostName string `mapstructure:"host_name"`
	// MaxBatchSize is the number of lines that are handed on at once at most.
	MaxBatchSize int `mapstructure:"max_batch_size"`
	// MaxLogSize is the length of a line; a longer one comes in parts.
	MaxLogSize helper.ByteSize `mapstructure:"max_log_size"`
	// Compression is auto to read also files that a rotation has packed, whatever they are called, or none to leave those alone. gzip
	// is auto, too: the general receiver for files has that name.
	Compression string `mapstructure:"compression"`
	// RetryOnFailure says what happens when a batch is refused. While it is tried again, reading waits.
	RetryOnFailure RetryConfig `mapstructure:"retry_on_failure"`
	// Storage is the storage extension that keeps the offsets over restarts.
	Storage *component.ID `mapstructure:"storage"`
}

// RetryConfig is how a refused batch is tried again.
type RetryConfig struct {
	Enabled         bool          `mapstructure:"enabled"`
	InitialInterval time.Duration `mapstructure:"initial_interval"`
	MaxInterval     time.Duration `mapstructure:"max_interval"`
	MaxElapsedTime  time.Duration `mapstructure:"max_elapsed_time"` // 0: for ever
}

func createDefaultConfig() component.Config {
	return &Config{
		StartAt:        "end",
		PollInterval:   200 * time.Millisecond,
		MaxBatchSize:   1000,
		MaxLogSize:     1 << 20,
		Compression:    "auto",
		RetryOnFailure: RetryConfig{Enabled: true, InitialInterval: time.Second, MaxInterval: 30 * time.Second},
	}
}

// Unmarshal reads the section of the configuration. Unknown keys and durations without a unit are answered with what there is to choose.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return settings.Unmarshal(conf, c, sizes) }

var sizes = settings.Takes{reflect.TypeFor[helper.ByteSize](): "a size such as 1MiB or 1048576"}

// Validate names each mistake by its key and says what the key takes.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(c.Include) == 0 {
		wrong("include: is empty, takes globs of log files such as /var/log/mail.log")
	}
	if err := validGlobs(c.Include); err != nil {
		wrong("include: %w, takes globs of log files such as /var/log/mail.log*", err)
	}
	if err := validGlobs(c.Exclude); err != nil {
		wrong("exclude: %w, takes globs of log files such as /var/log/mail.log*.gz", err)
	}
	if c.StartAt != "end" && c.StartAt != "beginning" {
		wrong("start_at: %q is not a choice, takes end or beginning", c.StartAt)
	}
	if c.PollInterval < time.Millisecond {
		wrong("poll_interval: %s is too short, takes a duration of at least 1ms", c.PollInterval)
	}
	if c.MaxBatchSize <= 0 {
		wrong("max_batch_size: %d is too small, takes a number greater than 0", c.MaxBatchSize)
	}
	if c.MaxLogSize < 64 {
		wrong("max_log_size: %d is too small, takes a size of at least 64 bytes, such as 1MiB", c.MaxLogSize)
	}
	if !slices.Contains([]string{"", "auto", "gzip", "none"}, c.Compression) {
		wrong("compression: %q is not a choice, takes auto, gzip or none", c.Compression)
	}
	if r := c.RetryOnFailure; r.Enabled && (r.InitialInterval <= 0 || r.MaxInterval < r.InitialInterval || r.MaxElapsedTime < 0) {
		wrong("retry_on_failure: initial_interval %s, max_interval %s, max_elapsed_time %s do not fit, "+
			"take durations with 0 < initial_interval <= max_interval and max_elapsed_time >= 0",
			r.InitialInterval, r.MaxInterval, r.MaxElapsedTime)
	}
	return errors.Join(errs...)
}

// unfinished is how long a last line without its end may grow before it is taken as it is. A writer that has to wait for the disk
// may stop in the middle of a line, and half a line says nothing.
const unfinished = 5 * time.Second
