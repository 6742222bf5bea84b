package smtpprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// NewFactory returns the factory of the smtp processor.
func NewFactory() processor.Factory {
	shared := &cores{}
	return processor.NewFactory(metadata.Type, createDefaultConfig, processor.WithLogs(shared.create, metadata.LogsStability))
}

// create makes the processor of one pipeline. Pipelines that name the same smtp share its core.
func (s *cores) create(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
	c, err := s.of(cfg.(*Config), set, time.Now)
	if err != nil {
		return nil, err
	}
	return newPipeline(c, next), nil
}
