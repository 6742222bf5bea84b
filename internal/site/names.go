package site

import (
	"fmt"
	"net/netip"
	"strings"
)

// Domains and smarthosts are written here as Postfix's main.cf writes them (postconf(5): mydestination, relay_domains, relayhost),
// since that is where they are copied from.

// domains reads local_domains: names, as addresses have them ("@example.com"), with the final dot of the DNS, or with a dot in
// front for all that is below a name.
func (s *Site) domains() (list []string, err error) {
	for _, entry := range split(s.LocalDomains) {
		name := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(entry, "@"), "."))
		below := strings.HasPrefix(name, ".") && !strings.HasPrefix(entry, "@")
		if !isName(strings.TrimPrefix(name, ".")) && !isLiteral(name) || strings.HasPrefix(name, ".") && !below {
			return nil, fmt.Errorf("%q is not a domain, takes names such as example.com, or .example.com for all that is below it", entry)
		}
		list = append(list, name)
	}
	return list, nil
}

// relays reads relayhosts: names or addresses, in brackets or not, with a port or service or without.
func (s *Site) relays() (list []string, err error) {
	for _, entry := range split(s.Relayhosts) {
		host, ok := hostOf(entry)
		if !ok {
			return nil, fmt.Errorf("%q is not a host, takes names or addresses such as relay.example.com, [relay.example.com]:587 or [192.0.2.1]",
				entry)
		}
		list = append(list, host)
	}
	return list, nil
}

// split takes lists apart that stand in one text, as in main.cf: by commas and blanks.
func split(entries []string) (list []string) {
	for _, e := range entries {
		parts := strings.FieldsFunc(e, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
		if len(parts) == 0 {
			parts = []string{e} // empty: to be complained of
		}
		list = append(list, parts...)
	}
	return list
}

// hostOf takes the host out of host, host:port, [host], [host]:port and [ipv6:address].
func hostOf(entry string) (host string, ok bool) {
	host = entry
	if addr, err := netip.ParseAddr(host); err == nil { // its colons lead no port
		return addr.Unmap().WithZone("").String(), true
	}
	port := ""
	if inner, bracketed := strings.CutPrefix(entry, "["); bracketed {
		if host, port, ok = strings.Cut(inner, "]"); !ok {
			return "", false
		}
		if port != "" && !strings.HasPrefix(port, ":") {
			return "", false
		}
	} else if i := strings.IndexByte(entry, ':'); i >= 0 {
		host, port = entry[:i], entry[i:]
	}
	if port != "" && !isService(port[1:]) {
		return "", false
	}
	host = strings.ToLower(host)
	if addr, err := netip.ParseAddr(strings.TrimPrefix(host, "ipv6:")); err == nil {
		return addr.Unmap().WithZone("").String(), true
	}
	host = strings.TrimSuffix(host, ".")
	return host, isName(host)
}

// isName says whether s can be the name of a host or domain: labels of letters, digits, hyphens and underscores, of any script.
func isName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool { return !isNameRune(r) }) {
			return false
		}
	}
	return len(s) <= 253
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r >= 0x80
}

// isLiteral says whether s is an address in place of a domain, as in user@[192.0.2.1].
func isLiteral(s string) bool {
	inner, ok := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	_, err := netip.ParseAddr(strings.TrimPrefix(inner, "ipv6:"))
	return ok && closed && err == nil
}

// isService says whether s is a port or the name of a service.
func isService(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}
