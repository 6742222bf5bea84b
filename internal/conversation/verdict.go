package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// decide gives a reply that settles what becomes of recipients their status; in a server's own log a refusal is a reject.
func (c *Conversation) decide(ev *event.Event, p *pendingCommand, out *Outcome) {
	refused, end := ev.Class == '4' || ev.Class == '5', p.ends()
	switch {
	case !refused && !end:
		return
	case ev.Code == 421 || end && !c.lmtp || p.command == "DATA" || p.command == "BDAT" && !end:
		c.name(ev)
		if end {
			c.ended(ev, out)
		}
	case end:
		c.decideOne(ev, out)
	}
	if c.role == event.RoleServer {
		if refused {
			c.reject(ev, p)
		}
		return
	}
	class := ev.Class
	if p.command == "RCPT" && c.mailClass != 0 && ev.Code != 421 {
		class = c.mailClass // "503 need MAIL" is not why
		ev.NoTrial = c.role == event.RoleClient
	}
	c.verdict(ev, class)
	ev.NoTrial = ev.NoTrial || refused && c.role == event.RoleClient && !c.decides(ev, p)
}

// decides says whether a refusal ends the try: most commands may be refused and the client goes on without. DATA behind recipients that were all
// refused comes to nothing more (RFC 2920 section 3.1).
func (c *Conversation) decides(ev *event.Event, p *pendingCommand) bool {
	switch p.command {
	case event.CommandConnect, "HELO", "LHLO", "MAIL", "RCPT", event.CommandEOM:
		return true
	case "EHLO": // a server that does not know it is asked once more with HELO
		return ev.Code == 421 || ev.Code > 504 || ev.Class == '4'
	case "DATA", "BDAT":
		return len(c.rcpts) > 0
	}
	return ev.Code == 421
}

// ends says whether the command is the end of a message.
func (p *pendingCommand) ends() bool {
	return p.command == event.CommandEOM || p.command == "BDAT" && p.last
}

// decideOne is LMTP's answer for the next recipient (RFC 2033 section 4.2).
func (c *Conversation) decideOne(ev *event.Event, out *Outcome) {
	if c.told < len(c.rcpts) {
		ev.RcptTo = c.rcpts[c.told]
		c.told++
	}
	c.ended(ev, out)
}

// ended notes the answer to a message's data; LMTP's further answers are about the same message.
func (c *Conversation) ended(ev *event.Event, out *Outcome) {
	if c.bytes > 0 {
		ev.Size, ev.HasSize = c.bytes, true
	}
	if ev.Class == '2' && !c.stored {
		out.Message, out.Bytes, c.stored = true, c.bytes, true
	}
}

// name puts the recipients that a reply is about on it: those accepted so far, and with 421 those that now get no answer.
func (c *Conversation) name(ev *event.Event) {
	ev.RcptTo, ev.RcptList = "", append(ev.RcptList[:0], c.rcpts[c.told:]...)
	for i := range c.pending {
		if q := &c.pending[i]; ev.Code == 421 && q.command == "RCPT" {
			ev.RcptList = append(ev.RcptList, q.path)
		}
	}
	if len(ev.RcptList) > 0 {
		ev.MailFrom = c.from
		ev.Transaction = max(ev.Transaction, c.transaction)
	}
	if c.rcptsMore > 0 {
		ev.RecipientCount = len(ev.RcptList) + c.rcptsMore
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
}

// verdict is what the answer means for a client's recipients. The time since MAIL is all that the log knows of the message's delay.
func (c *Conversation) verdict(ev *event.Event, class byte) {
	if ev.Recipients() == 0 {
		return
	}
	switch class {
	case '2':
		ev.Status = event.StatusDelivered
	case '4':
		ev.Status = event.StatusDeferred
	case '5':
		ev.Status = event.StatusBounced
	default:
		return
	}
	ev.Tried = event.Yes
	if age, ok := c.age(ev); ok {
		ev.Delays.Total = age.Seconds()
		ev.Delays.Has |= event.DelayTotal
		if ev.Status.Ends() {
			ev.Duration, ev.HasTotalDuration = age, true
		}
	}
}

// reject is a server's refusal of a connection, of who calls, or of mail; not of words that it does not know: 500 and 502, where no enhanced
// code says that it knows them and will not (RFC 3463, x.7.y).
func (c *Conversation) reject(ev *event.Event, p *pendingCommand) {
	switch p.command {
	case event.CommandConnect, "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", event.CommandEOM, "ETRN", "VRFY", "EXPN":
		if ev.Code != 500 && ev.Code != 502 || strings.HasPrefix(ev.Enhanced, "5.7.") {
			ev.Kind, ev.RejectPermanent = event.KindReject, event.TriOf(ev.Class == '5')
		}
	}
}
