package mailhost

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync/atomic"
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

// commonWords are strings that many items have at a time: names and addresses of servers. commonReplies are likewise replies: a provider puts
// everybody off with the same words.
var commonWords, commonReplies shared[string]

// common gives a copy of s that pins no line, the same for all as long as it comes again and again.
func common(s string) string { return commonIn(&commonWords, s) }

// commonReply is common for a reply.
func commonReply(s string) string { return commonIn(&commonReplies, s) }

func commonIn(words *shared[string], s string) string {
	if s == "" {
		return ""
	}
	return *words.of(s, func(own *string) { *own = strings.Clone(*own) })
}

// keepCommon is keep for a word that many items have.
func keepCommon(to *string, from string) {
	if *to == "" && from != "" {
		*to = common(from)
	}
}

// replaceKnown is replace for a word that many items have.
func replaceKnown(to *string, from string) {
	if from != "" && *to != from {
		*to = common(from)
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

// server gives the one of an instance and a dialect, the same for all messages of it.
func (h *Host) server(instance, dialect string) *server {
	of := server{instance, dialect}
	if known := h.servers[of]; known != nil {
		return known
	}
	own := &server{h.word(instance), h.word(dialect)}
	if len(h.servers) < maxServers {
		if h.servers == nil {
			h.servers = make(map[server]*server)
		}
		h.servers[*own] = own
	}
	return own
}

// maxServers is how many are kept once.
const maxServers = 256

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

// shared are values that many items have at a time, words among them: who has one shares it, nobody changes it.
type shared[T comparable] struct{ slots [4096]atomic.Pointer[T] }

// hashes is one for all that is shared in memory, and for this process alone.
var hashes = maphash.MakeSeed()

// of gives what all have that ask for the same value as long as it comes again and again; whichever comes later takes its place. own makes a copy pin no line.
func (s *shared[T]) of(one T, own func(*T)) *T {
	at := &s.slots[maphash.Comparable(hashes, one)%uint64(len(s.slots))]
	if known := at.Load(); known != nil && *known == one {
		return known
	}
	kept := new(T)
	*kept = one
	own(kept)
	at.Store(kept)
	return kept
}
