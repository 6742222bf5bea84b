package smtpconnector

import "go.opentelemetry.io/collector/component"

// Config is the smtp connector's configuration.
type Config struct{}

func createDefaultConfig() component.Config { return &Config{} }
