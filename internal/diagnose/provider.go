package diagnose

import (
	"fmt"
	"strings"
)

// Other is the provider of hosts and domains that no rule knows.
const Other = "other"

// suffixes finds a name by the longest of its suffixes, at its dots.
type suffixes struct {
	names map[string]string
	order []string // as in the table, for names that were shortened
}

func (s *suffixes) add(suffix, provider string) {
	if s.names == nil {
		s.names = map[string]string{}
	}
	if _, ok := s.names[suffix]; !ok {
		s.order = append(s.order, suffix)
	}
	s.names[suffix] = provider
}

// find looks for a host name in lower case.
func (s *suffixes) find(host string) (string, bool) {
	if len(s.names) == 0 || len(host) > longestHost {
		return "", false
	}
	for at := 0; ; {
		if p, ok := s.names[host[at:]]; ok {
			return p, true
		}
		dot := strings.IndexByte(host[at:], '.')
		if dot < 0 {
			return "", false
		}
		at += dot + 1
	}
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

// providerOf is who runs a host; empty where no rule knows.
func (s *suffixes) providerOf(host string) string {
	if len(host) > longestHost {
		return ""
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
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
