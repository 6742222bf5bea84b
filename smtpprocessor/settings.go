package smtpprocessor

import (
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
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

// Settings are what the configuration says to the engine; file is the content of reasons_file.
func (c *Config) Settings() (set engine.Settings, file string, err error) {
	set = engine.Settings{Dialects: c.Dialects, KeepContent: c.Privacy.Content == contentKeep}
	if set.Zone, err = c.zone(); err != nil {
		return set, "", err
	}
	if set.Session, err = c.session(); err != nil {
		return set, "", err
	}
	set.Diagnosis, file, err = c.ownDiagnosis()
	return set, file, err
}

// session is what the tracker is told.
func (c *Config) session() (s session.Config, err error) {
	s = session.Config{
		MaxSessions: c.Sessions.Max, SessionIdle: c.Sessions.IdleTimeout,
		MaxMessages: c.Messages.Max, MessageTTL: c.Messages.TTL, MaxRecipients: c.Messages.MaxRecipients,
		SessionSummaries: has(c.Summaries, summarySession), MessageSummaries: has(c.Summaries, summaryMessage),
	}
	if s.LocalNetworks, err = c.networks(); err != nil {
		return s, err
	}
	if s.LocalDomains, err = c.domains(); err != nil {
		return s, err
	}
	s.Relayhosts, err = c.relays()
	return s, err
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
