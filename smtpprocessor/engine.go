package smtpprocessor

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// engine is the way of one line: header, dialect, diagnosis, tracker. Its lock is held for one line at a time and never
// while the next consumer is called.
type engine struct {
	logger      *zap.Logger
	zone        *time.Location
	keepContent bool
	dropChatter bool

	reasons struct { // what was read of the user's own; the ticker's
		file, complaint string
	}

	mu        sync.Mutex
	detector  *dialect.Detector
	diagnosis *diagnose.Diagnosis
	tracker   *session.Tracker
	sources   map[record.Source]*source
	newest    struct { // the source of the line before: most lines come from the same
		key    record.Source
		source *source
	}
	homes   map[string]home // by host
	homeOf  string          // the host that was asked about last, and through which pipeline
	homeVia *smtpProcessor
	header  header.Header
	ev      event.Event
	out     session.Output
	repeats repeats

	// What the net found in caughtIn, the text of the line at hand.
	caught   []event.Span
	caughtIn string

	writer attrs.Writer
	counts counts
}

// home is what a host's records last came with.
type home struct {
	resource pcommon.Resource
	named    bool           // the host has a name; else its file's stands for it
	via      *smtpProcessor // the pipeline that observed it last
}

// hostName is what a record of the host carries beside the resource.
func (h *home) hostName(host string) string {
	if name, ok := h.resource.Attributes().Get(attrs.HostName); !h.named || ok && name.AsString() == host {
		return ""
	}
	return host
}

// source is one stream of lines.
type source struct {
	name     string
	exchange secrets.Exchange
	*session.Source
}

const maxHomes = 4096 // hosts whose resource is remembered

func newEngine(cfg *Config, logger *zap.Logger) (*engine, error) {
	zone, err := cfg.zone()
	if err != nil {
		return nil, err
	}
	networks, err := cfg.networks()
	if err != nil {
		return nil, err
	}
	domains, err := cfg.domains()
	if err != nil {
		return nil, err
	}
	relays, err := cfg.relays()
	if err != nil {
		return nil, err
	}
	detector, err := dialect.NewDetector(cfg.Dialects)
	if err != nil {
		return nil, err
	}
	diagnosis, file, err := cfg.ownDiagnosis()
	if err != nil {
		return nil, err
	}
	e := &engine{
		logger: logger, zone: zone, keepContent: cfg.Privacy.Content == contentKeep, detector: detector, diagnosis: diagnosis,
		sources: make(map[record.Source]*source), homes: make(map[string]home),
	}
	e.reasons.file = file
	e.dropChatter = has(cfg.Drop, dropChatter)
	e.writer.Full = cfg.Attributes == attributesFull
	e.tracker = session.New(session.Config{
		Explain:     func(ev *event.Event) { e.diagnosis.Reply(ev) },
		MaxSessions: cfg.Sessions.Max, SessionIdle: cfg.Sessions.IdleTimeout,
		MaxMessages: cfg.Messages.Max, MessageTTL: cfg.Messages.TTL, MaxRecipients: cfg.Messages.MaxRecipients,
		LocalDomains: domains, LocalNetworks: networks, Relayhosts: relays,
		SessionSummaries: has(cfg.Summaries, summarySession), MessageSummaries: has(cfg.Summaries, summaryMessage),
	})
	return e, nil
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// line is what became of one line of a record.
type line struct {
	recognised bool
	dropped    bool   // nobody needs its record
	text       string // the line behind its header
	clean      string // text without what must not leave
	scrubbed   bool
	login      bool // what must not leave is a credential, no message data
	wrapped    bool // it stood within another text, as JSON writes it
	layer      int  // of texts within one another, while they are looked through
	caught     bool // it has a credential that its words prove
	time       int64
	hidden     []secret // of an object that the record may have taken apart, too: the values that must not leave
	from, to   int      // what it brought about, in the pass's list of records to make
}

// observe takes one line through the engine and, where it is recognised, writes its attributes to rec. A line whose
// place in its file was read before is described, but not observed again.
func (e *engine) observe(p *pass, text string, rec plog.LogRecord) (l line) {
	e.mu.Lock()
	defer e.mu.Unlock()
	src := e.source(p.view.Source)
	ev := &e.ev
	ev.Reset()
	e.out.Reset()

	h := &e.header
	p.view.Header(text, header.Clock{Zone: e.zone, Last: src.Last}, h)
	frame := session.FrameOf(h)
	held := e.holds(src, frame, p.duplicate)
	if held && (frame > src.Frame || h.Host != src.Host) { // a header that stands in a message is none, and its stamp neither
		*h = header.Header{Host: src.Host, Text: text}
	}
	times := 0
	if !held {
		times = e.repeats.read(src, h)
	}
	ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
	ev.Place = placeOf(&p.view.File)
	result := e.parse(src, h, held)
	if ev.Repeat = times; e.repeats.again {
		ev.Redact = ev.Redact[:0] // it is not in this record
	}
	if ev.UTC && e.zone != time.UTC {
		p.view.Header(text, header.Clock{Zone: time.UTC, Last: src.Last}, h)
		ev.Time, ev.Resolution = h.Time, h.Resolution
	}
	if held && ev.Scope != event.ScopeSource {
		if held = result == event.Unknown || p.duplicate || !src.Knows(ev.Dialect); held {
			asText(ev)
			result = event.Unknown
		} else {
			e.tracker.Interrupt(src.Host, src.name, &e.out)
		}
	}
	ev.Observed = p.view.Anchor
	if !held {
		e.remember(src, frame, result)
	}
	e.catch(src, text, result)
	l.caught = len(e.caught) > 0
	if result == event.Unknown && ev.Scope == event.ScopeNone && !ev.Boundary {
		e.counts.line(ev, result, false)
		l.text = ev.Line
		l.clean, l.scrubbed = e.redact() // debugging noise may hold credentials, too
		l.login = true
		e.collect(p, &l)
		return l
	}
	again := p.duplicate || times > 0 && !session.CountsByLine(ev) // what is no event of its own each time is told, and not counted again
	if ev.Kind != event.KindNone {
		if ev.TextMasked {
			ev.Text, ev.Argument, ev.TextMasked = scan.Trim(reply.Unmask(ev.Text)), scan.Trim(reply.Unmask(ev.Argument)), false
			if ev.RemoteQueueID == "" && ev.Class == '2' && ev.Command == event.CommandEOM {
				ev.RemoteQueueID = reply.QueueID(ev.Text)
			}
		}
		if !again {
			e.tracker.Recall(ev)
		}
		e.diagnosis.Event(ev)
	}
	if again {
		ev.Duplicate = true
	} else {
		e.tracker.Observe(ev, src.name, p.now, &e.out)
		e.diagnosis.Outcome(ev)
	}
	e.counts.line(ev, result, ev.Duplicate)

	l.text = ev.Line
	l.clean, l.scrubbed = e.redact()
	l.login = ev.Kind != event.KindContent
	if l.scrubbed && ev.Quoting == event.QuotingJSON {
		l.hidden = hiddenParts(ev)
	}
	e.repeats.keep(src, h, ev, cmp.Or(l.clean, l.text))
	e.collect(p, &l)
	if ev.Kind == event.KindNone {
		return l
	}
	l.recognised = true
	if ev.Resolution >= event.ResolutionSecond {
		l.time = ev.Time
	}
	e.home(ev.Host, p)
	if e.dropChatter && len(p.lines) == 1 && isChatter(ev) {
		l.dropped = true
		e.counts.dropped++
		return l
	}
	e.writer.Put(ev, rec)
	return l
}

// isChatter says whether no question needs the line's record: it tells no more than that mail was on its way, and nothing is counted by it.
func isChatter(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindConnect, event.KindMessageOpened, event.KindMessageHeader, event.KindMessageRemoved:
	default:
		return false
	}
	return ev.Class == 0 && ev.ErrorType == "" && ev.Status == event.StatusNone && ev.SessionEnd == event.EndNone && ev.AuthResult == "" &&
		ev.Secured == event.Open && ev.FilterVerdict == "" && !ev.HasLatency && ev.Repeat == 0
}

// collect lists what a line brought about behind the line.
func (e *engine) collect(p *pass, l *line) {
	l.from = len(p.made)
	host := e.ev.Host
	e.writer.Host = p.view.HostName(host)
	e.counts.output(&e.out)
	for i := range e.out.Made {
		m := &e.out.Made[i]
		p.made = append(p.made, *m)
		switch {
		case m.Host == host:
			p.hosts = append(p.hosts, e.writer.Host)
		case e.homes[m.Host].named:
			p.hosts = append(p.hosts, p.view.HostName(m.Host))
		default:
			p.hosts = append(p.hosts, "")
		}
	}
	l.to = len(p.made)
}

// holds says whether the source is inside message data or an AUTH exchange whose lines carry no marks. A line with a header that those do not have, in a
// source of which others had it, ends that conversation.
func (e *engine) holds(src *source, frame session.Frame, duplicate bool) bool {
	if !src.Talks {
		return false
	}
	if src.IsOthers(frame) && !duplicate {
		e.tracker.Interrupt(src.Host, src.name, &e.out)
		src.Talks = false
		return false
	}
	return e.tracker.Holds(src.Host, src.name)
}

// parse reads the line behind h with what the source's lines before left for it.
func (e *engine) parse(src *source, h *header.Header, held bool) event.Result {
	writer := session.WriterOf(h.Host, h.Program, h.PID)
	m := dialect.Memory{Last: src.Dialect, Known: src.Servers, Columns: src.Columns, Entry: src.Open(writer)}
	result := e.detector.Parse(&m, h, &e.ev)
	if !held { // message data says nothing of the source
		src.Dialect = m.Last
		src.Leave(writer, e.ev.Entry, len(e.ev.Line))
	}
	return result
}

// remember keeps what a line that is no message data shows of its source.
func (e *engine) remember(src *source, frame session.Frame, result event.Result) {
	ev := &e.ev
	shown := ""
	switch {
	case result == event.Unknown:
	case ev.Scope == event.ScopeSource:
		if !src.Talks {
			src.Talks, src.Host = true, strings.Clone(ev.Host)
		}
		src.Frame = frame
	default:
		shown = ev.Dialect
	}
	src.Show(frame, shown)
	if result == event.Unknown {
		return
	}
	if ev.Resolution >= event.ResolutionSecond && !ev.IsLater() {
		src.Last = ev.Time
	}
	if ev.Columns != "" {
		src.NameColumns(ev.Dialect, ev.Columns)
	}
	if ev.ColumnsAssumed && !src.Assumed {
		src.Assumed = true
		e.logger.Warn("the file has shown no line that names its columns; taken are those that its server writes by default",
			zap.String("dialect", ev.Dialect), zap.String("source", src.name))
	}
}

// asText takes back what a parser saw in a line of message data: it is text of the source's conversation.
func asText(ev *event.Event) {
	text := event.Event{
		Time: ev.Time, Resolution: ev.Resolution, Shape: ev.Shape, Host: ev.Host, Line: ev.Line, Said: ev.Line, Scope: event.ScopeSource,
		Dialect: "transcript", Redact: ev.Redact[:0], RcptList: ev.RcptList[:0],
	}
	*ev = text
}

// source finds or makes the memory of a stream.
func (e *engine) source(key record.Source) *source {
	if e.newest.source != nil && e.newest.key == key {
		return e.newest.source
	}
	if s := e.sources[key]; s != nil {
		e.newest.key, e.newest.source = s.key(key), s
		return s
	}
	if len(e.sources) >= session.MaxSources {
		for other := range e.sources { // any one: it is found again by its name, while that is remembered
			delete(e.sources, other)
			break
		}
	}
	s := &source{name: nameOf(key)}
	s.Source = e.tracker.Source(s.name)
	e.sources[s.key(key)] = s
	return s
}

// nameOf is a stream's name in what is saved.
func nameOf(key record.Source) string {
	name := key.Host + "|" + key.Name
	if key.Part != "" {
		name += "|" + key.Part
	}
	return name
}

// key is the source's own copy of its key, whose strings are parts of its name.
func (s *source) key(key record.Source) record.Source {
	own := record.Source{Host: s.name[:len(key.Host)], Name: s.name[len(key.Host)+1:][:len(key.Name)]}
	if key.Part != "" {
		own.Part = s.name[len(s.name)-len(key.Part):]
	}
	return own
}

// speaks says whether a stream without a name in front of its lines is in the middle of a conversation, where such a name is text.
func (e *engine) speaks(key record.Source) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	key.Part = ""
	s := e.source(key)
	return s.Talks && e.tracker.Holds(s.Host, s.name)
}

// isPlaced says whether a line's place is known for good.
func isPlaced(f *record.File) bool { return f.HasOffset && f.ID != "" && f.ID != f.Path }

// placeOf is where a line stands, as an event has it. What was read before of a file that is known for good was sorted out already.
func placeOf(f *record.File) int64 {
	switch {
	case isPlaced(f):
		return event.NewPlace
	case f.HasOffset:
		return f.Offset + 1
	}
	return 0
}

// seen says whether the line at this place of a file was observed before. Only a file's identity counts: a path is
// given to another file by every rotation.
func (e *engine) seen(f *record.File) bool {
	if !isPlaced(f) {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tracker.Seen(f.ID, f.Offset)
}

// tick ends what belongs to silent hosts, and gives the records of that.
func (e *engine) tick(now time.Time) made {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out.Reset()
	e.tracker.Tick(now.UnixNano(), &e.out)
	return e.madeLogs()
}

// close ends what is open of the hosts that were observed through a pipeline, or all when it is the last one, and gives the records of that.
func (e *engine) close(via *smtpProcessor, last bool) made {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out.Reset()
	e.tracker.CloseHosts(func(host string) bool { return last || e.homes[host].via == via }, &e.out)
	return e.madeLogs()
}

// madeLogs turns the output into batches, one resource a host. The lock is held.
func (e *engine) madeLogs() made {
	all := made{}
	e.counts.output(&e.out)
	scopes := map[string]plog.ScopeLogs{}
	w := attrs.Writer{Full: e.writer.Full}
	for i := range e.out.Made {
		m := &e.out.Made[i]
		sl, ok := scopes[m.Host]
		home, known := e.homes[m.Host]
		if !ok {
			rl := all.of(home.via).ResourceLogs().AppendEmpty()
			if known {
				home.resource.CopyTo(rl.Resource())
			} else if m.Host != "" {
				rl.Resource().Attributes().PutStr(attrs.HostName, m.Host)
			}
			sl = rl.ScopeLogs().AppendEmpty()
			sl.Scope().SetName(attrs.Scope)
			sl.Scope().SetVersion(attrs.Version)
			scopes[m.Host] = sl
		}
		if w.Host = ""; known {
			w.Host = home.hostName(m.Host)
		}
		putMade(m, sl.LogRecords().AppendEmpty(), 0, &w)
	}
	return all
}

// home remembers what resource a host's records come with, and through which pipeline, for records that no batch is behind. The lock is held.
func (e *engine) home(host string, p *pass) {
	if host == e.homeOf && p.via == e.homeVia && len(e.homes) > 0 {
		return
	}
	if h, known := e.homes[host]; known {
		e.homeOf, e.homeVia = strings.Clone(host), p.via
		if h.via != p.via {
			h.via = p.via
			e.homes[e.homeOf] = h
		}
		return
	}
	if len(e.homes) >= maxHomes {
		for other := range e.homes {
			delete(e.homes, other)
			break
		}
	}
	copied := pcommon.NewResource()
	p.resource.CopyTo(copied)
	for _, name := range [...]string{attrs.FilePath, "log.file.name", attrs.FileID} {
		copied.Attributes().Remove(name)
	}
	e.homes[strings.Clone(host)] = home{copied, p.view.Names(host), p.via}
}

func (e *engine) save() ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tracker.Save()
}

func (e *engine) restore(data []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tracker.Restore(data)
}

// size says what they and what is remembered of ended ones take, in bytes.
func (e *engine) size() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tracker.Size()
}

// open says how many sessions and messages are in memory.
func (e *engine) open() (sessions, messages int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tracker.Open()
}
