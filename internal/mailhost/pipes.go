package mailhost

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A program that the server runs for a message may put it into a mailbox, or look through it and submit it again, as Postfix's
// FILTER_README shows: "delivered via spamassassin service" is written of both. What tells them apart is that the mail is here again,
// for the same recipient, right behind. That shows only after the verdict, so the first two mails of a filter count as delivered twice.

// pipe is how often a program was given a message, and how often one came back for a recipient of it.
type pipe struct{ Given, Back int }

// The bounds of what is asked of a program. One that files mail away comes back for whoever has a rule of his own, one that filters
// with all but what it throws away.
const (
	fewReturns    = 2
	returnsAtMost = 4 // one of so many at least
	pipeMemory    = 64
	returnsWithin = int64(10e9)
)

func (p *pipe) returns() bool { return p.Back >= fewReturns && p.Back*returnsAtMost >= p.Given }

// files says whether the program puts mail into mailboxes after all.
func (p *pipe) files() bool { return p.Given >= pipeMemory/2 && p.Back*returnsAtMost < p.Given }

// savedPipe is a pipe of a saved state, with the server's name for it.
type savedPipe struct {
	Program     string
	Given, Back int
}

// listPipes is for the savers of state.
func (f *filters) listPipes() []savedPipe {
	list := make([]savedPipe, 0, len(f.pipes))
	for program, p := range f.pipes {
		list = append(list, savedPipe{program, p.Given, p.Back})
	}
	slices.SortFunc(list, func(a, b savedPipe) int { return strings.Compare(a.Program, b.Program) })
	return list
}

func (f *filters) restorePipes(list []savedPipe) {
	for i := range list {
		if p := f.pipe(list[i].Program); p != nil {
			p.Given, p.Back = list[i].Given, list[i].Back
		}
	}
}

// pipe finds or makes what is known of a program; nil where there is no room.
func (f *filters) pipe(program string) *pipe {
	p := f.pipes[program]
	if p != nil {
		return p
	}
	if len(f.pipes) >= maxPlaces || !f.placeShare.Fits() {
		return nil
	}
	if f.pipes == nil {
		f.pipes = make(map[string]*pipe)
	}
	p = new(pipe)
	f.pipes[strings.Clone(program)] = p
	f.placeShare.Add(1)
	return p
}

// throughPipe learns from a verdict which programs hand mail back.
func (h *Host) throughPipe(m *Message, ev *event.Event, now int64) {
	if ev.Kind != event.KindDelivery {
		return
	}
	if m.Parent != 0 && (!m.brought || isLoopback(m.submitter().PeerIP)) {
		h.filters.back(m, ev)
	}
	if ev.Program != "" && ev.Status == event.StatusDelivered {
		h.filters.give(m, ev, now)
	}
}

// give remembers for whom a program was given the message.
func (f *filters) give(m *Message, ev *event.Event, now int64) {
	p := f.pipe(ev.Program)
	if p == nil || m.MessageID == "" {
		return
	}
	key := pipedKey(m.MessageID)
	if f.mail[key] == nil {
		if p.Given++; p.Given >= pipeMemory {
			p.Given, p.Back = p.Given/2, p.Back/2
		}
		if p.files() {
			f.unlearn(pipePlace(ev.Program))
		}
	}
	one := f.of(key, now)
	before := one.weigh()
	one.UID, one.QueueID = m.UID, strings.Clone(m.QueueID)
	if len(one.Onto) < maxOnward {
		one.Onto = append(one.Onto, Onward{strings.Clone(ev.RcptTo), strings.Clone(ev.Program)})
	}
	f.share.Add(one.weigh() - before)
}

// back finds the program that a message submitted here has come out of: its recipient is one of those that the program was given it for.
func (f *filters) back(m *Message, ev *event.Event) {
	one := f.mail[pipedKey(m.MessageID)]
	if one == nil || one.UID != m.Parent {
		return
	}
	for i := range one.Onto {
		to := one.Onto[i].To
		if !strings.EqualFold(to, ev.RcptTo) && !strings.EqualFold(to, ev.OrigRcptTo) {
			continue
		}
		program := one.Onto[i].QueueID
		before := one.weigh()
		one.Onto = nil // a message comes back once
		f.share.Add(one.weigh() - before)
		if p := f.pipes[program]; p != nil {
			if p.Back++; p.returns() {
				f.learn(pipePlace(program))
			}
		}
		return
	}
}

// cameOutOf finds the message that a program was given right before m was submitted here with its Message-ID. It may have ended with
// that.
func (h *Host) cameOutOf(m *Message) *Message {
	one := h.filters.mail[pipedKey(m.MessageID)]
	if one == nil || m.First > one.At+returnsWithin {
		return nil
	}
	for c := h.messages[one.QueueID]; c != nil; c = c.sameID {
		if c != m && c.UID == one.UID && c.First <= m.First+clocksDiffer {
			return c
		}
	}
	return nil
}

// pipePlace is where a program of this host is asked; no host's name begins like that.
func pipePlace(program string) place { return place{Server: "|" + program} }

// pipedKey is the key of a mail that programs were given, among what filters say under ids of their own.
func pipedKey(messageID string) string { return "|" + messageID }
