package mailhost

import (
	"slices"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// deliverAll takes a verdict line. One on several recipients is a verdict on each of them; the record carries what they have in common.
func (h *Host) deliverAll(m *Message, ev *event.Event, now int64, out *Output) {
	switch {
	case ev.RcptTo != "":
		if ev.Part > 0 {
			h.learnSplit(m, ev)
		}
		h.deliver(m, ev, verdict(ev), now, out)
		return
	case len(ev.RcptList) == 0:
		h.deliverPart(m, ev, now, out)
		return
	}
	list := ev.RcptList
	whole, line := *ev, verdict(ev)
	duplicates, finals, attempt := 0, 0, 0
	for i, to := range list {
		one := whole
		one.RcptTo, one.RcptList = to, nil
		h.deliver(m, &one, line, now, out)
		if one.Duplicate {
			duplicates++
		}
		if one.Final {
			finals++
		}
		attempt = max(attempt, one.Attempt)
		if i == 0 {
			*ev = one
		} else if ev.Direction != one.Direction {
			ev.Direction = event.DirectionMixed
		}
		if ev.DestinationDomain != one.DestinationDomain {
			ev.DestinationDomain = ""
		}
	}
	ev.RcptTo, ev.RcptList, ev.RecipientCount = "", list, len(list)
	ev.Duplicate, ev.Final, ev.Attempt = duplicates == len(list), finals > 0, attempt
}

// deliver takes one verdict on one recipient. line tells the verdict's line from others.
func (h *Host) deliver(m *Message, ev *event.Event, line hash.Sum, now int64, out *Output) {
	ev.DestinationDomain = domainOf(ev)
	if h.isOfNotice(m, ev, line) {
		ev.Kind, ev.Status, ev.Tried = event.KindNotification, event.StatusNone, event.Open
		return
	}
	if ev.OrigRcptTo == "" && len(m.seldom().Aliases) > 0 {
		ev.OrigRcptTo = m.before(ev.RcptTo)
	}
	if ev.OrigRcptTo == "" && ev.OnBehalf != "" && m.MailFrom != "" &&
		!strings.EqualFold(ev.OnBehalf, m.MailFrom) && ev.OnBehalf != ev.RcptTo {
		ev.OrigRcptTo = ev.OnBehalf
	}
	if ev.Route == event.RouteMX && h.site.isRelayhost(ev) {
		ev.Route = event.RouteRelayhost
	}
	m.NoEnd = m.NoEnd || ev.NoEnd
	h.recallAction(m, ev)
	r := h.recipient(m, ev)
	if r.LastLine == line && r.Status == ev.Status && r.mayBeAt(ev.Place) && ev.Resolution != event.ResolutionNone {
		ev.Duplicate, out.Duplicate = true, true
		ev.Attempt, ev.Final, ev.Direction = int(r.Attempts), r.Final, r.Direction
		m.context(ev)
		return
	}
	wasFinal, wasOff := r.Final, r.isOff()
	m.Verdicts++
	r.LastLine, r.LastPlace, r.Order = line, ev.Place, m.Verdicts
	if ev.Scope == event.ScopeConn && ev.SessionID != 0 {
		r.Client, r.Over = ev.SessionID, int32(ev.Transaction)
	}
	if ev.Tried == event.Yes {
		r.try(m, ev, now)
	} else {
		ev.Attempt = 0
	}
	if ev.Status == event.StatusExpired && ev.Tried == event.No {
		r.explain(ev)
	}
	ev.Direction = h.direct(m, ev)
	ev.Final = ev.Status.Ends() && !passesOn(ev) && ev.MessageKind != event.MessageProbe && !wasFinal
	if ev.Final {
		ev.Duration, ev.HasTotalDuration = m.age(ev, now)
		m.Final++
	} else if passesOn(ev) && r.Status != event.StatusDelivered {
		m.Passed++
	}
	r.take(ev, wasFinal)
	m.judged(r, ev, wasOff)
	m.hop(ev)
	m.context(ev)
}

// isOfNotice says whether a verdict is on the notice that could not even be made: the sender of a message with a bounce is no
// address of ours.
func (h *Host) isOfNotice(m *Message, ev *event.Event, line hash.Sum) bool {
	if ev.Tried != event.No || ev.Status != event.StatusBounced || m.MailFrom == "" {
		return false
	}
	if ev.RcptTo != m.MailFrom && (m.MailFrom != "<>" || !strings.EqualFold(ev.RcptTo, "MAILER-DAEMON")) {
		return false
	}
	if key := line.Str(ev.RcptTo); h.noticed.key != key { // a line may name the sender again and again
		h.noticed.key = key
		h.noticed.is = len(m.Recipients) > 0 && !slices.ContainsFunc(m.Recipients, func(r recipient) bool { return r.To == ev.RcptTo })
	}
	return h.noticed.is
}

// passesOn is a hop that succeeds and ends nothing: the message lives on under another queue id here.
func passesOn(ev *event.Event) bool {
	return ev.Status == event.StatusDelivered && (ev.Route == event.RouteFilter && !goesNoFurther(ev.Action) || ev.Route == event.RouteForward)
}

// goesNoFurther says whether nobody gets what the action was done with.
func goesNoFurther(a event.MailboxAction) bool {
	return a == event.ActionDiscard || a == event.ActionQuarantine || a == event.ActionReject
}

// age is the time from reception: as the MTA counts it where it does, else by the stamps. Behind a filter it counts from the message that
// was given to that.
func (m *Message) age(ev *event.Event, now int64) (time.Duration, bool) {
	if ev.Delays.Has&event.DelayTotal != 0 {
		return seconds(ev.Delays.Total) + m.ahead(), true
	}
	if d := now - m.First; !m.Partial && d >= 0 && ev.Resolution >= event.ResolutionSecond {
		return time.Duration(d) + m.ahead(), true
	}
	return 0, false
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// verdict identifies a delivery line: the same time, process, recipient and words are the same line.
func verdict(ev *event.Event) hash.Sum {
	return hash.New().Num(ev.Time).Num(ev.PID).Str(ev.Line)
}
