package mailhost

import (
	"net/netip"
	"strings"
)

// keep copies a line's word for what is not known yet; the copy does not pin the line.
func keep(to *string, from string) {
	if *to == "" && from != "" {
		*to = strings.Clone(from)
	}
}

// replace copies a line's word over an older one.
func replace(to *string, from string) {
	if from != "" && *to != from {
		*to = strings.Clone(from)
	}
}

// replaceAll copies a line's word, also an empty one.
func replaceAll(to *string, from string) {
	if *to != from {
		*to = strings.Clone(from)
	}
}

// word gives the tracker's own copy of a short name that comes again and again.
func (h *Host) word(s string) string {
	if w, ok := h.words[s]; ok {
		return w
	}
	w := strings.Clone(s)
	if len(h.words) < maxWordsOfHost && h.wordShare.Fits() {
		h.words[w] = w
		h.wordShare.Add(len(w) + mapEntry)
	}
	return w
}

// oneSpelling writes an IPv6 address as RFC 5952 wants it, so that all lines have the same: some servers write out every zero.
func oneSpelling(ip string) string {
	if strings.IndexByte(ip, ':') < 0 {
		return ip
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	var room [64]byte
	if text := addr.AppendTo(room[:0]); string(text) != ip {
		return string(text)
	}
	return ip
}
