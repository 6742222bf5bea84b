package mailhost

import (
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Output takes what an observed line brought about besides its own record: synthetic events and summaries, in order.
type Output struct {
	Made      []Made
	Evicted   [Causes]int // sessions and messages that went before their end, by why
	Duplicate bool
}

// Made is one record that the tracker made: an event without a line, or a summary.
type Made struct {
	Event   *event.Event
	Summary *Summary
	Host    string
}

// Summaries and events without a line are large and live for a moment.
var (
	summaries = sync.Pool{New: func() any { return new(Summary) }}
	events    = sync.Pool{New: func() any { return new(event.Event) }}
)

// Release gives the record's memory back; nothing of it may be used afterwards but strings.
func (m *Made) Release() {
	if m.Summary != nil {
		*m.Summary = Summary{}
		summaries.Put(m.Summary)
	}
	if m.Event != nil {
		*m.Event = event.Event{}
		events.Put(m.Event)
	}
	m.Summary, m.Event = nil, nil
}

// Reset empties the output for the next line.
func (o *Output) Reset() {
	clear(o.Made)
	o.Made = o.Made[:0]
	o.Evicted, o.Duplicate = [Causes]int{}, false
}

// Cause is why a session or message was ended before its own end.
type Cause uint8

// The causes.
const (
	CauseSessionLimit Cause = iota
	CauseSessionExpired
	CauseMessageLimit
	CauseMessageExpired
	CauseHostLimit
	CauseMemoryLimit
	causeCount
)

// Causes is the number of causes, for arrays indexed by Cause.
const Causes = int(causeCount)

// String names the cause as the processor's own telemetry does.
func (c Cause) String() string {
	return [...]string{"session_limit", "session_expired", "message_limit", "message_expired", "host_limit", "memory_limit"}[c]
}
