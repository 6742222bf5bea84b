package diagnose

import (
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// length is how much text a rule asks for.
func (c *rule) length() int {
	n := 0
	for _, p := range c.parts {
		shortest := maxPart
		for _, w := range p.words {
			shortest = min(shortest, len(w))
		}
		n += shortest
	}
	return n
}

// keys is how many things beside its text a rule asks for.
func (c *rule) keys() int {
	n := 0
	for _, asks := range [...]bool{
		c.class != 0 || c.codes != nil, c.enhanced != nil || c.verdicts != nil, c.commands != nil, c.provider != nil,
	} {
		if asks {
			n++
		}
	}
	return n
}

// asksMore says whether a text alone does not decide.
func (c *rule) asksMore() bool {
	return c.keys() > 0 || c.pattern != nil || c.errors != nil || c.of > atGreeting
}

// asked is what a rule may ask about a failure, besides its words.
type asked struct {
	class    byte
	code     int
	enhanced string
	command  string
	provider string
	err      string
	text     string
	need     need // all of that but the text, as bits
	early    bool // no recipient was named yet: every rule is asked whether it fits
	at       stage
}

// fits says whether all but the text of a rule fits.
func (c *rule) fits(a *asked) bool {
	if c.late && a.early {
		return false
	}
	if (c.class != 0 || c.codes != nil) && (c.class == 0 || c.class != a.class) && !slices.Contains(c.codes, a.code) {
		return false // a line without any code has none that is asked for
	}
	if (c.enhanced != nil || c.verdicts != nil) && !c.fitsEnhanced(a.enhanced) {
		return false
	}
	if !fitsOne(c.commands, a.command) || !fitsOne(c.provider, a.provider) || !fitsOne(c.errors, a.err) {
		return false
	}
	return c.pattern == nil || c.pattern.MatchString(a.text[:min(len(a.text), regexpMax)])
}

// early says whether a command comes before a recipient is named.
func early(command string) bool {
	switch command {
	case event.CommandConnect, "HELO", "EHLO", "LHLO", "STARTTLS", "AUTH", "MAIL":
		return true
	}
	return false
}

func (c *rule) fitsEnhanced(code string) bool {
	return len(code) >= 5 && (slices.Contains(c.enhanced, code[2:]) || slices.Contains(c.verdicts, code))
}

func fitsOne(wanted []string, is string) bool { return wanted == nil || slices.Contains(wanted, is) }
