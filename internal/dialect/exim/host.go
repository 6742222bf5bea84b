package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// peer is the other side as Exim writes it: "name (helo) [ip]:port", each part but the address missing where it is not known or not logged
// (src/host.c host_build_sender_fullhost). A name stands alone where it is what the client called itself, too.
type peer struct {
	name, helo, ip string
	port           int
	conn           string // "[ip]:port" or "[ip]"
}

// longestName bounds the look at a hostile line: no name is longer, and no command (smtp_in.c SMTP_CMD_BUFFER_SIZE cuts both).
const longestName = 1024

// takePeer takes a host off the front. The name and the greeting are the peer's, the brackets are Exim's: a name holds no blank, and a
// greeting no ")" unless helo_accept_junk_hosts is set.
func takePeer(s string) (p peer, rest string, ok bool) {
	rest = s
	if c := first(rest); c != '[' && c != '(' {
		end := strings.IndexByte(rest[:min(len(rest), longestName)], ' ')
		if end < 0 {
			return peer{}, s, false
		}
		if p.name, rest = rest[:end], rest[end+1:]; p.name == "" || strings.ContainsAny(p.name, "[]=\"<>") {
			return peer{}, s, false
		}
		rest, _ = after(rest, "DS ") // +dnssec, of hosts that were called
	}
	if first(rest) == '(' {
		end := strings.Index(rest[:min(len(rest), longestName)], ") [")
		if end < 0 {
			return peer{}, s, false
		}
		p.helo, rest = rest[1:end], rest[end+2:]
	}
	at := rest
	if p.ip, rest, ok = scan.Between(rest, '[', ']'); !ok || !isIP(p.ip) {
		return peer{}, s, false
	}
	if tail, colon := scan.Byte(rest, ':'); colon {
		if n, behind, digits := scan.Digits(tail); digits && n < 65536 && n > 0 {
			p.port, rest = int(n), behind
		}
	}
	p.conn = at[:len(at)-len(rest)]
	return p, rest, true
}

// isIP says whether s is written like an address.
func isIP(s string) bool {
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c == '%' && colons > 1:
			return true
		case !scan.IsHex(c):
			return false
		}
	}
	return dots == 3 && colons == 0 || colons > 1 && len(s) < 64
}

// caller fills in a client of ours.
func (p *peer) caller(ev *event.Event) {
	ev.Role, ev.Scope, ev.ConnID = event.RoleServer, event.ScopeCall, p.conn
	ev.ClientAddress, ev.PeerIP, ev.Helo = p.name, p.ip, p.helo
	ev.PeerPort, ev.ClientPort, ev.ConnShared = p.port, p.port, p.port == 0
}

// greeted says that the client must have greeted at this line: its name alone is what it called itself.
func (p *peer) greeted(ev *event.Event) {
	if p.helo == "" {
		ev.Helo = p.name
	}
}

// called fills in a host that we called.
func (p *peer) called(ev *event.Event) {
	ev.Role = event.RoleClient
	ev.ServerAddress, ev.PeerIP = p.name, p.ip
	ev.PeerPort, ev.ServerPort = p.port, p.port
	if p.name == p.ip {
		ev.ServerAddress = ""
	}
}

// numbered names the conversation by Exim's own id (+connection_id) where the client's port does not: not every line of one has the id, such
// as those of a timeout within the data or a message that is too big, and all have the port if any has.
func numbered(ev *event.Event, id string) {
	if id != "" && ev.ClientPort == 0 {
		ev.ConnID, ev.ConnShared = id, false
	}
}

// takeCaller takes a client off the front, with what host_and_ident puts behind it: " I=[our ip]:port", " U=ident", " Ci=id" (src/host.c).
func takeCaller(ev *event.Event, s string) (p peer, rest string, ok bool) {
	if p, rest, ok = takePeer(s); !ok {
		rest, ok = takeUser(s)
		ev.Role = event.RoleServer
		return p, rest, ok
	}
	p.caller(ev)
	for {
		tail, found := after(rest, " ")
		if !found {
			return p, rest, true
		}
		switch {
		case strings.HasPrefix(tail, "I=["):
			mine, behind, ok := takePeer(tail[2:])
			if !ok {
				return p, rest, true
			}
			ev.ServerAddress, ev.ServerPort, rest = mine.ip, mine.port, behind
		case strings.HasPrefix(tail, "U="):
			_, rest = cutWord(tail)
		case strings.HasPrefix(tail, "Ci="):
			var id string
			id, rest = cutWord(tail[len("Ci="):])
			numbered(ev, id)
		case strings.HasPrefix(tail, "TFO"):
			_, rest = cutWord(tail)
		default:
			return p, rest, true
		}
	}
}

// takeUser takes a client on this host off the front: "local process", or the name of its user, with "U=" in front where a host could
// stand (src/host.c host_and_ident).
func takeUser(s string) (rest string, ok bool) {
	if rest, ok = after(s, "local process"); ok {
		return rest, rest == "" || rest[0] == ' ' || rest[0] == ':'
	}
	name, rest := cutWord(strings.TrimPrefix(s, "U="))
	return rest, isName(name)
}

// cutWord takes a word off the front and leaves the blank behind it; a colon that ends it is left, too.
func cutWord(s string) (word, rest string) {
	i := strings.IndexByte(s, ' ')
	if i < 0 {
		i = len(s)
	}
	if i > 0 && s[i-1] == ':' {
		i--
	}
	return s[:i], s[i:]
}

// takeTLS takes " X=TLS1.3:cipher:256* CV=yes DN="..." SNI=name" off the front, each where its log_selector is on (src/smtp_in.c
// add_tls_info_for_log, src/deliver.c d_tlslog). ok is false where none of them is there.
func takeTLS(ev *event.Event, s string) (string, bool) {
	from := len(s)
	if rest, ok := after(s, " X="); ok {
		var word string
		word, s = cutWord(rest)
		cipherSuite(ev, word)
	}
	if rest, ok := after(s, " CV="); ok {
		var word string
		word, s = cutWord(rest)
		switch word {
		case "yes", "dane":
			ev.TLSTrust = "verified"
		case "no":
			ev.TLSTrust = "untrusted"
		}
	}
	if rest, ok := after(s, ` DN="`); ok {
		if _, tail, ok := quoted(rest); ok {
			s = tail
		}
	}
	if rest, ok := after(s, " SNI="); ok {
		_, s = cutWord(rest)
	}
	return s, len(s) < from
}

// cipherSuite is "TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256" (GnuTLS) or "TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256"
// (OpenSSL), with a star for a resumed session.
func cipherSuite(ev *event.Event, s string) {
	ev.TLS = event.Yes
	version, rest, ok := scan.Cut(s, ':')
	if v, tls := after(version, "TLS"); tls {
		ev.TLSVersion = strings.TrimPrefix(v, "v")
		if ev.TLSVersion == "1" {
			ev.TLSVersion = "1.0"
		}
	}
	if ok {
		ev.TLSCipher, _, _ = scan.CutLast(rest, ':')
	}
}

// quoted takes the rest of a string in double quotes off the front; a backslash quotes what follows it.
func quoted(s string) (inner, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// authenticator is "name:user", and behind +smtp_mailauth ":sender" (src/receive.c). Names of authenticators are the site's own, and
// nearly always hold the mechanism's.
func authenticator(ev *event.Event, s string) {
	name, user, ok := scan.Cut(s, ':')
	ev.AuthResult, ev.AuthMechanism = "success", mechanism(name)
	if !ok {
		return
	}
	if id, sender, more := scan.Cut(user, ':'); more && (strings.Contains(sender, "@") || sender == "<>") {
		user = id
	}
	ev.User = user
}

// mechanism finds the SASL mechanism in an authenticator's name.
func mechanism(name string) string {
	for _, m := range [...][2]string{
		{"plain", "PLAIN"},
		{"login", "LOGIN"},
		{"cram", "CRAM-MD5"},
		{"xoauth", "XOAUTH2"},
		{"oauthbearer", "OAUTHBEARER"},
		{"scram_sha_256", "SCRAM-SHA-256"},
		{"scram_sha256", "SCRAM-SHA-256"},
		{"scram", "SCRAM-SHA-1"},
		{"digest", "DIGEST-MD5"},
		{"ntlm", "NTLM"},
		{"spa", "NTLM"},
		{"gssapi", "GSSAPI"},
		{"external", "EXTERNAL"},
		{"tls", "EXTERNAL"},
	} {
		if containsFold(name, m[0]) {
			return m[1]
		}
	}
	return ""
}

func containsFold(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if scan.EqualFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}
