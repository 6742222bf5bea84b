package maillogreceiver

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// NewFactory returns the factory of the maillog receiver.
func NewFactory() receiver.Factory {
	return receiver.NewFactory(metadata.Type, createDefaultConfig,
		receiver.WithLogs(createLogs, metadata.LogsStability))
}

func createLogs(context.Context, receiver.Settings, component.Config, consumer.Logs) (receiver.Logs, error) {
	return &skeleton{}, nil
}

// skeleton reads nothing yet.
type skeleton struct {
	component.StartFunc
	component.ShutdownFunc
}
