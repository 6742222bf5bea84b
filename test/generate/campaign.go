package generate

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// Campaign is the log of a host that mails to well-known providers and to one that nobody knows: a week of ordinary mail, then a
// campaign that doubles what goes to one of them, whose answer becomes 421, until it has calmed down. It is the case study of
// docs/incidents.md.
type Campaign struct {
	// From is when the log begins, Jump when the campaign does, Refused when the provider begins to refuse, Recovered when it stops.
	From, Jump, Refused, Recovered, To time.Time
	// Failures are the times of the tries that the provider refused.
	Failures []time.Time

	host    string
	voice   voice
	refuser *taker
	perDay  float64
	rnd     *rand.Rand
	now     time.Time
	due     schedule
	seq     int
}

// NewCampaign is one of a Postfix host that sends so many messages a day; Gmail refuses. The same seed gives the same log.
func NewCampaign(host string, perDay float64, seed uint64) *Campaign {
	return NewCampaignOf("postfix", host, "gmail.com", perDay, seed)
}

// NewCampaignOf is one of a host with one of the Dialects, at which one of the domains that it mails to refuses.
func NewCampaignOf(dialect, host, refuses string, perDay float64, seed uint64) *Campaign {
	from := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC) // a Monday
	tuesday := from.AddDate(0, 0, 8)
	c := &Campaign{
		From: from, Jump: tuesday.Add(9 * time.Hour), Refused: tuesday.Add(9*time.Hour + 15*time.Minute), Recovered: tuesday.Add(11 * time.Hour),
		To: tuesday.Add(16 * time.Hour), host: host, voice: Dialects[dialect], perDay: perDay, rnd: rand.New(rand.NewPCG(seed, 5)), now: from,
	}
	for i := range takers {
		if takers[i].domain == refuses {
			c.refuser = &takers[i]
		}
	}
	return c
}

// taker is a provider's host.
type taker struct {
	domain, host, ip, ok string
	slow, dsn            string // what it says when there is too much
	share                float64
}

var takers = []taker{
	{
		"gmail.com", "gmail-smtp-in.l.google.com", "142.250.102.27", "250 2.0.0 OK  1763970000 a640c23a62f3a-b7654ff2d6dsi100 - gsmtp",
		"421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP address. " +
			"To protect our users from spam, mail sent from your IP address has been temporarily rate limited. a640c23a62f3a-b7654ff%dsi - gsmtp",
		"4.7.28", 0.4,
	},
	{
		"example.com", "example-com.mail.protection.outlook.com", "52.101.73.12",
		"250 2.6.0 <m@a.example> [InternalId=1] Queued mail for delivery", "", "", 0.25,
	},
	{
		"yahoo.com", "mta5.am0.yahoodns.net", "67.195.204.77", "250 ok dirdel",
		"421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
		"4.7.0", 0.1,
	},
	{"gmx.net", "mx00.emig.gmx.net", "212.227.15.9", "250 Requested mail action okay, completed: id=1MTABK", "", "", 0.1},
	{
		"shop.example.org", "mx.shop.example.org", "198.51.100.25", "250 2.0.0 Ok: queued as 4F2",
		"421 4.7.0 mx.shop.example.org Error: too many messages, try again later", "4.7.0", 0.15,
	},
}

// busy is the shape of a day, by the hour.
var busy = [24]float64{.25, .2, .15, .15, .2, .35, .6, 1, 1.6, 2, 2.1, 2, 1.7, 1.8, 1.9, 1.8, 1.6, 1.3, 1, .8, .7, .6, .5, .35}

// Write gives the lines to take, in order.
func (c *Campaign) Write(take func(at time.Time, line string)) {
	for c.now.Before(c.To) {
		rate := c.perDay / 86400 * busy[c.now.Hour()]
		if day := c.now.Weekday(); day == time.Saturday || day == time.Sunday {
			rate *= 0.25
		}
		if !c.now.Before(c.Jump) {
			rate *= 1 + c.refuser.share // what goes to it doubles
		}
		c.now = c.now.Add(time.Duration(-math.Log(1-c.rnd.Float64()) / rate * 1e9))
		c.drain(c.now, take)
		c.message()
	}
	c.drain(c.now.AddDate(0, 0, 1), take)
}

func (c *Campaign) drain(to time.Time, take func(at time.Time, line string)) {
	for len(c.due) > 0 && c.due[0].at.Before(to) {
		next := heap.Pop(&c.due).(*entry)
		take(next.at, c.voice.line(next.at, c.host, next.text))
	}
}

func (c *Campaign) say(at time.Time, text string) {
	if text != "" {
		c.seq++
		heap.Push(&c.due, &entry{at, c.seq, text, nil})
	}
}

// message is one of an application, from its reception to its end.
func (c *Campaign) message() {
	at := c.now
	c.seq++
	m := mail{id: c.voice.queueID(at, c.seq), from: fmt.Sprintf("s%d@shop.example.net", c.rnd.IntN(20)), size: 1000 + c.rnd.IntN(90000), n: 1}
	m.messageID = m.id + "@shop.example.net"
	to := c.taker()
	app := client{pid: 800 + c.seq%7, name: "app.shop.example.net", ip: "192.0.2.80"}
	for i, text := range append(c.voice.open(&app, &m), c.voice.received(&app, &m)) {
		c.say(at.Add(time.Duration(i)*time.Millisecond), text)
	}
	c.try(at, at.Add(time.Duration(300+c.rnd.IntN(2000))*time.Millisecond), &m, &to, fmt.Sprintf("r%d@%s", c.seq, to.domain), 0)
}

// try is one, and those that follow.
func (c *Campaign) try(received, at time.Time, m *mail, to *taker, rcpt string, tries int) {
	v := verdict{to: rcpt, pid: 900 + c.seq%9, relay: to.host, ip: to.ip, delay: at.Sub(received).Seconds()}
	say := func(status, dsn, text string) {
		v.status, v.dsn, v.text = status, dsn, text
		c.say(at, c.voice.verdict(m, &v))
		if status != "deferred" {
			c.say(at.Add(time.Millisecond), c.voice.removed(m))
		}
	}
	chance := c.rnd.IntN(1000)
	throttled := to.domain == c.refuser.domain && !at.Before(c.Refused) && at.Before(c.Recovered)
	switch {
	case throttled && chance < 960:
		if tries == 0 {
			c.Failures = append(c.Failures, at)
		}
		v.atEnd = true
		say("deferred", to.dsn, strings.ReplaceAll(to.slow, "%d", fmt.Sprint(c.seq)))
	case chance < 15:
		say("bounced", "5.1.1", fmt.Sprintf("550 5.1.1 <%s>: Recipient address rejected: User unknown", rcpt))
		return
	case chance < 25 && tries == 0:
		say("deferred", "4.7.1", fmt.Sprintf("450 4.7.1 <%s>: Recipient address rejected: Greylisted", rcpt))
	default:
		say("delivered", "2.0.0", to.ok)
		return
	}
	next := at.Add(time.Duration(300<<min(tries, 3))*time.Second + time.Duration(c.rnd.IntN(20))*time.Second)
	c.say(next.Add(-time.Second), c.voice.again(m))
	c.try(received, next, m, to, rcpt, tries+1)
}

// taker is whom the next message goes to.
func (c *Campaign) taker() taker {
	if !c.now.Before(c.Jump) && c.rnd.Float64() < c.refuser.share/(1+c.refuser.share) {
		return *c.refuser
	}
	x := c.rnd.Float64()
	for _, t := range takers {
		if x < t.share {
			return t
		}
		x -= t.share
	}
	return takers[0]
}
