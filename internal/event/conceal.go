package event

import "strings"

// Mark stands where a piece of a line was that must not leave.
const Mark = "[redacted]"

// Texts calls visit for each string of the event that may hold words of the line, so that what must not leave can be taken out of all of
// them.
func (e *Event) Texts(visit func(*string)) {
	for _, s := range [...]*string{
		&e.Argument, &e.Text, &e.Subject, &e.User, &e.Helo, &e.MailFrom, &e.RcptTo, &e.OrigRcptTo, &e.OnBehalf, &e.Mailbox,
		&e.ClientAddress, &e.ServerAddress, &e.QueueID, &e.RemoteQueueID, &e.ParentQueueID, &e.ChildQueueID, &e.SplitIDs, &e.MessageID, &e.ConnID,
		&e.Protocol, &e.Command, &e.SourceAddress, &e.SourcePool, &e.PeerIP,
		&e.FilterName, &e.FilterVerdict, &e.TLSCipher, &e.TLSPolicy, &e.TLSTrust, &e.TLSVersion, &e.ErrorType, &e.Enhanced, &e.DSN,
		&e.DestinationDomain, &e.Host, &e.Instance, &e.Service, &e.Daemon, &e.RecipientID, &e.Way,
		&e.Receipt, &e.ChildReceipt, &e.TryID, &e.TryTo,
	} {
		if *s != "" {
			visit(s)
		}
	}
	for i := range e.RcptList {
		visit(&e.RcptList[i])
	}
}

// Conceal takes the hidden pieces of the line out of the fields that a parser cut from it, and puts the mark there. It allocates only for
// such a field. What a parser took from message content, it took on purpose.
func (e *Event) Conceal() {
	if len(e.Redact) > 0 && e.Kind != KindContent {
		e.Texts(e.concealText)
	}
}

func (e *Event) concealText(s *string) {
	from, ok := e.At(*s)
	if !ok {
		return
	}
	to := from + len(*s)
	var b strings.Builder
	at := from
	for _, span := range e.Redact {
		if span.To <= at || span.From >= to {
			continue
		}
		b.WriteString(e.Line[at:max(at, span.From)])
		b.WriteString(Mark)
		at = min(span.To, to)
	}
	if at > from {
		b.WriteString(e.Line[at:to])
		*s = b.String()
	}
}
