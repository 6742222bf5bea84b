package session

import (
	"slices"
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// Source is what is remembered of one stream of lines, a file or a connection, beside what its lines tell of sessions and messages. Who reads or changes it
// holds its lock.
type Source struct {
	Last    int64             // the stamp of its newest line, nanoseconds since 1970
	Dialect string            // that its newest line without a program name was written in
	Talks   bool              // it is in a conversation without ids, or has been in one
	Host    string            // that one's
	Frame   Frame             // of that one's lines
	Shown   Frame             // the most that its lines have had, but for those of message data
	Servers []string          // the dialects of its lines that are of no conversation and name no program
	Claimed []string          // and of those that name one
	Columns map[string]string // by dialect: what its header line named the columns of the lines behind it
	Assumed bool              // it was said that its columns are those that the server writes by default
	Entries []Entry           // of several lines that may go on, the newest at the end
	Cut     uint8             // the pipes of a container, a bit each, whose newest line goes on with the next

	mu    sync.Mutex
	name  string
	links aging.Links[Source]
	share mailhost.Share // of the columns of all
}

// The bounds of the memory of sources.
const (
	MaxSources     = 16384
	longestColumns = 8192
	maxEntries     = 8    // processes in the midst of an entry at a time
	longestEntry   = 8192 // bytes; Exim writes no longer ones (LOG_BUFFER_SIZE in src/macros.h)
)

// sources are the memories of all streams.
type sources struct {
	mu     sync.Mutex
	byName map[string]*Source
	order  *aging.List[Source] // the one that was asked for longest ago first
}

func (s *sources) clear() {
	s.byName = make(map[string]*Source)
	s.order = &aging.List[Source]{Of: func(s *Source) *aging.Links[Source] { return &s.links }}
}

// Source finds or makes the memory of a stream. It stays valid; beyond MaxSources the one that was asked for longest ago is no longer saved.
func (t *Tracker) Source(name string) *Source {
	t.sources.mu.Lock()
	defer t.sources.mu.Unlock()
	s := t.sources.byName[name]
	if s == nil {
		for len(t.sources.byName) >= MaxSources {
			old := t.sources.order.Head
			old.share.Drop()
			t.sources.order.Remove(old)
			delete(t.sources.byName, old.name)
		}
		s = new(Source)
		t.keepSource(strings.Clone(name), s)
	}
	t.sources.order.Push(s)
	return s
}

func (t *Tracker) keepSource(name string, s *Source) {
	s.name, s.share = name, t.all.ColumnShare()
	for _, columns := range s.Columns {
		s.share.Add(len(columns))
	}
	t.sources.byName[name] = s
	t.sources.order.Push(s)
}

// Lock makes the lines of the stream go one after the other: nobody else reads or changes what is remembered of it until Unlock.
func (s *Source) Lock() { s.mu.Lock() }

// Unlock lets the stream's next line go.
func (s *Source) Unlock() { s.mu.Unlock() }

// NameColumns keeps what a dialect's header line names the columns of the lines behind it.
func (s *Source) NameColumns(dialect, columns string) {
	if s.Columns[dialect] == columns || len(columns) > longestColumns || !s.share.Fits() {
		return
	}
	s.share.Add(len(columns) - len(s.Columns[dialect]))
	if s.Columns == nil {
		s.Columns = make(map[string]string)
	}
	s.Columns[dialect] = strings.Clone(columns)
}

// Entry is a log entry of several lines that has not ended, as far as is known.
type Entry struct {
	Writer uint64 // who writes it: see WriterOf
	event.Entry
	Bytes int
}

// WriterOf names who wrote a line: one process of a host, or, where lines have no header that names one, all that write to the source.
func WriterOf(host, program string, pid int64) uint64 {
	if program == "" {
		return 0
	}
	return uint64(hash.New().Str(host).Str(program).Num(pid))
}

// Open gives the entry that a writer's line may go on with. A line that names no program ends with the next line, whoever writes that.
func (s *Source) Open(writer uint64) event.Entry {
	for i := range s.Entries {
		if s.Entries[i].Writer == writer {
			return s.Entries[i].Entry
		}
	}
	return event.Entry{}
}

// Leave keeps what a writer's line of so many bytes leaves open. Every other entry that names no process is over.
func (s *Source) Leave(writer uint64, left event.Entry, size int) {
	kept, bytes := s.Entries[:0], size
	for _, e := range s.Entries {
		switch {
		case e.Writer == writer && !left.Begins:
			bytes += e.Bytes
		case e.Writer == writer:
		case e.Writer != 0:
			kept = append(kept, e)
		}
	}
	if left.Step != 0 && bytes <= longestEntry {
		if len(kept) >= maxEntries {
			kept = append(kept[:0], kept[1:]...)
		}
		kept = append(kept, Entry{writer, left, bytes})
	}
	s.Entries = kept
}

// Frame is how much a line has in front of its words.
type Frame uint8

// The frames, lesser ones first.
const (
	FrameNone    Frame = iota
	FrameStamp         // a stamp with a date
	FrameProgram       // and a program's name
)

// FrameOf tells the frame of a line by its header.
func FrameOf(h *header.Header) Frame {
	switch {
	case h.Resolution < event.ResolutionSecond:
		return FrameNone
	case h.Program == "":
		return FrameStamp
	}
	return FrameProgram
}

// IsOthers says whether a line is of none of the source's conversations without ids, although it comes in the midst of one: it has a fuller header than
// that one's lines, as lines of this source had before. Message data may quote such a line, where the source has none.
func (s *Source) IsOthers(f Frame) bool { return f > s.Frame && f <= s.Shown }

// Knows says whether the source has shown lines of a dialect besides conversations.
func (s *Source) Knows(dialect string) bool {
	return slices.Contains(s.Servers, dialect) || slices.Contains(s.Claimed, dialect)
}

// IsRest says whether a line of a container's pipe is the rest of the one before, and keeps whether another rest follows.
func (s *Source) IsRest(pipe uint8, cut bool) bool {
	bit := uint8(1) << pipe
	rest := s.Cut&bit != 0
	if s.Cut &^= bit; cut {
		s.Cut |= bit
	}
	return rest
}

// Show keeps what a line that is none of message data shows of the source.
func (s *Source) Show(f Frame, dialect string) {
	s.Shown = max(s.Shown, f)
	list := &s.Servers
	if f == FrameProgram {
		list = &s.Claimed
	}
	if dialect != "" && !slices.Contains(*list, dialect) {
		*list = append(*list, dialect)
	}
}
