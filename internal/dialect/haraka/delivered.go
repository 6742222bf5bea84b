package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// delivered is "delivered file=F domain=b host=mx.b ip=192.0.2.7 port=25 mode=SMTP tls=Y auth=N response="Ok: queued as 1" delay=0.2
// fails=0 rcpts=1/0/0": the numbers are of recipients that were delivered, deferred and bounced. Their names are in other lines. The
// answer has lost its code.
func delivered(ev *event.Event, f fields) event.Kind {
	host := ""
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "domain":
			ev.DestinationDomain = value
		case "host":
			host = value
		case "ip":
			ev.PeerIP = value
		case "port":
			ev.PeerPort = port(value)
			ev.ServerPort = ev.PeerPort
		case "mode":
			ev.Route = event.RouteMX
			if value == "LMTP" {
				ev.Route, ev.Protocol = event.RouteLMTP, value
			}
		case "tls":
			ev.TLS = event.TriOf(value == "Y")
		case "response":
			ev.Enhanced, ev.Text = reply.Enhanced(value, '2')
			reply.Accept(ev, ev.Text)
		case "delay":
			if d, ok := scan.Float(value); ok {
				ev.Delays.Total = d
				ev.Delays.Has |= event.DelayTotal
			}
		case "rcpts":
			ev.RecipientCount = int(counted(value).OK)
		}
	}
	if ev.DestinationDomain == "" || ev.PeerIP == "" {
		return event.KindNone
	}
	if host != ev.PeerIP {
		ev.ServerAddress = host
	}
	if ev.Route == event.RouteUnknown {
		ev.Route = event.RouteMX
	}
	ev.Status, ev.Class, ev.Tried, ev.Command = event.StatusDelivered, '2', event.Yes, event.CommandEOM
	return event.KindDelivery
}

// secured is "secured verified=false cipher=C version=TLSv1.3 error=E cn=mx.b ...".
func secured(ev *event.Event, f fields) event.Kind {
	ev.TLS, ev.Command = event.Yes, "STARTTLS"
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		security(ev, key, value)
	}
	return event.KindTLS
}

// security reads one field of a line about TLS.
func security(ev *event.Event, key, value string) {
	switch key {
	case "verified":
		ev.TLSTrust = "untrusted"
		if value == "true" {
			ev.TLSTrust = "verified"
		}
	case "cipher":
		ev.TLSCipher = value
	case "version":
		if !strings.Contains(value, "/") { // "TLSv1/SSLv3" is OpenSSL's name of the cipher's family, not what was agreed on
			ev.TLSVersion = strings.TrimPrefix(strings.TrimPrefix(value, "TLSv"), "SSL")
		}
	}
}
