package truth

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Transcript is a log of conversations word by word, of a proxy or of a client program.
type Transcript struct {
	Log     string
	Proxied string // what the ids of its conversations begin with, where a proxy wrote it
	Role    string // whose log it is, where it says so

	Unsaid Unsaid
	Why    string
}

// Unsaid is a set of what a transcript has no word of.
type Unsaid uint16

// The parts of conversations that not every program prints.
const (
	UnsaidEnds      Unsaid = 1 << iota // that a connection ended
	UnsaidRole                         // whose log it is, in some conversations
	UnsaidAddresses                    // the other side's address
	UnsaidPorts                        // and port
	UnsaidCommands                     // what the client says
	UnsaidQuit                         // the client's good-bye, in some conversations
	UnsaidLast                         // the answer that a client did not wait for
	UnsaidSizes                        // the size of some messages; of others that on the wire, with the dots that are doubled there
	UnsaidTLS                          // what TLS was agreed on, in some conversations
)

// ConversationsTruth is the truth of all transcripts.
const ConversationsTruth = "conversations/clients.truth.json.gz"

// Transcripts are compared through the processor and through the built collector.
var Transcripts = []Transcript{
	{Log: "conversations/proxy-cs-id.log", Proxied: "p00"},
	{Log: "conversations/proxy-arrows.log", Proxied: "p00", Role: "server", Unsaid: UnsaidPorts},
	{Log: "conversations/proxy-exchange.log", Proxied: "p00", Role: "server"},
	{Log: "conversations/proxy-raw-conn.log", Proxied: "p00", Role: "server"},
	{Log: "conversations/proxy-raw.log", Proxied: "p00", Unsaid: UnsaidEnds | UnsaidAddresses | UnsaidPorts},
	{Log: "conversations/proxy-cs.log", Proxied: "p00", Unsaid: UnsaidEnds | UnsaidAddresses | UnsaidPorts},
	{Log: "conversations/proxy-overlap-cs-id.log", Proxied: "p01"},
	{Log: "conversations/proxy-overlap-arrows.log", Proxied: "p01", Role: "server", Unsaid: UnsaidPorts},
	{
		Log: "conversations/client-swaks.txt", Role: "client", Unsaid: UnsaidPorts | UnsaidSizes,
		Why: "its line of the connection has no port; with --suppress-data no size",
	},
	{
		Log: "conversations/client-curl-v.txt", Role: "client", Unsaid: UnsaidQuit | UnsaidSizes,
		Why: "QUIT is sent when the connection's cache is emptied, behind its last line; " +
			"sizes are those of the TLS records around the data, or of what was sent",
	},
	{
		Log: "conversations/client-msmtp-debug.txt", Role: "client", Unsaid: UnsaidAddresses | UnsaidPorts | UnsaidEnds | UnsaidLast,
		Why: "the host is in its settings only, printed before; " +
			"it sends commands together and leaves without reading what comes behind a refusal",
	},
	{
		Log: "conversations/client-python-smtplib-debug.txt", Role: "client", Unsaid: UnsaidEnds,
		Why: "close prints nothing",
	},
	{
		Log: "conversations/client-openssl-s_client.txt", Role: "client",
		Unsaid: UnsaidCommands | UnsaidAddresses | UnsaidPorts | UnsaidSizes | UnsaidQuit | UnsaidRole | UnsaidTLS,
		Why:    "what is typed is not printed; with -quiet nothing but the server's words is",
	},
}

// talkEnds are the records' words that fit a truth's, of a connection that is in the log and not under TLS.
var talkEnds = map[string][]string{
	"quit":         {"quit"},
	"server_close": {"server_closed", "rejected", "lost"},
	"server_drop":  {"server_closed", "lost"},
	"client_close": {"client_closed", "lost"},
	"client_drop":  {"lost"},
	"client_reset": {"lost"},
	"lab_stopped":  {"timeout", "lost"},
}

// CompareTalks lists every difference between the records of a transcript and the conversations that stand in it.
func CompareTalks(run *Run, t *Transcript, records []Record) (differences []string) {
	want, got := run.Talks(t), hear(records)
	if len(got) != len(want) {
		differences = append(differences, fmt.Sprintf("%d conversations, want %d", len(got), len(want)))
	}
	for i := range min(len(got), len(want)) {
		differences = append(differences, t.compare(got[i], &want[i])...)
	}
	for i := range want {
		differences = append(differences, leaks(&want[i], records)...)
	}
	return differences
}

func (t *Transcript) compare(got *heard, want *Talk) (list []string) {
	differ := func(what string, g, w any) {
		if g, w := fmt.Sprint(g), fmt.Sprint(w); g != w {
			list = append(list, fmt.Sprintf("%s: %s\n\t%s, want\n\t%s", want.ID, what, g, w))
		}
	}
	says := func(what Unsaid) bool { return t.Unsaid&what == 0 }
	differ("summaries", len(got.sessions), 1)
	if len(got.sessions) == 0 {
		return list
	}
	if role := got.sessions[0].Attr["smtp.session.role"]; role != "" || says(UnsaidRole) {
		differ("role", role, t.Role)
	}
	if ends := t.ends(want, got); !slices.Contains(ends, got.Ended) {
		differ("end", got.Ended, ends)
	}
	if says(UnsaidAddresses) {
		differ("peer", got.Peer, want.Peer)
	}
	if says(UnsaidPorts) {
		differ("port", got.Port, want.Port)
	}
	if says(UnsaidCommands) {
		differ("commands", strings.Join(got.Said, "\n\t"), strings.Join(t.printed(want, got), "\n\t"))
		sort.Strings(got.Verdicts)
		sort.Strings(want.Verdicts)
		differ("verdicts", strings.Join(got.Verdicts, ", "), strings.Join(want.Verdicts, ", "))
	}
	differ("messages", got.Messages, want.Messages)
	differ("queue ids", got.Queued, want.Queued)
	if n := got.Bytes - want.Bytes; says(UnsaidSizes) || got.Bytes > 0 && (n < 0 || n > 3) {
		differ("bytes", got.Bytes, want.Bytes)
	}
	if got.Version != "" || says(UnsaidTLS) {
		differ("TLS", got.Version, want.Version)
	}
	if says(UnsaidTLS) {
		differ("secured", got.secured, want.Version != "")
	}
	if strings.HasPrefix(got.Cipher, "TLS_") { // GnuTLS has names of its own
		differ("cipher", got.Cipher, want.Cipher)
	}
	return list
}

// printed are the commands that a log may show. What is said to a server that never answers is not in that one's records.
func (t *Transcript) printed(want *Talk, got *heard) []string {
	said := slices.Clone(want.Said)
	n := len(said)
	if n == 0 {
		return said
	}
	if t.Unsaid&UnsaidQuit != 0 && strings.HasSuffix(said[n-1], " QUIT") && len(got.Said) < n {
		return said[:n-1]
	}
	if _, command, _ := strings.Cut(said[n-1], " 5.5.1 "); t.Unsaid&UnsaidLast != 0 && len(got.Said) == n && got.Said[n-1] == "0 "+command {
		said[n-1] = got.Said[n-1]
	}
	if want.Ended == "lab_stopped" && len(got.Said) > n {
		said = append(said, got.Said[n:]...)
	}
	return said
}

// ends are the ends that a log may show of a conversation: one that goes on out of its sight, or that it has no line about the end of,
// expires.
func (t *Transcript) ends(want *Talk, got *heard) []string {
	ends := talkEnds[want.Ended]
	n := len(want.Said)
	switch {
	case want.Dark && want.Version == "" && t.Proxied != "":
		return []string{"expired"}
	case n > 0 && (want.Said[0][0] == '4' || want.Said[0][0] == '5'):
		return t.orShutdown("rejected")
	case n > 0 && strings.HasPrefix(want.Said[n-1], "421 "):
		return []string{"server_closed"}
	case t.Unsaid&UnsaidEnds != 0 && want.Ended != "quit":
		return t.orShutdown("expired")
	case t.Unsaid&UnsaidCommands != 0 && want.Ended == "quit":
		return []string{"client_closed", "quit"}
	case t.Unsaid&UnsaidQuit != 0 && want.Ended == "quit" && len(got.Said) < n:
		return []string{"client_closed"}
	}
	return ends
}

// orShutdown adds the end that a conversation has where the log itself ends.
func (t *Transcript) orShutdown(end string) []string {
	if t.Unsaid&UnsaidEnds != 0 {
		return []string{end, "shutdown"}
	}
	return []string{end}
}

// leaks finds words of messages in records.
func leaks(want *Talk, records []Record) (list []string) {
	for i := range records {
		r := &records[i]
		for _, words := range want.Content {
			if strings.Contains(r.Body, words) {
				list = append(list, fmt.Sprintf("%s: data remains in %s", want.ID, r.Body))
			}
			for name, v := range r.Attr {
				if strings.Contains(v, words) {
					list = append(list, fmt.Sprintf("%s: data remains in %s: %s", want.ID, name, v))
				}
			}
		}
	}
	return list
}

// Counts are the numbers that the connector's metrics come to for a transcript.
func (run *Run) Counts(t *Transcript) map[string]int64 {
	counts := map[string]int64{}
	for _, talk := range run.Talks(t) {
		counts["sessions"]++
		if talk.Version != "" && t.Unsaid&UnsaidTLS == 0 {
			counts["TLS"]++
		}
		for _, v := range talk.Verdicts {
			f := strings.Fields(v)
			switch {
			case t.Unsaid&UnsaidCommands != 0:
			case t.Role == "server" && f[1] != "delivered":
				counts["rejected "+f[2]]++
			case t.Role != "server":
				counts["tried "+f[1]]++
				if f[1] != "deferred" {
					counts["ended "+f[1]]++
				}
			}
		}
	}
	return counts
}

// Counted are the same from a metric's points.
func (t *Transcript) Counted(points func(metric, by string) map[string]int64) map[string]int64 {
	counts := map[string]int64{}
	for _, c := range []struct{ metric, by, name string }{
		{"smtp.session.count", "smtp.session.end", "sessions"},
		{"smtp.tls.sessions", "tls.protocol.version", "TLS"},
		{"smtp.reject.count", "smtp.reply.code", "rejected "},
		{"smtp.delivery.attempts", "smtp.delivery.status", "tried "},
		{"smtp.delivery.recipients", "smtp.delivery.status", "ended "},
	} {
		if c.name == "TLS" && t.Unsaid&UnsaidTLS != 0 {
			continue
		}
		for by, n := range points(c.metric, c.by) {
			name := c.name
			if strings.HasSuffix(name, " ") {
				name += by
			}
			counts[name] += n
		}
	}
	return counts
}
