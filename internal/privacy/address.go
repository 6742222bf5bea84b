package privacy

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Address hides whose an envelope address is: its local part becomes the person's pseudonym, or nothing; its domain stays. The null sender, and what has no
// text, are nobody's. A name alone is an address of this host; a program or file that mail goes to is an address, too.
func (p *Policy) Address(s string) string {
	if s == "" || s == "<>" || !p.hidesAddresses() {
		return s
	}
	return p.seen.get(labelAddress, s, p.address)
}

func (p *Policy) address(s string) string {
	if strings.IndexByte("|/:", s[0]) >= 0 { // a program, a file, a list that is included (aliases(5))
		return s[:1] + p.somebody(labelAddress, s)
	}
	who, domain := person(s)
	return p.somebody(labelAddress, who) + p.at(domain)
}

// User hides the name of an account. One that is written like an address keeps its domain.
func (p *Policy) User(s string) string {
	if s == "" || !p.hidesAddresses() {
		return s
	}
	return p.seen.get(labelUser, s, p.user)
}

func (p *Policy) user(s string) string {
	who, domain := person(s)
	return p.somebody(labelUser, who) + p.at(domain)
}

// Login is the pseudonym of the name that a login was tried with, whatever is shown of those that succeeded.
func (p *Policy) Login(s string) string {
	who, domain := person(s)
	return p.hasher.pseudonym(labelUser, who) + p.at(domain)
}

// MessageID hides what a Message-ID says of its sender: mail programs make the part in front of the @ from names, and the one behind it from the name of
// the sender's computer. The domain of a provider stays.
func (p *Policy) MessageID(s string) string {
	if s == "" || !p.hidesAddresses() {
		return s
	}
	return p.seen.get(labelMessageID, s, p.messageID)
}

func (p *Policy) messageID(s string) string {
	_, right, has := cutLast(s, '@')
	who := p.somebody(labelMessageID, s)
	if !has {
		return who
	}
	if right = strings.ToLower(right); isComputer(right) {
		return who + "@invalid"
	}
	return who + p.at(right)
}

// somebody is what stands for a person where no more of the name remains.
func (p *Policy) somebody(label, who string) string {
	switch {
	case p.addresses == Hash:
		return p.hasher.pseudonym(label, who)
	case strings.IndexByte(who, '@') >= 0:
		return ""
	}
	return event.Mark
}

// at is the domain of an address as it may be told; empty for a name alone.
func (p *Policy) at(domain string) string {
	if domain == "" {
		return ""
	}
	return "@" + p.Host(domain)
}

// person takes off an address all that does not tell persons apart, in small letters: BATV (draft-levine-smtp-batv), SRS (Sender Rewriting Scheme), VERP, the
// tag behind a plus sign, quotes. domain is the address's own, as it is written, in small letters.
func person(s string) (who, domain string) {
	s = strings.ToLower(strings.Trim(s, "<>"))
	if len(s) > 1 && s[0] == '@' { // a source route (RFC 5321 section 4.1.2)
		if i := strings.IndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	local, domain, has := cutLast(s, '@')
	if !has {
		return s, ""
	}
	domain = strings.TrimSuffix(domain, ".")
	local, of := unwrap(unquote(local), domain)
	return local + "@" + of, domain
}

func unquote(local string) string {
	if n := len(local); n > 1 && local[0] == '"' && local[n-1] == '"' {
		return strings.ReplaceAll(local[1:n-1], `\`, "")
	}
	return local
}

// unwrap takes off what mailing systems wrap around an address, and gives the one inside.
func unwrap(local, domain string) (who, of string) {
	local = unsign(local)
	if inner, of, ok := unforward(local); ok {
		local, domain = unsign(inner), of
	}
	if inner, of, ok := unlist(local); ok {
		local, domain = inner, of
	}
	if i := strings.IndexByte(local, '+'); i > 0 {
		local = local[:i]
	}
	return local, domain
}

// unsign is for BATV: prvs=1234567890=anna, before that prvs=anna/1234567890; msprvs1=...=anna of Microsoft; btv1==...==anna of Barracuda.
func unsign(local string) string {
	switch {
	case strings.HasPrefix(local, "btv1=="):
		if _, rest, ok := strings.Cut(local[len("btv1=="):], "=="); ok {
			return rest
		}
	case strings.HasPrefix(local, "prvs="), strings.HasPrefix(local, "msprvs1="):
		_, rest, _ := strings.Cut(local, "=")
		if tag, inner, ok := strings.Cut(rest, "="); ok && tag != "" {
			return inner
		}
		rest, _, _ = strings.Cut(rest, "/")
		return rest
	}
	return local
}

// unforward is for SRS: srs0=hash=day=domain=anna, and srs1=hash=forwarder==hash=day=domain=anna of a second forwarder.
func unforward(local string) (inner, domain string, ok bool) {
	if len(local) < len("srs0=") || local[:3] != "srs" || strings.IndexByte("=+-", local[4]) < 0 {
		return "", "", false
	}
	rest := local[5:]
	if local[3] == '1' {
		if _, rest, ok = strings.Cut(rest, "=="); !ok {
			return "", "", false
		}
	}
	parts := strings.SplitN(rest, "=", 4)
	if len(parts) < 4 || !isDomain(parts[2]) {
		return "", "", false
	}
	return parts[3], parts[2], true
}

// unlist is for VERP: list-owner-anna=example.com, bounce+anna=example.com.
func unlist(local string) (inner, domain string, ok bool) {
	left, domain, has := cutLast(local, '=')
	if !has || !isDomain(domain) || strings.IndexByte(domain, '.') < 0 {
		return "", "", false
	}
	if _, behind, ok := cutLast(left, '+'); ok {
		left = behind
	}
	if _, behind, ok := cutLast(left, '-'); ok && behind != "" {
		left = behind
	}
	return left, domain, left != ""
}

// cutLast cuts at the last sep.
func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
