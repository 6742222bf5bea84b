// Package trace finds what became of single messages: all that logs say of each, in order, from the session that brought it to the
// end of its last recipient, and of the messages that were made of it.
package trace

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Recipient is how far a delivery is.
type Recipient struct {
	Address  string `json:"address"`
	Original string `json:"original,omitempty"`
	Status   string `json:"status"`
	Final    bool   `json:"final"`
	Attempts int    `json:"attempts"`
	Code     int    `json:"code,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Reply    string `json:"reply,omitempty"`
	Next     string `json:"next_queue_id,omitempty"`
}

// Story is all that is known of a message, or of a session that brought none.
type Story struct {
	QueueID    string      `json:"queue_id,omitempty"`
	Host       string      `json:"host"`
	MessageID  string      `json:"message_id,omitempty"`
	Sender     string      `json:"sender,omitempty"`
	Size       int64       `json:"size,omitempty"`
	Kind       string      `json:"kind,omitempty"` // mail, dsn, probe; Rows
	Recipients []Recipient `json:"recipients,omitempty"`
	Outcome    string      `json:"outcome"`
	Of         string      `json:"parent_queue_id,omitempty"` // the message that this one was made of
	Steps      []Step      `json:"steps"`

	uid, parent event.ID
}

// Search looks for what terms name: a recipient or sender or a part of one, a queue id here or there, a Message-ID, a client's
// address or name, a user, a session. It takes the logs several times: as long as Next says so. It is a reading.Visitor, and Wants
// says which lines it asks for.
type Search struct {
	// LookBack takes a text, of a log that Passes is asked about, to another search until that has found all; nil: nobody does, and
	// the log is read once more.
	LookBack func(text []byte, with *Search)

	back    back
	terms   []string
	zone    *time.Location
	needles *needles
	grown   bool

	steps   []Step
	matched map[event.ID]bool // messages
	callers map[event.ID]bool // sessions
	sums    map[event.ID]*Story
	full    bool
	crowd   int   // so many steps make room
	taken   int   // steps so far
	lines   int64 // that were looked at in the newest pass
	rounds  int

	file string // where the line at hand stands
	at   int64
}

// New makes a search for any of the terms.
func New(terms []string, zone *time.Location) *Search {
	s := &Search{zone: zone, needles: newNeedles(terms), back: back{processes: map[string]bool{}, near: map[string][]int64{}}}
	for _, t := range terms {
		s.terms = append(s.terms, strings.ToLower(strings.Trim(t, "<>")))
	}
	s.begin()
	return s
}

func (s *Search) begin() {
	s.steps, s.grown, s.lines, s.crowd = s.steps[:0], false, 0, crowded
	s.matched, s.callers, s.sums = map[event.ID]bool{}, map[event.ID]bool{}, map[event.ID]*Story{}
}

// mostRounds is how often logs are read at most: a message that was forwarded and bounced and forwarded again needs as many.
const mostRounds = 8

// Next says whether the logs are to be read again, because ids were found that lines before may have.
func (s *Search) Next() bool {
	s.lookBack()
	s.back.text = nil
	s.rounds++
	s.close()
	clear(s.needles.near)
	maps.Copy(s.needles.processes, s.back.processes)
	for file, list := range s.back.near {
		s.needles.near[file] = slices.Clone(list)
	}
	for i := range s.steps { // what came before the line that named the term
		step := &s.steps[i]
		switch {
		case step.uid == 0 && step.session != 0 && s.callers[step.session]:
			s.find(step.conn)
			s.near(step)
		case step.uid != 0 && s.matched[step.uid]:
			s.find(step.QueueID, step.Child, step.conn)
			s.near(step)
		}
	}
	for _, list := range s.needles.near {
		slices.Sort(list)
	}
	if !s.grown || s.rounds >= mostRounds {
		return false
	}
	s.begin()
	return true
}

// Wants says whether a line, which stands at a place of a file, is to be taken through the engine.
func (s *Search) Wants(line, file string, at int64) bool {
	return s.needles.wants(line, file, at)
}

// Passes says that no line of a piece of a file is wanted. An entry of the journal is no piece that could be parted.
func (s *Search) Passes(piece []byte, file string, at int64) bool {
	if s.LookBack != nil && s.rounds == 0 {
		s.lookBack()
		s.back.add(piece, file, at)
	}
	return !s.needles.areIn(piece, file, at)
}

// Line takes a line that was wanted.
func (s *Search) Line(l *engine.Line) {
	s.lines++
	if !l.Recognised {
		return
	}
	s.file, s.at = l.Place.ID, l.Place.Offset
	if l.Event.Scope == event.ScopeSource && !s.needles.whole[s.file] { // a conversation whose lines have no id
		s.needles.whole[s.file], s.grown = true, true
	}
	s.take(&l.Event, cmp.Or(l.Clean, l.Message), l.Scrubbed, l.Text)
}

// Made takes a record without a line.
func (s *Search) Made(m *session.Made) {
	if m.Summary == nil {
		s.file = ""
		s.take(m.Event, "", true, "")
		return
	}
	if t := m.Summary.Message; t != nil {
		s.summary(&m.Summary.Event, t)
	}
}

// take notes what happened, and which ids it brings.
func (s *Search) take(ev *event.Event, clean string, scrubbed bool, text string) {
	uid, caller := ev.MessageUID, ev.SessionID
	hit := s.hits(ev)
	if hit && uid != 0 {
		s.matched[uid] = true
	}
	if hit && uid == 0 && caller != 0 {
		s.callers[caller] = true
	}
	if uid != 0 &&
		(s.matched[uid] || s.matched[ev.ParentUID] || ev.OriginSession != 0 && s.callers[ev.OriginSession] || s.callers[caller] && caller != 0) {
		s.matched[uid] = true
		s.learn(ev)
	} else if hit || caller != 0 && s.callers[caller] {
		s.learn(ev)
	}
	if len(s.steps) >= s.crowd {
		s.makeRoom()
	}
	if len(s.steps) >= mostSteps {
		s.full = true
		return
	}
	line := text
	if scrubbed {
		line = clean
	}
	s.taken++
	step := s.step(ev, line)
	step.alone = hit && uid == 0 && caller == 0
	s.steps = append(s.steps, step)
}

// makeRoom lets go of conversations that are over and were not asked for, of a log whose every line is looked at.
func (s *Search) makeRoom() {
	old := len(s.steps) - crowded/2
	kept := s.steps[:0]
	for i := range s.steps {
		step := &s.steps[i]
		if i >= old || !step.bare || s.callers[step.session] || s.matched[step.uid] {
			kept = append(kept, *step)
		}
	}
	clear(s.steps[len(kept):])
	s.steps = kept
	s.crowd = len(s.steps) + crowded
}

// crowded is after how many steps room is made. No conversation has half as many lines between its beginning and the name that was
// asked for.
const crowded = 40_000

// learn looks for the ids of a message, and the process that talks to its client or server, from now on.
func (s *Search) learn(ev *event.Event) {
	s.find(ev.QueueID, ev.ChildQueueID, ev.ParentQueueID, ev.MessageID, ev.ConnID, ev.FilterID)
	if len(ev.RemoteQueueID) >= shortestForeign {
		s.find(ev.RemoteQueueID)
	}
}

func (s *Search) find(ids ...string) {
	for _, id := range ids {
		if s.needles.add(id) {
			s.grown, s.back.due = true, true
		}
	}
}

// near looks for the lines of the process of a step's conversation, from now on.
func (s *Search) near(step *Step) {
	if step.session == 0 || step.conn != "" || step.pid == 0 || step.file == "" {
		return
	}
	if pid := strconv.FormatInt(step.pid, 10); !s.needles.processes[pid] {
		s.needles.processes[pid], s.grown = true, true
	}
	s.needles.near[step.file] = append(s.needles.near[step.file], step.at)
}

// shortestForeign is how long an id of another host is that is looked for here: a shorter one may be anything.
const shortestForeign = 6

// hits says whether an event names what was asked for.
func (s *Search) hits(ev *event.Event) bool {
	for _, t := range s.terms {
		for _, field := range [...]string{ev.MailFrom, ev.RcptTo, ev.OrigRcptTo, ev.ClientAddress, ev.User, ev.MessageID} {
			if field != "" && containsFold(field, t) {
				return true
			}
		}
		for _, field := range [...]string{ev.QueueID, ev.RemoteQueueID, ev.ChildQueueID, ev.PeerIP, ev.ConnID} {
			if field != "" && strings.EqualFold(field, t) {
				return true
			}
		}
		if ev.SessionID != 0 && ev.SessionID.String() == t || ev.MessageUID != 0 && ev.MessageUID.String() == t {
			return true
		}
		if slices.ContainsFunc(ev.RcptList, func(to string) bool { return containsFold(to, t) }) {
			return true
		}
	}
	return false
}

// summary is how a message stands at its end, or at the log's.
func (s *Search) summary(ev *event.Event, t *mailhost.TotalsOfMessage) {
	story := &Story{
		QueueID: strings.Clone(ev.QueueID), Host: strings.Clone(ev.Host),
		MessageID: strings.Clone(ev.MessageID), Sender: strings.Clone(ev.MailFrom), Size: ev.Size,
		Kind: ev.MessageKind.String(), uid: ev.MessageUID, parent: ev.ParentUID,
	}
	counts := map[string]int{}
	for i := range t.Recipients {
		r := &t.Recipients[i]
		one := Recipient{
			Address: strings.Clone(r.To), Original: strings.Clone(r.Orig),
			Status: r.Status.String(), Final: r.Final, Attempts: r.Attempts, Code: r.Code,
			Reason: strings.Clone(r.Reason), Reply: strings.Clone(r.Reply), Next: strings.Clone(r.Next),
		}
		word := one.Status
		switch {
		case one.Next != "":
			word = "goes on as " + one.Next
		case word == "":
			word = "not tried"
		case one.Status == "deferred" && !one.Final:
			word = "waits"
		}
		counts[word]++
		story.Recipients = append(story.Recipients, one)
	}
	story.Outcome = inWords(counts)
	s.sums[ev.MessageUID] = story
}
