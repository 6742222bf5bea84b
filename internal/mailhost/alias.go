package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Some logs name a conversation twice: by an id in the server's own lines, and by an address in memory in those that trace the protocol.
// One line stands beside the connect line and gives the second name; it is given again when the conversation is over.

// aliases are a host's second names.
type aliases struct {
	ids     map[string]string // to the connection id
	waiting string            // given to the next conversation that is connected
	client  string            // connection id of the client's conversation that was connected last
	share   Share
}

// resolve finds the connection id of a line that has only the second name. Where the line that gave it was not seen, that name serves.
func (h *Host) resolve(ev *event.Event) {
	a := &h.aliases
	switch {
	case ev.ConnAlias == "":
		return
	case ev.AliasOf == event.AliasNext:
		delete(a.ids, ev.ConnAlias)
		a.waiting = strings.Clone(ev.ConnAlias)
	case ev.AliasOf == event.AliasLast:
		if a.client != "" {
			a.give(strings.Clone(ev.ConnAlias), a.client)
			ev.Scope, ev.ConnID = event.ScopeConn, a.client
			a.client = ""
		}
	case ev.ConnID == "":
		if ev.ConnID = a.ids[ev.ConnAlias]; ev.ConnID == "" {
			ev.ConnID = ev.ConnAlias
		}
	}
}

// give remembers a name. Names live as long as conversations, so there are few.
func (a *aliases) give(name, id string) {
	if a.ids == nil || !a.share.Fits() {
		a.share.Drop()
		a.ids = make(map[string]string)
	}
	a.ids[name] = id
	a.share.Add(len(a.ids) - a.share.own)
}

// connected notes a connect line for the names beside it.
func (h *Host) connected(key *sessionKey, ev *event.Event) {
	if ev.Kind != event.KindConnect || key.scope != event.ScopeConn {
		return
	}
	switch a := &h.aliases; {
	case ev.Role == event.RoleClient:
		if ev.PeerIP == "" { // connected, not only called: of calls there are many at a time
			a.client = key.name
		}
	case a.waiting != "":
		a.give(a.waiting, key.name)
		a.waiting = ""
	}
}
