package conversation

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// Outcome is what a line brought about beyond its own record: what the keeper of sessions and their totals must know.
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

	Answered []CommandRecord // commands whose reply is complete now, in order; Code 0: never answered in this log
	Left     []CommandRecord // commands of the conversation that ended here (Ended, or Began's previous one) without an answer
	Accepted int             // recipients that the reply to RCPT accepted: 0 or 1
	Refused  int             // recipients that it refused: 0 or 1
	Message  bool            // the message was accepted: the first 2xx after the dot or after BDAT LAST
	Bytes    int64           // its size, where the log shows it
}

// The bounds on what one conversation keeps. Beyond maxPending the oldest command counts as never answered.
const (
	maxPending    = 128
	maxRecipients = 1000 // of one transaction; an RFC 5321 section 4.5.3.1.8 server takes 100
	maxPath       = 512  // bytes of an address; RFC 5321 section 4.5.3.1.3 allows 256
	maxWords      = 1024 // bytes of a joined reply
	maxArgument   = 256  // bytes of a command's argument

	maxSecrets = 8 // lines of an AUTH exchange that no reply stands between

	quiet = int64(300 * time.Second) // a server waits no longer for a command (RFC 5321 section 4.5.3.2.7)
	stall = int64(600 * time.Second) // nor a client for the answer to its data (section 4.5.3.2.6)
)

// phase says what the client's next line is.
type phase uint8

const (
	phaseTalk   phase = iota // a command
	phaseData                // message data
	phaseSecret              // part of an AUTH exchange
)

// Conversation follows one SMTP dialogue (RFC 5321): which command a reply answers, where message data and AUTH exchanges are,
// transactions. A dialect gives it lines with Kind command, reply, content (words that are neither), connect or disconnect; or with
// KindNone and Scope set, for text that may be content. In a source without connection ids it also finds where the next
// conversation begins, and goes on with that one.
//
// A log without marks of who speaks is ambiguous: a line of message data may look like a reply. Then data ends at the dot; or
// at once, when a legal answer to the dot comes before any line of data (the log hides them). Where the dot is missing, it takes two
// lines in a row to leave data, a reply that could end it and a command that could follow, or ten minutes of silence; from then on,
// up to the next dot, whatever is not SMTP is still taken for data and concealed (doubt). So message text that quotes SMTP can make up
// commands there, but nothing of it that is not SMTP gets out.
//
// Others may write to the same log. A line that names no side is data only where that is proved (proof.go), and no
// data goes on for longer than a message does.
type Conversation struct {
	begun   bool
	over    event.End // EndNone while it lasts
	closed  bool      // the connection is gone: no late lines
	hint    event.End // how it will end, once the greeting was refused
	role    event.Role
	peer    string // address and port in the connect line
	port    int
	banner  bool // the log shows greetings
	replied bool
	spoke   bool // the log shows commands
	greeted bool // EHLO was said, and STARTTLS did not undo it
	quit    bool
	secured bool // STARTTLS was accepted
	lmtp    bool

	marked      bool // lines say who speaks
	heardServer bool // and the server's do: in some logs only the client's
	dots        bool // the log shows the dot that ends data
	connects    bool // and has lines for connections
	turned      bool // marks mean the opposite: arrows as the server sees them
	settled     bool // what marks mean is known

	gap, gapWaiting bool // an empty line was the last, while a reply was due
	spaced          bool // empty lines mean nothing in this log

	last  moment
	phase phase

	// What proves that a line without a mark is the conversation's.
	shape  uint8 // how the stamps of its lines are written; 0: they have none
	mark   uint8 // the marks that its words have
	asked  int   // recipients that the transaction names
	broken bool  // a line that is none of the conversation's stood in the transaction
	parted bool  // such a line was the last
	proved bool  // lines without a mark are message data
	grown  bool  // the data began as a message does, or each of its lines shows that it is the conversation's: it may be long
	inARow int   // lines of data with their own mark: who writes them so marks them all

	held      int   // lines taken for message data since it began
	heldBytes int64 // of them
	dataAt    moment
	secrets   int // lines of the AUTH exchange since the last reply

	pending   []pendingCommand
	partial   partialReply
	command   string // that the last reply answered
	mechanism string

	// The transaction, as the client has it, and as the server's replies have it: with PIPELINING they are not at the same place.
	transaction int
	inside      bool
	sender      string
	from        string
	since       moment
	rcpts       []string
	rcptsMore   int  // accepted ones that rcpts has no room for
	told        int  // LMTP: how many of rcpts were answered after the dot
	mailClass   byte // of the refusal of MAIL, which explains the refusals of RCPT behind it

	// Message data.
	lines       int
	bytes       int64
	chunk       int64 // bytes of a BDAT chunk still to come
	chunked     bool  // data ends with the chunk, not at the dot
	implied     bool  // data began without a 354 in the log
	suspect     byte  // the line before looked like a reply that could end the data: '2' an answer, '0' a banner
	doubt       bool
	interrupted bool // the server spoke before the dot
	announced   bool // the last reply was 354
	stored      bool // LMTP: a recipient of this message was accepted after the dot

	answered, left []CommandRecord // room for outcomes
	weighed        weight.List
}

// pendingCommand waits for its reply.
type pendingCommand struct {
	command     string // constant; empty for a line that is no known command
	argument    string
	path        string // of MAIL and RCPT
	at          moment
	transaction int
	last        bool // BDAT LAST
}

// moment is a line's stamp.
type moment struct {
	time int64
	res  event.Resolution
}

func momentOf(ev *event.Event) moment { return moment{ev.Time, ev.Resolution} }

// sinceMoment is the time from then to m, if both are known and in order.
func (m moment) sinceMoment(then moment) (time.Duration, bool) {
	dated := m.res >= event.ResolutionSecond
	if m.res == event.ResolutionNone || then.res == event.ResolutionNone || dated != (then.res >= event.ResolutionSecond) {
		return 0, false
	}
	return time.Duration(m.time - then.time), m.time >= then.time
}

// latencySince is the time that an answer took. Stamps of whole seconds measure it only where they are more than one apart, and
// then coarsely; a time of day has parts of a second where one of two shows some.
func (m moment) latencySince(then moment) (d time.Duration, coarse, ok bool) {
	const second = int64(time.Second)
	if d, ok = m.sinceMoment(then); !ok {
		return 0, false, false
	}
	fine := m.res == event.ResolutionSubsecond && then.res == event.ResolutionSubsecond ||
		m.res == event.ResolutionTimeOfDay && m.time%second|then.time%second != 0
	if !fine && d < 2*time.Second {
		return 0, false, false
	}
	return d, !fine, true
}

// CommandRecord is one command and its reply in a session's summary.
type CommandRecord struct {
	Command, Argument string
	Code              int
	Enhanced          string
	Latency           time.Duration
	HasLatency        bool
}

// Begun says whether a line of the conversation was seen.
func (c *Conversation) Begun() bool { return c.begun }

// Closed says whether the connection is gone.
func (c *Conversation) Closed() bool { return c.closed }

// Marked says whether its lines tell who speaks.
func (c *Conversation) Marked() bool { return c.marked }

// Transaction is the number of its newest MAIL transaction, from 1; 0 before the first.
func (c *Conversation) Transaction() int { return c.transaction }

// Mechanism is the one that its newest AUTH command named, a constant of the parser's.
func (c *Conversation) Mechanism() string { return c.mechanism }

// GiveUp gives the commands that wait for an answer which does not come any more. They hold until the next Step.
func (c *Conversation) GiveUp() []CommandRecord {
	c.left = c.left[:0]
	c.leave()
	return c.left
}

func (p *pendingCommand) record() CommandRecord {
	return CommandRecord{Command: p.command, Argument: p.argument}
}

// Unfinished is how a conversation ended whose end is not in the log.
func (c *Conversation) Unfinished() event.End {
	switch {
	case c.hint != event.EndNone:
		return c.hint
	case c.quit:
		return event.EndQuit
	case c.secured && !c.greeted:
		return event.EndExpired // it went on under TLS, out of sight
	}
	return event.EndLost
}

// clip is the tracker's own copy of a part of a line, at most n bytes of it.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.Clone(s)
}
