package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// routing reads the words about ways to other hosts (mta.c): they come before verdicts or explain the waiting, and belong to no session.
func routing(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleClient
	switch {
	case cut(&s, "Disabling route "), cut(&s, "Enabling route "):
		return kindIf(event.KindWarning, way(ev, s))
	case cut(&s, "Error on MX "), cut(&s, "Too many errors on MX "): // 5.3: "192.0.2.7 [mx.example.com]: ignoring this MX"
		where, words, ok := strings.Cut(s, "]: ")
		ip, host, named := strings.Cut(where, " [")
		peer(ev, ip)
		called(ev, host)
		ev.Argument = words
		return kindIf(event.KindWarning, ok && named && ev.PeerIP != "")
	case cut(&s, "Error on connector "): // 5.3: "[192.0.2.1]->[relay:example.com]: words"
		source, relay, ok := strings.Cut(s, "]->")
		ev.SourceAddress = address(strings.TrimPrefix(source, "["))
		rest, found := relayOf(ev, relay)
		words, said := strings.CutPrefix(rest, ": ")
		ev.Argument = words
		return kindIf(event.KindWarning, ok && found && said)
	case cut(&s, "Too many errors on "):
		s, ok := strings.CutSuffix(s, ": disabling for a while")
		return kindIf(event.KindWarning, ok && way(ev, s))
	case cut(&s, "Error on "):
		where, words, ok := strings.Cut(s, ": ")
		if where == "" || where[0] == '[' { // an IPv6 source
			where, words, ok = strings.Cut(s, "): ")
		}
		ev.Argument = words
		return kindIf(event.KindWarning, ok && way(ev, where))
	case cut(&s, "Failed to resolve MX for "):
		rest, ok := relayOf(ev, s)
		words, found := strings.CutPrefix(rest, ": ")
		ev.Argument, ev.ErrorType = words, "host_not_found"
		return kindIf(event.KindWarning, ok && found)
	case cut(&s, "Address family mismatch on "), cut(&s, "No valid route for "), cut(&s, "No MX found for "):
		return kindIf(event.KindWarning, connector(ev, s))
	case cut(&s, "hiwat reached on "), cut(&s, "back to lowat on "):
		_, ok := relayOf(ev, s)
		return kindIf(event.KindWarning, ok)
	}
	return event.KindNone
}

// cut takes a prefix off the front, if it is there.
func cut(s *string, prefix string) bool {
	rest, ok := strings.CutPrefix(*s, prefix)
	if ok {
		*s = rest
	}
	return ok
}

// way reads "192.0.2.25 <-> 198.51.100.90 (mx.refused.test) for 15s": our address, theirs, its name. "[]" is no address of ours in
// particular.
func way(ev *event.Event, s string) bool {
	source, s, ok := strings.Cut(s, " <-> ")
	if !ok {
		return false
	}
	ev.SourceAddress = address(source)
	ip, s := scan.Word(s)
	if peer(ev, ip); ev.PeerIP == "" {
		return false
	}
	if name, ok := strings.CutPrefix(s, "("); ok {
		name, _, _ = scan.Cut(name, ')')
		called(ev, name)
	}
	return true
}

// connector reads "[connector:192.0.2.25->[relay:sixnet.test,smtp,sourcetable=srcs,heloname=out.example],0x0]".
func connector(ev *event.Event, s string) bool {
	s, ok := strings.CutPrefix(s, "[connector:")
	source, s, found := strings.Cut(s, "->")
	if !ok || !found {
		return false
	}
	ev.SourceAddress = address(source)
	_, ok = relayOf(ev, s)
	return ok
}

// relayOf takes "[relay:sixnet.test,port=2525,smtp,auth=secrets:label,mx,sourcetable=srcs,heloname=out.example]" off the front. The
// domain is a recipient's, or a host of the configuration.
func relayOf(ev *event.Event, s string) (rest string, ok bool) {
	s, ok = strings.CutPrefix(s, "[relay:")
	s, rest, found := scan.Cut(s, ']')
	if !ok || !found {
		return "", false
	}
	domain, s, _ := scan.Cut(s, ',')
	ev.DestinationDomain = domain
	for s != "" {
		var field string
		field, s, _ = scan.Cut(s, ',')
		key, v, _ := scan.Cut(field, '=')
		switch key {
		case "port":
			n, _ := scan.Int(v)
			ev.PeerPort = int(n)
		case "sourcetable":
			ev.SourcePool = v
		case "heloname":
			ev.Helo = v
		}
	}
	return rest, domain != ""
}
