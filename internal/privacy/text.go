package privacy

import (
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
