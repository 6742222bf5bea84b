package session

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Outcome is what a line brought about beyond its own record: what the tracker must know to keep sessions and their totals.
// Its slices are the conversation's own and hold until the next Step.
type Outcome struct {
	// Began: the line begins a conversation, and what was before is over. Previous is then how that one ended: EndNone when it
	// had said so already (Ended) or when there was none, EndLost when its end is not in the log. Partial: the beginning is
	// not in the log, because the line is neither a connect line, nor a banner, nor EHLO.
	Began    bool
	Previous event.End
	Partial  bool

	// Ended is how the conversation ended with this line (QUIT + 221, 421, a disconnect line); reported once. Lines that come
	// late, such as QUIT after 421, still belong to it.
	Ended event.End

	Answered []CommandRecord // commands whose reply is complete now, in order
	Accepted int             // recipients that the reply to RCPT accepted: 0 or 1
	Refused  int             // recipients that it refused: 0 or 1
	Message  bool            // the message was accepted: the first 2xx after the dot or after BDAT LAST
	Bytes    int64           // size of the message data that this line ended, where the log shows it
}

// Conversation follows one SMTP dialogue (RFC 5321): which command a reply answers, where message data and AUTH exchanges are,
// transactions. A dialect gives it lines with Kind command, reply, content (words that are neither), connect or disconnect; or with
// KindNone and Scope set, for text that may be content.
type Conversation struct{}

// Step reads one line and completes it: Command, Latency, Transaction, Kind, the Redact spans, MailFrom and RcptTo and Status on deciding
// replies. What it cannot place keeps KindNone.
func (c *Conversation) Step(ev *event.Event) Outcome { return Outcome{} }

// Holds says whether the conversation is inside message data or an AUTH exchange whose lines carry no marks: then every line of its
// source is part of that, also one that seems to carry a connection id.
func (c *Conversation) Holds() bool { return false }
