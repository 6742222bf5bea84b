package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// value takes "key=value" off the front, where the value ends at the first end; an end that is not there is the end of the line.
func value(s, key, end string) (v, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, key)
	if !ok {
		return "", s, false
	}
	if v, rest, ok = strings.Cut(s, end); !ok {
		return s, "", true
	}
	return v, rest, true
}

// caller takes "address=203.0.113.10 host=relay.example" off the front: of the connect line, and of every line of a session in 6.0 to 6.4.
// A name comes from the DNS: it ends at its first blank.
func caller(ev *event.Event, s string) (rest string) {
	address, after, ok := value(s, "address=", " ")
	if !ok {
		return s
	}
	peer(ev, address)
	if name, behind, ok := value(after, "host=", " "); ok {
		if ev.PeerIP != "" {
			ev.ClientAddress = hostName(name)
		}
		return behind
	}
	return after
}

// peer reads an address as smtpd writes it (to.c): "203.0.113.10", "[2001:db8::1]", "IPv6:2001:db8::1" before 5.9, "local" for a socket
// of this host.
func peer(ev *event.Event, s string) {
	ev.PeerIP = address(s)
}

func address(s string) string {
	s = strings.TrimPrefix(s, "[")
	s = strings.TrimSuffix(s, "]")
	s = strings.TrimPrefix(s, "IPv6:")
	if s == "local" || strings.IndexByte(s, '.') < 0 && strings.IndexByte(s, ':') < 0 {
		return ""
	}
	return s
}

// hostName is empty for a host without a name.
func hostName(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "<unknown>" || s == "unknown" || address(s) != "" && !hasLetter(s) {
		return ""
	}
	return s
}

func hasLetter(s string) bool {
	for i := 0; i < len(s); i++ {
		if scan.IsLetter(s[i]) {
			return true
		}
	}
	return false
}

// unquote is what stands between quotes, where there are any.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// mailbox takes "<anna@example.com>" off the front. What is written there passed the server's own check of addresses, which has no '>'
// (mailaddr.c).
func mailbox(s string) (address, rest string, ok bool) {
	return scan.Between(s, '<', '>')
}

// sender is an address, or "<>" for none. Sentences of the queue write "<@>".
func sender(s string) string {
	if s == "" || s == "@" {
		return "<>"
	}
	return s
}

// identify reads an envelope's id: its first half is the message's.
func identify(ev *event.Event, evpid string) bool {
	if len(evpid) != 16 || !isHex(evpid) {
		return false
	}
	ev.RecipientID, ev.QueueID = evpid, queueID(evpid[:8])
	return true
}

func queueID(msgid string) string {
	if len(msgid) != 8 || !isHex(msgid) || msgid == "00000000" {
		return ""
	}
	return msgid
}

// answer reads "550 5.1.1 no such user" into the event's reply.
func answer(ev *event.Event, s string) bool {
	r, ok := reply.Parse(s)
	if ok {
		r.Into(ev)
		if r.Class() == '2' {
			reply.Accept(ev, r.Text)
		}
	}
	return ok
}

// duration reads "1d2h3m4s" (to.c duration_to_text), which leaves out what is zero.
func duration(s string) (seconds float64, ok bool) {
	total := int64(0)
	for s != "" {
		n, rest, digits := scan.Digits(s)
		if !digits || rest == "" || n > 1<<40 {
			return 0, false
		}
		switch rest[0] {
		case 'd':
			n *= 24 * 60 * 60
		case 'h':
			n *= 60 * 60
		case 'm':
			n *= 60
		case 's':
		default:
			return 0, false
		}
		total += n
		s, ok = rest[1:], true
	}
	return float64(total), ok
}

// delay is how long the envelope has been here.
func delay(ev *event.Event, s string) {
	if seconds, ok := duration(s); ok {
		ev.Delays.Total, ev.Delays.Has = seconds, event.DelayTotal
	}
}

// ciphers reads "TLSv1.3:TLS_AES_256_GCM_SHA384:256", and of 5.x and 6.0 "version=TLSv1.2, cipher=ECDHE-RSA-AES256-GCM-SHA384, bits=256",
// where 5.7 adds the version that the cipher is of: "version=TLSv1/SSLv3 (TLSv1.2)" (ssl.c ssl_to_text, to.c tls_to_text).
func ciphers(ev *event.Event, s string) bool {
	version, cipher, ok := "", "", false
	if rest, old := strings.CutPrefix(s, "version="); old {
		version, rest, ok = strings.Cut(rest, ", cipher=")
		cipher, _, _ = scan.Cut(rest, ',')
		if i := strings.Index(version, " ("); i >= 0 {
			version = strings.TrimSuffix(version[i+2:], ")")
		}
	} else {
		version, s, ok = scan.Cut(s, ':')
		cipher, _, _ = scan.Cut(s, ':')
	}
	if !ok || cipher == "" || strings.IndexByte(cipher, ' ') >= 0 {
		return false
	}
	ev.TLS, ev.TLSCipher = event.Yes, cipher
	if v, tls := strings.CutPrefix(version, "TLSv"); tls && strings.IndexByte(v, '/') < 0 {
		if v == "1" {
			v = "1.0"
		}
		ev.TLSVersion = v
	}
	return true
}

// trust reads the outcome of a check of a certificate.
func trust(ev *event.Event, result string) bool {
	switch result {
	case "success", "succeeded", "valid", "verified":
		ev.TLSTrust = "verified"
	case "failure", "failed", "unverified", "unchecked":
		ev.TLSTrust = "untrusted"
	case "no certificate presented":
		ev.TLSTrust = "anonymous"
	default:
		return false
	}
	ev.TLS = event.Yes
	return true
}
