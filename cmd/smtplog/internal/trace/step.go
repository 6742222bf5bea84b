package trace

import (
	"cmp"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Step is one thing that happened.
type Step struct {
	Time      time.Time `json:"time,omitzero"`
	Host      string    `json:"host"`
	Event     string    `json:"event"`
	Says      string    `json:"says"` // in words
	Status    string    `json:"status,omitempty"`
	Recipient string    `json:"recipient,omitempty"`
	Server    string    `json:"server,omitempty"`
	Code      int       `json:"code,omitempty"`
	Enhanced  string    `json:"enhanced,omitempty"`
	Reply     string    `json:"reply,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Attempt   int       `json:"attempt,omitempty"`
	Delay     float64   `json:"delay,omitempty"` // seconds
	QueueID   string    `json:"queue_id,omitempty"`
	Child     string    `json:"child_queue_id,omitempty"`
	Line      string    `json:"line,omitempty"` // as the log has it, without what must not leave

	uid, parent, session, origin event.ID
	order                        int
	bare                         bool // of a conversation whose lines have no id
	alone                        bool // asked for, and of no message or session
	pid                          int64
	conn, file                   string
	at                           int64
}

// mostSteps bounds what is kept.
const mostSteps = 500_000

func (s *Search) step(ev *event.Event, line string) Step {
	words, _ := attrs.CleanText(ev)
	name, ip := ev.ServerAddress, ev.PeerIP
	if ev.Status != event.StatusNone {
		name, ip = server(ev)
	}
	step := Step{
		Host: strings.Clone(ev.Host), Event: ev.Kind.String(), Says: says(ev),
		Recipient: strings.Clone(ev.RcptTo), Server: strings.Clone(cmp.Or(name, ip)),
		Code: ev.Code, Enhanced: strings.Clone(cmp.Or(ev.Enhanced, ev.DSN)),
		Reply: strings.Clone(words), Reason: strings.Clone(ev.Reason), Attempt: ev.Attempt,
		QueueID: strings.Clone(ev.QueueID), Child: strings.Clone(ev.ChildQueueID), Line: strings.Clone(line),
		uid: ev.MessageUID, parent: ev.ParentUID, session: ev.SessionID, origin: ev.OriginSession,
		order: s.taken, pid: ev.PID, bare: ev.Scope == event.ScopeSource,
		conn: strings.Clone(ev.ConnID), file: s.file, at: s.at,
	}
	if ev.Status != event.StatusNone {
		step.Status = ev.Status.String()
	}
	if ev.Delays.Has&event.DelayTotal != 0 {
		step.Delay = ev.Delays.Total
	}
	if ev.Resolution >= event.ResolutionSecond {
		step.Time = time.Unix(0, ev.Time).In(s.zone)
	}
	if step.Recipient == "" && len(ev.RcptList) > 0 {
		step.Recipient = strings.Join(ev.RcptList, ", ")
	}
	return step
}
