package smtpprocessor

import (
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
)

// newEngine makes the engine that a configuration asks for; file is the content of reasons_file.
func newEngine(cfg *Config, logger *zap.Logger) (e *engine.Engine, file string, err error) {
	set, file, err := cfg.Settings()
	if err != nil {
		return nil, "", err
	}
	set.Assumed = func(dialect, source string) {
		logger.Warn("the file has shown no line that names its columns; taken are those that its server writes by default",
			zap.String("dialect", dialect), zap.String("source", source))
	}
	e, err = engine.New(set)
	return e, file, err
}
