package smtpprocessor

import (
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
)

// reasonsRead is what was read of the user's own; the ticker's.
type reasonsRead struct{ file, complaint string }

// rereadReasons takes over reasons_file when it has changed. One with a mistake changes nothing, and is complained of once.
func (c *core) rereadReasons() {
	if c.cfg.ReasonsFile == "" {
		return
	}
	file, err := c.cfg.ReadReasons()
	if err == nil && file == c.reasons.file {
		c.reasons.complaint = ""
		return
	}
	var d *diagnose.Diagnosis
	if err == nil {
		d, err = c.cfg.Diagnosis(file)
	}
	if err != nil {
		if complaint := err.Error(); complaint != c.reasons.complaint {
			c.reasons.complaint = complaint
			c.logger.Error("the file of reasons has changed and is not taken over, the rules before stay", zap.Error(err))
		}
		return
	}
	c.engine.SetDiagnosis(d)
	c.reasons = reasonsRead{file: file}
	c.logger.Info("the file of reasons was read again", zap.String("reasons_file", c.cfg.ReasonsFile), zap.Int("rules", d.OwnRules()))
}
