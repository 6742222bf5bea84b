package smtpconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// NewFactory returns the factory of the smtp connector.
func NewFactory() connector.Factory {
	return connector.NewFactory(metadata.Type, createDefaultConfig,
		connector.WithLogsToMetrics(createLogsToMetrics, metadata.LogsToMetricsStability))
}

func createLogsToMetrics(_ context.Context, _ connector.Settings, _ component.Config, _ consumer.Metrics) (connector.Logs, error) {
	return &skeleton{}, nil
}

// skeleton accepts logs and counts nothing yet.
type skeleton struct {
	component.StartFunc
	component.ShutdownFunc
}

func (*skeleton) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (*skeleton) ConsumeLogs(context.Context, plog.Logs) error { return nil }
