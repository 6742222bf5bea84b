package event

import "time"

// Entry is a log entry of several lines, whose further lines show only by where they stand what they are.
type Entry struct {
	Dialect string // that its lines are written in
	Step    uint8  // how far it has come, in the dialect's own numbers; 0: no other line of it can follow
	Begins  bool   // with this line
}

// Delays are the stages of one delivery attempt in seconds; Has tells which of them the line has.
type Delays struct {
	Total, BeforeQueue, InQueue, ConnectionSetup, Transmission float64
	Has                                                        DelayMask
}

// DelayMask is a set of delay stages.
type DelayMask uint8

// The stages.
const (
	DelayTotal DelayMask = 1 << iota
	DelayBeforeQueue
	DelayInQueue
	DelayConnectionSetup
	DelayTransmission

	AllDelays = DelayTotal | DelayBeforeQueue | DelayInQueue | DelayConnectionSetup | DelayTransmission
)

// Tally is what came of a session: messages and recipients, and how often a command failed, by verb.
type Tally struct {
	Messages, Accepted, Refused int
	Failed                      [Verbs]uint32
}

// Queue is how many messages wait alike on a host.
type Queue struct {
	Told     bool
	Status   QueueStatus
	Messages int
	Oldest   time.Duration // since it came; 0 where none waits
	Partial  bool          // the log does not reach back as far as a queue may: older messages may wait that it does not tell of
}

// QueueStatus is what a message in the queue waits for.
type QueueStatus uint8

// The ways to wait.
const (
	QueueActive   QueueStatus = iota // for the end of the present run: it is being delivered, or is about to be
	QueueDeferred                    // for the next run
	QueueHeld                        // for an operator
)

// String is the value of smtp.queue.status.
func (s QueueStatus) String() string { return [...]string{"active", "deferred", "held"}[s] }

// Count is how often a command was given and how often it was answered with success.
type Count struct{ OK, All uint32 }
