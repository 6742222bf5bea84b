package session

import "strings"

// Source is what is remembered of one stream of lines, a file or a connection, beside what its lines tell of sessions and messages.
type Source struct {
	Last    int64             // the stamp of its newest line, nanoseconds since 1970
	Dialect string            // that its newest line without a program name was written in
	Talks   bool              // it has shown a conversation without ids
	Host    string            // that one's
	Columns map[string]string // by dialect: what its header line named the columns of the lines behind it
	Assumed bool              // it was said that its columns are those that the server writes by default
}

// The bounds of the memory of sources.
const (
	maxSources     = 65536
	longestColumns = 8192
)

// Source finds or makes the memory of a stream. It stays valid; beyond maxSources any other one is no longer saved.
func (t *Tracker) Source(name string) *Source {
	s := t.sources[name]
	if s != nil {
		return s
	}
	if len(t.sources) >= maxSources {
		for other := range t.sources {
			delete(t.sources, other)
			break
		}
	}
	s = new(Source)
	t.sources[strings.Clone(name)] = s
	return s
}

// NameColumns keeps what a dialect's header line names the columns of the lines behind it.
func (s *Source) NameColumns(dialect, columns string) {
	if s.Columns[dialect] == columns || len(columns) > longestColumns {
		return
	}
	if s.Columns == nil {
		s.Columns = make(map[string]string)
	}
	s.Columns[dialect] = strings.Clone(columns)
}
