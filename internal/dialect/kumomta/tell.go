package kumomta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// tell puts on the event what the record says, and gives its kind.
func (r *record) tell(ev *event.Event) event.Kind {
	r.time(ev)
	ev.Instance = r.node
	r.envelope(ev)
	r.fields(ev)
	switch r.kind {
	case reception, xferIn:
		return r.received(ev)
	case delivery, bounce, transientFailure, expiration, adminBounce:
		return r.verdict(ev)
	case rejection:
		return r.refused(ev)
	case oob:
		return r.bouncedLater(ev)
	case feedback:
		return r.complaint(ev)
	case xferOut: // another node has it now; its recipients end there
		ev.RemoteQueueID, _ = strings.CutPrefix(r.response.content, "new id is ")
		return event.KindMessageRemoved
	}
	// AdminRebind, DeferredInjectionRebind, Delayed: the message waits in a queue, no verdict
	return event.KindMessageQueued
}

// envelope is the message: id, sender, recipients, size. The null sender is an empty string; a refusal that came before MAIL has the same.
func (r *record) envelope(ev *event.Event) {
	ev.QueueID = r.id
	ev.MailFrom = r.sender
	if r.sender == "" && r.hasSender && r.kind != rejection {
		ev.MailFrom = "<>"
	}
	r.recipients(ev)
	if r.size > 0 { // zero: the content was not in memory
		ev.Size, ev.HasSize = r.size, true
	}
}

// fields are headers and meta items that the configuration asks for, and what every record may have.
func (r *record) fields(ev *event.Event) {
	m := r.headers.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		switch {
		case scan.EqualFold(key, "Subject"):
			ev.Subject = v.Str()
		case scan.EqualFold(key, "Message-ID"):
			ev.MessageID = strings.TrimSuffix(strings.TrimPrefix(v.Str(), "<"), ">")
		}
	}
	m = r.meta.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		if key == "authn_id" {
			ev.User = v.Str()
		}
	}
	if r.session != "" {
		ev.Scope, ev.ConnID = event.ScopePeer, r.session
	}
	switch {
	case r.tlsVersion != "":
		ev.TLS, ev.TLSVersion, ev.TLSCipher = event.Yes, version(r.tlsVersion), r.cipher
	case r.session != "" && r.isTLSLogged():
		ev.TLS = event.No
	}
}

// isTLSLogged says whether the record would name TLS if there had been any: outgoing since 2023.11, older than session ids; incoming since
// 2025.10, as event_time.
func (r *record) isTLSLogged() bool {
	switch r.kind {
	case delivery:
		return r.delivery == "ESMTP" && r.peer.Kind == jsonline.Object
	case reception:
		return r.reception == "ESMTP" && r.timestamp.resolution == event.ResolutionSubsecond
	}
	return false
}

// version is "1.3" for OpenSSL's "TLSv1.3" and rustls' "TLSv1_3".
func version(s string) string {
	switch s {
	case "TLSv1_3":
		return "1.3"
	case "TLSv1_2":
		return "1.2"
	}
	return strings.TrimPrefix(s, "TLSv")
}

// received is a message's first record here; it ends with its last recipient's. What the policy puts into the queue "null" is gone at once.
func (r *record) received(ev *event.Event) event.Kind {
	ev.Role, ev.Protocol = event.RoleServer, r.reception
	ev.First, ev.NoEnd, ev.RecipientCount = true, true, ev.Recipients()
	r.client(ev)
	if r.kind == reception && r.queue == "null" {
		ev.Route, ev.Tried = event.RouteDiscard, event.Yes
		return event.KindMessageDiscarded
	}
	return event.KindMessageReceived
}

// client is the peer of a reception: its name is what it said in EHLO.
func (r *record) client(ev *event.Event) {
	ev.Helo, ev.PeerIP, ev.PeerPort = address(r.peer)
	ev.ClientAddress, ev.ClientPort = ev.PeerIP, ev.PeerPort
}
