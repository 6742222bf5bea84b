package kumomta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// record is a line's object, member by member as struct JsonLogRecord has them. Strings are as they are written, with their escapes.
type record struct {
	kind                          kind
	id, sender, queue, site       string
	recipient                     jsonline.Value
	size                          int64
	response                      response
	peer                          jsonline.Value
	timestamp, created            moment
	attempts                      int64
	pool, source                  string
	sourceAddress                 jsonline.Value
	report                        jsonline.Value
	meta, headers                 jsonline.Value
	delivery, reception           string
	node, session                 string
	cipher, tlsVersion            string
	hasSender, hasAttempts, whole bool
}

// response is what answered, or what KumoMTA says itself where nobody did.
type response struct {
	code     int
	enhanced string
	content  string
	command  jsonline.Value
}

// kind is a record's type.
type kind uint8

const (
	none kind = iota
	reception
	delivery
	bounce
	transientFailure
	expiration
	adminBounce
	oob
	feedback
	rejection
	adminRebind
	deferredInjectionRebind
	delayed
	xferOut
	xferIn
)

var kinds = [...]string{
	"", "Reception", "Delivery", "Bounce", "TransientFailure", "Expiration", "AdminBounce", "OOB", "Feedback", "Rejection", "AdminRebind",
	"DeferredInjectionRebind", "Delayed", "XferOut", "XferIn",
}

func kindOf(name string) kind {
	for k, n := range kinds {
		if k > 0 && n == name {
			return kind(k)
		}
	}
	return none
}

// read takes in the members, in any order: a template with tojson sorts them. It is false for what is no record of KumoMTA.
func (r *record) read(text string) bool {
	m, ok := jsonline.Open(text)
	if !ok {
		return false
	}
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		switch key {
		case "type":
			r.kind = kindOf(v.Str())
		case "id":
			r.id = v.Str()
		case "sender":
			r.sender, r.hasSender = v.Str(), v.Kind == jsonline.String
		case "recipient":
			r.recipient = v
		case "queue":
			r.queue = v.Str()
		case "site":
			r.site = v.Str()
		case "size":
			r.size, _ = v.Int()
		case "response":
			r.response.read(v)
		case "peer_address":
			r.peer = v
		case "timestamp", "event_time":
			r.timestamp.read(v)
		case "created", "created_time":
			r.created.read(v)
		case "num_attempts":
			r.attempts, r.hasAttempts = v.Int()
		case "egress_pool":
			r.pool = v.Str()
		case "egress_source":
			r.source = v.Str()
		case "source_address":
			r.sourceAddress = v
		case "feedback_report":
			r.report = v
		case "meta":
			r.meta = v
		case "headers":
			r.headers = v
		case "delivery_protocol":
			r.delivery = v.Str()
		case "reception_protocol":
			r.reception = v.Str()
		case "nodeid":
			r.node = v.Str()
		case "session_id":
			r.session = v.Str()
		case "tls_cipher":
			r.cipher = v.Str()
		case "tls_protocol_version":
			r.tlsVersion = v.Str()
		}
	}
	r.whole = m.Whole()
	return r.kind != none && (r.whole && r.hasAttempts && r.hasSender || !r.whole && r.tellsEnough())
}

// tellsEnough says whether a record that is cut short still means what the whole one does.
func (r *record) tellsEnough() bool {
	switch r.kind {
	case delivery, bounce, transientFailure:
		return r.delivery != ""
	case reception:
		return r.id != "" && r.queue != ""
	}
	return r.id != ""
}

// read takes in {"code", "enhanced_code": {"class", "subject", "detail"}, "content", "command"}.
func (r *response) read(v jsonline.Value) {
	m := v.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		switch key {
		case "code":
			code, _ := v.Int()
			r.code = int(code)
		case "enhanced_code":
			r.enhanced = enhanced(v)
		case "content":
			r.content = v.Str()
		case "command":
			r.command = v
		}
	}
}

func enhanced(v jsonline.Value) string {
	var parts [3]int64
	m := v.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		n, ok := v.Int()
		if !ok {
			return ""
		}
		switch key {
		case "class":
			parts[0] = n
		case "subject":
			parts[1] = n
		case "detail":
			parts[2] = n
		}
	}
	return reply.Dotted(parts[0], parts[1], parts[2])
}

// recipients puts the recipient, or the list of a batch, on the event.
func (r *record) recipients(ev *event.Event) {
	if to := r.recipient.Str(); to != "" {
		ev.RcptTo = to
	}
	ev.RcptList = ev.RcptList[:0]
	m := r.recipient.Members()
	if r.recipient.Kind != jsonline.Array {
		return
	}
	for _, v, more := m.Next(); more; _, v, more = m.Next() {
		if to := v.Str(); to != "" {
			ev.RcptList = append(ev.RcptList, to)
		}
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
}

// address is {"name", "addr"}; addr may have a port, or be the path of a socket.
func address(v jsonline.Value) (name, ip string, port int) {
	m := v.Members()
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		switch key {
		case "name":
			name = strings.TrimSuffix(v.Str(), ".")
		case "addr", "address":
			ip, port = splitPort(v.Str())
		}
	}
	return name, ip, port
}

// splitPort takes "192.0.2.1", "192.0.2.1:25", "2001:db8::1" and "[2001:db8::1]:25" apart. What is no address of the network says nothing.
func splitPort(s string) (ip string, port int) {
	if inner, rest, ok := scan.Between(s, '[', ']'); ok {
		n, _ := scan.Int(strings.TrimPrefix(rest, ":"))
		return inner, int(n)
	}
	if strings.Count(s, ":") == 1 {
		head, tail, _ := scan.Cut(s, ':')
		n, _ := scan.Int(tail)
		s, port = head, int(n)
	}
	if s == "" || !scan.IsHex(s[0]) && s[0] != ':' || s == "0.0.0.0" {
		return "", 0
	}
	return s, port
}
