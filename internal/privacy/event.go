package privacy

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// field is a field of an event, and what hides it.
type field struct {
	text *string
	hide func(*Policy, string) string
}

// persons calls visit for the fields that name somebody, or somebody's machine.
func persons(ev *event.Event, visit func(field)) {
	for _, f := range [...]field{
		{&ev.MailFrom, (*Policy).Address},
		{&ev.RcptTo, (*Policy).Address},
		{&ev.OrigRcptTo, (*Policy).Address},
		{&ev.User, (*Policy).User},
		{&ev.OnBehalf, (*Policy).User},
		{&ev.Mailbox, (*Policy).User},
		{&ev.MessageID, (*Policy).MessageID},
		{&ev.PeerIP, (*Policy).IP},
		{&ev.SourceAddress, (*Policy).IP},
		{&ev.ClientAddress, (*Policy).Host},
		{&ev.ServerAddress, (*Policy).Host},
		{&ev.Helo, (*Policy).Helo},
		{&ev.DestinationDomain, (*Policy).Host},
	} {
		if *f.text != "" {
			visit(f)
		}
	}
	for i := range ev.RcptList {
		visit(field{&ev.RcptList[i], (*Policy).Address})
	}
	if isAboutUser(ev.Command) && ev.Argument != "" {
		visit(field{&ev.Argument, (*Policy).Address})
	}
}

// isAboutUser says whether the argument of a command is a user's name or address (RFC 5321 section 3.5).
func isAboutUser(command string) bool { return command == "VRFY" || command == "EXPN" }

// CommandOf hides the argument of a command of a list.
func (p *Policy) CommandOf(command string, argument *string, names *Names) {
	if isAboutUser(command) {
		*argument = p.Address(*argument)
		return
	}
	p.TextOf(argument, names)
}

// texts calls visit for the fields that may hold anybody's words.
func texts(ev *event.Event, visit func(*string)) {
	for _, s := range [...]*string{
		&ev.Argument, &ev.Text, &ev.Subject, &ev.Protocol, &ev.FilterName,
		&ev.FilterVerdict, &ev.ErrorType, &ev.SourcePool, &ev.TLSPolicy, &ev.TLSCipher, &ev.TLSTrust, &ev.TLSVersion, &ev.AuthMechanism, &ev.DSN,
		&ev.Enhanced,
	} {
		if *s != "" {
			visit(s)
		}
	}
}

// ids calls visit for the fields that hold ids of servers' making. They may be written like addresses, and are nobody's names.
func ids(ev *event.Event, visit func(*string)) {
	for _, s := range [...]*string{&ev.QueueID, &ev.RemoteQueueID, &ev.ChildQueueID, &ev.ParentQueueID} {
		if *s != "" {
			visit(s)
		}
	}
}

// Learn takes the names that an event has into names, for its texts, its line and what else came with that.
func (p *Policy) Learn(ev *event.Event, names *Names) {
	names.reset()
	persons(ev, func(f field) {
		if f.text == &ev.MessageID { // what stands in front of its @ may be the queue id, or any word
			names.add(ev.MessageID, p.MessageID(ev.MessageID))
			return
		}
		p.learn(*f.text, f.hide(p, *f.text), names)
	})
}

// learn notes a name, and of an address the local part: servers tell whose mailbox they speak of by that alone.
func (p *Policy) learn(raw, shown string, names *Names) {
	names.add(raw, shown)
	local, _, isAddress := cutLast(raw, '@')
	if !isAddress || local == "" {
		return
	}
	short, _, _ := cutLast(shown, '@')
	if short == "" {
		short = event.Mark
	}
	names.add(local, short)
	if plain, _, tagged := strings.Cut(local, "+"); tagged {
		names.add(plain, short)
	}
}

// Event hides whom an event is about, in all its fields. names are those that Learn took from it.
func (p *Policy) Event(ev *event.Event, names *Names) {
	persons(ev, func(f field) { *f.text = p.field(*f.text, f.hide, names) })
	if p.hidesTexts() {
		said := ev.Text
		texts(ev, func(s *string) { *s = p.Text(*s, names) })
		var nobody Names
		ids(ev, func(s *string) { *s = p.Text(*s, &nobody) })
		switch {
		case ev.Fingerprint == "":
		case ev.Text != said: // a pseudonym is one number like another, a name would make a fingerprint of its own
			ev.Fingerprint = diagnose.Fingerprint(ev.Text)
		default:
			ev.Fingerprint = p.Text(ev.Fingerprint, names)
		}
	}
}

// field hides the content of a field; what its own way leaves as it is may be a text all the same, written by a stranger.
func (p *Policy) field(s string, hide func(*Policy, string) string, names *Names) string {
	shown := hide(p, s)
	if shown == s && p.hidesTexts() {
		shown = p.Text(s, names)
	}
	return shown
}

// hidesTexts says whether there is anything to look for in a text.
func (p *Policy) hidesTexts() bool { return p.hidesAddresses() || p.hidesIPs() }

// Address and host of others than an event's: what summaries list.

// AddressOf hides an address of a list, and takes it into names.
func (p *Policy) AddressOf(s *string, names *Names) {
	shown := p.field(*s, (*Policy).Address, names)
	p.learn(*s, shown, names)
	*s = shown
}

// HostOf hides the name of a host of a list.
func (p *Policy) HostOf(s *string, names *Names) { *s = p.field(*s, (*Policy).Host, names) }

// IPOf hides an IP address of a list.
func (p *Policy) IPOf(s *string, names *Names) { *s = p.field(*s, (*Policy).IP, names) }

// TextOf hides persons in a text of a list.
func (p *Policy) TextOf(s *string, names *Names) {
	if *s != "" && p.hidesTexts() {
		*s = p.Text(*s, names)
	}
}

// Line hides persons in an event's line: its fields by where they stand, the rest as in any text. cuts are pieces that something else stands for already.
func (p *Policy) Line(ev *event.Event, names *Names, cuts []Cut) string {
	var list []match
	for _, c := range cuts {
		list = append(list, match{c.From, c.To, c.Shown})
	}
	persons(ev, func(f field) {
		if from, ok := ev.At(*f.text); ok && p.isPerson(f) {
			list = append(list, match{from, from + len(*f.text), f.hide(p, *f.text)})
		}
	})
	list = inOrder(list)
	var b strings.Builder
	at := 0
	for _, m := range list {
		b.WriteString(p.Text(ev.Line[at:m.from], names))
		b.WriteString(m.shown)
		at = m.to
	}
	b.WriteString(p.Text(ev.Line[at:], names))
	return b.String()
}

// isPerson says whether a field is hidden.
func (p *Policy) isPerson(f field) bool { return f.hide(p, *f.text) != *f.text }

// Cut is a piece of a line and what stands for it.
type Cut struct {
	From, To int
	Shown    string
}
