package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// observeTalk is for logs that show commands and replies: the protocol machine finds out where a conversation begins and
// ends, what a reply answers, and what is content. A line that it cannot place opens nothing.
func (h *Host) observeTalk(s *Session, key sessionKey, ev *event.Event, now int64, out *Output) *Session {
	if s == nil && (ev.Kind == event.KindNone || ev.Scope == event.ScopeFork && ev.FromPeer == event.No && ev.Code != 220) {
		ev.Role = role(ev, s)
		return nil
	}
	if ev.Scope == event.ScopeSource && isStray(s, ev) {
		ev.Silence(event.KindNone)
		return nil
	}
	if !isTalk(ev) {
		return s // of another log of the same server, which names the conversation
	}
	talk := new(conversation.Conversation)
	if s != nil && s.talk != nil {
		talk = s.talk
	}
	spoken := talk.Begun()
	command, words := ev.Command, len(ev.Text)
	o := talk.Step(ev)
	if ev.Class >= '4' && (ev.Command != command || len(ev.Text) != words) { // what it answers, and all that it says, is known only now
		h.site.Explain(ev)
	}
	if ev.Kind == event.KindNone {
		if s != nil && o.Ended == event.EndExpired { // it outgrew itself, and the line is somebody else's
			s.cutOff(o.Ended, out)
		}
		return nil
	}
	own := hasOwnLines(key, ev)
	if own && key.scope != event.ScopeFork { // nor is a refusal or a verdict told twice: it has a line, or the counters show it
		if ev.Kind == event.KindReject {
			ev.Kind, ev.RejectPermanent = event.KindReply, event.Open
		}
		ev.Status, ev.Tried, ev.Delays, ev.HasTotalDuration = event.StatusNone, event.Open, event.Delays{}, false
		if key.scope == event.ScopePID {
			ev.AuthResult = ""
		}
	}
	if key.scope == event.ScopeFork && ev.Kind == event.KindReply {
		ev.AuthResult = "" // a login has a line of its own, who it was in it
	}
	if s == nil && !o.Began && !own {
		return nil // a remark about a conversation of which no word was seen
	}
	if ev.OwnVerdicts {
		retellVerdict(ev)
		if key.scope == event.ScopePID && ev.AuthResult == "failure" {
			ev.AuthResult, ev.Retold = "", true
		}
		ev.Status, ev.Tried, ev.Delays, ev.HasTotalDuration = event.StatusNone, event.Open, event.Delays{}, false
	}
	begun := s != nil && s.talk == nil && !s.ended // by a line of the server's own
	begins := s == nil || o.Began && spoken && !own && !begun
	if begins {
		if s != nil && !s.ended {
			s.leave(o.Left)
			s.cutOff(o.Previous, out)
		}
		o.Left = nil
		s = h.beginSession(key, ev, now, o.Partial)
	}
	s.talk = talk
	if key.scope == event.ScopeFork && ev.Kind == event.KindReject && ev.Command == event.CommandConnect && s.Hint == event.EndRejected {
		ev.Kind, ev.RejectPermanent = event.KindReply, event.Open // a line of the server's own told why, before its words
	}
	s.told(&o, ev)
	return s
}

// isStray says whether a line without an id tells something of a conversation that there is none of: others write such lines, too.
func isStray(s *Session, ev *event.Event) bool {
	switch ev.Kind {
	case event.KindContent:
		return s == nil
	case event.KindTLS, event.KindWarning, event.KindAuth:
		return s == nil || s.ended
	case event.KindDisconnect:
		return s == nil || s.ended && s.talk != nil && s.talk.Closed()
	}
	return false
}

// isTalk says whether the line may be one of a conversation's log: what is about messages never is.
func isTalk(ev *event.Event) bool {
	return ev.Kind < event.KindMessageReceived || ev.Kind == event.KindWarning || ev.Kind == event.KindLifecycle
}

// hasOwnLines says whether lines of the server's own say where the conversation begins and ends.
func hasOwnLines(key sessionKey, ev *event.Event) bool {
	return ev.Scope == event.ScopeConn || key.scope == event.ScopeFork || key.scope == event.ScopePID && ev.Role == event.RoleServer
}

// role forgets the side of words that belong to no conversation: a process of that kind also speaks when it delivers.
func role(ev *event.Event, s *Session) event.Role {
	if s == nil && ev.Scope == event.ScopeFork {
		return event.RoleUnknown
	}
	return ev.Role
}

// Holds says whether source is inside message data or an AUTH exchange whose lines carry no marks. Then every line of it belongs there,
// whatever it looks like: a log line quoted in a mail must not become one.
func (h *Host) Holds(source string) bool {
	s := h.talkOf(source)
	return s != nil && s.talk.Holds()
}

// Interrupt ends the conversation of a source whose lines say neither who speaks nor which one they are of: a line of another kind stands between them.
func (h *Host) Interrupt(source string, out *Output) {
	if s := h.talkOf(source); s != nil && !s.talk.Marked() {
		h.enter(source)
		s.cutOff(s.talk.Unfinished(), out)
		h.forgetSession(s)
	}
}

// talkOf finds the open conversation without ids of a source.
func (h *Host) talkOf(source string) *Session {
	s := h.sessions[sessionKey{scope: event.ScopeSource, name: source}]
	if s == nil || s.ended || s.talk == nil {
		return nil
	}
	return s
}

// cutOff ends a session because another one begins in its place. Where the log does not say how it ended, nothing is
// known but that it is over.
func (s *Session) cutOff(end event.End, out *Output) {
	if end == event.EndNone || end == event.EndLost || end == event.EndExpired {
		s.Partial = true
		end = event.EndExpired
	}
	s.host.endSession(s, end, nil, out)
}

// leave keeps the commands that the end of the conversation leaves without an answer.
func (s *Session) leave(left []conversation.CommandRecord) {
	for i := range left {
		s.answered(&left[i])
	}
}

// told keeps what the protocol machine read from a line.
func (s *Session) told(o *conversation.Outcome, ev *event.Event) {
	for i := range o.Answered {
		s.answered(&o.Answered[i])
	}
	s.leave(o.Left)
	s.Accepted += o.Accepted
	s.Refused += o.Refused
	if o.Message {
		s.Received++
	}
	s.Bytes += o.Bytes
	s.Transaction = max(s.Transaction, ev.Transaction)
	if ev.Kind == event.KindCommand {
		switch ev.Command {
		case "EHLO", "HELO", "LHLO":
			keep(&s.Helo, ev.Argument)
		}
	}
	s.over = o.Ended
}

// answered adds a command to the summary's list.
func (s *Session) answered(c *conversation.CommandRecord) {
	if c.HasLatency && (s.Slowest == nil || c.Latency > s.Slowest.Latency) {
		s.Slowest = &conversation.CommandRecord{Command: c.Command, Latency: c.Latency, HasLatency: true}
	}
	if len(s.Commands) >= maxCommands {
		s.Dropped++
		return
	}
	s.Commands = append(s.Commands, *c)
}
