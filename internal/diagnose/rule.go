package diagnose

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
)

// Rule says what a failure means that looks like it: whatever is not empty must fit. It is a row of data/rules.tsv, of a reasons_file, and an
// item of the reasons in a configuration.
type Rule struct {
	// Reason is a name of the closed list, or one of the user's own; then Category says which group it belongs to.
	Reason, Category string
	// Text is a part of the reply, in whole words: letters in any case, with or without their marks, and whatever is no letter and no digit is
	// a blank. A star in front or behind leaves a word open, "..." stands for up to gapMax bytes, {name} for any words of a class that the table names.
	Text string
	// Regexp is a regular expression (RE2) over the first regexpMax bytes of the reply.
	Regexp string
	// Code are reply codes: 550, 4xx. EnhancedCode are enhanced codes: 5.7.1, x.7.1. Command are verbs (RCPT), CONNECT for the greeting, EOM for the end
	// of the message. Provider are names of providers. Error are error types. Several are separated by commas.
	Code, EnhancedCode, Command, Provider, Error string
}

// Basis is what a reason was read from, the value of smtp.failure.basis.
const (
	basisOwn      = "own"
	basisProvider = "provider"
	basisText     = "text"
	basisEnhanced = "enhanced_code"
	basisCode     = "reply_code"
	basisCommand  = "command"
	basisError    = "error"
	basisFilter   = "filter"
	basisLikeness = "likeness"
)

// rule is a Rule made ready to be asked.
type rule struct {
	answer
	parts    []element // of its text
	pattern  *regexp.Regexp
	class    byte // '4', '5': all codes of it
	codes    []int
	enhanced []string // "7.1", without the class
	verdicts []string // "5.7.1", with it
	commands []string
	provider []string
	errors   []string
	late     bool  // it speaks of the recipient, so never before one is named
	of       stage // what it speaks of is not there before; where it is not, anything else that fits is in front of it
}

// answer is what a rule says.
type answer struct {
	why     Reason
	basis   string
	doubted bool // its words are said of other things, too: all words of the reply may overrule it
}

const (
	gapMax    = 60   // bytes between two parts of a text
	regexpMax = 2048 // bytes of a reply that regular expressions see
	partsMax  = 6    // parts of a text
	maxPart   = 255  // bytes of a part
)

// ruleKeys are the keys of a row, behind its reason.
var ruleKeys = []string{"category", "text", "regexp", "code", "enhanced_code", "command", "provider", "error"}

// parseRule reads a row of a table: the reason, then key=value, separated by tabs.
func parseRule(row string) (Rule, error) {
	fields := strings.Split(row, "\t")
	r := Rule{Reason: fields[0]}
	for _, f := range fields[1:] {
		key, value, ok := strings.Cut(f, "=")
		to := r.field(key)
		if !ok || to == nil {
			return r, fmt.Errorf("%q is no key=value with one of the keys %s", f, strings.Join(ruleKeys, ", "))
		}
		if *to != "" {
			return r, fmt.Errorf("the key %s stands there twice", key)
		}
		*to = value
	}
	return r, nil
}

func (r *Rule) field(key string) *string {
	switch key {
	case "category":
		return &r.Category
	case "text":
		return &r.Text
	case "regexp":
		return &r.Regexp
	case "code":
		return &r.Code
	case "enhanced_code":
		return &r.EnhancedCode
	case "command":
		return &r.Command
	case "provider":
		return &r.Provider
	case "error":
		return &r.Error
	}
	return nil
}

// compile makes a rule ready; basis is empty for one of ours, whose keys tell.
func (r *Rule) compile(basis string, classes map[string][]string) (rule, error) {
	why, err := r.reason()
	if err != nil {
		return rule{}, err
	}
	c := rule{answer: answer{why: why}, provider: list(r.Provider), errors: list(r.Error)}
	if c.commands, err = commands(r.Command); err != nil {
		return rule{}, err
	}
	for _, e := range c.errors {
		if !slices.Contains(errorTypes, e) {
			return rule{}, fmt.Errorf("error: %q is no error of a connection, takes any of %s", e, strings.Join(errorTypes, ", "))
		}
	}
	if err := c.setText(r.Text, classes); err != nil {
		return rule{}, err
	}
	if r.Regexp != "" {
		if c.pattern, err = regexp.Compile(r.Regexp); err != nil {
			return rule{}, fmt.Errorf("regexp: %w", err)
		}
	}
	if err := c.setCodes(r.Code); err != nil {
		return rule{}, err
	}
	if err := c.setEnhanced(r.EnhancedCode); err != nil {
		return rule{}, err
	}
	if *r == (Rule{Reason: r.Reason, Category: r.Category}) {
		return rule{}, errors.New("would fit every failure, takes at least one of " + strings.Join(ruleKeys[1:], ", "))
	}
	if c.basis = basis; basis == "" {
		c.basis = c.ownBasis()
	}
	return c, nil
}

// asksFor checks the rule's providers; nil takes any.
func (c *rule) asksFor(providers map[string]bool) error {
	for _, p := range c.provider {
		if providers != nil && !providers[p] {
			return fmt.Errorf("provider: %q is nobody, takes names of docs/reasons.md such as google, or of your own providers", p)
		}
	}
	return nil
}

// reason is the Reason of the rule's name.
func (r *Rule) reason() (Reason, error) {
	if known, ok := listed(r.Reason); ok {
		if r.Category != "" && r.Category != known.Category {
			return Reason{}, fmt.Errorf("reason: %s is of the category %s", known.Name, known.Category)
		}
		return known, nil
	}
	switch {
	case !isName(r.Reason):
		return Reason{}, fmt.Errorf("reason: %q is no name, takes small letters, digits and underscores, at most %d", r.Reason, nameMax)
	case !slices.Contains(Categories, r.Category):
		return Reason{}, fmt.Errorf("category: %q of the own reason %s is none, takes one of %s",
			r.Category, r.Reason, strings.Join(Categories, ", "))
	}
	return Reason{r.Reason, r.Category}, nil
}

const nameMax = 64

// isName says whether s may be the value of a dimension: small letters, digits, underscores.
func isName(s string) bool {
	return s != "" && len(s) <= nameMax && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// list splits at commas; nil for nothing.
func list(s string) []string {
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// verbNames are the values of smtp.command.
var verbNames = []string{
	"CONNECT", "EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "MAIL", "RCPT",
	"DATA", "BDAT", "EOM", "RSET", "VRFY", "EXPN", "NOOP", "HELP", "ETRN",
	"XCLIENT", "XFORWARD", "QUIT",
}

// errorTypes are the values of error.type where no reply says more.
var errorTypes = []string{
	"timeout", "connection_refused", "connection_lost", "host_not_found", "no_route", "tls_handshake", "local_error", errno.Other,
}

// commands checks verbs.
func commands(s string) ([]string, error) {
	verbs := list(strings.ToUpper(s))
	for _, v := range verbs {
		if !slices.Contains(verbNames, v) {
			return nil, fmt.Errorf("command: %q is no command, takes verbs such as MAIL, RCPT, DATA, CONNECT for the greeting, "+
				"EOM for the end of the message", v)
		}
	}
	return verbs, nil
}

func (c *rule) setCodes(s string) error {
	for _, code := range list(s) {
		switch n, err := strconv.Atoi(code); {
		case code == "4xx" || code == "5xx":
			c.class = code[0]
		case err != nil || n < 400 || n > 599:
			return fmt.Errorf("code: %q is no reply code of a failure, takes 400 to 599, 4xx or 5xx", code)
		default:
			c.codes = append(c.codes, n)
		}
	}
	return nil
}

func (c *rule) setEnhanced(s string) error {
	for _, code := range list(s) {
		class, rest, _ := strings.Cut(code, ".")
		subject, detail, ok := strings.Cut(rest, ".")
		if !ok || class != "x" && class != "4" && class != "5" || !isNumber(subject, 3) || !isNumber(detail, 3) {
			return fmt.Errorf("enhanced_code: %q is no enhanced code of a failure, takes 5.7.1, or x.7.1 for 4.7.1 and 5.7.1", code)
		}
		if class == "x" {
			c.enhanced = append(c.enhanced, rest)
		} else {
			c.verdicts = append(c.verdicts, code)
		}
	}
	return nil
}

// isNumber says whether s is 1 to n digits.
func isNumber(s string, n int) bool {
	return s != "" && len(s) <= n && strings.Trim(s, "0123456789") == ""
}

// ownBasis is what a rule of ours is read from.
func (c *rule) ownBasis() string {
	switch {
	case c.provider != nil:
		return basisProvider
	case c.errors != nil:
		return basisError
	case c.parts != nil || c.pattern != nil:
		return basisText
	case c.enhanced != nil || c.verdicts != nil:
		return basisEnhanced
	case c.commands != nil:
		return basisCommand
	}
	return basisCode
}
