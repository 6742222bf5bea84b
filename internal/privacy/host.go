package privacy

import (
	"fmt"
	"strconv"
	"strings"
)

// Host hides what a host's name says of a person: an address in its place, or in it, as providers name the connections of their customers; an own domain that
// is to be hidden. Other names are of machines that serve mail, and stay.
func (p *Policy) Host(s string) string {
	if s == "" || !p.hidesIPs() && len(p.domains) == 0 {
		return s
	}
	return p.seen.get(labelHost, s, p.host)
}

func (p *Policy) host(s string) string {
	inner, literal := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if addr, ok := parseIP(inner); ok {
		switch {
		case !p.hidesIPs():
			return s
		case literal && closed:
			return "[" + p.addr(addr) + "]"
		}
		return p.addr(addr)
	}
	if hidden, ok := p.ownDomain(s); ok {
		return hidden
	}
	if !p.hidesIPs() {
		return s
	}
	if end, ok := numberedTo(s); ok {
		return p.machine(s) + s[end:]
	}
	return s
}

// machine stands for the labels of a host's name that say which customer's it is.
func (p *Policy) machine(name string) string {
	if p.ips == Hash {
		return p.hasher.pseudonym(labelHost, strings.ToLower(name))
	}
	return "*"
}

// Helo hides the name that a client gives itself: like Host, and the name of somebody's computer, which no DNS knows.
func (p *Policy) Helo(s string) string {
	if p.hidesIPs() && isComputer(strings.ToLower(s)) {
		if _, isIP := parseIP(strings.Trim(s, "[]")); !isIP {
			return p.machine(s)
		}
	}
	return p.Host(s)
}

// isComputer says whether a name is one that a computer has at home: of one label, or below a name that is nobody's (RFC 6762, RFC 8375, and habit).
func isComputer(name string) bool {
	if name == "localhost" || name == "localhost.localdomain" || name == "" {
		return false
	}
	_, last, dotted := cutLast(strings.TrimSuffix(name, "."), '.')
	if !dotted {
		return true
	}
	switch last {
	case "local", "lan", "home", "localdomain", "internal", "intern", "fritz", "workgroup":
		return true
	}
	return strings.HasSuffix(name, ".home.arpa")
}

// ownDomain hides a name that is one of the domains to hide, or below one: both parts become pseudonyms, under a top-level domain that is nobody's (RFC 2606).
func (p *Policy) ownDomain(s string) (string, bool) {
	if len(p.domains) == 0 {
		return "", false
	}
	name := strings.TrimSuffix(strings.ToLower(s), ".")
	for _, d := range p.domains {
		below, ok := strings.CutSuffix(name, d)
		switch {
		case !ok:
		case below == "":
			return p.hasher.pseudonym(labelDomain, d) + ".invalid", true
		case strings.HasSuffix(below, "."):
			return p.hasher.pseudonym(labelDomain, name) + "." + p.hasher.pseudonym(labelDomain, d) + ".invalid", true
		}
	}
	return "", false
}

// numberedTo finds an IPv4 address in a name, as c-192-0-2-7.hsd1.example and 7.2.0.192.dsl.example have it: four numbers up to 255 with one sign between
// them, or written together as digits (192000002007) or hex digits (c0000207) that are a label or the end of one. end is where the label ends that it stands in.
func numberedTo(name string) (end int, ok bool) {
	numbers, from := 0, 0
	for i := 0; i < len(name); {
		if !isDigit(name[i]) {
			i++
			continue
		}
		begin := i
		for i < len(name) && isDigit(name[i]) {
			i++
		}
		n, err := strconv.Atoi(name[begin:i])
		switch {
		case i-begin == 12 && isOctets(name[begin:i]):
			return labelEnd(name, i), true
		case err != nil || n > 255 || i-begin > 3:
			numbers = 0
			continue
		case numbers > 0 && begin == from+1 && isBetween(name[from]):
			numbers++
		default:
			numbers = 1
		}
		if from = i; numbers == 4 {
			return labelEnd(name, i), true
		}
	}
	return hexTo(name)
}

// hexTo is for eight hex digits at the end of the first label, as in p5b0a1234.dip0.example: both letters and digits, or nobody could tell them from a word or number.
func hexTo(name string) (end int, ok bool) {
	end = labelEnd(name, 0)
	label := name[:end]
	if len(label) < 8 || end == len(name) {
		return 0, false
	}
	letters, digits := 0, 0
	for _, c := range []byte(label[len(label)-8:]) {
		switch {
		case isDigit(c):
			digits++
		case isHex(c):
			letters++
		default:
			return 0, false
		}
	}
	if n := len(label) - 9; n >= 0 && (isHex(label[n]) || isDigit(label[n])) { // of a longer number
		return 0, false
	}
	return end, digits > 0 && letters+digits == 8 && (letters > 0 || len(label) > 8)
}

// isOctets says whether twelve digits are four numbers up to 255.
func isOctets(s string) bool {
	for ; s != ""; s = s[3:] {
		if n, err := strconv.Atoi(s[:3]); err != nil || n > 255 {
			return false
		}
	}
	return true
}

func labelEnd(name string, from int) int {
	if i := strings.IndexByte(name[from:], '.'); i >= 0 {
		return from + i
	}
	return len(name)
}

func isBetween(c byte) bool { return c == '-' || c == '.' || c == '_' || c == 'x' || c == 'X' }
func isDigit(c byte) bool   { return c >= '0' && c <= '9' }
func isHex(c byte) bool     { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// isDomain says whether s can be the name of a domain.
func isDomain(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r < 0x80
		}) {
			return false
		}
	}
	return true
}

// String says what the policy is, without its key.
func (p *Policy) String() string {
	if p == nil {
		return "all may leave"
	}
	return fmt.Sprintf("addresses %s, ips %s", p.addresses, p.ips)
}
