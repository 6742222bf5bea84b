package incidents

import (
	"fmt"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

// foreign is what others bring: sessions, mail for local mailboxes.
func (w *World) foreign(rate float64) {
	for range w.poisson(rate) {
		client := fmt.Sprintf("192.0.2.%d", w.rnd.IntN(250))
		if w.Trouble.Shaken > 0 && w.rnd.Float64() < w.Trouble.Shaken {
			w.say(incident.Observation{Event: incident.Handshake, UID: w.id(), Client: client})
			continue
		}
		w.say(incident.Observation{Event: incident.Session, UID: w.id(), Client: client, Secure: w.rnd.Float64() >= max(0.08, w.Trouble.Clients)})
		if w.rnd.Float64() < max(0.0005, w.Trouble.Broken) {
			w.say(incident.Observation{
				Event: incident.Trouble, UID: w.id(), What: "milter", Reason: "server_busy",
				Category: "infrastructure", Code: 451, Text: "Service unavailable",
			})
			continue
		}
		uid := w.id()
		w.say(incident.Observation{Event: incident.Received, UID: uid})
		o := incident.Observation{Event: incident.LocalTry, UID: uid, Route: "lmtp", Status: "delivered", Recipients: 1, What: "lmtp"}
		switch x := w.rnd.Float64(); {
		case x < max(0.001, w.Trouble.LMTP):
			o.Status, o.Reason, o.Category = "deferred", "local_error", "own"
		case x < 0.03:
			o.Status, o.Reason, o.Category = "bounced", "unknown_recipient", "recipient"
		}
		w.say(o)
	}
}

// attacks are the everyday ones, and those of the scenario.
func (w *World) attacks() {
	for range w.poisson(0.4) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("198.51.100.%d", w.rnd.IntN(12)), Sender: w.account()})
	}
	for range w.poisson(0.1) {
		w.say(incident.Observation{Event: incident.Handshake, Client: fmt.Sprintf("198.51.100.%d", w.rnd.IntN(30))})
	}
	for range w.poisson(w.Trouble.Logins) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("203.0.113.%d", w.rnd.IntN(250)), Sender: w.account()})
	}
	for range w.poisson(w.Trouble.Guess) {
		w.say(incident.Observation{Event: incident.Login, Client: "203.0.113.9", Sender: w.account()})
	}
	for range w.poisson(w.Trouble.Account) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("203.0.113.%d", w.rnd.IntN(w.Trouble.From)), Sender: "anna"})
	}
	for range w.poisson(w.Trouble.Shaker) {
		w.say(incident.Observation{Event: incident.Handshake, Client: "203.0.113.10"})
	}
	for range w.poisson(w.Trouble.Looping) {
		w.say(incident.Observation{
			Event: incident.Rejected, UID: w.id(), Sender: "anna",
			Client: "192.0.2.44", Code: 553, Reason: "invalid_sender", Category: "own",
		})
	}
	for range w.poisson(w.Trouble.Dead) {
		w.fail("other", "dead.example.org", "connection_timeout", w.sender(), "")
	}
	for range w.poisson(w.Trouble.Evil) {
		w.fail("other", "evil.example", "unspecified", w.sender(), fmt.Sprintf("no mail for you %d", w.rnd.IntN(3)))
	}
}

// account is a name that somebody guesses.
func (w *World) account() string { return fmt.Sprintf("info%d", w.rnd.IntN(300)) }
