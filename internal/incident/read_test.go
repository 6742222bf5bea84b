package incident

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// sampleOf makes a completed sample of "name=value" pairs; a value that begins with # is a number, one that begins with ! a boolean.
func sampleOf(text string) *metrics.Sample {
	s := &metrics.Sample{}
	for _, pair := range strings.Fields(text) {
		name, value, _ := strings.Cut(pair, "=")
		at := metrics.At(name)
		switch {
		case value == "!true":
			s.Put(at, "true", 1)
		case value == "!false":
			s.Put(at, "false", 0)
		case strings.HasPrefix(value, "#"):
			n := 0
			for _, c := range value[1:] {
				n = 10*n + int(c-'0')
			}
			s.Put(at, value[1:], float64(n))
		default:
			s.Put(at, value, 0)
		}
	}
	s.Complete()
	return s
}

// What each record is to the detector; what says nothing is a sign of life.
func TestRead(t *testing.T) {
	const delivery = "smtp.event=delivery smtp.dialect=postfix smtp.delivery.route=mx smtp.destination.provider=google smtp.message.uid=m1 smtp.mail_from=a@shop.example "
	for text, want := range map[string]Observation{
		delivery + "smtp.delivery.status=delivered smtp.delivery.final=!true smtp.reply.code=#250 tls.protocol.version=1.3 smtp.delay.connection_setup=#2": {
			Event: Try, Status: "delivered", Final: true, Code: 250, Secure: true, Sender: "shop.example", Staged: [stages]bool{false, true, false}, Stages: [stages]float64{0, 2, 0},
		},
		delivery + "smtp.delivery.status=deferred smtp.failure.reason=rate_limited smtp.delivery.attempt=#2 user.name=anna smtp.source.address=192.0.2.1": {
			Event: Try, Status: "deferred", Retry: true, Sender: "anna", User: true, From: "192.0.2.1", Reason: "rate_limited",
		},
		delivery + "smtp.delivery.status=deferred smtp.delivery.tried=!false":                               {Event: Other},
		delivery + "smtp.delivery.status=bounced smtp.message.kind=dsn":                                     {Event: Other},
		delivery + "smtp.delivery.status=delivered email.direction=inbound":                                 {Event: Other},
		"smtp.event=delivery smtp.delivery.route=lmtp smtp.delivery.status=deferred":                        {Event: LocalTry, Status: "deferred", Route: "lmtp", What: "lmtp"},
		"smtp.event=message.received smtp.message.hop=first":                                                {Event: Received},
		"smtp.event=message.received smtp.message.hop=internal":                                             {Event: Other},
		"smtp.event=message.opened smtp.session.id=s smtp.auth.result=success user.name=anna":               {Event: Submitted, OK: true, Sender: "anna", User: true},
		"smtp.event=auth smtp.session.role=server smtp.auth.result=failure network.peer.address=192.0.2.9":  {Event: Login, Client: "192.0.2.9"},
		"smtp.event=auth smtp.session.role=client smtp.auth.result=failure":                                 {Event: Other},
		"smtp.event=connect smtp.session.role=client error.type=timeout smtp.destination.provider=google":   {Event: ConnectFailure, What: "timeout"},
		"smtp.event=connect smtp.session.role=server smtp.session.id=s":                                     {Event: Other},
		"smtp.event=tls smtp.session.role=server error.type=tls_handshake":                                  {Event: Handshake},
		"smtp.event=disconnect smtp.session.role=server smtp.session.end=quit smtp.session.messages=#1":     {Event: Session},
		"smtp.event=disconnect smtp.session.role=server smtp.session.end=quit":                              {Event: Other},
		"smtp.event=warning smtp.filter.name=milter smtp.filter.verdict=unavailable":                        {Event: Trouble, What: "milter"},
		"smtp.event=filter smtp.filter.name=dnsbl smtp.filter.verdict=error":                                {Event: Other},
		"smtp.event=reject smtp.failure.reason=server_busy smtp.reply.code=#452":                            {Event: Trouble, Code: 452, Reason: "server_busy"},
		"smtp.event=reject smtp.failure.reason=relay_denied user.name=anna":                                 {Event: Rejected, Sender: "anna", User: true, Reason: "relay_denied"},
		"smtp.event=reject smtp.failure.reason=relay_denied smtp.mta.service=submission client.address=c.x": {Event: Rejected, Sender: "c.x", Reason: "relay_denied", Client: "c.x"},
		"smtp.event=reject smtp.failure.reason=relay_denied":                                                {Event: Other, Reason: "relay_denied"},
	} {
		var got Observation
		Read(sampleOf(text), "mx1", 7, &got)
		assert.Equal(t, "mx1", got.Host)
		want.Host, want.Wall = "mx1", 7
		if want.Recipients == 0 {
			want.Recipients = 1
		}
		want.UID, want.Provider, want.Category, want.Domain, want.Route = got.UID, got.Provider, got.Category, got.Domain, got.Route
		if want.Event == Other {
			assert.Equal(t, Other, got.Event, text)
			continue
		}
		assert.Equal(t, want, got, text)
	}
}
