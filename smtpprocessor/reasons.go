package smtpprocessor

import (
	"fmt"
	"io"
	"os"
	"strings"

	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
)

// ReasonRule says what a failure means that looks like it: whatever is given must fit. Its keys are those of the tables (docs/reasons.md).
type ReasonRule struct {
	// Reason is a name of docs/reasons.md, or one's own; then Category says which group of those it belongs to.
	Reason   string `mapstructure:"reason"`
	Category string `mapstructure:"category"`
	// Text is a part of the reply in whole words; Regexp a regular expression (RE2) over its first 2048 bytes.
	Text   string `mapstructure:"text"`
	Regexp string `mapstructure:"regexp"`
	// What else may be asked, one or a list: 550, 4xx; 5.7.1, x.7.1; RCPT, CONNECT, EOM; google; timeout.
	Code         any `mapstructure:"code"`
	EnhancedCode any `mapstructure:"enhanced_code"`
	Command      any `mapstructure:"command"`
	Provider     any `mapstructure:"provider"`
	Error        any `mapstructure:"error"`
}

// ProviderNames are the hosts of a provider and the domains that it receives mail for, with all that is below them.
type ProviderNames struct {
	Name    string   `mapstructure:"name"`
	Hosts   []string `mapstructure:"hosts"`
	Domains []string `mapstructure:"domains"`
}

// maxReasonsFile is how large a table of rules may be.
const maxReasonsFile = 4 << 20

// diagnosis makes the diagnosis with the user's own rules and providers; file is the content of reasons_file.
func (c *Config) diagnosis(file string) (*diagnose.Diagnosis, error) {
	own := diagnose.Own{File: file, FileName: "reasons_file: " + c.ReasonsFile}
	for i := range c.Reasons {
		r, err := c.Reasons[i].rule()
		if err != nil {
			return nil, fmt.Errorf("reasons[%d]: %w", i, err)
		}
		own.Reasons = append(own.Reasons, r)
	}
	for _, p := range c.Providers {
		own.Providers = append(own.Providers, diagnose.OwnProvider{Name: p.Name, Hosts: p.Hosts, Domains: p.Domains})
	}
	return diagnose.New(own)
}

func (r *ReasonRule) rule() (diagnose.Rule, error) {
	rule := diagnose.Rule{Reason: r.Reason, Category: r.Category, Text: r.Text, Regexp: r.Regexp}
	for _, f := range []struct {
		key   string
		value any
		to    *string
	}{
		{"code", r.Code, &rule.Code},
		{"enhanced_code", r.EnhancedCode, &rule.EnhancedCode},
		{"command", r.Command, &rule.Command},
		{"provider", r.Provider, &rule.Provider},
		{"error", r.Error, &rule.Error},
	} {
		s, ok := oneOrList(f.value)
		if !ok {
			return rule, fmt.Errorf("%s: %v is neither a word nor a list of words", f.key, f.value)
		}
		*f.to = s
	}
	return rule, nil
}

// oneOrList writes what YAML makes of 550, 4xx, [550, 551] or [RCPT] as the tables do.
func oneOrList(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case int:
		return fmt.Sprint(v), true
	case []any:
		words := make([]string, len(v))
		for i := range v {
			word, ok := oneOrList(v[i])
			if !ok || word == "" {
				return "", false
			}
			words[i] = word
		}
		return strings.Join(words, ","), true
	}
	return "", false
}

// readReasons reads reasons_file; empty without one.
func (c *Config) readReasons() (string, error) {
	if c.ReasonsFile == "" {
		return "", nil
	}
	f, err := os.Open(c.ReasonsFile)
	if err != nil {
		return "", fmt.Errorf("reasons_file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, maxReasonsFile+1))
	if err != nil {
		return "", fmt.Errorf("reasons_file: %w", err)
	}
	if len(data) > maxReasonsFile {
		return "", fmt.Errorf("reasons_file: %s is larger than %d bytes", c.ReasonsFile, maxReasonsFile)
	}
	return string(data), nil
}

// ownDiagnosis reads the file, if there is one, and makes the diagnosis.
func (c *Config) ownDiagnosis() (d *diagnose.Diagnosis, file string, err error) {
	if file, err = c.readReasons(); err != nil {
		return nil, "", err
	}
	d, err = c.diagnosis(file)
	return d, file, err
}

// reasonsRead is what was read of the user's own; the ticker's.
type reasonsRead struct{ file, complaint string }

// rereadReasons takes over reasons_file when it has changed. One with a mistake changes nothing, and is complained of once.
func (c *core) rereadReasons() {
	if c.cfg.ReasonsFile == "" {
		return
	}
	file, err := c.cfg.readReasons()
	if err == nil && file == c.reasons.file {
		c.reasons.complaint = ""
		return
	}
	var d *diagnose.Diagnosis
	if err == nil {
		d, err = c.cfg.diagnosis(file)
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
