package session

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// What the floors below give out, by the names of this one: who uses the tracker needs no other package.
type (
	// Output takes what an observed line brought about besides its own record.
	Output = mailhost.Output
	// Made is one record that no line is behind.
	Made = mailhost.Made
	// Summary is what a finished session or message comes to.
	Summary = mailhost.Summary
	// TotalsOfSession are the parts of a session's summary that an Event has no field for.
	TotalsOfSession = mailhost.TotalsOfSession
	// TotalsOfMessage are the parts of a message's summary that an Event has no field for.
	TotalsOfMessage = mailhost.TotalsOfMessage
	// Recipient is an address after expansion, and how far its delivery is.
	Recipient = mailhost.Recipient
	// Hop is one host that was asked to take the message.
	Hop = mailhost.Hop
	// CommandRecord is one command and its reply in a session's summary.
	CommandRecord = conversation.CommandRecord
	// Cause is why a session or message was ended before its own end.
	Cause = mailhost.Cause
)

// Causes is the number of causes, for arrays indexed by Cause.
const Causes = mailhost.Causes

// Describe says in one line what a record means that the log has no line for.
func Describe(ev *event.Event) string { return mailhost.Describe(ev) }

// CountsByLine says whether each line like ev tells of something of its own.
func CountsByLine(ev *event.Event) bool { return mailhost.CountsByLine(ev) }
