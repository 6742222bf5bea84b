package conversation

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// begins says whether the line is the first of another conversation than the lines before it.
func (c *Conversation) begins(ev *event.Event) bool {
	if !c.begun {
		return true
	}
	sourced := ev.Scope == event.ScopeSource || ev.Scope == event.ScopeAddress
	switch {
	case ev.Kind == event.KindConnect:
		return true
	case c.closed:
		return sourced || c.isGreeting(ev)
	case c.isQuoted(ev):
		return false
	case c.isGreeting(ev): // a client's log may hide the answer to its QUIT, and how it lost a connection
		return sourced || c.over != event.EndNone || ev.Role == event.RoleClient && (c.quit || c.greeted)
	case !sourced:
		return false // the id says what belongs together
	case c.wentBack(ev):
		return true
	case c.over != event.EndNone:
		return c.followsEnd(ev)
	}
	return c.beginsUngreeted(ev)
}

// isQuoted says whether a reply without a mark stands where the server's words have one, while the conversation goes on: a program repeats
// what it was answered, over several lines (PHPMailer's "SMTP ERROR: DATA END command failed: ...").
func (c *Conversation) isQuoted(ev *event.Event) bool {
	return ev.Kind == event.KindReply && ev.FromPeer == event.Open && c.heardServer && c.over == event.EndNone
}

// isGreeting says whether a reply answers nothing but a new connection. 220 also answers STARTTLS, and XCLIENT, which both start
// the protocol anew.
func (c *Conversation) isGreeting(ev *event.Event) bool {
	if ev.Kind == event.KindReply && ev.Code == 554 && c.over == event.EndNone {
		// unasked a server says only 421 (RFC 5321 section 4.3.2): this refuses another connection
		return c.spoke && len(c.pending) == 0 && c.partial.code == 0 && !c.announced
	}
	if ev.Kind != event.KindReply || ev.Code != 220 || c.partial.code == 220 {
		return false
	}
	if !c.replied && c.over == event.EndNone {
		return false // to the connect line, or to a client that spoke too soon
	}
	for i := range c.pending {
		if startsAnew(c.pending[i].command) || c.pending[i].command == event.CommandConnect {
			return false
		}
	}
	return true
}

func startsAnew(command string) bool { return command == "STARTTLS" || command == "XCLIENT" }

// wentBack says whether the line's stamp is long before the one of the last line: the log of another conversation.
func (c *Conversation) wentBack(ev *event.Event) bool {
	return ev.Resolution >= event.ResolutionSecond && c.last.res >= event.ResolutionSecond && c.last.time-ev.Time > int64(time.Minute)
}

// followsEnd says whether what comes after 221 or 421 is new. Commands that were under way may still be logged, and QUIT.
func (c *Conversation) followsEnd(ev *event.Event) bool {
	if ev.Kind == event.KindReply {
		// nothing comes after 221 but what a program says of it all; and who was refused once may be so again, without a word of its own
		return len(c.pending) == 0 && c.partial.code == 0 && (c.quit && ev.Class == '2' && ev.Code != 221 || ev.Code == 421 || ev.Code == 554)
	}
	switch ev.Command {
	case "QUIT", "RSET", "RCPT", "DATA", "BDAT", event.CommandEOM, "":
		return false
	case "MAIL":
		return !c.banner // where greetings are logged, a new client's commands come after one
	case "EHLO", "HELO", "LHLO": // some try an older greeting when a newer one was answered with 421
		return !c.banner || c.quit
	}
	return true
}

// beginsUngreeted finds the next conversation in a log that shows no greeting for it and no end before it.
func (c *Conversation) beginsUngreeted(ev *event.Event) bool {
	if ev.Kind != event.KindCommand {
		return false
	}
	apart := c.gap && (!c.gapWaiting || !c.spaced)
	switch ev.Command {
	case "EHLO", "HELO", "LHLO":
		// a client may greet twice: where greetings of servers are logged, one would stand before a new client's
		return c.greeted && !c.banner || apart && (c.greeted || c.transaction > 0)
	case "MAIL":
		idle := ev.Time - c.last.time
		return apart || c.last.res >= event.ResolutionSecond && ev.Resolution >= event.ResolutionSecond && idle > quiet
	}
	return false
}

// endGap forgets the empty line. A reply behind it to a command before it says that empty lines mean nothing in this log.
func (c *Conversation) endGap(ev *event.Event) {
	if c.gap && c.gapWaiting && ev.Kind == event.KindReply {
		c.spaced = true
	}
	c.gap, c.gapWaiting = false, false
}

// begin starts over. What is known of the log itself stays.
func (c *Conversation) begin(ev *event.Event, out *Outcome) {
	out.Began, out.Ended = true, event.EndNone
	if c.begun && c.over == event.EndNone {
		out.Previous = c.Unfinished()
	}
	c.leave()
	switch {
	case ev.Kind == event.KindConnect, ev.Kind == event.KindReply && answersConnect(ev.Code):
	case ev.Kind == event.KindCommand && isHello(ev.Command):
	default:
		out.Partial = true
	}
	*c = Conversation{
		begun: true, marked: ev.FromPeer != event.Open, mark: ev.Mark, turned: c.turned, dots: c.dots, connects: c.connects,
		spaced: c.spaced, doubt: c.doubt && (c.proved || c.shape != 0), gap: c.gap, gapWaiting: c.gapWaiting,
		shape: ev.Shape, proved: c.doubt && c.proved, held: c.held, heldBytes: c.heldBytes,
		pending: c.pending[:0], rcpts: c.rcpts[:0], answered: c.answered, left: c.left,
	}
	if ev.Kind == event.KindReply && answersConnect(ev.Code) {
		c.push(pendingCommand{command: event.CommandConnect})
	}
}

// answersConnect says whether a server may greet with this code (RFC 5321 section 4.3.2).
func answersConnect(code int) bool { return code == 220 || code == 554 || code == 421 }

func isHello(command string) bool { return command == "EHLO" || command == "HELO" || command == "LHLO" }
