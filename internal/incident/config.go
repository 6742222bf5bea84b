package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config is what can be set. The zero value is not usable: begin with Defaults.
type Config struct {
	// Sensitivity is how small a departure is told: low, normal or high.
	Sensitivity string
	// MinMessages is how many messages a departure must have hit before it is told.
	MinMessages int
	// Repeat is how often an incident that goes on is told again, in time of the log; 0: never.
	Repeat time.Duration
	// Kinds are those that are looked for; empty: all.
	Kinds []Kind
}

// Defaults are right for most.
func Defaults() Config { return Config{Sensitivity: "normal", MinMessages: 20, Repeat: time.Hour} }

// Sensitivities are the choices.
var Sensitivities = []string{"low", "normal", "high"}

// Validate names a mistake by its key and says what that takes.
func (c *Config) Validate() error {
	switch {
	case !slices.Contains(Sensitivities, c.Sensitivity):
		return fmt.Errorf("sensitivity: %q is not a choice, takes %s", c.Sensitivity, strings.Join(Sensitivities, ", "))
	case c.MinMessages < 5 || c.MinMessages > 10_000:
		return fmt.Errorf("min_messages: %d is out of range, takes 5 to 10000", c.MinMessages)
	case c.Repeat < 0 || c.Repeat > 0 && c.Repeat < time.Minute:
		return fmt.Errorf("repeat: %s is too short, takes a duration of at least 1m, or 0s for never", c.Repeat)
	}
	for _, k := range c.Kinds {
		if !slices.Contains(Kinds, k) {
			return fmt.Errorf("kinds: %q is not a kind, takes any of %s", k, names(Kinds))
		}
	}
	return nil
}

func names(list []Kind) string {
	texts := make([]string, len(list))
	for i, k := range list {
		texts[i] = string(k)
	}
	return strings.Join(texts, ", ")
}

// design is what a sensitivity stands for.
type design struct {
	limit float64 // of the CUSUM, in nats: a departure by chance reaches it once in e^limit tries at most
	odds  float64 // the departure that is looked for: so many times the odds of the baseline,
	step  float64 // and at least so much more as a share
	times float64 // the same of volume
}

// designs by sensitivity. The average run length of a Bernoulli CUSUM in control grows with e^limit: at 20 that is 5e8 tries of every
// provider and reason.
var designs = map[string]design{
	"low":    {limit: 30, odds: 8, step: 0.25, times: 8},
	"normal": {limit: 20, odds: 5, step: 0.12, times: 5},
	"high":   {limit: 14, odds: 3, step: 0.06, times: 3},
}
