package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// partialReply is a multi-line reply of which the last line is still to come.
type partialReply struct {
	code     int
	enhanced string
	queued   string // RemoteQueueID
	words    string
	at       moment
}

// collect keeps the words of a line of a reply that goes on.
func (c *Conversation) collect(ev *event.Event) {
	if c.partial.code == 0 {
		c.partial = partialReply{code: ev.Code, at: momentOf(ev)}
	}
	if c.partial.enhanced == "" {
		c.partial.enhanced = strings.Clone(ev.Enhanced)
	}
	if c.partial.queued == "" {
		c.partial.queued = strings.Clone(ev.RemoteQueueID)
	}
	if isHello(ev.Command) && ev.Class == '2' {
		return // a list of features, no sentence
	}
	if room := maxWords - len(c.partial.words); room > 0 && ev.Text != "" {
		c.partial.words += clip(ev.Text, room-1) + " "
	}
}

// join makes the last line of a reply say what all of them did.
func (c *Conversation) join(ev *event.Event) {
	if c.partial.code == 0 {
		return
	}
	if ev.Enhanced == "" {
		ev.Enhanced = c.partial.enhanced
	}
	if ev.RemoteQueueID == "" {
		ev.RemoteQueueID = c.partial.queued
	}
	if c.partial.words != "" {
		ev.Text = strings.TrimSuffix(c.partial.words+ev.Text, " ")
	}
	c.partial = partialReply{}
}

// finishPartial ends a reply whose last line is not in the log, because the client says something that it would only say when it
// has all of the reply: after these commands it waits (RFC 2920 section 3.1).
func (c *Conversation) finishPartial() {
	if c.partial.code == 0 {
		return
	}
	if len(c.pending) > 0 {
		switch c.pending[0].command {
		case "MAIL", "RCPT", "RSET", "BDAT":
			return
		}
	}
	c.finishReply(c.partial)
}

// finishReply takes the lines seen so far for the whole reply.
func (c *Conversation) finishReply(r partialReply) {
	c.partial = partialReply{}
	ev := event.Event{
		Kind: event.KindReply, Code: r.code, Class: byte('0' + r.code/100), Enhanced: r.enhanced, Time: r.at.time, Resolution: r.at.res,
	}
	p := c.answeredBy(&ev)
	ev.Latency, ev.HasLatency = r.at.sinceMoment(p.at)
	var out Outcome
	c.replied, c.command = true, p.command
	c.effect(&ev, &p, &out)
	c.settleReply(&ev, &p)
}
