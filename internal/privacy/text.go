package privacy

import (
	"net/netip"
	"strings"
)

// Text hides persons in a text of anybody's: the names of the line that it is of, whatever is written like an address or an IP
// address, and the names of users behind the keys that mail programs have for them. It comes back as it is, without an allocation,
// where it has none.
func (p *Policy) Text(s string, names *Names) string {
	if s == "" {
		return s
	}
	w := writer{p: p, s: s, names: names}
	var room [16]match
	list := names.matches(s, room[:0])
	if p.hidesAddresses() {
		list = p.phrased(s, list)
		if strings.IndexByte(s, '=') >= 0 {
			list = p.keyed(s, list)
		}
		list = inOrder(list)
	}
	at := 0
	for _, m := range list {
		w.scan(at, m.from)
		w.put(m.from, m.to, m.shown)
		at = m.to
	}
	w.scan(at, len(s))
	return w.String()
}

// writer is a text that pieces are replaced in.
type writer struct {
	p     *Policy
	s     string
	names *Names
	b     strings.Builder
	at    int // what is in front of it was written
}

func (w *writer) put(from, to int, shown string) {
	w.b.WriteString(w.s[w.at:from])
	w.b.WriteString(shown)
	w.at = to
}

// String is the text.
func (w *writer) String() string {
	if w.at == 0 && w.b.Len() == 0 {
		return w.s
	}
	w.b.WriteString(w.s[w.at:])
	return w.b.String()
}

// The bytes that addresses and names are made of, outside of quotes and brackets.
var inRun, inLocal, inHost = func() (run, local, host [256]bool) {
	for c := range run {
		b := byte(c)
		host[c] = isWord(b) || b == '.' || b == '-' || b == '_'
		local[c] = host[c] || strings.IndexByte("+=!$*'~^%", b) >= 0
		run[c] = local[c] || b == ':' || b == '@'
	}
	return run, local, host
}()

// scan goes through the piece between from and to, run by run.
func (w *writer) scan(from, to int) {
	for i := from; i < to; {
		if !inRun[w.s[i]] {
			i++
			continue
		}
		begin, signs, digits, colons := i, 0, 0, 0
		for i < to && inRun[w.s[i]] {
			switch c := w.s[i]; {
			case c == '@':
				signs++
			case c == '%' && strings.HasPrefix(w.s[i:to], "%40"):
				signs++
			case c == ':':
				colons++
			case isDigit(c):
				digits++
			}
			i++
		}
		switch {
		case signs > 0:
			i = w.mail(begin, i, to)
		case w.p.hidesIPs() && (digits > 3 || colons > 1) || len(w.p.domains) > 0:
			w.hosts(begin, i)
		}
	}
}

// mail goes through a run with an @ in it, and gives where it ends: behind the run, where a domain in brackets follows.
func (w *writer) mail(begin, end, limit int) int {
	at := begin
	for i := begin; i < end; i++ {
		sign := 1
		switch {
		case w.s[i] == '@':
		case strings.HasPrefix(w.s[i:end], "%40"):
			sign = 3
		default:
			continue
		}
		from := w.localFrom(at, i)
		to := w.domainTo(i+sign, limit)
		w.hosts(at, from)
		w.address(from, i, sign, to)
		at = max(to, i+sign)
		i, end = at-1, max(end, at)
	}
	w.hosts(at, end)
	return end
}

// localFrom is where the local part begins that ends in front of an @. What JSON and URLs write for a sign, and the key in front,
// are none of its.
func (w *writer) localFrom(first, at int) int {
	if at > first && w.s[at-1] == '"' || at == first && at > 0 && w.s[at-1] == '"' { // "anna b"@example.com
		if i := strings.LastIndexByte(w.s[max(w.at, at-64):at-1], '"'); i >= 0 {
			return max(w.at, at-64) + i
		}
	}
	from := at
	for from > first && inLocal[w.s[from-1]] {
		from--
	}
	for from < at {
		switch local := w.s[from:at]; {
		case from > 0 && w.s[from-1] == '\\' && len(local) > 5 && local[0] == 'u' && strings.Trim(local[1:5], "0123456789abcdefABCDEF") == "":
			from += 5
		case from > 0 && w.s[from-1] == '\\' && strings.IndexByte("nrt", local[0]) >= 0:
			from++
		case local[0] == '%' && len(local) > 2 && isHex(local[1]) && isHex(local[2]):
			from += 3
		case strings.IndexByte("'*!=.-~^", local[0]) >= 0:
			from++
		default:
			return from + keyOf(local, from > 0 && (w.s[from-1] == '&' || w.s[from-1] == '?'))
		}
	}
	return from
}

// keyOf is how long the key is in front of an address: from=anna@example.com. A sign in the local part itself is that of a list or
// a signature.
func keyOf(local string, inLink bool) int {
	i := strings.IndexByte(local, '=')
	if i <= 0 {
		return 0
	}
	if _, known := addressKeys[strings.ToLower(local[:i])]; known || inLink {
		return i + 1
	}
	return 0
}

var addressKeys = set("from to mfrom rcpt rcptto rcpt_to orig_to mailfrom mail_from smtp.mailfrom header.from header.i header.s " +
	"sender recipient user username userid sasl_username sasl_sender authid login email addr address message-id msgid message_id id " +
	"ctladdr envelope-from envelope_from env_from mid f t a auth reverse_path resent-message-id smtp_mail_from x-mailfrom " +
	"identity return-path")

func set(words string) map[string]struct{} {
	m := map[string]struct{}{}
	for _, w := range strings.Fields(words) {
		m[w] = struct{}{}
	}
	return m
}

// domainTo is where the domain ends that begins behind an @.
func (w *writer) domainTo(from, limit int) int {
	if from < limit && w.s[from] == '[' {
		if i := strings.IndexByte(w.s[from:min(limit, from+64)], ']'); i > 0 {
			return from + i + 1
		}
	}
	to := from
	for to < limit && inHost[w.s[to]] {
		to++
	}
	for to > from && strings.IndexByte(".-_", w.s[to-1]) >= 0 {
		to--
	}
	return to
}

// address replaces an address, or the host where there is no local part.
func (w *writer) address(from, at, sign, to int) {
	whole := w.s[from:to]
	switch {
	case from == at:
		w.hosts(at+sign, to)
		return
	case !w.p.hidesAddresses():
		w.hosts(at+sign, to)
		return
	case at+sign == to: // an @ behind a word
		return
	case w.names.isShown(whole):
		return
	}
	if sign > 1 {
		shown := w.p.Address(w.s[from:at] + "@" + w.s[at+sign:to])
		w.put(from, to, strings.Replace(shown, "@", "%40", 1))
		return
	}
	shown := w.p.Address(whole)
	w.names.produced(shown)
	w.put(from, to, shown)
}

// hosts goes through names and addresses of hosts.
func (w *writer) hosts(from, to int) {
	if from >= to || !w.p.hidesIPs() && len(w.p.domains) == 0 {
		return
	}
	for w.p.hidesIPs() && strings.IndexByte(w.s[from:to], ':') >= 0 {
		at, end, shown, ok := w.p.findV6(w.s[from:to])
		if !ok {
			break
		}
		w.words(from, from+at)
		if !w.names.isShown(w.s[from+at : from+end]) {
			w.names.produced(shown)
			w.put(from+at, from+end, shown)
		}
		from += end
	}
	w.words(from, to)
}

// words goes through names of hosts, and addresses of IPv4.
func (w *writer) words(from, to int) {
	for i := from; i < to; {
		if !inHost[w.s[i]] {
			i++
			continue
		}
		begin := i
		for i < to && inHost[w.s[i]] {
			i++
		}
		w.host(begin, i)
	}
}

// host hides one name: an IPv4 address, one with other words around it, or a name that Host hides.
func (w *writer) host(from, to int) {
	for to > from && strings.IndexByte(".-_", w.s[to-1]) >= 0 {
		to--
	}
	for from < to && strings.IndexByte(".-_", w.s[from]) >= 0 {
		from++
	}
	name := w.s[from:to]
	if name == "" || w.names.isShown(name) {
		return
	}
	for w.p.hidesIPs() {
		at, end, ok := findV4(w.s[from:to])
		if !ok {
			break
		}
		if addr, ok := parseLoosely(w.s[from+at : from+end]); ok {
			shown := w.p.addr(addr)
			w.names.produced(shown)
			w.put(from+at, from+end, shown)
		}
		if from += end; !isWord(w.s[min(from, len(w.s)-1)]) { // behind the address a word of its own
			for from < to && !isWord(w.s[from]) {
				from++
			}
		}
		if name = w.s[from:to]; name == "" {
			return
		}
	}
	if shown := w.p.Host(name); shown != name {
		w.names.produced(shown)
		w.put(from, to, shown)
	}
}

// findV4 finds four numbers with dots between them.
func findV4(s string) (from, to int, ok bool) {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) || i > 0 && (isWord(s[i-1]) || s[i-1] == '_') {
			continue
		}
		end, dots := i, 0
		for end < len(s) && (isDigit(s[end]) || s[end] == '.' && dots < 3 && end+1 < len(s) && isDigit(s[end+1])) {
			if s[end] == '.' {
				dots++
			}
			end++
		}
		if dots == 3 && (end == len(s) || !isWord(s[end]) && s[end] != '_') {
			if _, valid := parseLoosely(s[i:end]); valid {
				return i, end, true
			}
		}
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	return 0, 0, false
}

// findV6 finds an IPv6 address in a run of names and colons.
func (p *Policy) findV6(s string) (from, to int, shown string, ok bool) {
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) && s[i] != ':' || i > 0 && isWord(s[i-1]) {
			continue
		}
		end := i
		for end < len(s) && (isHex(s[end]) || s[end] == ':' || s[end] == '.') {
			end++
		}
		if at, stop, addr, found := v6Within(s[i:min(end, i+longestV6)]); found && (i+stop == len(s) || !isWord(s[i+stop])) {
			return i + at, i + stop, p.addr(addr), true
		}
		i = end
	}
	return 0, 0, "", false
}

const longestV6 = 64

// v6Within is an address with the rest of a tag in front ("6:" of IPv6:), or a port or a full stop behind it.
func v6Within(s string) (from, to int, addr netip.Addr, ok bool) {
	to = len(s)
	for to > 0 && (s[to-1] == '.' || s[to-1] == ':' && !strings.HasSuffix(s[:to], "::")) {
		to--
	}
	for range 4 {
		if strings.Count(s[from:to], ":") < 2 {
			return 0, 0, addr, false
		}
		for end := to; end > from; {
			if a, err := netip.ParseAddr(s[from:end]); err == nil && a.Is6() {
				return from, end, a.Unmap(), true
			}
			cut := strings.LastIndexAny(s[from:end], ":.")
			if cut <= 0 || end < to { // one port
				break
			}
			end = from + cut
		}
		i := strings.IndexByte(s[from:to], ':')
		if i < 0 {
			break
		}
		from += i + 1
	}
	return 0, 0, addr, false
}

// keyed finds the names of users behind the keys that mail programs write them with: user=<anna>, sasl_username=anna, authid=anna,
// A=plain:anna; and those of senders and recipients that have no domain: to=anna, to=<anna>,<bert>.
func (p *Policy) keyed(s string, into []match) []match {
	for i := 0; i < len(s); i++ {
		if s[i] != '=' {
			continue
		}
		key := i
		for key > 0 && (isWord(s[key-1]) || s[key-1] == '_') {
			key--
		}
		word := strings.ToLower(s[key:i])
		if _, known := userKeys[word]; known {
			from, to := value(s, i+1)
			if name := s[from:to]; isName(name) {
				into = append(into, match{from, to, p.User(name)})
			}
			i = to - 1
		} else if _, known := bareKeys[word]; known {
			into = p.bare(s, i+1, into)
		}
	}
	return into
}

// value is where a value begins and ends, without the quotes or brackets around it.
func value(s string, at int) (from, to int) {
	end := " ,;>)]}\"'\t"
	if at < len(s) && strings.IndexByte("<\"'(", s[at]) >= 0 {
		end = map[byte]string{'<': ">", '"': "\"", '\'': "'", '(': ")"}[s[at]]
		at++
	}
	if k := strings.IndexAny(s[at:], end); k >= 0 {
		return at, at + k
	}
	return at, len(s)
}

// bare finds the names without a domain in a list of senders or recipients. What was hidden already is none, nor is a host or a
// word that anybody's text has.
func (p *Policy) bare(s string, at int, into []match) []match {
	for {
		from, to := value(s, at)
		name := s[from:to]
		if isName(name) && strings.Trim(name, bareBytes) == "" && !isCommonWord(name) && !isPseudonym(name) && (to == len(s) || s[to] != '[') {
			into = append(into, match{from, to, p.Address(name)})
		}
		at = to
		if from > 0 && at < len(s) && strings.IndexByte("<\"'(", s[from-1]) >= 0 {
			at++
		}
		if at+1 >= len(s) || s[at] != ',' || s[at+1] == ' ' {
			return into
		}
		at++
	}
}

// bareBytes are those that the name of a mailbox without a domain is made of.
const bareBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_"

// isPseudonym says whether a name is one that this package makes.
func isPseudonym(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// isName says whether what stands in a user's place can be one: it is no mark of something that was hidden.
func isName(s string) bool { return s != "" && s[0] != '[' && s != "*" }

// phrased finds the names of users, and mailboxes called after them, in the words and paths that mail programs write them with.
func (p *Policy) phrased(s string, into []match) []match {
	for _, phrase := range userPhrases {
		for at := 0; at < len(s); {
			i := strings.Index(s[at:], phrase)
			if i < 0 {
				break
			}
			from := at + i + len(phrase)
			to := from
			for to < len(s) && inHost[s[to]] {
				to++
			}
			at = to
			for to > from && s[to-1] == '.' {
				to--
			}
			if to > from && (to == len(s) || s[to] != '@') && !isCommonWord(s[from:to]) {
				into = append(into, match{from, to, p.User(s[from:to])})
			}
		}
	}
	return into
}

var userPhrases = []string{
	"aliased to ", "for user ", "unknown user: \"", "local user ", "/var/mail/", "/var/spool/mail/", "/home/", "/var/vmail/",
}

var bareKeys = set("to from orig_to rcpt rcptto rcpt_to mailfrom mail_from sender recipient ctladdr")

var userKeys = set("user username sasl_username sasl_sender authid auser uname login account ruser luser logname duser suser")
