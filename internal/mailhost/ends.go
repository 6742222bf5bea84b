package mailhost

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// settleSession ends the session if ev is its last line, and lets that line carry the end.
func (h *Host) settleSession(s *Session, ev *event.Event, out *Output) {
	if s.ended {
		return
	}
	switch {
	case ev.Kind == event.KindDisconnect && s.Parting == event.EndNone && s.mayGoOn(ev):
		s.Parting = s.end(ev)
		s.host.parting = append(s.host.parting, s)
	case refusedAtOnce(s, ev) && !ev.Last: // the server may still say that it hung up
		s.Parting = event.EndRejected
		s.host.parting = append(s.host.parting, s)
	case s.over != event.EndNone && (s.key.scope == event.ScopeFork || !hasOwnLines(s.key, ev)):
		h.endSession(s, s.over, ev, out)
	// the process ends with it
	case ev.Kind == event.KindDisconnect, ev.Last,
		ev.Kind == event.KindMessageAborted && ev.EndHint != event.EndNone && s.key.scope == event.ScopeFork:
		h.endSession(s, s.end(ev), ev, out)
	}
}

// refusedAtOnce says whether the line refuses the connection itself.
func refusedAtOnce(s *Session, ev *event.Event) bool {
	return s.key.scope == event.ScopeCall && ev.Kind == event.KindReject && ev.Command == event.CommandConnect && s.Parting == event.EndNone
}

// mayGoOn says whether the line that ends s may not be its last: servers that log a conversation without a message once more,
// behind its end, say only there whether it had TLS and who logged in.
func (s *Session) mayGoOn(ev *event.Event) bool {
	return s.key.scope == event.ScopeCall && s.host.tellsAfter && !ev.Last &&
		s.Transaction == 0 && s.Refused == 0 && s.rejects(event.VerbMAIL) == 0
}

// endParting ends the sessions whose last line did not come.
func (h *Host) endParting(now int64, out *Output) {
	const within = int64(time.Second)
	for len(h.parting) > 0 && (h.parting[0].ended || now-h.parting[0].Seen > within) {
		h.endSession(h.parting[0], h.parting[0].Parting, nil, out)
		h.parting = h.parting[1:]
	}
}

// end reads how a session ended from its last line and the hints before it.
func (s *Session) end(last *event.Event) event.End {
	switch {
	case s.Hint != event.EndNone:
		return s.Hint
	case s.key.scope == event.ScopeScreen:
		return event.EndScreened
	case last.EndHint != event.EndNone:
		return last.EndHint
	case s.HasCounts && !s.SomeCounts && s.counts()[event.VerbQUIT].All == 0:
		return s.unsaid()
	}
	return event.EndQuit
}

// unsaid is how a session without QUIT ended whose server logs clients that leave, and has no such line: it hung up itself. Only of
// those that leave behind the end of a message Postfix does not complain (src/smtpd/smtpd.c, SMTPD_AFTER_EOM): amavis does, when it is idle.
func (s *Session) unsaid() event.End {
	if counts := s.counts(); counts[event.VerbDATA].All > 0 || counts[event.VerbBDAT].All > 0 {
		return event.EndClientClosed
	}
	return event.EndServerClosed
}

// endSession closes s. The record that ends it carries the end: the line last, or, where the log has none, a record made here.
func (h *Host) endSession(s *Session, end event.End, last *event.Event, out *Output) {
	if s.ended {
		return
	}
	s.ended = true
	if s.Parting != event.EndNone {
		end, s.Partial = s.Parting, false
	}
	if last == nil {
		last = s.synthetic(end)
		out.Made = append(out.Made, Made{Event: last, Host: s.host.name})
	}
	last.SessionEnd, last.SessionPartial = end, s.Partial
	if d := s.Last - s.First; !last.HasDuration && !s.Partial && s.hasTime && d >= 0 { // the line may know better than its stamp
		last.SessionDuration, last.HasDuration = time.Duration(d), true
	}
	if last.TLS == event.Open {
		last.TLS, last.TLSVersion, last.TLSCipher, last.TLSTrust = s.TLS, s.TLSVersion, s.TLSCipher, s.TLSTrust
	}
	last.SessionTally = s.tally()
	h.unlogged(s, end, last, out)
	h.abortOpen(s, end, out)
	// where the log shows what was said, the summary is the conversation
	if h.site.SessionSummaries || h.site.MessageSummaries && s.talk != nil {
		out.Made = append(out.Made, Made{Summary: s.summary(last), Host: s.host.name})
	}
	s.letAllGo()
	s.Commands, s.Counts = nil, nil
	if s.talk != nil {
		s.talk.Slim()
	}
	s.host.endedSessions.Push(s)
	s.reweigh()
}

// synthetic makes the disconnect that the log does not have.
func (s *Session) synthetic(end event.End) *event.Event {
	ev := events.Get().(*event.Event)
	s.describe(ev, event.KindDisconnect)
	ev.SessionEnd = end
	return ev
}

// describe fills an empty event about the session that no line is behind.
func (s *Session) describe(ev *event.Event, kind event.Kind) {
	ev.Kind, ev.Dialect, ev.Host, ev.Synthetic = kind, s.Dialect, s.host.name, true
	ev.Instance, ev.Service, ev.Daemon, ev.PID = s.Instance, s.Service, s.Daemon, s.PID
	ev.Role, ev.SessionID, ev.SessionPartial = s.Role, s.ID, s.Partial
	ev.ClientAddress, ev.ServerAddress, ev.PeerIP = s.ClientAddress, s.ServerAddress, s.PeerIP
	ev.PeerPort, ev.ClientPort = s.PeerPort, s.ClientPort
	if s.hasTime {
		ev.Time, ev.Resolution = s.Last, event.ResolutionSecond
	}
}

// unlogged makes a reject, or a failed login, for each refusal that only the counters of the last line show: the server wrote no
// line for it. Where that line quotes the newest refusal, and there was one without a line of its own, it may be this one.
func (h *Host) unlogged(s *Session, end event.End, last *event.Event, out *Output) {
	const most = 64 // of one verb: a client that is refused more often is the server's to stop
	if !s.HasCounts {
		return
	}
	counts := s.counts()
	for _, v := range [...]event.Verb{event.VerbMAIL, event.VerbRCPT, event.VerbDATA, event.VerbAUTH} {
		if (v == event.VerbDATA || v == event.VerbAUTH) && (end == event.EndLost || end == event.EndTimeout) {
			continue // it broke off, nobody refused
		}
		failed := counts[v].All - counts[v].OK
		for n := s.rejects(v); n < failed && n < s.rejects(v)+most; n++ {
			ev := events.Get().(*event.Event)
			s.describe(ev, event.KindReject)
			if v == event.VerbAUTH {
				ev.Kind, ev.AuthResult = event.KindAuth, "failure"
			}
			ev.Command, ev.Reason, ev.Category = v.String(), "unlogged", "unspecified"
			if v == event.VerbRCPT && failed-s.rejects(v) == 1 && last.RcptTo != "" && last.Code >= 400 {
				ev.Code, ev.Class, ev.Enhanced, ev.RcptTo = last.Code, last.Class, last.Enhanced, strings.Clone(last.RcptTo)
				ev.Text, ev.Reason, ev.Category, ev.Basis = strings.Clone(last.Text), "", "", ""
				ev.RejectPermanent = event.TriOf(last.Code >= 500)
				h.site.Explain(ev)
			}
			out.Made = append(out.Made, Made{Event: ev, Host: s.host.name})
		}
	}
}

// abortOpen drops the candidates of a session that ended before their end of data: nothing came of them. The last one
// is given up when the conversation broke off inside it; earlier ones, and those with a header, may still be on their way to the
// queue manager.
func (h *Host) abortOpen(s *Session, end event.End, out *Output) {
	if end == event.EndExpired || end == event.EndShutdown {
		return // what became of them is not known
	}
	broke := end == event.EndLost || end == event.EndTimeout
	for i, m := range s.open {
		if m.ended || m.received || m.hasVerdict() {
			continue
		}
		isNewest := i == len(s.open)-1 && !s.NewestGone
		brokeInside := broke && isNewest && s.BrokeAt != event.CommandEOM // there it was told apart from its answer only
		if m.MessageID != "" && !brokeInside {
			continue
		}
		ev := events.Get().(*event.Event)
		m.describe(ev, event.KindMessageAborted)
		ev.Time, ev.Resolution = s.Last, event.ResolutionSecond
		ev.SessionID = s.ID
		out.Made = append(out.Made, Made{Event: ev, Host: s.host.name})
		h.dropCandidate(m)
	}
}
