package diagnose

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Deciding says which rule gave a failed event its reason, in the words of the tables: what must fit, separated by blanks. Where none did, but its
// likeness to other replies, it says which words told most. It is empty where neither did.
func (d *Diagnosis) Deciding(ev *event.Event) string {
	a, n := d.asks(ev)
	if r, ok := listed(ev.Reason); ok && ev.Basis == basisLikeness {
		return "like other replies with " + strings.Join(likenessOfReplies().telling(&a, r), ", ")
	}
	if n == 0 {
		return ""
	}
	return d.ready().rules[n-1].String()
}

// Explain gives what is known of a reason; ok is false for one that is not of the closed list, as a user's own.
func Explain(reason string) (e Explanation, ok bool) {
	for _, e := range Explanations {
		if e.Name == reason {
			return e, true
		}
	}
	return e, false
}

// String writes the rule as key=value, as the tables do; where a word may be one of several, they are separated by a bar.
func (c *rule) String() string {
	var list []string
	add := func(key, value string) {
		if value != "" {
			list = append(list, key+"="+value)
		}
	}
	var text []string
	for _, e := range c.parts {
		if e.gap > 0 && len(text) > 0 {
			text = append(text, "...")
		}
		text = append(text, strings.TrimSpace(strings.Join(e.words[:min(len(e.words), mostShown)], "|")))
		if more := len(e.words) - mostShown; more > 0 {
			text = append(text, fmt.Sprintf("(or one of %d more)", more))
		}
	}
	if len(text) > 0 {
		add("text", strconv.Quote(strings.Join(text, " ")))
	}
	if c.pattern != nil {
		add("regexp", strconv.Quote(c.pattern.String()))
	}
	if c.class != 0 {
		add("code", string(c.class)+"xx")
	}
	var codes []string
	for _, code := range c.codes {
		codes = append(codes, strconv.Itoa(code))
	}
	add("code", strings.Join(codes, ","))
	for _, e := range c.enhanced {
		add("enhanced_code", "x."+e)
	}
	add("enhanced_code", strings.Join(c.verdicts, ","))
	add("command", strings.Join(c.commands, ","))
	add("provider", strings.Join(c.provider, ","))
	add("error", strings.Join(c.errors, ","))
	return strings.Join(list, " ")
}

// mostShown is how many of the words that may stand at one place are told.
const mostShown = 4
