package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// hold reads a line inside message data or an AUTH exchange. It is false for the line that ends that and has still to be read.
func (c *Conversation) hold(ev *event.Event) bool {
	if ev.Kind == event.KindDisconnect || ev.Kind == event.KindConnect {
		return c.holdConnection(ev)
	}
	switch {
	case ev.Duplicate && ev.FromPeer == event.No:
		return false
	case c.phase == phaseSecret:
		return c.holdSecret(ev)
	case c.marked:
		return c.holdMarked(ev)
	}
	return c.holdUnmarked(ev)
}

// holdConnection lets the log's own words about the connection end what it was used for. Without marks anybody's text
// may read so: there only the end of data can be told, by the silence before it.
func (c *Conversation) holdConnection(ev *event.Event) bool {
	if c.marked || ev.Scope != event.ScopeSource || ev.Kind == event.KindDisconnect && c.knows(ev) {
		c.endData(false)
		return false
	}
	ev.Kind = event.KindContent
	return c.holdUnmarked(ev)
}

// holdSecret conceals what the client says until the server answers with more than a challenge (RFC 4954 section 4).
func (c *Conversation) holdSecret(ev *event.Event) bool {
	switch {
	case ev.Boundary:
		return false
	case ev.Kind == event.KindReply && ev.FromPeer != event.Yes:
		c.phase = phaseTalk
		return false
	case ev.FromPeer == event.No, c.marked && ev.FromPeer == event.Open, !c.isSecret(ev):
		if ev.FromPeer != event.No && !c.marked || ev.FromPeer == event.Yes {
			c.phase = phaseTalk
		}
		return false
	}
	c.secret(ev)
	return true
}

// secret conceals a line of an AUTH exchange.
func (c *Conversation) secret(ev *event.Event) {
	c.phase = phaseSecret
	c.secrets++
	c.conceal(ev, event.KindCommand)
	ev.Command, ev.AuthMechanism = "AUTH", c.mechanism
	if n := len(c.pending); n > 0 && c.pending[n-1].command == "AUTH" {
		c.pending[n-1].at = momentOf(ev)
	}
}

// holdMarked is for logs that say who speaks: the server's words end data, and nothing else but the dot.
func (c *Conversation) holdMarked(ev *event.Event) bool {
	switch {
	case ev.FromPeer == event.Open && ev.Boundary:
		c.endData(false)
		return false
	case ev.FromPeer == event.Open && ev.Kind != event.KindNone && ev.Kind != event.KindContent:
		return false // the log's own remark
	case ev.FromPeer == event.Open && c.inARow < 2 && c.isData(ev, c.proved):
		c.content(ev) // a line of data that was written without its mark
		return true
	case ev.FromPeer == event.Open:
		ev.Silence(event.KindNone) // somebody else's
		return true
	case ev.FromPeer == event.Yes:
		return c.holdClient(ev)
	case ev.Said == "" && ev.HasSize:
		return false
	case ev.Kind != event.KindReply:
		ev.Silence(event.KindNone)
		return true
	}
	// before the dot, or in its place where the log hides data: "12 lines sent"
	c.interrupted = !c.chunked && c.lines > 0 && (ev.Class == '4' || ev.Class == '5')
	c.endData(false)
	return false
}

// holdClient reads the client's words within data.
func (c *Conversation) holdClient(ev *event.Event) bool {
	switch {
	case c.chunked && (c.chunk <= 0 || c.lines == 0 && ev.Kind == event.KindCommand && ev.Command == "BDAT"):
		c.endData(false) // the chunk is complete, or hidden
		return false
	case !c.chunked && ev.Said == ".":
		c.dot(ev)
		return true
	}
	c.content(ev)
	return true
}

// holdUnmarked is for logs that do not say who speaks; see Conversation for what ends data there.
func (c *Conversation) holdUnmarked(ev *event.Event) bool {
	suspect := c.suspect
	c.suspect = 0
	switch {
	case ev.Boundary && c.lines == 0 && !c.chunked:
		c.endData(true) // data does not begin so: the log was cut here
		return false
	case c.chunked && c.chunk <= 0:
		c.endData(false)
		return false
	case !c.chunked && ev.Said == ".":
		c.dot(ev)
		return true
	case !c.isData(ev, c.proved):
		c.endData(false)
		return false
	case ev.Kind == event.KindReply && ev.Code == 354 && c.implied:
		c.endData(false)
		return false
	case ev.Kind == event.KindReply && c.lines == 0 && answersData(ev):
		c.endData(false)
		return false
	case ev.Kind == event.KindCommand && suspect == '0' && isHello(ev.Command),
		ev.Kind == event.KindCommand && suspect == '2' && endsData(ev.Command):
		c.endData(true)
		return false
	case (ev.Kind == event.KindCommand || ev.Kind == event.KindReply) && c.stalled(ev):
		c.endData(true)
		return false
	}
	switch {
	case ev.Kind != event.KindReply || ev.MoreLines:
	case ev.Code == 220 && !c.connects && strings.Contains(ev.Text, "SMTP"):
		c.suspect = '0'
	case answersData(ev) && !c.dots && (ev.Enhanced != "" || ev.RemoteQueueID != ""):
		c.suspect = '2'
	}
	c.content(ev)
	return true
}

// answersData says whether a reply may answer the dot (RFC 5321 section 4.3.2).
func answersData(ev *event.Event) bool {
	return ev.Class == '2' && ev.Code != 220 && ev.Code != 221 && ev.Code != 235 || ev.Class == '4' || ev.Class == '5'
}

// endsData says whether a client may say this when its data was answered.
func endsData(command string) bool {
	return command == "QUIT" || command == "RSET" || command == "MAIL" || isHello(command)
}

// stalled says whether the connection cannot have lasted since the last line.
func (c *Conversation) stalled(ev *event.Event) bool {
	return (ev.Scope == event.ScopeSource || ev.Scope == event.ScopeAddress) &&
		ev.Resolution >= event.ResolutionSecond && c.last.res >= event.ResolutionSecond &&
		ev.Time-c.last.time > stall
}

func (c *Conversation) startData(ev *event.Event) {
	c.phase, c.lines, c.suspect, c.implied = phaseData, 0, 0, false
	c.chunk, c.chunked, c.interrupted = 0, false, false
	c.proved, c.grown, c.inARow = c.isProved(), false, 0
	c.held, c.heldBytes, c.dataAt = 0, 0, momentOf(ev)
}

// endData goes back to commands. In doubt the lines that follow may still be data.
func (c *Conversation) endData(doubt bool) {
	c.phase, c.suspect = phaseTalk, 0
	if doubt && !c.doubt {
		c.doubt, c.grown, c.held, c.heldBytes = true, false, 0, 0
	}
}

// dot is the end of the data: the server answers it once, or with LMTP once a recipient.
func (c *Conversation) dot(ev *event.Event) {
	answered := c.interrupted
	c.endData(false)
	c.doubt, c.interrupted, c.dots = false, false, true
	ev.Silence(event.KindCommand)
	ev.Command = event.CommandEOM
	if c.bytes > 0 {
		ev.Size, ev.HasSize = c.bytes, true
	}
	if !answered {
		c.pushEnd(ev)
	}
}

func (c *Conversation) pushEnd(ev *event.Event) {
	p := pendingCommand{command: event.CommandEOM, at: momentOf(ev)}
	if c.inside {
		p.transaction = c.transaction
		c.place(ev)
	}
	if c.waiting() == "DATA" { // its 354 is not in the log
		c.skip(len(c.pending))
	}
	c.push(p)
	c.inside = false
}

// content conceals a line of message data and counts it, without the dot that is doubled on the wire (RFC 5321 section 4.5.2).
func (c *Conversation) content(ev *event.Event) {
	n, whole := int64(len(ev.Said))+2, ev.Kind == event.KindContent && ev.Command == event.CommandEOM
	switch {
	case ev.HasSize && ev.Kind == event.KindContent && (whole || ev.Said == "" || c.lines == 0):
		n = ev.Size // the log names the size in place of the words, or only that there were some
		if c.secured && !whole {
			n = 0 // of the record around them
		}
	case !c.chunked && strings.HasPrefix(ev.Said, "."):
		n--
	}
	c.grow(ev, n)
	c.lines++
	if c.chunked {
		c.chunk -= n
	} else {
		c.bytes += n
	}
	c.conceal(ev, event.KindContent)
	if c.inside {
		c.place(ev)
	}
	if whole { // all of the data and the dot in one line
		c.endData(false)
		c.doubt = false
		c.pushEnd(ev)
	}
}

// conceal makes the line what kind says, without any word of it.
func (c *Conversation) conceal(ev *event.Event, kind event.Kind) {
	ev.Silence(kind)
	if ev.Said == "" {
		return
	}
	span := event.Span{From: 0, To: len(ev.Line)}
	if ev.SaidAt.To > 0 {
		span = ev.SaidAt
	} else if line := strings.TrimSuffix(ev.Line, "\r"); strings.HasSuffix(line, ev.Said) {
		span.From = len(line) - len(ev.Said)
	}
	ev.Redact = append(ev.Redact[:0], span)
}
