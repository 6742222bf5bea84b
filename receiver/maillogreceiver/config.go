package maillogreceiver

import "go.opentelemetry.io/collector/component"

// Config is the maillog receiver's configuration.
type Config struct {
	// Include are the globs of the files to read.
	Include []string `mapstructure:"include"`
}

func createDefaultConfig() component.Config { return &Config{} }
