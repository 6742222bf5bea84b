package conversation

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// reply reads a reply of the server: the answer to the oldest command that waits, since replies come in order (RFC 2920 section 3.1).
func (c *Conversation) reply(ev *event.Event, out *Outcome) {
	if c.partial.code != 0 && c.partial.code != ev.Code { // all lines of one reply have the same code (RFC 5321 section 4.2.1)
		c.finishReply(c.partial)
	}
	if c.partial.code == 0 {
		c.resync(ev.Code)
	}
	p := c.answeredBy(ev)
	ev.Command, ev.Transaction = p.command, p.transaction
	c.context(ev, &p)
	if ev.MoreLines {
		c.collect(ev)
		return
	}
	c.replied, c.command = true, p.command
	c.join(ev)
	if !ev.HasLatency && !ev.Answered { // the line may name it; one stamp for both measures nothing
		ev.Latency, ev.CoarseLatency, ev.HasLatency = momentOf(ev).latencySince(p.at)
	}
	if !ev.HasLatency {
		ev.Latency = 0
	}
	c.effect(ev, &p, out)
	if c.keepsWaiting(ev, &p) {
		return
	}
	c.settleReply(ev, &p)
	if ev.Code == 421 {
		c.shutDown(ev, &p, out)
	} else if p.command == "QUIT" || ev.Code == 221 {
		c.quit = true
		c.end(c.Unfinished(), out)
	}
}

// resync skips commands whose replies are not in the log, where a code can only be the answer to a later one.
func (c *Conversation) resync(code int) {
	if len(c.pending) > 0 && c.pending[0].command == event.CommandConnect && code != 220 && (code < 400 || c.spokeOn()) {
		c.skip(1)
	}
	want := ""
	switch code {
	case 354:
		want = "DATA"
	case 221:
		want = "QUIT"
	case 235, 334:
		want = "AUTH"
	case 220:
		want = "STARTTLS"
	default:
		return
	}
	for i := range c.pending {
		if c.pending[i].command == want {
			greeting := i == 1 && c.pending[0].command == event.CommandConnect && code == 220
			if i > 0 && !greeting {
				c.skip(i)
			}
			return
		}
	}
	if code == 334 { // AUTH itself is not in the log, but what follows is no less secret
		c.skip(len(c.pending))
		c.push(pendingCommand{command: "AUTH"})
	}
}

// spokeOn says whether a client, whose log it is, went on to more than EHLO: it had its greeting, though the log does not show that.
func (c *Conversation) spokeOn() bool {
	return c.role == event.RoleClient && len(c.pending) > 1 && !isHello(c.pending[1].command)
}

// answeredBy is the command that the reply answers; nothing is known of it where none waits.
func (c *Conversation) answeredBy(ev *event.Event) pendingCommand {
	var p pendingCommand
	if len(c.pending) > 0 {
		p = c.pending[0]
	} else if ev.Code == 354 {
		p.command = "DATA"
	}
	if p.command == "DATA" && ev.Class == '2' || p.command == "" && c.announced {
		// neither the 354 nor the dot is in the log
		p = pendingCommand{command: event.CommandEOM, transaction: c.transaction}
	}
	return p
}

// context gives a reply the keys of its transaction.
func (c *Conversation) context(ev *event.Event, p *pendingCommand) {
	switch p.command {
	case "MAIL":
		ev.MailFrom = p.path
	case "RCPT":
		ev.MailFrom, ev.RcptTo = c.from, p.path
	case "DATA", "BDAT", event.CommandEOM:
		ev.MailFrom = c.from
	case "AUTH":
		ev.AuthMechanism = c.mechanism
	}
	if !p.ends() {
		ev.RemoteQueueID = ""
	}
}

// keepsWaiting says whether the command gets further replies: an AUTH exchange, and LMTP's one for each recipient.
func (c *Conversation) keepsWaiting(ev *event.Event, p *pendingCommand) bool {
	switch {
	case p.command == "AUTH":
		return ev.Code == 334
	case c.lmtp && p.ends() && ev.Code != 421:
		return c.told < len(c.rcpts)
	}
	return false
}

// settleReply takes the answered command off.
func (c *Conversation) settleReply(ev *event.Event, p *pendingCommand) {
	record := p.record()
	record.Code, record.Enhanced = ev.Code, strings.Clone(ev.Enhanced)
	record.Latency, record.HasLatency = ev.Latency, ev.HasLatency
	if p.command != "" || len(c.pending) > 0 {
		c.answered = append(c.answered, record)
	}
	if len(c.pending) > 0 {
		c.drop(1)
	}
	if p.ends() {
		c.clearTransaction()
	}
}

// effect is what a complete reply changes.
func (c *Conversation) effect(ev *event.Event, p *pendingCommand, out *Outcome) {
	good := ev.Class == '2'
	switch p.command {
	case event.CommandConnect:
		c.banner = true
		if !good {
			c.hint = event.EndRejected
		}
	case "EHLO", "HELO", "LHLO":
		c.greeted = good
		if good && c.hint == event.EndRejected { // refused with the greeting, and yet it goes on
			c.hint = event.EndNone
		}
		c.clearTransaction()
	case "STARTTLS", "XCLIENT":
		if ev.Code == 220 {
			c.greeted = false
			c.secured = c.secured || p.command == "STARTTLS"
		}
	case "AUTH":
		c.authenticate(ev)
	case "MAIL":
		if good {
			c.opened(p)
		} else {
			c.mailClass = ev.Class
		}
	case "RCPT":
		c.recipient(ev, p, out)
	case "RSET":
		if good {
			c.clearTransaction()
		}
	case "DATA":
		if ev.Code == 354 {
			c.bytes = 0
			c.startData(ev)
		}
	}
	c.announced = ev.Code == 354 && (p.command == "DATA" || p.command == "")
	c.decide(ev, p, out)
}

// authenticate reads the end of an AUTH exchange, or a challenge.
func (c *Conversation) authenticate(ev *event.Event) {
	switch {
	case ev.Code == 334:
		c.phase, c.secrets = phaseSecret, 0
	case ev.Code == 235: // no other code lets anybody in (RFC 4954 section 6)
		ev.AuthResult = "success"
	case ev.Class == '4' || ev.Class == '5':
		ev.AuthResult = "failure"
	}
}

func (c *Conversation) opened(p *pendingCommand) {
	c.clearTransaction()
	c.from, c.since = p.path, p.at
}

// accept keeps a recipient of the transaction.
func (c *Conversation) accept(path string) {
	if len(c.rcpts) >= maxRecipients {
		c.rcptsMore++
		return
	}
	c.rcpts = append(c.rcpts, path)
}

func (c *Conversation) clearTransaction() {
	clear(c.rcpts)
	c.rcpts = c.rcpts[:0]
	c.rcptsMore, c.told, c.from, c.since, c.mailClass, c.stored = 0, 0, "", moment{}, 0, false
}

func (c *Conversation) recipient(ev *event.Event, p *pendingCommand, out *Outcome) {
	switch ev.Class {
	case '2':
		out.Accepted = 1
		c.accept(p.path)
	case '4', '5':
		out.Refused = 1
	}
}

// shutDown is 421: the server closes the connection, whatever it was asked (RFC 5321 section 3.8).
func (c *Conversation) shutDown(ev *event.Event, p *pendingCommand, out *Outcome) {
	end := event.EndServerClosed
	switch {
	case c.hint != event.EndNone:
		end = c.hint
	case p.command == "QUIT":
		end = event.EndQuit
	case saysTimeout(ev.Text):
		end = event.EndTimeout
	case ev.Role == event.RoleServer && saysLost(ev.Text):
		end = event.EndLost
	}
	c.end(end, out)
	c.clearTransaction()
}

// saysTimeout reads the reason of a 421 in its words: 4.4.2 alone is also said of connections that broke.
func saysTimeout(text string) bool {
	const longest = 200
	text = strings.ToLower(clip(text, longest))
	return strings.Contains(text, "timeout") || strings.Contains(text, "timed out") || strings.Contains(text, "time out") ||
		strings.Contains(text, "idle")
}

// saysLost reads the 421 that a server writes down for a client that is gone: "lost input connection" (Exim), "Lost input channel" (Sendmail).
func saysLost(text string) bool {
	const longest = 200
	text = strings.ToLower(clip(text, longest))
	return strings.Contains(text, "lost input") || strings.Contains(text, "lost connection") || strings.Contains(text, "connection lost")
}

// age is the time since the transaction began.
func (c *Conversation) age(ev *event.Event) (time.Duration, bool) {
	return momentOf(ev).sinceMoment(c.since)
}
