package incidents

import (
	"math/rand/v2"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

// Scenario is one kind of trouble, and what is nearly that.
type Scenario struct {
	Name       string
	Kind       incident.Kind
	Provider   string
	Domain     string
	Reason     string
	Sender     string
	What       string
	Cold       bool   // it can be told without a past
	ColdReason string // then it is told as refusals for this reason
	Mutes      string

	Trouble  func(t *Trouble, rnd *rand.Rand) // lasts for hours
	NearMiss func(t *Trouble, rnd *rand.Rand) // must stay quiet
	Short    bool                             // the near miss lasts for minutes
}

// hits says whether an observation is a failure that the trouble made.
func (sc *Scenario) hits(o *incident.Observation) bool {
	switch sc.Kind {
	case incident.Refusals:
		return o.Event == incident.Try && !o.Retry && o.Provider == sc.Provider &&
			o.Reason == sc.Reason && (sc.Domain == "" || o.Domain == sc.Domain)
	case incident.Connections:
		return o.Event == incident.Try && !o.Retry && o.Provider == sc.Provider && o.Reason == "connection_timeout"
	case incident.Own:
		return o.Reason != "" && (o.Event == incident.LocalTry || o.Event == incident.Trouble) && o.What == sc.What && o.Category != "recipient"
	case incident.Users:
		return o.Event == incident.Rejected
	}
	return false
}

func between(rnd *rand.Rand, low, high float64) float64 { return low + (high-low)*rnd.Float64() }

func reasons(provider, reason string, share float64) map[string]map[string]float64 {
	return map[string]map[string]float64{provider: {reason: share}}
}

// Scenarios are all of them.
var Scenarios = []Scenario{
	{
		Name: "rate limit after a campaign", Kind: incident.Refusals, Provider: "google", Reason: "rate_limited", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Campaign = map[string]float64{"google": 2}
			t.Reasons = reasons("google", "rate_limited", between(rnd, 0.4, 0.97))
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) { // the campaign alone, and some more refusals
			t.Campaign = map[string]float64{"google": 2}
			t.Reasons = reasons("google", "rate_limited", between(rnd, 0.005, 0.03))
		},
	},
	{
		Name: "greylisting everywhere", Kind: incident.Refusals, Provider: "microsoft365", Reason: "greylisted", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("microsoft365", "greylisted", between(rnd, 0.75, 0.95))
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Reasons = reasons("other", "greylisted", between(rnd, 0.1, 0.17)) },
	},
	{
		Name: "block list", Kind: incident.Refusals, Provider: "other", Reason: "blocklisted", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) { t.Reasons = reasons("other", "blocklisted", between(rnd, 0.4, 0.8)) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("other", "blocklisted", between(rnd, 0.005, 0.025))
		},
	},
	{
		Name: "a domain's server refuses", Kind: incident.Refusals, Provider: "other", Domain: "partner.example.org", Reason: "rate_limited",
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("partner.example.org", "rate_limited", between(rnd, 0.6, 1))
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("partner.example.org", "rate_limited", between(rnd, 0.01, 0.06))
		},
	},
	{
		Name: "hosts that cannot be reached", Kind: incident.Connections, Provider: "yahoo", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("yahoo", "connection_timeout", between(rnd, 0.5, 1))
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Dead = between(rnd, 0.3, 1) }, // one domain, whose host is dead
	},
	{
		Name: "slow transmission", Kind: incident.Slow, Provider: "microsoft365", What: "transmission",
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Slow, t.Stage = map[string]float64{"microsoft365": between(rnd, 40, 100)}, 2
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) {
			t.Slow, t.Stage = map[string]float64{"microsoft365": between(rnd, 1.5, 3)}, 2
		},
	},
	{
		Name: "mail in the clear", Kind: incident.TLS, Provider: "google", What: "plaintext",
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Clear = map[string]float64{"google": between(rnd, 0.5, 1)} },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Clear = map[string]float64{"google": between(rnd, 0.01, 0.04)} },
	},
	{
		Name: "clients in the clear", Kind: incident.TLS, What: "plaintext",
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Clients = between(rnd, 0.5, 1) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Clients = between(rnd, 0.1, 0.16) },
	},
	{
		Name: "clients whose handshakes fail", Kind: incident.TLS, What: "handshake",
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Shaken = between(rnd, 0.4, 1) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Shaker = between(rnd, 2, 10) }, // one that does not give up
	},
	{
		Name: "unseen words", Kind: incident.Text, Provider: "outlook", ColdReason: "unspecified",
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Reasons = reasons("outlook", "unspecified", between(rnd, 0.35, 0.8))
			t.Words = map[string]string{"outlook unspecified": "part of their network is under review"}
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Evil = between(rnd, 1, 4) }, // one host that makes up words
	},
	{
		Name: "guessed passwords", Kind: incident.Auth,
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Logins = between(rnd, 20, 60) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Guess = between(rnd, 20, 100) }, // one address, at many accounts
	},
	{
		Name: "one account is guessed", Kind: incident.Auth, Sender: "anna", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) { t.Account, t.From = between(rnd, 0.5, 10), 8+rnd.IntN(240) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { // an old password on a phone and at home
			t.Account, t.From = between(rnd, 0.5, 10), 1+rnd.IntN(3)
		},
	},
	{
		Name: "mailbox server down", Kind: incident.Own, What: "lmtp", Cold: true,
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.LMTP = between(rnd, 0.4, 1) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.LMTP = between(rnd, 0.002, 0.02) },
	},
	{
		Name: "milter down", Kind: incident.Own, What: "milter", Cold: true,
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Broken = between(rnd, 0.4, 1) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Broken = between(rnd, 0.005, 0.03) }, // now and then
	},
	{
		Name: "users refused", Kind: incident.Users, Cold: true,
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Refused = between(rnd, 0.4, 1) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Looping = between(rnd, 2, 10) }, // one client that does not give up
	},
	{
		Name: "a sender's mail comes back", Kind: incident.Bounces, Sender: "shop5.example.com", Cold: true,
		Trouble: func(t *Trouble, rnd *rand.Rand) {
			t.Mailing = &Mailing{Sender: "shop5.example.com", PerMinute: between(rnd, 1, 3), Bounced: between(rnd, 0.5, 0.9)}
		},
		NearMiss: func(t *Trouble, rnd *rand.Rand) {
			t.Mailing = &Mailing{Sender: "shop5.example.com", PerMinute: between(rnd, 1, 3), Bounced: between(rnd, 0.01, 0.08)}
		},
	},
	{
		Name: "far more mail than ever", Kind: incident.Volume,
		Trouble:  func(t *Trouble, rnd *rand.Rand) { t.Volume = between(rnd, 9, 20) },
		NearMiss: func(t *Trouble, rnd *rand.Rand) { t.Volume = between(rnd, 1.5, 2.5) }, // a campaign
	},
	{
		Name: "a host is silent", Kind: incident.Silence, Mutes: "mx1",
		Trouble:  func(t *Trouble, _ *rand.Rand) { t.Mute = "mx1" },
		NearMiss: func(t *Trouble, _ *rand.Rand) { t.Mute = "mx1" }, // for some minutes
		Short:    true,
	},
	{
		Name: "nobody writes to a provider", Kind: incident.Silence, Provider: "google",
		Trouble:  func(t *Trouble, _ *rand.Rand) { t.Left = "google" },
		NearMiss: func(t *Trouble, _ *rand.Rand) { t.Left = "google" },
		Short:    true,
	},
}
