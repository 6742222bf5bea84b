package smtpconnector

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// NewFactory returns the factory of the smtp connector.
func NewFactory() connector.Factory {
	shared := &cores{}
	return connector.NewFactory(metadata.Type, createDefaultConfig,
		connector.WithLogsToMetrics(shared.createMetrics, metadata.LogsToMetricsStability),
		connector.WithLogsToLogs(shared.createLogs, metadata.LogsToLogsStability),
		connector.WithLogsToTraces(shared.createTraces, metadata.LogsToTracesStability))
}

func (s *cores) createMetrics(_ context.Context, set connector.Settings,
	cfg component.Config, next consumer.Metrics,
) (connector.Logs, error) {
	c, err := s.of(cfg.(*Config), set, time.Now)
	if err != nil {
		return nil, err
	}
	return newMetrics(c, next), nil
}

func (s *cores) createLogs(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Logs, error) {
	c, err := s.of(cfg.(*Config), set, time.Now)
	if err != nil {
		return nil, err
	}
	return newIncidents(c, next), nil
}

func (s *cores) createTraces(_ context.Context, set connector.Settings,
	cfg component.Config, next consumer.Traces,
) (connector.Logs, error) {
	c, err := s.of(cfg.(*Config), set, time.Now)
	if err != nil {
		return nil, err
	}
	return newTracer(c, next)
}
