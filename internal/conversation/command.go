package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// say reads a command of the client.
func (c *Conversation) say(ev *event.Event) {
	if c.interrupted && !endsData(ev.Command) {
		c.content(ev)
		return
	}
	c.interrupted, c.spoke = false, true
	c.finishPartial()
	p := pendingCommand{
		command: ev.Command, argument: clip(ev.Argument, maxArgument), at: momentOf(ev),
	}
	switch ev.Command {
	case "EHLO", "HELO", "LHLO":
		c.greeted, c.lmtp = true, ev.Command == "LHLO"
		if c.secured && ev.TLS == event.Open {
			ev.TLS = event.Yes // the log could read on after the handshake
		}
	case "AUTH":
		c.mechanism = ev.AuthMechanism // a constant of the parser
	case "MAIL":
		c.transaction++
		c.asked, c.broken = 0, false
		c.inside, c.sender, c.bytes = true, clip(ev.MailFrom, maxPath), 0
		p.path = c.sender
	case "RCPT":
		c.asked++
		p.path = clip(ev.RcptTo, maxPath)
	case "BDAT":
		c.startChunk(ev, &p)
	case "QUIT":
		c.quit = true
	}
	if c.inside && ev.Command != "QUIT" && !isHello(ev.Command) {
		p.transaction = c.transaction
		c.place(ev)
	}
	if ev.Command == "RSET" || ev.Command == "QUIT" || isHello(ev.Command) {
		c.inside, c.sender = false, ""
	}
	c.push(p)
}

// place gives a line of a transaction its keys.
func (c *Conversation) place(ev *event.Event) {
	ev.Transaction = c.transaction
	if ev.MailFrom == "" {
		ev.MailFrom = c.sender
	}
}

// Blame gives the server's own line about a refusal the transaction that the conversation is in.
func (c *Conversation) Blame(ev *event.Event) {
	if c.inside || ev.Command == "MAIL" {
		c.place(ev)
	}
}

// push lets a command wait for its reply.
func (c *Conversation) push(p pendingCommand) {
	if len(c.pending) >= maxPending {
		c.skip(1)
	}
	c.pending = append(c.pending, p)
}

// skip gives up the first n commands: their replies are not in the log. What they asked for counts as done, since the server did not
// say otherwise.
func (c *Conversation) skip(n int) {
	for i := range c.pending[:n] {
		switch p := &c.pending[i]; p.command {
		case "MAIL":
			c.opened(p)
		case "RCPT":
			c.accept(p.path)
		}
		c.answered = append(c.answered, c.pending[i].record())
	}
	c.drop(n)
}

// drop takes the first n commands off.
func (c *Conversation) drop(n int) {
	rest := copy(c.pending, c.pending[n:])
	clear(c.pending[rest:])
	c.pending = c.pending[:rest]
}

// startChunk reads "86 LAST" (RFC 3030 section 2): so many bytes of data follow at once, without an answer before them. A line that has the size
// besides stands for the data, too.
func (c *Conversation) startChunk(ev *event.Event, p *pendingCommand) {
	hidden := ev.HasSize
	ev.Size, ev.HasSize = 0, false
	size, rest := scan.Word(ev.Argument)
	n, ok := scan.Int(size)
	if !ok {
		return
	}
	p.last = scan.EqualFold(strings.TrimSpace(rest), "LAST")
	c.bytes += n // also where the log does not show the data
	if n > 0 && !hidden {
		c.startData(ev)
		c.chunk, c.chunked = n, true
	}
}

// text reads words that are neither a command nor a reply, outside of data.
func (c *Conversation) text(ev *event.Event) {
	if ev.Said == "" && ev.HasSize { // the log tells how much was sent, not what
		c.bulk(ev)
		return
	}
	if ev.FromPeer == event.Yes && c.replied && !c.marked {
		ev.FromPeer = event.Open // looks marked, in a log that marks nothing
	}
	waiting := c.waiting()
	switch {
	case ev.FromPeer == event.No, ev.FromPeer == event.Open && c.marked:
		c.breakIn(ev)
	case ev.Said == "." && (c.doubt || c.interrupted || waiting == "DATA"):
		c.dot(ev)
	case waiting == "DATA" && c.isData(ev, c.isProved()):
		c.skip(len(c.pending) - 1) // the client has seen the 354
		c.startData(ev)
		c.implied = true
		c.content(ev)
	case waiting == "AUTH" && c.isSecret(ev):
		c.secret(ev)
	case (c.doubt || c.interrupted) && (c.proved || c.isSigned(ev)):
		c.content(ev)
	case ev.FromPeer == event.Yes && c.goesOnAs(ev):
		// a command that nobody knows, or data without its beginning: the server will answer once
		c.conceal(ev, event.KindCommand)
		if n := len(c.pending); n == 0 || c.pending[n-1].command != "" {
			c.push(pendingCommand{at: momentOf(ev)})
		}
	default:
		c.breakIn(ev)
	}
}

// bulk is a size in place of words: message data where it is due, else the bytes of TLS around words that have lines of their own.
func (c *Conversation) bulk(ev *event.Event) {
	if ev.FromPeer == event.Yes && !c.secured && c.waiting() == "DATA" {
		c.startData(ev)
		c.content(ev)
		return
	}
	ev.Silence(event.KindNone)
}

// waiting is the newest command without a reply: DATA and AUTH are the last ones that a client sends before it waits.
func (c *Conversation) waiting() string {
	if len(c.pending) == 0 {
		return ""
	}
	return c.pending[len(c.pending)-1].command
}
