package site

import (
	"fmt"
	"io"
	"os"
	"strings"

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

// MaxReasonsFile is how large a table of rules may be.
const MaxReasonsFile = 4 << 20

// Diagnosis makes the diagnosis with the user's own rules and providers; file is the content of reasons_file.
func (s *Site) Diagnosis(file string) (*diagnose.Diagnosis, error) {
	own := diagnose.Own{File: file, FileName: "reasons_file: " + s.ReasonsFile}
	for i := range s.Reasons {
		r, err := s.Reasons[i].rule()
		if err != nil {
			return nil, fmt.Errorf("reasons[%d]: %w", i, err)
		}
		own.Reasons = append(own.Reasons, r)
	}
	for _, p := range s.Providers {
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
		text, ok := oneOrList(f.value)
		if !ok {
			return rule, fmt.Errorf("%s: %v is neither a word nor a list of words", f.key, f.value)
		}
		*f.to = text
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

// ReadReasons reads reasons_file; empty without one.
func (s *Site) ReadReasons() (string, error) {
	if s.ReasonsFile == "" {
		return "", nil
	}
	f, err := os.Open(s.ReasonsFile)
	if err != nil {
		return "", fmt.Errorf("reasons_file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, MaxReasonsFile+1))
	if err != nil {
		return "", fmt.Errorf("reasons_file: %w", err)
	}
	if len(data) > MaxReasonsFile {
		return "", fmt.Errorf("reasons_file: %s is larger than %d bytes", s.ReasonsFile, MaxReasonsFile)
	}
	return string(data), nil
}

// OwnDiagnosis reads the file, if there is one, and makes the diagnosis.
func (s *Site) OwnDiagnosis() (d *diagnose.Diagnosis, file string, err error) {
	if file, err = s.ReadReasons(); err != nil {
		return nil, "", err
	}
	d, err = s.Diagnosis(file)
	return d, file, err
}
