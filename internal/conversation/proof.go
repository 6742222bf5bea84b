package conversation

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A log may have lines of others between those of a conversation. What names its conversation, by an id, by the mark of the side
// that speaks, or by a stamp like those of the others, is the conversation's. Any other line is message data only where one of
// these proves it: MAIL, RCPT and DATA stood in front of it with nothing of others between them; or it is what messages begin with,
// a field of a header.

// How long message data may go on, which must end somewhere even where its end is not in the log. What does not begin as a message
// does is a test's at most.
const (
	maxDataLines = 1 << 20
	maxDataBytes = int64(64 << 20)
	maxDataTime  = int64(3600e9)

	maxOddLines = 1000
	maxOddBytes = int64(64 << 10)
)

// isProved says whether what follows DATA is message data, whatever it looks like.
func (c *Conversation) isProved() bool { return c.inside && c.asked > 0 && !c.broken }

// isSigned says whether a line shows by itself that it is the conversation's.
func (c *Conversation) isSigned(ev *event.Event) bool {
	return ev.FromPeer != event.Open && c.marked || ev.Scope != event.ScopeSource ||
		ev.Said == "" && ev.HasSize || ev.Shape != 0 && ev.Shape == c.shape
}

// isData says whether a line within message data, or where it is due, is part of it. proved says that lines without any sign are.
func (c *Conversation) isData(ev *event.Event, proved bool) bool {
	switch {
	case c.isSigned(ev):
		return true
	case ev.Shape != 0:
		return !c.marked && proved
	}
	if c.lines == 0 || c.phase != phaseData {
		return proved || isField(ev.Said)
	}
	return true
}

// grow counts a line of message data, and finds out whether it is a message.
func (c *Conversation) grow(ev *event.Event, n int64) {
	signed := ev.FromPeer == event.Yes || ev.Scope != event.ScopeSource
	c.grown = c.grown || signed || c.held == 0 && isField(ev.Said)
	c.proved = true
	c.held++
	c.heldBytes += n
	if ev.FromPeer == event.Yes {
		c.inARow++
	} else {
		c.inARow = 0
	}
}

// outgrown says whether message data has gone on for longer than a message can.
func (c *Conversation) outgrown(ev *event.Event) bool {
	if c.phase != phaseData && !c.doubt && !c.interrupted {
		return false
	}
	if took, ok := momentOf(ev).sinceMoment(c.dataAt); ok && int64(took) > maxDataTime {
		return true
	}
	if !c.grown && (c.held >= maxOddLines || c.heldBytes >= maxOddBytes) {
		return true
	}
	return c.held >= maxDataLines || c.heldBytes >= maxDataBytes
}

// isSecret says whether a line that stands where an AUTH exchange goes on is part of it. Each answer to a challenge is one line, of
// base64 (RFC 4954 section 4); a log without the challenges may show several.
func (c *Conversation) isSecret(ev *event.Event) bool {
	if c.secrets >= maxSecrets {
		return false
	}
	if ev.FromPeer == event.Yes || ev.Scope != event.ScopeSource {
		if ev.Unclear && ev.Kind == event.KindContent && !isBase64(ev.Said) {
			return false
		}
		return c.secrets < 2 || ev.Kind != event.KindCommand || ev.MailFrom == ""
	}
	return c.phase == phaseSecret && c.secrets == 0 || isBase64(ev.Said)
}

// goesOnAs says whether a line with a mark is one of a conversation that has spoken with that mark.
func (c *Conversation) goesOnAs(ev *event.Event) bool {
	return !ev.Unclear && !c.parted && c.begun && c.over == event.EndNone &&
		(c.spoke || c.replied) && (ev.Mark == c.mark || ev.Scope != event.ScopeSource)
}

// isForeign says whether what looks like SMTP is neither the conversation's nor the beginning of another: words that others may
// say, too, outside of a conversation, behind its end, or with marks of another kind.
func (c *Conversation) isForeign(ev *event.Event) bool {
	switch {
	case !ev.Unclear:
		return false
	case ev.Scope != event.ScopeSource:
		return !c.begun // nor does it begin the one that has its id
	}
	if ev.FromPeer == event.Open && (ev.Shape != c.shape || ev.Kind == event.KindReply && !c.awaits(ev)) {
		return true
	}
	return !c.begun || c.isOtherMark(ev) || c.over != event.EndNone && ev.Kind == event.KindCommand && c.followsEnd(ev)
}

// awaits says whether a reply may come now: another one is not complete, or a command waits for it, and nobody else spoke meanwhile; or its
// command alone may be missing in the log. A client that says it has connected may print much else before the first answer.
func (c *Conversation) awaits(ev *event.Event) bool {
	if c.begun && !c.spoke && !c.replied {
		return true
	}
	if c.parted {
		return ev.Code == 221 && c.quit || ev.Code == 334 && isBase64(ev.Text)
	}
	return len(c.pending) > 0 || c.partial.code != 0 || c.announced || ev.Code == 334 || ev.Code == 354
}

// isOtherMark says whether a line has marks that the conversation's lines do not have.
func (c *Conversation) isOtherMark(ev *event.Event) bool {
	return c.marked && ev.Mark != 0 && ev.Mark != c.mark && ev.Scope == event.ScopeSource
}

// breakIn is for a line of others.
func (c *Conversation) breakIn(ev *event.Event) {
	c.broken, c.parted = true, true
	ev.Silence(event.KindNone)
}

// isBase64 says whether s is one word of base64, or the "*" or "=" that may stand in its place.
func isBase64(s string) bool {
	s = scan.TrimRight(s)
	if s == "*" {
		return true
	}
	s = strings.TrimRight(s, "=")
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '+' && c != '/' {
			return false
		}
	}
	return true
}

// isField says whether s is a field that messages begin with (RFC 5322 section 3.6), as programs write it.
func isField(s string) bool {
	const longest = 40
	name, _, ok := scan.Cut(s[:min(len(s), longest)], ':')
	if !ok || name == "" || name[0] < 'A' || name[0] > 'Z' {
		return false
	}
	for _, begin := range [...]string{"X-", "ARC-", "List-", "Resent-", "Content-", "Received-", "Authentication-", "Delivered-", "Thread-"} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	switch name {
	case "From", "To", "Cc", "CC", "Bcc", "Subject", "Date", "Received", "Return-Path",
		"Return-path", "Message-ID", "Message-Id", "Message-id", "MIME-Version", "Mime-Version",
		"DKIM-Signature", "DomainKey-Signature", "Sender", "Reply-To", "In-Reply-To", "References",
		"User-Agent", "Precedence", "Auto-Submitted", "Errors-To", "Importance", "Priority",
		"Feedback-ID", "Feedback-Id", "Envelope-to", "Disposition-Notification-To", "Organization", "Keywords", "Comments", "Autocrypt":
		return true
	}
	return false
}
