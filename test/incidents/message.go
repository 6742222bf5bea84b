package incidents

import (
	"fmt"
	"math"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

func (w *World) fail(provider, domain, reason, sender, words string) {
	uid := w.id()
	w.say(incident.Observation{Event: incident.Received, UID: uid, Sender: sender})
	w.say(incident.Observation{
		Event: incident.Try, UID: uid, Sender: sender, Provider: provider, Domain: domain,
		Reason: reason, Category: categories[reason], Status: "deferred",
		Code: 451, Text: words, Fingerprint: words, Recipients: 1,
	})
}

// sender is one of ours: users and domains, some of which send most.
func (w *World) sender() string {
	n := int(math.Floor(math.Pow(w.rnd.Float64(), 2.5) * 40))
	if n%2 == 0 {
		return fmt.Sprintf("user%d", n)
	}
	return fmt.Sprintf("shop%d.example.com", n)
}

// message is one of ours, to one recipient or some; bounced is the share that no provider knows.
func (w *World) message(sender, to string, bounced float64) {
	uid := w.id()
	user := sender[0] == 'u'
	if user {
		if w.rnd.Float64() < max(0.004, w.Trouble.Refused) {
			client := fmt.Sprintf("192.0.2.%d", w.rnd.IntN(60))
			w.say(incident.Observation{
				Event: incident.Rejected, UID: uid, Sender: sender, Client: client, Code: 554, Reason: "relay_denied", Category: "own",
			})
			return
		}
		w.say(incident.Observation{Event: incident.Submitted, UID: uid, Sender: sender})
	}
	w.say(incident.Observation{Event: incident.Received, UID: uid, Sender: sender, User: user})
	n := 1
	if w.rnd.IntN(5) == 0 {
		n += w.rnd.IntN(4)
	}
	host := w.host()
	at := w.now.Add(w.within())
	for range n {
		p := w.provider(to)
		if p.name == w.Trouble.Left {
			continue
		}
		o := incident.Observation{
			Event: incident.Try, Host: host, UID: uid, Sender: sender, User: user,
			Provider: p.name, Domain: p.name + ".example", From: "192.0.2.10", Recipients: 1,
		}
		if p.name == "other" {
			if o.Domain = p.domain; o.Domain == "" {
				o.Domain = fmt.Sprintf("d%d.example.net", w.rnd.IntN(80))
			}
		}
		w.first(at, p, o, bounced)
	}
}

// first is the first try of a recipient.
func (w *World) first(at time.Time, p *provider, o incident.Observation, bounced float64) {
	reason := ""
	if w.rnd.Float64() < bounced {
		reason = "unknown_recipient"
	} else {
		reason = w.reason(p)
	}
	if reason == "" {
		w.delivered(at, p, o)
		return
	}
	o.Reason, o.Category, o.Status, o.Code = reason, categories[reason], "deferred", 451
	if permanent[reason] {
		o.Status, o.Code, o.Final = "bounced", 550, true
	}
	o.Fingerprint = fmt.Sprintf("%s says %s %d", p.name, reason, w.rnd.IntN(3))
	if w.rnd.IntN(50) == 0 {
		o.Fingerprint = fmt.Sprintf("%s says %s in other words %d", p.name, reason, w.rnd.IntN(1000))
	}
	if words := w.Trouble.Words[p.name+" "+reason]; words != "" {
		o.Fingerprint = words
	}
	o.Text = o.Fingerprint
	w.at(at, o)
	if !o.Final {
		w.retry(at, p, o, 1)
	}
}

// retry is what becomes of a recipient that was put off.
func (w *World) retry(at time.Time, p *provider, o incident.Observation, n int) {
	at = at.Add(time.Duration(300<<min(n, 4))*time.Second + w.within())
	o.Retry = true
	again := 0.2
	if w.Trouble.Reasons[p.key()][o.Reason] > 0.3 {
		again = 0.9
	}
	if n < 8 && w.rnd.Float64() < again {
		w.at(at, o)
		w.retry(at, p, o, n+1)
		return
	}
	w.delivered(at, p, o)
}

func (w *World) delivered(at time.Time, p *provider, o incident.Observation) {
	o.Status, o.Reason, o.Category, o.Code, o.Text, o.Fingerprint, o.Final = "delivered", "", "", 250, "", "", true
	o.Secure = w.rnd.Float64() >= max(p.clear, w.Trouble.Clear[p.name])
	o.Staged = [3]bool{true, true, true}
	o.Stages = [3]float64{w.seconds(0.05, 1), w.seconds(0.3, 0.7), w.seconds(0.8, 0.7)}
	if f := w.Trouble.Slow[p.name]; f > 0 {
		o.Stages[w.Trouble.Stage] *= f
	}
	w.at(at, o)
}
