package conversation

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// learn keeps what a line says about the log and about who wrote it, and turns marks round where they mean the opposite. An arrow
// says who wrote the log: ">>>" is the client where EHLO follows it, and the server where a greeting does. Only the first words
// decide; a later contradiction takes that back for good, so that a peer cannot turn its own words into the other's.
func (c *Conversation) learn(ev *event.Event) {
	if ev.Kind == event.KindCommand || ev.Kind == event.KindReply {
		if !c.marked && ev.FromPeer != event.Open {
			c.marked, c.mark = true, ev.Mark
		}
		if contrary(ev) && (c.turned || !c.settled) {
			c.turned = !c.turned
			turn(ev)
		}
		c.settled = true
	}
	if ev.Role != event.RoleUnknown && (c.role == event.RoleUnknown || !c.settled) {
		c.role = ev.Role
	}
	if c.role == event.RoleUnknown && c.turned {
		c.role = event.RoleServer
	}
	if ev.Role == event.RoleUnknown {
		ev.Role = c.role
	}
	if ev.Kind == event.KindTLS {
		c.secured = c.secured || ev.TLS == event.Yes
	}
	if (ev.Kind == event.KindTLS || ev.Kind == event.KindWarning) && ev.EndHint != event.EndNone {
		c.hint = ev.EndHint
	}
}

// contrary says whether words are marked as the other side's than the one that says such things.
func contrary(ev *event.Event) bool {
	return ev.Kind == event.KindReply && ev.FromPeer == event.Yes || ev.Kind == event.KindCommand && ev.FromPeer == event.No
}

// turn makes the words the other side's.
func turn(ev *event.Event) {
	switch ev.FromPeer {
	case event.Yes:
		ev.FromPeer = event.No
	case event.No:
		ev.FromPeer = event.Yes
	}
	if ev.Role == event.RoleClient && ev.FromPeer != event.Open { // the parser took the arrows' usual meaning
		ev.Role = event.RoleServer
	}
}

// quotes says whether words behind the conversation's id are marked as the other side's log would: one side writes them all, so
// this is somebody's text.
func (c *Conversation) quotes(ev *event.Event) bool {
	return (ev.FromPeer != event.Open || ev.Kind == event.KindDisconnect) && ev.Scope == event.ScopeID &&
		c.settled && c.role != event.RoleUnknown && ev.Role != event.RoleUnknown && ev.Role != c.role
}

// knows says whether the log's own words about a connection are of the kind that it had before: anybody's text may read so.
func (c *Conversation) knows(ev *event.Event) bool {
	if ev.Kind == event.KindConnect {
		return c.connects
	}
	return c.peer != "" && c.peer == ev.PeerIP && c.port == ev.PeerPort
}

// Holds says whether the conversation is inside message data, for sure, or an AUTH exchange, whose lines carry no marks: then every
// line of its source is part of that, also one that seems to carry a connection id.
func (c *Conversation) Holds() bool {
	return !c.marked && (c.phase == phaseSecret || c.phase == phaseData && (c.proved || c.shape != 0))
}
