package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Step reads one line and completes it: Command, Latency, Transaction, Kind, the Redact spans, MailFrom and RcptTo and Status on deciding
// replies. What it cannot place keeps KindNone.
func (c *Conversation) Step(ev *event.Event) Outcome {
	var out Outcome
	c.answered, c.left = c.answered[:0], c.left[:0]
	if ev.Answered {
		c.ask(ev, &out)
	}
	c.step(ev, &out)
	out.Answered, out.Left = c.answered, c.left
	return out
}

// ask reads the command of a line that has its reply, too.
func (c *Conversation) ask(ev *event.Event, out *Outcome) {
	asked := event.Event{
		Kind: event.KindCommand, Command: ev.Command, Argument: ev.Argument,
		Time: ev.Time, Resolution: ev.Resolution, Scope: ev.Scope, ConnID: ev.ConnID,
		Role: ev.Role, FromPeer: event.Yes, MailFrom: ev.MailFrom, RcptTo: ev.RcptTo, Size: ev.Size, HasSize: ev.HasSize, Helo: ev.Helo,
		AuthMechanism: ev.AuthMechanism, PeerIP: ev.PeerIP, PeerPort: ev.PeerPort,
	}
	switch ev.Command {
	case event.CommandConnect:
		asked.Kind = event.KindConnect
	case event.CommandEOM:
		asked.Kind, asked.Said = event.KindContent, "."
	}
	c.step(&asked, out)
	if n := len(c.pending); n > 0 && ev.Command == "BDAT" {
		c.pending[n-1].last = true // nobody logs chunks one by one
		c.endData(false)
	}
	ev.FromPeer = event.No
}

func (c *Conversation) step(ev *event.Event, out *Outcome) {
	if c.turned {
		turn(ev)
	}
	if c.outgrown(ev) {
		c.expire(out)
	}
	c.doubtful(ev)
	if c.over == event.EndNone && c.quotes(ev) {
		ev.Silence(event.KindNone)
		return
	}
	if c.phase != phaseTalk && c.hold(ev) {
		c.heard(ev)
		return
	}
	if ev.Boundary {
		c.gap, c.gapWaiting = !c.spaced, len(c.pending) > 0 || c.partial.code != 0
		return
	}
	if ev.Duplicate && ev.Kind == event.KindReply { // a client that prints each reply twice
		ev.Command = c.command
		return
	}
	if !c.takesPart(ev, out) {
		c.breakIn(ev)
		return
	}
	c.learn(ev)
	c.goOn(ev, out)
	c.heard(ev)
}

// doubtful takes for anybody's words what looks like the log's own, within data above all.
func (c *Conversation) doubtful(ev *event.Event) {
	if c.isOtherMark(ev) && (c.phase != phaseTalk || ev.Kind == event.KindContent) {
		asWords(ev)
	}
	if ev.FromPeer != event.Open && !c.marked && (c.phase == phaseData || c.doubt) && !c.stalled(ev) {
		asWords(ev) // no log changes its style within data: this is data that looks like another log
	}
	if c.doubt && !c.marked && (ev.Kind == event.KindConnect || ev.Kind == event.KindDisconnect) && !c.knows(ev) {
		ev.Kind = event.KindContent
	}
}

// asWords makes of a line what anybody may have said.
func asWords(ev *event.Event) {
	ev.FromPeer = event.Open
	if ev.Kind != event.KindNone {
		ev.Kind = event.KindContent
	}
}

// takesPart says whether a line is of this conversation, which it may begin.
func (c *Conversation) takesPart(ev *event.Event, out *Outcome) bool {
	switch ev.Kind {
	case event.KindCommand, event.KindReply, event.KindConnect:
		if c.isForeign(ev) {
			return false
		}
		if !c.begun || !contrary(ev) && c.begins(ev) {
			c.begin(ev, out)
		}
		c.endGap(ev)
	case event.KindTLS, event.KindDisconnect:
		return ev.Mark == 0 || ev.Mark == c.mark // else of another program's conversation
	}
	return true
}

// goOn is the next word of the conversation.
func (c *Conversation) goOn(ev *event.Event, out *Outcome) {
	switch ev.Kind {
	case event.KindConnect:
		ev.Command = event.CommandConnect
		c.connects = true
		c.peer, c.port = strings.Clone(ev.PeerIP), ev.PeerPort
		c.push(pendingCommand{command: event.CommandConnect, at: momentOf(ev)})
	case event.KindDisconnect:
		c.disconnect(ev, out)
	case event.KindReply:
		c.hear(ev, out)
	case event.KindCommand:
		if ev.FromPeer == event.No {
			ev.Silence(event.KindNone)
		} else {
			c.say(ev)
		}
	case event.KindContent, event.KindNone:
		if ev.Scope != event.ScopeNone {
			c.text(ev)
		}
	}
}

// hear takes a line that has the form of a reply.
func (c *Conversation) hear(ev *event.Event, out *Outcome) {
	switch {
	case ev.FromPeer == event.Yes:
		c.text(ev) // no client says such a thing: data, out of its place
	case ev.FromPeer == event.Open && c.heardServer && c.partial.code == 0:
		ev.Silence(event.KindNone) // the server's words have a mark: what a program says of them
	default:
		c.heardServer = c.heardServer || ev.FromPeer == event.No
		c.reply(ev, out)
	}
}

// heard keeps the stamp of the newest line of the conversation.
func (c *Conversation) heard(ev *event.Event) {
	if ev.Kind == event.KindNone {
		return
	}
	c.parted = false
	if ev.Resolution != event.ResolutionNone {
		c.last = momentOf(ev)
	}
}

// disconnect is the log's own line about the end of the connection.
func (c *Conversation) disconnect(ev *event.Event, out *Outcome) {
	if c.over == event.EndNone {
		end := c.Unfinished()
		if ev.EndHint != event.EndNone && (end == event.EndLost || end == event.EndExpired) {
			end = ev.EndHint // who hung up explains an end that the words do not
		}
		c.end(end, out)
	}
	c.leave()
	c.closed, c.phase = true, phaseTalk
}

// expire gives up what has gone on for longer than any message.
func (c *Conversation) expire(out *Outcome) {
	c.end(event.EndExpired, out)
	c.endData(false)
	c.closed, c.doubt, c.interrupted = true, false, false
}

// end closes the conversation, once.
func (c *Conversation) end(end event.End, out *Outcome) {
	if c.over != event.EndNone {
		return
	}
	c.over, out.Ended = end, end
	c.leave()
}

// leave gives up the commands that wait for an answer.
func (c *Conversation) leave() {
	for i := range c.pending {
		c.left = append(c.left, c.pending[i].record())
	}
	c.pending = c.pending[:0]
}
