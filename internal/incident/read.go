package incident

import (
	"cmp"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// Read fills in what a completed sample of a record tells; host is the one that wrote its log, wall the time of its arrival. What
// the sample says of its texts holds for the observation's.
func Read(s *metrics.Sample, host string, wall int64, o *Observation) {
	*o = Observation{
		Time: s.Time, Wall: wall, Host: host, UID: cmp.Or(s.Text[metrics.AtUID], s.Text[metrics.AtSession]), Reason: s.Text[metrics.AtReason],
		Category: s.Text[metrics.AtCategory], Provider: s.Text[metrics.AtProvider],
		Client: cmp.Or(s.Text[metrics.AtPeer], s.Text[metrics.AtClient]), Recipients: 1,
	}
	if s.IsDelivery() {
		o.verdict(s)
		return
	}
	server := s.Is(metrics.AtRole, "server")
	switch event := s.Text[metrics.AtEvent]; {
	case event == "message.received":
		if !s.Is(metrics.AtHop, "internal") {
			o.Event = Received
		}
	case event == "reject":
		o.reject(s)
	case s.Has[metrics.AtAuthResult] && !s.Has[metrics.AtFilter]:
		o.login(s, server)
	case event == "connect" && s.Has[metrics.AtError] && s.Is(metrics.AtRole, "client"):
		o.Event, o.What = ConnectFailure, s.Text[metrics.AtError]
		o.UID = "" // one that answers nobody: each host of it, once a minute, is one
		if s.Has[metrics.AtPeer] {
			o.UID = s.Text[metrics.AtPeer] + " " + metrics.Number(s.Time/60e9)
		}
	case event == "tls" && server && s.Has[metrics.AtError]:
		o.Event = Handshake
	case s.Has[metrics.AtEnd] && server && s.Num[metrics.AtMessages] > 0:
		o.Event, o.Secure = Session, secure(s)
	case s.Has[metrics.AtVerdict] && !lookups[s.Text[metrics.AtFilter]] &&
		(s.Is(metrics.AtVerdict, "unavailable") || s.Is(metrics.AtVerdict, "error")):
		o.Event, o.What, o.UID = Trouble, s.Text[metrics.AtFilter], s.Text[metrics.AtSession]
	case event == "queue":
		o.Event, o.Status, o.Waiting, o.Oldest = Queue, s.Text[metrics.AtQueueStatus], int(s.Num[metrics.AtWaiting]), s.Num[metrics.AtOldest]
	}
}

// lookups are judges that ask others, and say error for what those have.
var lookups = map[string]bool{"dnsbl": true, "spf": true, "dkim": true, "dmarc": true, "arc": true, "sender_id": true}

// ours are the reasons of a refusal that this host itself is at the bottom of.
var ours = map[string]bool{"server_busy": true, "server_error": true, "local_error": true}

func secure(s *metrics.Sample) bool { return s.Has[metrics.AtVersion] || s.IsTrue(metrics.AtTLS) }

func (o *Observation) reply(s *metrics.Sample) {
	o.Code, o.Enhanced = int(s.Num[metrics.AtCode]), s.Text[metrics.AtEnhanced]
	o.Text, o.Fingerprint = s.Text[metrics.AtText], s.Text[metrics.AtFingerprint]
}

// verdict reads one on recipients: of another host on mail that leaves, or of a mailbox, program or filter here.
func (o *Observation) verdict(s *metrics.Sample) {
	// what nobody was asked says nothing of anybody
	if s.Is(metrics.AtKind, "dsn") || s.Is(metrics.AtKind, "probe") || !s.IsTrue(metrics.AtTried) {
		return
	}
	o.Status, o.Route = s.Text[metrics.AtStatus], s.Text[metrics.AtRoute]
	switch o.Status {
	case "delivered", "deferred", "bounced", "expired":
	default:
		return
	}
	o.reply(s)
	o.Recipients = int(s.Recipients())
	o.Retry, o.Final = s.Num[metrics.AtAttempt] > 1, s.IsTrue(metrics.AtFinal)
	switch o.Route {
	case "lmtp", "local", "pipe", "filter":
		o.Event, o.What = LocalTry, o.Route
	case "mx", "relayhost":
		if s.Is(metrics.AtDirection, "inbound") {
			return
		}
		o.Event, o.Domain, o.From, o.Secure = Try, s.Text[metrics.AtDomain], cmp.Or(s.Text[metrics.AtSource], s.Text[metrics.AtPool]), secure(s)
		o.Sender, o.User = s.Text[metrics.AtUser], s.Has[metrics.AtUser]
		if !o.User && !s.Is(metrics.AtDirection, "forwarded") {
			o.Sender = s.Text[metrics.AtMailFromDomain]
		}
		for i, at := range [stages]metrics.Slot{metrics.AtQueue, metrics.AtSetup, metrics.AtTransmission} {
			o.Stages[i], o.Staged[i] = s.Num[at], s.Has[at]
		}
	}
}

// reject reads a refusal by us: because of trouble here, or of a user of ours.
func (o *Observation) reject(s *metrics.Sample) {
	o.reply(s)
	switch {
	case ours[o.Reason]:
		o.Event, o.What, o.UID = Trouble, s.Text[metrics.AtFilter], s.Text[metrics.AtSession]
	case s.Has[metrics.AtUser]:
		o.Event, o.Sender, o.User = Rejected, s.Text[metrics.AtUser], true
	case s.Is(metrics.AtService, "submission") || s.Is(metrics.AtService, "submissions") || s.Is(metrics.AtService, "smtps"):
		o.Event, o.Sender = Rejected, o.Client
	}
}

// login reads an authentication with us; a message that names its user is one, too.
func (o *Observation) login(s *metrics.Sample, server bool) {
	switch {
	case s.Is(metrics.AtAuthResult, "success"):
		o.Event, o.OK, o.Sender, o.User = Submitted, true, s.Text[metrics.AtUser], true
	case server || !s.Has[metrics.AtRole]:
		o.Event, o.Sender, o.User = Login, s.Text[metrics.AtUser], s.Has[metrics.AtUser]
	}
}
