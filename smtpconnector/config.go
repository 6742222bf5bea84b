package smtpconnector

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/settings"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/traces"
)

// Config is the smtp connector's configuration. Every default works untouched.
type Config struct {
	// MetricsFlushInterval is how often the metrics are handed on.
	MetricsFlushInterval time.Duration `mapstructure:"metrics_flush_interval"`
	// AggregationTemporality is cumulative or delta.
	AggregationTemporality string `mapstructure:"aggregation_temporality"`
	// Histogram says which histograms to make; explicit buckets of each metric's own by default.
	Histogram HistogramConfig `mapstructure:"histogram"`
	// AggregationCardinalityLimit is the number of series of one metric and host; what is over goes into one marked series.
	AggregationCardinalityLimit int `mapstructure:"aggregation_cardinality_limit"`
	// SeriesBirth is how long a new cumulative series shows zero before its value, so that a scraper sees the first increase; 0: not at all.
	SeriesBirth time.Duration `mapstructure:"series_birth"`
	// HostDimensions are what every data point says of the host that the logs come from; empty: all hosts are one.
	HostDimensions []string `mapstructure:"host_dimensions"`
	// SeriesExpiration is how long a series without a new value stays.
	SeriesExpiration time.Duration `mapstructure:"series_expiration"`
	// InstanceID is service.instance.id; empty: a stable hash of the host's name and the component's id.
	InstanceID string `mapstructure:"instance_id"`
	// Traces says which messages have spans.
	Traces TracesConfig `mapstructure:"traces"`
	// Metrics switches metrics on and off and sets their dimensions, by metric name.
	Metrics map[string]MetricConfig `mapstructure:"metrics"`
	// Incidents says how departures of mail from its own recent past are looked for.
	Incidents IncidentsConfig `mapstructure:"incidents"`
	// Storage is the storage extension that keeps the past of incidents over restarts; none: it lives in memory.
	Storage *component.ID `mapstructure:"storage"`
}

// IncidentsConfig is what can be set of incidents.
type IncidentsConfig struct {
	// Sensitivity is how small a departure is told: low, normal or high.
	Sensitivity string `mapstructure:"sensitivity"`
	// MinMessages is how many messages a departure must have hit before it is told.
	MinMessages int `mapstructure:"min_messages"`
	// Repeat is how often an incident that goes on is told again, by the time of the log; 0: never.
	Repeat time.Duration `mapstructure:"repeat"`
	// Kinds are those that are looked for; empty: all.
	Kinds []string `mapstructure:"kinds"`
}

// detector is the configuration as the detector has it.
func (c *IncidentsConfig) detector() incident.Config {
	out := incident.Config{Sensitivity: c.Sensitivity, MinMessages: c.MinMessages, Repeat: c.Repeat}
	for _, k := range c.Kinds {
		out.Kinds = append(out.Kinds, incident.Kind(k))
	}
	return out
}

// HistogramConfig is explicit or exponential, not both.
type HistogramConfig struct {
	Explicit    *ExplicitConfig    `mapstructure:"explicit"`
	Exponential *ExponentialConfig `mapstructure:"exponential"`
}

// ExplicitConfig sets the bucket bounds of every duration histogram, in seconds.
type ExplicitConfig struct {
	Buckets []float64 `mapstructure:"buckets"`
}

// ExponentialConfig sets the number of buckets of exponential histograms.
type ExponentialConfig struct {
	MaxSize int32 `mapstructure:"max_size"`
}

// TracesConfig says which messages have spans.
type TracesConfig struct {
	// Only keeps the spans of messages that failed, that were slow, or of both; empty: of all.
	Only []string `mapstructure:"only"`
	// SlowAfter is how long after its reception a message is slow.
	SlowAfter time.Duration `mapstructure:"slow_after"`
}

const (
	onlyFailed = "failed"
	onlySlow   = "slow"
)

func (t *TracesConfig) options() traces.Options {
	return traces.Options{Failed: slices.Contains(t.Only, onlyFailed), Slow: slices.Contains(t.Only, onlySlow), SlowAfter: t.SlowAfter}
}

func (t *TracesConfig) validate() error {
	for _, what := range t.Only {
		if what != onlyFailed && what != onlySlow {
			return fmt.Errorf("traces.only: %q is not a choice, takes any of failed, slow", what)
		}
	}
	if t.SlowAfter <= 0 {
		return fmt.Errorf("traces.slow_after: %s is too short, takes a duration greater than 0s", t.SlowAfter)
	}
	return nil
}

// MetricConfig is what can be set of one metric.
type MetricConfig struct {
	Enabled    *bool    `mapstructure:"enabled"`
	Dimensions []string `mapstructure:"dimensions"`
	// Busiest is how many values of each dimension that names somebody (user.name, smtp.mail_from, client.address,
	// network.peer.address) have series of their own: those that come most often, 100 of them unless it is set. The others share a
	// series, marked by smtp.rest.
	Busiest *int `mapstructure:"busiest"`
}

const (
	cumulative = "cumulative"
	delta      = "delta"
)

func createDefaultConfig() component.Config {
	usual := incident.Defaults()
	return &Config{
		MetricsFlushInterval:        15 * time.Second,
		AggregationTemporality:      cumulative,
		AggregationCardinalityLimit: 2000,
		SeriesBirth:                 75 * time.Second,
		HostDimensions:              slices.Clone(hostDimensions),
		SeriesExpiration:            24 * time.Hour,
		Incidents:                   IncidentsConfig{Sensitivity: usual.Sensitivity, MinMessages: usual.MinMessages, Repeat: usual.Repeat},
		Traces:                      TracesConfig{SlowAfter: 5 * time.Minute},
	}
}

// hostDimensions are what can be said of a host: its name, and which of its mail servers wrote the line.
var hostDimensions = []string{attrs.HostName, attrs.Instance}

// Unmarshal reads the section of the configuration. Unknown keys and durations without a unit are answered with what there is to choose.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return settings.Unmarshal(conf, c) }

// Validate names each mistake by its key and says what the key takes.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.MetricsFlushInterval < 100*time.Millisecond {
		wrong("metrics_flush_interval: %s is too short, takes a duration of at least 100ms", c.MetricsFlushInterval)
	}
	if c.AggregationTemporality != cumulative && c.AggregationTemporality != delta {
		wrong("aggregation_temporality: %q is not a choice, takes cumulative or delta", c.AggregationTemporality)
	}
	if c.AggregationCardinalityLimit <= 0 {
		wrong("aggregation_cardinality_limit: %d is too small, takes a number greater than 0", c.AggregationCardinalityLimit)
	}
	if c.SeriesBirth < 0 {
		wrong("series_birth: %s is negative, takes a duration, or 0s to show a new series at its value", c.SeriesBirth)
	}
	for _, d := range c.HostDimensions {
		if !slices.Contains(hostDimensions, d) {
			wrong("host_dimensions: %q is not offered, takes any of %s", d, strings.Join(hostDimensions, ", "))
		}
	}
	if c.SeriesExpiration < c.MetricsFlushInterval {
		wrong("series_expiration: %s is too short, takes a duration of at least metrics_flush_interval", c.SeriesExpiration)
	}
	if err := c.Histogram.validate(); err != nil {
		errs = append(errs, err)
	}
	watched := c.Incidents.detector()
	if err := watched.Validate(); err != nil {
		wrong("incidents.%w", err)
	}
	if err := c.Traces.validate(); err != nil {
		errs = append(errs, err)
	}
	names := make([]string, 0, len(c.Metrics))
	for name := range c.Metrics {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := c.validateMetric(name, c.Metrics[name]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (h *HistogramConfig) validate() error {
	switch {
	case h.Explicit != nil && h.Exponential != nil:
		return errors.New("histogram: takes explicit or exponential, not both")
	case h.Exponential != nil && (h.Exponential.MaxSize < 2 || h.Exponential.MaxSize > 1024):
		return fmt.Errorf("histogram.exponential.max_size: %d is out of range, takes 2 to 1024", h.Exponential.MaxSize)
	case h.Explicit != nil && len(h.Explicit.Buckets) == 0:
		return errors.New("histogram.explicit.buckets: is empty, takes bounds in seconds, each greater than the one before")
	case h.Explicit != nil && !increasing(h.Explicit.Buckets):
		return fmt.Errorf("histogram.explicit.buckets: %v is not sorted, takes bounds in seconds, each greater than the one before",
			h.Explicit.Buckets)
	}
	return nil
}

func increasing(bounds []float64) bool {
	for i := 1; i < len(bounds); i++ {
		if bounds[i] <= bounds[i-1] {
			return false
		}
	}
	return true
}

func (c *Config) validateMetric(name string, mc MetricConfig) error {
	m := metrics.ByName(name)
	if m == nil {
		return fmt.Errorf("metrics: %q is not a metric, takes any of %s", name, strings.Join(metrics.Names(), ", "))
	}
	for _, d := range mc.Dimensions {
		if !m.Offers(d) {
			return fmt.Errorf("metrics::%s::dimensions: %q is not offered, takes any of %s", name, d, strings.Join(m.Offered(), ", "))
		}
	}
	switch n := mc.Busiest; {
	case n == nil:
	case *n <= 0 || *n > c.AggregationCardinalityLimit:
		return fmt.Errorf("metrics::%s::busiest: %d is out of range, takes 1 to aggregation_cardinality_limit, which is %d",
			name, *n, c.AggregationCardinalityLimit)
	case !slices.ContainsFunc(mc.Dimensions, namesSomebody):
		return fmt.Errorf("metrics::%s::busiest: is for dimensions that name somebody, takes one of %s in dimensions",
			name, strings.Join(metrics.Persons, ", "))
	}
	return nil
}
