package mailhost

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Some servers name a message's recipients only as they accept them, and afterwards only how many got the verdict, of the one
// domain that a part of the message is for.

// expect remembers a recipient that the server accepted for the message, before there is a verdict.
func (h *Host) expect(m *Message, ev *event.Event) {
	if ev.Kind == event.KindMessageRedirected && ev.Role == event.RoleServer && ev.Route == event.RouteForward && !m.received {
		h.expectTargets(m, ev)
		return
	}
	if ev.Command != "RCPT" || ev.RcptTo == "" || m.ended {
		return
	}
	if ev.Kind == event.KindReject && ev.Role == event.RoleServer && !m.received {
		m.refuse(ev)
		return
	}
	if ev.Class == '4' || ev.Class == '5' {
		return
	}
	if ev.OrigRcptTo == "" && len(m.seldom().Aliases) > 0 {
		ev.OrigRcptTo = m.before(ev.RcptTo)
	}
	switch {
	case ev.Kind == event.KindReply && ev.Role == event.RoleServer && ev.FromPeer == event.Open && !m.received:
		h.recipient(m, ev)
	case ev.Kind == event.KindFilter && ev.FilterVerdict == "ok" && !m.received:
		h.recipient(m, ev).Wanted = true
	// of a message made here the recipients come up only now
	case ev.Kind == event.KindCommand && ev.Role == event.RoleClient && m.NoEnd && m.Origin == 0:
		h.recipient(m, ev)
	}
}

// expectTargets remembers the addresses that one led to before the server accepted it.
func (h *Host) expectTargets(m *Message, ev *event.Event) {
	one := event.Event{OrigRcptTo: ev.OrigRcptTo, RcptTo: ev.RcptTo}
	if one.RcptTo != "" {
		h.recipient(m, &one)
	}
	for _, one.RcptTo = range ev.RcptList {
		h.recipient(m, &one)
	}
}

// refuse takes out a recipient that a filter had wanted and that the server refused all the same, for another filter or the next host.
func (m *Message) refuse(ev *event.Event) {
	r := m.known(ev)
	if r == nil || !r.Wanted || r.Status != event.StatusNone {
		return
	}
	to, orig := r.To, r.Orig
	m.Recipients = slices.DeleteFunc(m.Recipients, func(r recipient) bool { return r.To == to && r.Orig == orig })
	m.reindex()
}

// leaveWanted takes out the recipients that were refused after all, where the number of those that were not tells which.
func (m *Message) leaveWanted() {
	if len(m.seldom().Aliases) > 0 { // one that was accepted is several
		m.Count = max(m.Count, int32(len(m.Recipients)))
		return
	}
	wanted := 0
	for i := range m.Recipients {
		if m.Recipients[i].Wanted {
			wanted++
		}
	}
	if m.Count == 0 || len(m.Recipients) <= int(m.Count) || wanted != int(m.Count) {
		return
	}
	m.Recipients = slices.DeleteFunc(m.Recipients, func(r recipient) bool { return !r.Wanted })
	m.reindex()
}

// hasVerdict says whether anything is known of what became of the message.
func (m *Message) hasVerdict() bool {
	for i := range m.Recipients {
		if m.Recipients[i].Status != event.StatusNone {
			return true
		}
	}
	return false
}

// deliverPart takes a verdict that names nobody: it is on those recipients of its part that are still open.
func (h *Host) deliverPart(m *Message, ev *event.Event, now int64, out *Output) {
	list := h.part(m, ev)
	if len(list) == 0 {
		ev.Final = ev.Status.Ends() && !passesOn(ev)
		if ev.Final {
			m.Final += int32(max(1, ev.RecipientCount))
		}
		ev.Direction = h.direct(m, ev)
		m.hop(ev)
		m.context(ev)
		return
	}
	domain := ev.DestinationDomain
	ev.Provider = "" // the recipient may tell
	if len(list) == 1 {
		ev.RcptTo = list[0]
		h.deliver(m, ev, verdict(ev), now, out)
	} else {
		ev.RcptList = append(ev.RcptList[:0], list...)
		h.deliverAll(m, ev, now, out)
	}
	if ev.DestinationDomain == "" {
		ev.DestinationDomain = domain
	}
}

// part lists the open recipients that a verdict without names is on; none where that cannot be told.
func (h *Host) part(m *Message, ev *event.Event) (list []string) {
	h.learnSplit(m, ev)
	one := m.recipientOfPart(ev.Part)
	if h.single && ev.Part > 0 {
		return appendOpen(nil, one)
	}
	domain := strings.ToLower(ev.DestinationDomain)
	if domain == "" && ev.Part > 0 {
		if domain = m.domainOfPart(ev.Part); domain == "" {
			return appendOpen(nil, one)
		}
	}
	deferred := 0
	for i := range m.Recipients {
		if r := &m.Recipients[i]; domain == "" || foldDomain(r.To) == domain {
			list = appendOpen(list, r)
			if !r.Final && r.Status == event.StatusDeferred {
				deferred++
			}
		}
	}
	switch n := len(list) - ev.RecipientCount; {
	case domain == "" && m.Count > 0 && len(list) > int(m.Count):
		return nil // some of them were refused after all
	case ev.Status != event.StatusDelivered || ev.RecipientCount == 0 || n == 0:
		return list
	case n > 0 && n <= deferred:
		return m.withoutNewest(list, n)
	case n > 0 && deferred == 0 && ev.RecipientCount == 1 && one != nil && slices.Contains(list, one.To):
		return append(list[:0], one.To)
	}
	return nil
}

// learnSplit learns of a verdict whether the server makes a part for each recipient: it does where there are more parts than domains, and
// it does not where one part is for several, or for another recipient than its number says. That one of several was delivered proves
// neither: a host that takes the others with an answer that the server does not count (251) looks the same.
func (h *Host) learnSplit(m *Message, ev *event.Event) {
	one := m.recipientOfPart(ev.Part)
	switch {
	case ev.RecipientCount > 1:
		h.single = false
	case one == nil:
	case ev.RcptTo != "" && !strings.EqualFold(ev.RcptTo, one.To):
		h.single = h.single && m.known(ev) == nil
	case !h.single && m.follows(ev.Part):
		h.single = m.domainOfPart(ev.Part) == ""
	}
}

// follows says whether a recipient of the same domain stands before the n-th.
func (m *Message) follows(n int) bool {
	domain := foldDomain(m.Recipients[n-1].To)
	return slices.ContainsFunc(m.Recipients[:n-1], func(r recipient) bool { return foldDomain(r.To) == domain })
}

// appendOpen adds a recipient that has not ended.
func appendOpen(list []string, r *recipient) []string {
	if r != nil && !r.Final {
		list = append(list, r.To)
	}
	return list
}

// withoutNewest leaves out the n recipients that were deferred last: in the very try that the others were delivered in.
func (m *Message) withoutNewest(list []string, n int) []string {
	listed := make(map[string]bool, len(list))
	for _, to := range list {
		listed[to] = true
	}
	var deferred []*recipient
	for i := range m.Recipients {
		if r := &m.Recipients[i]; r.Status == event.StatusDeferred && listed[r.To] {
			deferred = append(deferred, r)
		}
	}
	slices.SortStableFunc(deferred, func(a, b *recipient) int { return int(b.Order) - int(a.Order) })
	left := make(map[string]bool, n)
	for _, r := range deferred {
		if len(left) < n {
			left[r.To] = true
		}
	}
	return slices.DeleteFunc(list, func(to string) bool { return left[to] })
}

// domainOfPart is the n-th of the domains that the message is for, in the order of its recipients.
func (m *Message) domainOfPart(n int) string {
	seen := make(map[string]bool)
	for i := range m.Recipients {
		domain := foldDomain(m.Recipients[i].To)
		if seen[domain] {
			continue
		}
		if n--; n == 0 {
			return domain
		}
		seen[domain] = true
	}
	return ""
}

// recipientOfPart is the n-th recipient.
func (m *Message) recipientOfPart(n int) *recipient {
	if n < 1 || n > len(m.Recipients) {
		return nil
	}
	return &m.Recipients[n-1]
}

// handOverAll ends the recipients of a message that another program has, which logs elsewhere.
func (h *Host) handOverAll(m *Message, out *Output) {
	from := len(out.Made)
	if m.Count == 0 || int(m.Count) >= len(m.Recipients) {
		h.endRecipients(m, event.StatusDelivered, out)
	}
	for i := from; i < len(out.Made); i++ {
		if made := out.Made[i].Event; made != nil {
			made.Route, made.Reason, made.Category, made.Basis = event.RoutePipe, "", "", ""
			made.Code, made.Class, made.Enhanced, made.Text = 0, '2', "", ""
			made.Direction = h.direct(m, made)
		}
	}
	if m.Final < m.Count {
		m.Final = m.Count
	}
}

// Answer is what a host said last about a part of a message, in the conversation that the log shows besides its verdicts; or why none said
// anything.
type Answer struct {
	Part, Code        int
	Command, Enhanced string

	ErrorType, Reason, Category, Basis string
}

// hear keeps the answer, and lets the verdict that comes of it say what its line does not: the code, or the command.
func (m *Message) hear(ev *event.Event) {
	switch {
	case ev.Role != event.RoleClient:
	case ev.Kind == event.KindConnect && ev.ErrorType != "" && ev.Part > 0:
		m.unusual().Answer = &Answer{
			Part: ev.Part, ErrorType: strings.Clone(ev.ErrorType), Reason: ev.Reason, Category: ev.Category, Basis: ev.Basis,
		}
	case ev.Kind == event.KindReply && ev.FromPeer == event.No && ev.Code > 0 && ev.Command != "" && !ev.MoreLines:
		m.unusual().Answer = &Answer{Part: ev.Part, Code: ev.Code, Command: commandName(ev.Command), Enhanced: strings.Clone(ev.Enhanced)}
	case ev.Kind == event.KindDelivery && m.seldom().Answer != nil:
		m.rare.Answer.explain(ev)
	}
}

// explain completes a verdict with the answer that it comes of.
func (a *Answer) explain(ev *event.Event) {
	switch {
	case ev.Class == 0 && ev.ErrorType == "" && ev.Tried == event.Yes && ev.Part > 0 && ev.Part == a.Part && a.ErrorType != "":
		ev.ErrorType, ev.Reason, ev.Category, ev.Basis = a.ErrorType, a.Reason, a.Category, a.Basis
	case ev.Class == 0 || a.Code == 0 || ev.Part != a.Part || ev.Class != byte('0'+a.Code/100):
	case ev.Code == 0 && ev.Command == a.Command:
		ev.Code, ev.Enhanced = a.Code, a.Enhanced
	case ev.Code == a.Code && ev.Command == "":
		ev.Command = a.Command
	}
}

// commandName is a command's name that no line is pinned by.
func commandName(s string) string {
	if v, ok := event.VerbOf(s); ok {
		return v.String()
	}
	switch s {
	case event.CommandEOM:
		return event.CommandEOM
	case event.CommandConnect:
		return event.CommandConnect
	}
	return ""
}
