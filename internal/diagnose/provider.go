package diagnose

import (
	"fmt"
	"slices"
	"strings"
)

// Other is the provider of hosts and domains that no rule knows.
const Other = "other"

// suffixes finds a name by the longest of its suffixes, at its dots.
type suffixes struct {
	names map[string]string
	tails map[string][]named // by the last two labels of a suffix: those that end so, the longest first
	tops  bool               // a suffix is a whole top level
	order []string           // as in the table, for names that were shortened
}

// named is a suffix and whose it is.
type named struct{ suffix, provider string }

func (s *suffixes) add(suffix, provider string) {
	if s.names == nil {
		s.names, s.tails = map[string]string{}, map[string][]named{}
	}
	if _, ok := s.names[suffix]; !ok {
		s.order = append(s.order, suffix)
	}
	s.names[suffix] = provider
	s.tops = s.tops || strings.IndexByte(suffix, '.') < 0
	tail := lastLabels(suffix)
	same := slices.DeleteFunc(s.tails[tail], func(n named) bool { return n.suffix == suffix })
	same = append(same, named{suffix, provider})
	slices.SortStableFunc(same, func(a, b named) int { return len(b.suffix) - len(a.suffix) })
	s.tails[tail] = same
}

// lastLabels are the last two labels of a name, or all of a shorter one.
func lastLabels(host string) string {
	if last := strings.LastIndexByte(host, '.'); last > 0 {
		return host[strings.LastIndexByte(host[:last], '.')+1:]
	}
	return host
}

// find looks for a host name in lower case.
func (s *suffixes) find(host string) (string, bool) {
	if len(s.names) == 0 || len(host) > longestHost {
		return "", false
	}
	tail := lastLabels(host)
	for _, n := range s.tails[tail] {
		if begin := len(host) - len(n.suffix); begin >= 0 && (begin == 0 || host[begin-1] == '.') && host[begin:] == n.suffix {
			return n.provider, true
		}
	}
	if s.tops {
		p, ok := s.names[tail[strings.IndexByte(tail, '.')+1:]]
		return p, ok
	}
	return "", false
}

// findShortened looks for a name whose middle Sendmail left out ("contoso-com.mail.p...ction.outlook.com", shortenstring in sendmail/util.c): its
// tail ends a suffix, and what of the suffix is not in the tail goes on from the end of its head, or all of that was left out. Of several the longest
// suffix, then the first in the table.
func (s *suffixes) findShortened(head, tail string) (string, bool) {
	best, found := -1, ""
	for _, suffix := range s.order {
		if !strings.HasSuffix(suffix, tail) || len(suffix) <= len(tail) {
			continue
		}
		if n := overlap(head, suffix[:len(suffix)-len(tail)]); n > best {
			best, found = n, suffix
		}
	}
	return s.names[found], best >= 0 && len(tail) >= minTail
}

const minTail = 10 // bytes of a shortened name's tail that say enough

// overlap is how much of the beginning of rest, behind a dot, stands at the end of head.
func overlap(head, rest string) int {
	for n := min(len(rest), len(head)-1); n > 0; n-- {
		if strings.HasSuffix(head, rest[:n]) && head[len(head)-n-1] == '.' {
			return n
		}
	}
	return 0
}

// longestHost bounds what may be the name of a host (RFC 1035 section 2.3.4).
const longestHost = 255

// plainHost is a host's name as the tables have it; empty for what can be none.
func plainHost(host string) string {
	if len(host) > longestHost {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// providerOf is who runs a host, by its plain name; empty where no rule knows.
func (s *suffixes) providerOf(host string) string {
	if len(s.names) == 0 {
		return ""
	}
	if p, ok := s.find(host); ok {
		return p
	}
	if head, tail, ok := strings.Cut(host, "..."); ok {
		if p, ok := s.find(strings.TrimLeft(tail, ".")); ok {
			return p
		}
		if p, ok := s.findShortened(head, tail); ok {
			return p
		}
	}
	return ""
}

// mustProviders reads the table of providers: kind, suffix, provider, source.
func mustProviders(data string) (hosts, domains *suffixes) {
	hosts, domains = new(suffixes), new(suffixes)
	lines(data, func(number int, line string) {
		f := strings.Split(line, "\t")
		if len(f) != 4 || !isName(f[2]) {
			panic(fmt.Sprintf("data/providers.tsv, line %d: want kind, suffix, provider and source, got %q", number, f))
		}
		switch f[0] {
		case "host":
			hosts.add(f[1], f[2])
		case "domain":
			domains.add(f[1], f[2])
		case "both":
			hosts.add(f[1], f[2])
			domains.add(f[1], f[2])
		default:
			panic(fmt.Sprintf("data/providers.tsv, line %d: %q is none of host, domain, both", number, f[0]))
		}
	})
	return hosts, domains
}
