package privacy

import (
	"net/netip"
	"strings"
)

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
