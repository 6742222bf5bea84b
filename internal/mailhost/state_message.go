package mailhost

import (
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// plainMessage is what a saved state has of a message beside what stands around it there: gob knows the fields by their names.
type plainMessage struct {
	UID                                                                       event.ID
	Trace                                                                     event.TraceID
	QueueID                                                                   string
	First, Last, Seen                                                         int64
	Partial, Begun, GivenUp, Refused, Kept, NoEnd, PutOff, MayExpand, HasSize bool
	Kind                                                                      event.MessageKind
	Came                                                                      event.MessageHop
	Held                                                                      bool
	Off, Left, Spans, Beside                                                  uint16
	Earlier, Ahead                                                            int32
	Parent, Origin                                                            event.ID
	Transaction                                                               int32
	Dialect, MessageID, MailFrom                                              string
	Size                                                                      int64
	ClientAddress, PeerIP                                                     string
	ClientPort                                                                int32
	Helo, Protocol, User, Mechanism                                           string
	Aliases                                                                   []Alias
	Answer                                                                    *Answer
	Recipients                                                                []Recipient
	Named                                                                     []string
	RecipientsDropped, Count, Verdicts, Final, Passed, Moved                  int32
	Hops                                                                      []Hop
	Fate                                                                      Fate
}

// plains are used again: a state has a hundred thousand of them.
var plains = sync.Pool{New: func() any { return new(plainMessage) }}

// release gives one back that was written.
func (p *plainMessage) release() {
	const most = 64 // recipients that are worth keeping the room of
	list := p.Recipients[:0]
	if cap(list) > most {
		list = nil
	}
	clear(list[:cap(list)])
	*p = plainMessage{Recipients: list}
	plains.Put(p)
}

// plain gives the message as it is saved, until it is released. It shares its lists.
func (m *Message) plain() *plainMessage {
	by, rare := m.submitter(), m.seldom()
	p := plains.Get().(*plainMessage)
	list := p.Recipients[:0]
	for i := range m.Recipients {
		list = append(list, m.Recipients[i].plain())
	}
	*p = plainMessage{
		UID: m.UID, Trace: m.Trace, QueueID: m.QueueID, First: m.First, Last: m.Last, Seen: m.Seen,
		Partial: m.Partial, Begun: m.Begun, GivenUp: m.GivenUp, Refused: m.Refused, Kept: m.Kept,
		NoEnd: m.NoEnd, PutOff: m.PutOff, MayExpand: m.MayExpand, HasSize: m.HasSize,
		Kind: m.Kind, Came: m.Came, Held: m.Held, Off: m.Off, Left: m.Left,
		Spans: m.Spans, Beside: m.Beside, Earlier: m.Earlier, Ahead: m.Ahead,
		Parent: m.Parent, Origin: m.Origin, Transaction: m.Transaction,
		Dialect: m.of.dialect, MessageID: m.MessageID, MailFrom: m.MailFrom, Size: m.Size,
		ClientAddress: by.ClientAddress, PeerIP: by.PeerIP, ClientPort: m.ClientPort, Helo: by.Helo,
		Protocol: by.Protocol, User: by.User, Mechanism: by.Mechanism,
		Aliases: rare.Aliases, Answer: rare.Answer, Named: rare.Named, Fate: rare.Fate,
		Recipients: list, RecipientsDropped: m.Dropped, Count: m.Count,
		Verdicts: m.Verdicts, Final: m.Final, Passed: m.Passed, Moved: m.Moved, Hops: m.plainHops(),
	}
	return p
}

// keptMessage is a message of a saved state.
func (h *Host) keptMessage(in *plainMessage) *Message {
	m := &Message{
		UID: in.UID, Trace: in.Trace, QueueID: in.QueueID, First: in.First, Last: in.Last, Seen: in.Seen,
		Partial: in.Partial, Begun: in.Begun, GivenUp: in.GivenUp, Refused: in.Refused, Kept: in.Kept,
		NoEnd: in.NoEnd, PutOff: in.PutOff, MayExpand: in.MayExpand, HasSize: in.HasSize,
		Kind: in.Kind, Came: in.Came, Held: in.Held, Off: in.Off, Left: in.Left,
		Spans: in.Spans, Beside: in.Beside, Earlier: in.Earlier, Ahead: in.Ahead,
		Parent: in.Parent, Origin: in.Origin, Transaction: in.Transaction,
		MessageID: in.MessageID, MailFrom: in.MailFrom, Size: in.Size,
		ClientPort: in.ClientPort, Dropped: in.RecipientsDropped, Count: in.Count,
		Verdicts: in.Verdicts, Final: in.Final, Passed: in.Passed, Moved: in.Moved,
	}
	m.by = submitterOf(submitter{in.ClientAddress, in.PeerIP, in.Helo, in.Protocol, in.User, in.Mechanism})
	if len(in.Aliases) > 0 || in.Answer != nil || len(in.Named) > 0 || in.Fate != (Fate{}) {
		m.rare = &rareOfMessage{in.Aliases, in.Answer, in.Named, in.Fate}
	}
	if len(in.Recipients) > 0 {
		m.Recipients = make([]recipient, len(in.Recipients))
		for i := range in.Recipients {
			m.Recipients[i] = keptRecipient(&in.Recipients[i])
		}
	}
	if len(in.Hops) > 0 {
		m.hops = make([]*Hop, len(in.Hops))
		for i := range in.Hops {
			m.hops[i] = hopOf(in.Hops[i])
		}
	}
	return m
}
