package incident

import "math"

// localTry looks at a verdict of a mailbox server, program or filter of this host.
func (d *Detector) localTry(o *Observation) {
	if o.Retry && o.Status != "delivered" {
		return
	}
	g := groupOf(d.Routes, o.Route, maxProviders)
	if g.counted(o.UID, o.Status) {
		return
	}
	g.begin(&d.design, o.Time)
	if o.Status == "delivered" || o.Category != "infrastructure" && o.Category != "own" && o.Category != "unspecified" {
		d.settle(g, o) // a mailbox that is full or unknown is no trouble of ours
		return
	}
	s := g.watch(&d.design, Own, handover, 0.02)
	if s.Open == nil {
		d.failed(s, o, nil)
	}
	d.settle(g, o, s)
}

// The shares of what is our own.
const (
	handover  = "handover"  // local deliveries that failed
	reception = "reception" // sessions and messages that came to nothing because something here does not work
	refusal   = "refusal"   // messages of users of ours that we refused
	handshake = "handshake" // sessions whose encryption failed
)

// received counts a message that came in.
func (d *Detector) received(o *Observation) {
	d.Mail.count(o.Time)
	d.Reception.begin(&d.design, o.Time)
	d.settle(d.Reception, o)
}

// trouble counts a session or message that something of our own stands in the way of.
func (d *Detector) trouble(o *Observation) {
	g := d.Reception
	if g.counted(o.UID, reception) { // what a filter that is down says of itself, and the refusal because of it
		return
	}
	g.begin(&d.design, o.Time)
	s := g.watch(&d.design, Own, reception, 0.02)
	if s.Open == nil {
		d.failed(s, o, nil)
	}
	d.settle(g, o, s)
}

// submitted counts a message or login of a user of ours that was taken.
func (d *Detector) submitted(o *Observation) {
	if d.Users.counted(o.UID, "taken") {
		return
	}
	d.Users.begin(&d.design, o.Time)
	d.settle(d.Users, o)
}

// severalUsers is how many users or addresses a departure must have hit that is not theirs alone.
const severalUsers = 3

// rejected looks at a refusal by us.
func (d *Detector) rejected(o *Observation) {
	if o.Sender == "" || d.Users.counted(o.UID, refusal) {
		return
	}
	d.Users.begin(&d.design, o.Time)
	s := d.Users.watch(&d.design, Users, refusal, 0.05)
	if s.Open == nil {
		d.failed(s, o, func(s *share) bool {
			_, most := s.Run.Clients.top()
			return len(s.Run.Others) >= severalUsers && most <= mostOfThem
		})
	}
	d.settle(d.Users, o, s)
}

// session looks at the encryption of a session that brought mail.
func (d *Detector) session(o *Observation) {
	d.Clients.begin(&d.design, o.Time)
	if o.Secure {
		d.settle(d.Clients, o)
		return
	}
	s := d.Clients.watch(&d.design, TLS, plaintext, unlearned)
	if s.Open == nil {
		d.failed(s, o, d.fromMany)
	}
	d.settle(d.Clients, o, s)
}

// handshake looks at a client whose encryption failed.
func (d *Detector) handshake(o *Observation) {
	if d.Clients.counted(o.UID, handshake) { // what the server says of it, and what the library does
		return
	}
	d.Clients.begin(&d.design, o.Time)
	s := d.Clients.watch(&d.design, TLS, handshake, unlearned) // scanners fail all day long
	if s.Open == nil {
		d.failed(s, o, d.fromMany)
	}
	d.settle(d.Clients, o, s)
}

// fromMany says whether it is learned what is usual, whether many clients are hit (a single one has trouble of its own), and
// whether they are more than usual: scanners and monitors come by night, too, when there is little else for them to be a share of.
func (d *Detector) fromMany(s *share) bool {
	_, most := s.Run.Clients.top()
	return s.group.Past > 2*prior && len(s.Run.Others) >= d.cfg.MinMessages/4 &&
		most <= mostOfThem && s.often() > d.design.odds/2*s.oftenBefore()
}

// often is how many failures an hour the run has, oftenBefore how many were learned.
func (s *share) often() float64 {
	return float64(s.Run.Fails) / math.Max(1.0/12, float64(s.group.Newest-s.Run.Start)/float64(hour))
}

func (s *share) oftenBefore() float64 {
	hours := math.Max(1, float64(s.group.Newest-s.group.First)/float64(hour))
	return s.Past / math.Min(hours, halfLife/math.Ln2)
}

// sent looks at the end of a message's recipients, for its sender. What a provider does to everybody is not the sender's.
func (d *Detector) sent(o *Observation, refused *share) {
	if !o.Final || o.Sender == "" || refused != nil && refused.Open != nil {
		return
	}
	g := groupOf(d.Senders, o.Sender, maxSenders)
	s := g.watch(&d.design, Bounces, "bounced", 0.08)
	for range min(o.Recipients, maxRecipients) {
		g.begin(&d.design, o.Time)
		if !bounced(o) {
			d.settle(g, o)
			continue
		}
		if s.Open == nil {
			d.failed(s, o, func(s *share) bool { return s.Run.Fails >= d.cfg.MinMessages })
		}
		d.settle(g, o, s)
	}
}

// bounced says whether a recipient came back for what may be the sender's fault.
func bounced(o *Observation) bool {
	return o.Status == "bounced" && (o.Category == "recipient" || o.Category == "domain" || o.Category == "block" || o.Category == "content")
}

const maxRecipients = 50 // of one record that count

// queue notes how many messages of a host wait for a provider.
func (d *Detector) queue(o *Observation) {
	name := o.Host + "\x00" + o.Provider + "\x00" + o.Status
	if _, known := d.Waiting[name]; !known && len(d.Waiting) >= maxWaiting {
		evict(d.Waiting, func(w waiting) int64 { return w.At })
	}
	d.Waiting[clone(name)] = waiting{clone(o.Provider), o.Time, o.Waiting, o.Oldest}
}

// waiting is what a queue record said.
type waiting struct {
	Provider string
	At       int64
	Messages int
	Oldest   float64
}

const (
	maxWaiting = 4096
	staleQueue = int64(600e9)
)

// waits is how many messages wait for a provider, and the age of the oldest in seconds; -1: nobody said.
func (d *Detector) waits(provider string, now int64) (messages int, oldest float64) {
	messages = -1
	for _, w := range d.Waiting {
		if w.Provider == provider && now-w.At < staleQueue {
			messages = max(messages, 0) + w.Messages
			oldest = max(oldest, w.Oldest)
		}
	}
	return messages, oldest
}
