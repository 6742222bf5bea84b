package generate

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Campaign is the log of a Postfix host that mails to well-known providers: a week of ordinary mail, then a campaign that doubles what goes to one of them, whose
// answer becomes 421, until it has calmed down. It is the case study of docs/incidents.md.
type Campaign struct {
	// From is when the log begins, Jump when the campaign does, Refused when the provider begins to refuse, Recovered when it stops.
	From, Jump, Refused, Recovered, To time.Time
	// Failures are the times of the tries that the provider refused.
	Failures []time.Time

	host   string
	perDay float64
	rnd    *rand.Rand
	now    time.Time
	due    schedule
	seq    int
}

// NewCampaign is one of a host that sends so many messages a day; the same seed gives the same log.
func NewCampaign(host string, perDay float64, seed uint64) *Campaign {
	from := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC) // a Monday
	tuesday := from.AddDate(0, 0, 8)
	return &Campaign{
		From: from, Jump: tuesday.Add(9 * time.Hour), Refused: tuesday.Add(9*time.Hour + 15*time.Minute), Recovered: tuesday.Add(11 * time.Hour),
		To: tuesday.Add(16 * time.Hour), host: host, perDay: perDay, rnd: rand.New(rand.NewPCG(seed, 5)), now: from,
	}
}

// taker is a provider's host.
type taker struct {
	domain, host, ip, ok string
	share                float64
}

var takers = []taker{
	{"gmail.com", "gmail-smtp-in.l.google.com", "142.250.102.27", "250 2.0.0 OK  1763970000 a640c23a62f3a-b7654ff2d6dsi100 - gsmtp", 0.4},
	{"example.com", "example-com.mail.protection.outlook.com", "52.101.73.12", "250 2.6.0 <m@a.example> [InternalId=1] Queued mail for delivery", 0.25},
	{"yahoo.com", "mta5.am0.yahoodns.net", "67.195.204.77", "250 ok dirdel", 0.1},
	{"gmx.net", "mx00.emig.gmx.net", "212.227.15.9", "250 Requested mail action okay, completed: id=1MTABK", 0.1},
	{"shop.example.org", "mx.shop.example.org", "198.51.100.25", "250 2.0.0 Ok: queued as 4F2", 0.15},
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
			rate *= 1 + takers[0].share // what goes to the first doubles
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
		take(next.at, postfix{}.line(next.at, c.host, next.text))
	}
}

func (c *Campaign) say(at time.Time, format string, args ...any) {
	c.seq++
	heap.Push(&c.due, &entry{at, c.seq, fmt.Sprintf(format, args...), nil})
}

// message is one, from its reception to its end.
func (c *Campaign) message() {
	at := c.now
	c.seq++
	id := postfix{}.queueID(at, c.seq)
	to := c.taker()
	sender := fmt.Sprintf("s%d@shop.example.net", c.rnd.IntN(20))
	c.say(at, "postfix/pickup[800]: %s: uid=1000 from=<%s>", id, sender)
	c.say(at.Add(time.Millisecond), "postfix/cleanup[801]: %s: message-id=<%s@shop.example.net>", id, id)
	c.say(at.Add(2*time.Millisecond), "postfix/qmgr[802]: %s: from=<%s>, size=%d, nrcpt=1 (queue active)", id, sender, 1000+c.rnd.IntN(90000))
	c.try(at, at.Add(time.Duration(300+c.rnd.IntN(2000))*time.Millisecond), id, sender, &to, fmt.Sprintf("r%d@%s", c.seq, to.domain), 0)
}

// try is one, and those that follow.
func (c *Campaign) try(received, at time.Time, id, sender string, to *taker, rcpt string, tries int) {
	delay := at.Sub(received).Seconds()
	verdict := func(dsn, status, text string) {
		c.say(at, "postfix/smtp[%d]: %s: to=<%s>, relay=%s[%s]:25, delay=%.2f, delays=%.2f/0.01/0.15/0.2, dsn=%s, status=%s (%s)",
			900+c.seq%9, id, rcpt, to.host, to.ip, delay, max(0.01, delay-0.36), dsn, status, text)
	}
	chance := c.rnd.IntN(1000)
	throttled := to == c.throttled(to) && !at.Before(c.Refused) && at.Before(c.Recovered)
	switch {
	case throttled && chance < 960:
		if tries == 0 {
			c.Failures = append(c.Failures, at)
		}
		verdict("4.7.28", "deferred", fmt.Sprintf("host %s[%s] said: 421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP address. "+
			"To protect our users from spam, mail sent from your IP address has been temporarily rate limited. a640c23a62f3a-b7654ff%dsi - gsmtp (in reply to end of DATA command)", to.host, to.ip, c.seq))
	case chance < 15:
		verdict("5.1.1", "bounced", fmt.Sprintf("host %s[%s] said: 550 5.1.1 <%s>: Recipient address rejected: User unknown (in reply to RCPT TO command)", to.host, to.ip, rcpt))
		c.say(at.Add(time.Millisecond), "postfix/qmgr[802]: %s: removed", id)
		return
	case chance < 25 && tries == 0:
		verdict("4.7.1", "deferred", fmt.Sprintf("host %s[%s] said: 450 4.7.1 <%s>: Recipient address rejected: Greylisted (in reply to RCPT TO command)", to.host, to.ip, rcpt))
	default:
		verdict("2.0.0", "sent", to.ok)
		c.say(at.Add(time.Millisecond), "postfix/qmgr[802]: %s: removed", id)
		return
	}
	next := at.Add(time.Duration(300<<min(tries, 3))*time.Second + time.Duration(c.rnd.IntN(20))*time.Second)
	c.say(next.Add(-time.Second), "postfix/qmgr[802]: %s: from=<%s>, size=1200, nrcpt=1 (queue active)", id, sender)
	c.try(received, next, id, sender, to, rcpt, tries+1)
}

// throttled is the taker that refuses.
func (*Campaign) throttled(to *taker) *taker {
	if to.domain == takers[0].domain {
		return to
	}
	return nil
}

// taker is whom the next message goes to.
func (c *Campaign) taker() taker {
	if !c.now.Before(c.Jump) && c.rnd.Float64() < takers[0].share/(1+takers[0].share) {
		return takers[0]
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
