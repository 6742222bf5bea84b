package reply

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A content filter that is spoken to by SMTP or LMTP answers for itself, or with the words of the server that it gave the message
// to. The names are those of amavis (Amavis/Out/SMTP.pm, Amavis/In/SMTP.pm) and of Proxmox Mail Gateway (PMG/SMTP.pm).

// Fate is what a filter's 2xx says that became of the message.
type Fate uint8

// The fates. A filter that only passes a message on says nothing of the kind.
const (
	FateOpen      Fate = iota
	FateDiscarded      // it goes no further
	FateBounced        // the filter has sent a notice to its sender
)

// FateOf reads the words of an answer that accepts a message.
func FateOf(text string) Fate {
	switch {
	// amavis: "Ok, discarded, id=09360-02 - SPAM", before 2.4 "Ok, discarded, UBE, id=09360-02"
	case strings.HasPrefix(text, "Ok, discarded, "):
		return FateDiscarded
	case text == "Virus Detected; Discarded Email": // clamsmtp, Action: drop
		return FateDiscarded
	case strings.HasPrefix(text, "BLOCKED (") && inParentheses(text[len("BLOCKED "):]) != "": // PMG
		return FateDiscarded
	case strings.HasPrefix(text, "Ok, id=") && strings.HasSuffix(text, ", DISCARD(bounce.suppressed)"): // nor is its sender told
		return FateDiscarded
	case strings.HasPrefix(text, "Ok, id=") && strings.HasSuffix(text, ", BOUNCE"): // amavis, final_*_destiny = D_BOUNCE
		return FateBounced
	}
	return FateOpen
}

// Accept reads the words of an answer that accepts a message into ev: the queue id that it has there, and what a filter says of it.
func Accept(ev *event.Event, text string) {
	ev.RemoteQueueID = QueueID(text)
	_, ev.HandedBack, _ = BehindFilter(text)
	switch FateOf(text) {
	case FateDiscarded:
		ev.Discards = true
	case FateBounced:
		ev.Bounces = true
	}
}

// BehindFilter gives the words of the server that a filter gave the message to: "from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok:
// queued as X", in front of which older ones have "Ok, id=12345-01, ". local says that this server is on the filter's own host.
func BehindFilter(text string) (words string, local, ok bool) {
	rest := text
	if tail, found := strings.CutPrefix(text, "Ok, id="); found {
		id, tail, _ := scan.Cut(tail, ',')
		if len(id) > longestID {
			return text, false, false
		}
		rest = strings.TrimPrefix(tail, " ")
	}
	rest, ok = strings.CutPrefix(rest, "from MTA(")
	if !ok {
		return text, false, false
	}
	where, rest, ok := strings.Cut(rest, "): ")
	if !ok || strings.IndexByte(where, ' ') >= 0 {
		return text, false, false
	}
	where = strings.TrimPrefix(strings.TrimPrefix(where, "smtp:"), "lmtp:")
	local = strings.HasPrefix(where, "[127.") || strings.HasPrefix(where, "[::1]") || strings.HasPrefix(where, "localhost:")
	if r, isReply := Parse(rest); isReply {
		return r.Text, local, true
	}
	return rest, local, true
}

// inParentheses gives the id in "(20A9560092030F3374)", and nothing behind it.
func inParentheses(s string) string {
	inner, rest, ok := scan.Between(s, '(', ')')
	if !ok || strings.TrimSpace(rest) != "" || cleanID(inner) != inner || len(inner) < 6 || !hasDigit(inner) {
		return ""
	}
	return inner
}
