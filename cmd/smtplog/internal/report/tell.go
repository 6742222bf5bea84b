package report

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// tell takes what no metric counts: whose words, which clients.
func (b *Builder) tell(l *engine.Line) {
	ev := &l.Event
	switch {
	case ev.Kind == event.KindReject:
		b.reject(l)
	case isFailure(ev):
		b.failure(ev, cmp.Or(text(ev), remark(cmp.Or(l.Clean, l.Message))))
	case ev.Kind == event.KindWarning && ev.PeerIP == "" && ev.RcptTo == "" && ev.Role == event.RoleUnknown:
		b.warning(l)
	case ev.Status == event.StatusHeld, ev.Kind == event.KindMessageHeld:
		b.hold(ev)
	case ev.Kind == event.KindMessageReleased:
		delete(b.held, ev.MessageUID)
	}
	if ev.AuthResult == "failure" && ev.Role != event.RoleClient && ev.FilterName == "" {
		b.caller(b.names.attackers, ev, int64(max(1, ev.Repeat)))
	}
	if ev.SessionEnd != event.EndNone && ev.Role == event.RoleServer && !ev.SessionInferred {
		b.caller(b.names.callers, ev, 1)
	}
	if ev.Status == event.StatusDelivered && ev.ChildQueueID != "" {
		b.totals.Forwarded += int64(max(1, len(ev.RcptList)))
	}
}

// hold counts a message that is held, once until it is released: Exim says of it at every run of the queue that it is frozen.
func (b *Builder) hold(ev *event.Event) {
	if ev.MessageUID != 0 {
		if _, again := b.held[ev.MessageUID]; again {
			return
		}
		if b.held == nil || len(b.held) >= mostNames {
			b.held = map[event.ID]struct{}{}
		}
		b.held[ev.MessageUID] = struct{}{}
	}
	b.totals.Held++
}

// isFailure says whether a record is a verdict that put recipients off or ended them badly.
func isFailure(ev *event.Event) bool {
	return ev.Status == event.StatusDeferred && ev.Tried != event.No || ev.Status == event.StatusBounced || ev.Status == event.StatusExpired
}

// text is the words of a record's reply.
func text(ev *event.Event) string {
	words, _ := attrs.CleanText(ev)
	return words
}

// remark is what a line says in brackets at its end: why, where no server's reply says so.
func remark(line string) string {
	if at := strings.IndexByte(line, '('); at >= 0 && strings.HasSuffix(line, ")") {
		return line[at+1 : len(line)-1]
	}
	return ""
}

// short is the beginning of a text, of its own memory.
func short(s string) string {
	if len(s) > longestText {
		s = strings.ToValidUTF8(s[:longestText], "") + " ..."
	}
	return strings.Clone(s)
}

func (b *Builder) caller(of *top[item], ev *event.Event, n int64) {
	name := cmp.Or(ev.PeerIP, ev.ClientAddress)
	if name == "" {
		return
	}
	i := of.add(name, n)
	i.Sessions += n
	if name != ev.ClientAddress {
		keep(&i.extra, ev.ClientAddress)
	}
}

// failure counts a failing reply by what is the same in all of its kind.
func (b *Builder) failure(ev *event.Event, words string) {
	n := int64(max(1, len(ev.RcptList)))
	known := ev.Provider != "" && ev.Provider != "other"
	who := providerOf(ev)
	leaves := leaves(ev)
	key := strconv.AppendBool(b.key[:0], leaves)
	for _, s := range [...]string{
		who, ev.Status.String(), strconv.Itoa(ev.Code), cmp.Or(ev.Enhanced, ev.DSN), ev.Reason, ev.ErrorType, ev.Fingerprint,
	} {
		key = append(key, s...)
		key = append(key, 0xff)
	}
	b.key = key
	f := b.failures.add(string(key), n)
	if f.Count == 0 {
		f.Status, f.Code, f.Enhanced = ev.Status.String(), ev.Code, strings.Clone(cmp.Or(ev.Enhanced, ev.DSN))
		f.Reason, f.Category, f.Error = strings.Clone(ev.Reason), strings.Clone(ev.Category), strings.Clone(ev.ErrorType)
		f.First, f.leaves = b.time(ev), leaves
		if known {
			f.Provider = strings.Clone(who)
		} else {
			f.Domain = strings.Clone(who)
		}
	}
	f.Count += n
	f.Last = b.time(ev)
	if f.Sample == "" {
		f.Sample, f.Host = short(words), strings.Clone(cmp.Or(ev.ServerAddress, ev.PeerIP))
	}
	if p := b.providers.get(who); p != nil && leaves {
		if p.reasons == nil {
			p.reasons = make(map[string]int64)
		}
		if reason := cmp.Or(ev.Reason, ev.ErrorType, "unspecified"); len(p.reasons) < mostKinds {
			p.reasons[reason] += n
		}
	}
}

func (b *Builder) time(ev *event.Event) time.Time {
	if ev.Resolution < event.ResolutionSecond {
		return time.Time{}
	}
	return time.Unix(0, ev.Time).In(b.options.Zone)
}

// reject counts a refusal by us.
func (b *Builder) reject(l *engine.Line) {
	ev := &l.Event
	n := int64(max(1, len(ev.RcptList)) * max(1, ev.Repeat))
	permanent := ev.Class == '5' || ev.RejectPermanent == event.Yes
	key := b.key[:0]
	for _, s := range [...]string{ev.Command, strconv.Itoa(ev.Code), strconv.FormatBool(permanent), ev.Reason, ev.FilterName} {
		key = append(key, s...)
		key = append(key, 0xff)
	}
	b.key = key
	r := b.rejects.add(string(key), n)
	if r.Count == 0 {
		r.Command, r.Code, r.Permanent = strings.Clone(ev.Command), ev.Code, permanent
		r.Reason, r.Filter = strings.Clone(ev.Reason), strings.Clone(ev.FilterName)
		r.Sample, r.clients = short(cmp.Or(text(ev), cmp.Or(l.Clean, l.Message))), make(map[string]int64)
	}
	r.Count += n
	client := cmp.Or(ev.PeerIP, ev.ClientAddress)
	if client == "" {
		return
	}
	if _, known := r.clients[client]; known || len(r.clients) < mostClients {
		r.clients[strings.Clone(client)] += n
	}
	i := b.names.rejectedClients.add(client, n)
	i.Rejected += n
	if client != ev.ClientAddress {
		keep(&i.extra, ev.ClientAddress)
	}
}

// warning counts what a server complains of itself, by how the words are built.
func (b *Builder) warning(l *engine.Line) {
	ev := &l.Event
	n := int64(max(1, ev.Repeat))
	words := cmp.Or(l.Clean, l.Message)
	w := b.warnings.add(ev.Dialect+"\xff"+ev.Daemon+"\xff"+shape(words), n)
	if w.Count == 0 {
		w.Daemon, w.Error, w.Sample = strings.Clone(cmp.Or(ev.Daemon, ev.Dialect)), strings.Clone(ev.ErrorType), short(words)
	}
	w.Count += n
	w.Last = b.time(ev)
}

// doNotKnow counts a line that nobody understood, by its shape.
func (b *Builder) doNotKnow(l *engine.Line) {
	how := shape(l.Message)
	u := b.unknown.add(l.Program+"\xff"+how, 1)
	if u.Count == 0 {
		u.Program, u.Shape = strings.Clone(l.Program), how
	}
	u.Count++
}

// summary looks at a message that is over, or still there at the end of the log: who waits.
func (b *Builder) summary(s *session.Summary) {
	if s.Message == nil {
		return
	}
	ev, deferred := &s.Event, false
	for i := range s.Message.Recipients {
		r := &s.Message.Recipients[i]
		deferred = deferred || r.Deferred != "" || r.Status == event.StatusDeferred
		if !r.Final && r.Status == event.StatusDeferred && ev.MessagePartial {
			b.waits(ev, r)
		}
	}
	if deferred {
		b.totals.DeferredOnce++
	}
	b.keep(s, deferred)
}

func (b *Builder) waits(ev *event.Event, r *mailhost.Recipient) {
	if b.waitingCount++; len(b.waiting) >= mostWaiting {
		return
	}
	b.waiting = append(b.waiting, Waiting{
		QueueID: strings.Clone(ev.QueueID), Host: strings.Clone(ev.Host), Sender: strings.Clone(ev.MailFrom), Recipient: strings.Clone(r.To),
		Provider: strings.Clone(r.Provider), Reason: strings.Clone(cmp.Or(r.Reason, r.Deferred)),
		Reply: short(r.Reply), Tries: r.Attempts, Last: time.Unix(0, cmp.Or(r.LastTry, ev.Time)).In(b.options.Zone),
	})
}
