package privacy

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// pseudonymNet is where the pseudonyms of IP addresses are: in the block for documentation (RFC 9637), where nobody is, so that they are addresses to whoever reads
// them, and nobody's.
const pseudonymNet = 0x3fff

// The networks that truncated addresses are of.
const (
	bitsOfV4 = 24
	bitsOfV6 = 48
)

// IP hides whose an IP address is. What is this machine's own for every machine (loopback, unspecified) stays, and so does what is no address.
func (p *Policy) IP(s string) string {
	if s == "" || !p.hidesIPs() {
		return s
	}
	return p.seen.get(labelIP, s, p.ip)
}

func (p *Policy) ip(s string) string {
	addr, ok := parseIP(s)
	if !ok {
		return s
	}
	return p.addr(addr)
}

func (p *Policy) addr(addr netip.Addr) string {
	switch {
	case addr.IsLoopback() || addr.IsUnspecified():
		return addr.String()
	case p.ips == Truncate:
		bits := bitsOfV6
		if addr.Is4() {
			bits = bitsOfV4
		}
		network, err := addr.Prefix(bits)
		if err != nil {
			return event.Mark
		}
		return network.Addr().String()
	}
	sum := p.hasher.sum(labelIP, addr.String())
	var b [16]byte
	b[0], b[1] = pseudonymNet>>8, pseudonymNet&0xff
	copy(b[16-PseudonymBytes:], sum[:PseudonymBytes])
	return netip.AddrFrom16(b).String()
}

// parseIP reads an address; one that IPv6 carries IPv4 in is that of IPv4, and a zone is none of its.
func parseIP(s string) (netip.Addr, bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "IPv6:"), "ipv6:")
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return parseLoosely(s)
	}
	return addr.Unmap().WithZone(""), true
}

// parseLoosely takes an IPv4 address with zeros in front of its numbers.
func parseLoosely(s string) (netip.Addr, bool) {
	var b [4]byte
	for i := range b {
		part, rest, more := strings.Cut(s, ".")
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) > 3 || more != (i < 3) {
			return netip.Addr{}, false
		}
		b[i], s = byte(n), rest
	}
	return netip.AddrFrom4(b), true
}
