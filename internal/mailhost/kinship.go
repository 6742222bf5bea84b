package mailhost

import (
	"math"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Alias is an address of a message and those that it leads to.
type Alias struct{ From, To string }

// A message may come out of another one: of a list or an alias, behind a filter, as a notice.

// expand keeps what an alias leads to: verdicts on that will not name it.
func (m *Message) expand(ev *event.Event) {
	const most = 64
	to := ev.RcptTo
	if len(ev.RcptList) > 0 {
		to = strings.Join(ev.RcptList, ",")
	}
	if ev.OrigRcptTo == "" || to == "" || len(m.seldom().Aliases) >= most {
		return
	}
	rare := m.unusual()
	rare.Aliases = append(rare.Aliases, Alias{From: strings.Clone(ev.OrigRcptTo), To: strings.Clone(to[:min(len(to), 1024)])})
}

// before is the address that one came out of, through as many aliases as there are; empty where none is known.
func (m *Message) before(address string) (from string) {
	const longest = 8 // aliases of aliases
	aliases := m.seldom().Aliases
	for range aliases[:min(len(aliases), longest)] {
		found := false
		for i := range aliases {
			if a := &aliases[i]; a.From != address && a.leadsTo(address) {
				from, address, found = a.From, a.From, true
				break
			}
		}
		if !found {
			break
		}
	}
	return from
}

func (a *Alias) leadsTo(address string) bool {
	rest := a.To
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, ",")
		if one == address {
			return true
		}
	}
	return false
}

// beginChild makes the message that ev says was made from m. It has one recipient at least, and no line of its own but verdicts.
func (h *Host) beginChild(m *Message, ev *event.Event) {
	first := event.Event{
		Kind: event.KindMessageReceived, First: true, NoEnd: true, MayExpand: true, RecipientCount: 1,
		Dialect: ev.Dialect, Host: ev.Host, Instance: ev.Instance, Daemon: ev.Daemon,
		PID: ev.PID, Time: ev.Time, Resolution: ev.Resolution, QueueID: ev.ChildQueueID, MessageKind: ev.ChildKind,
	}
	first.MailFrom = ev.Argument // of a list's owner
	if ev.ChildKind == event.MessageDSN {
		first.MailFrom = "<>"
	}
	if ev.ChildKind == event.MessageMail {
		first.MessageID = m.MessageID
	}
	c := h.beginMessage(&first, m.Last)
	h.take(c, nil, &first, false)
	c.Parent = m.UID
	if ev.ChildKind == event.MessageMail {
		c.trust = m.trust // a list's: not submitted here
		c.inherit(m)
	}
	c.reweigh()
}

// divide makes the messages that recipients of m go on under. They have no line of their own but verdicts.
func (h *Host) divide(m *Message, ev *event.Event) {
	const most = 64
	n := 0
	for id := range strings.FieldsFuncSeq(ev.SplitIDs, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		if n++; n > most || h.messages[id] != nil {
			continue
		}
		one := *ev
		one.ChildQueueID, one.ChildKind, one.Argument = id, event.MessageMail, m.MailFrom
		h.beginChild(m, &one)
	}
	m.Moved += int32(max(ev.SplitOff, n))
}

// link makes the message with queue id child one that came out of m, now or when it begins.
func (h *Host) link(m *Message, child string, ev *event.Event, forwarded bool) {
	if child == "" {
		return
	}
	for c := h.messages[child]; c != nil; c = c.sameID {
		if c != m && (c.of.instance == m.of.instance || c.weak || m.weak || !isStrong(ev) || ev.Route == event.RouteFilter) {
			h.messageLedger.change(c)
			c.Parent = m.UID
			c.forwarded = c.forwarded || forwarded
			c.noticeOf(ev)
			if ev.Route == event.RouteFilter {
				c.inherit(m)
				c.Ahead = m.aheadOf(ev)
			}
			return
		}
	}
	h.promise(m, child, ev, forwarded)
}

// noticeOf says that the message is the notice which ev tells of.
func (m *Message) noticeOf(ev *event.Event) {
	if ev.Kind == event.KindNotification {
		m.notice, m.Kind = true, event.MessageDSN
	}
}

// adopt makes m a child of the message that its opening line names.
func (h *Host) adopt(m *Message, ev *event.Event) {
	if ev.ParentQueueID == "" {
		return
	}
	if parent := h.messages[ev.ParentQueueID]; parent != nil && parent != m {
		m.Parent = parent.UID
		m.inherit(parent)
		if parent.Held && parent.Came == event.HopUnknown { // it was kept back before it was received
			m.Came = event.HopFirst
		}
	}
}

// aheadOf is how long the mail had been here when a filter answered for m, in milliseconds; 0 where the line does not say.
func (m *Message) aheadOf(ev *event.Event) int32 {
	if ev.Route != event.RouteFilter || ev.Delays.Has&event.DelayTotal == 0 {
		return 0
	}
	return int32(min(int64(m.Ahead)+seconds(ev.Delays.Total).Milliseconds(), math.MaxInt32))
}

// ahead is how long the mail was here before it was this message.
func (m *Message) ahead() time.Duration { return time.Duration(m.Ahead) * time.Millisecond }

// inherit lets a message that came back from a filter on this host know who sent it first.
func (m *Message) inherit(from *Message) {
	if from.trust > m.trust || isLoopback(m.submitter().PeerIP) {
		m.trust = from.trust
	}
	by := from.submitter()
	m.ratherBy(submitter{ClientAddress: by.ClientAddress, PeerIP: by.PeerIP})
	m.broughtBy(submitter{User: by.User})
	m.ClientPort = from.ClientPort
}
