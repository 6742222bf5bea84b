package incidents

import (
	"cmp"
	"math"
)

type provider struct {
	name    string
	domain  string // of a host that is no known provider's
	weight  float64
	reasons map[string]float64
	clear   float64
}

// providers as a sender of ordinary mail sees them: the shares are of first tries.
var providers = []provider{
	{"google", "", 0.30, map[string]float64{
		"rate_limited": 0.004, "unknown_recipient": 0.02, "spam_content": 0.004, "sender_authentication": 0.002, "mailbox_full": 0.004,
	}, 0.001},
	{"microsoft365", "", 0.22, map[string]float64{
		"unknown_recipient": 0.03, "policy": 0.004, "server_busy": 0.003, "spam_content": 0.003, "greylisted": 0.01,
	}, 0.002},
	{"outlook", "", 0.10, map[string]float64{
		"unknown_recipient": 0.02, "rate_limited": 0.006, "reputation": 0.004, "unspecified": 0.003,
	}, 0.001},
	{"yahoo", "", 0.08, map[string]float64{"rate_limited": 0.02, "mailbox_inactive": 0.01, "unknown_recipient": 0.02}, 0.001},
	{"gmx", "", 0.08, map[string]float64{"mailbox_full": 0.01, "policy": 0.003, "unknown_recipient": 0.02}, 0.0},
	{
		"other", "partner.example.org", 0.08,
		map[string]float64{"unknown_recipient": 0.03, "greylisted": 0.01, "policy": 0.004, "mailbox_full": 0.005},
		0.01,
	},
	{"other", "", 0.14, map[string]float64{
		"greylisted": 0.10, "unknown_recipient": 0.03, "connection_timeout": 0.01,
		"connection_refused": 0.004, "dns_failure": 0.003, "blocklisted": 0.003,
		"client_identity": 0.002, "unspecified": 0.004, "tls_failure": 0.002, "policy": 0.004,
	}, 0.15},
}

// categories of the reasons that are used here.
var categories = map[string]string{
	"rate_limited": "block", "greylisted": "block", "blocklisted": "block",
	"spam_content": "block", "policy": "block", "reputation": "block", "client_identity": "block",
	"sender_authentication": "block", "unknown_recipient": "recipient",
	"mailbox_full": "recipient", "mailbox_inactive": "recipient", "dns_failure": "domain",
	"connection_timeout": "infrastructure", "connection_refused": "infrastructure",
	"tls_failure": "infrastructure", "server_busy": "infrastructure", "unspecified": "unspecified",
}

// permanent reasons end a recipient.
var permanent = map[string]bool{
	"unknown_recipient": true, "mailbox_inactive": true, "blocklisted": true,
	"spam_content": true, "policy": true, "client_identity": true, "sender_authentication": true,
}

// order lists the reasons of a provider, so that the same seed gives the same world.
var order = []string{
	"rate_limited", "greylisted", "blocklisted", "spam_content", "policy", "reputation",
	"client_identity", "sender_authentication", "unknown_recipient", "mailbox_full",
	"mailbox_inactive", "dns_failure", "connection_timeout", "connection_refused", "tls_failure", "server_busy", "unspecified",
}

// reason says why a first try fails; empty: it does not.
func (w *World) reason(p *provider) string {
	x := w.rnd.Float64()
	t, moods := w.Trouble.Reasons[p.key()], w.moods[p]
	for i, name := range order {
		share := moods[i]
		if t[name] > 0 {
			share = t[name]
		}
		if x < share {
			return name
		}
		x -= share
	}
	return ""
}

func (w *World) provider(name string) *provider {
	x := w.rnd.Float64()
	for i := range providers {
		p := &providers[i]
		if p.name == name || name == "" && x < p.weight {
			return p
		}
		x -= p.weight
	}
	return &providers[0]
}

// key is what a trouble calls it.
func (p *provider) key() string { return cmp.Or(p.domain, p.name) }

// mood makes shares of an hour higher and lower than those of another.
func (w *World) mood() {
	w.moods = map[*provider][]float64{}
	for i := range providers {
		p := &providers[i]
		shares := make([]float64, len(order))
		for k, name := range order {
			if share := p.reasons[name]; share > 0 {
				shares[k] = share * math.Exp(0.4*w.rnd.NormFloat64())
			}
		}
		w.moods[p] = shares
	}
}
