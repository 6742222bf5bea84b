package engine

import (
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// source is one stream of lines. Its lines go one after the other: who takes one through the engine holds its lock.
type source struct {
	key      Source
	name     string
	exchange secrets.Exchange
	said     map[string]*saidLine // by host
	gone     bool                 // it was given up: its key means another one now
	*session.Source
}

// sources are the streams by what their carriers say of them.
type sources struct {
	mu    sync.RWMutex
	byKey map[Source]*source
}

// source finds or makes the memory of a stream.
func (e *Engine) source(key Source) *source {
	e.sources.mu.RLock()
	s := e.sources.byKey[key]
	e.sources.mu.RUnlock()
	if s == nil {
		s = e.addSource(key)
	}
	return s
}

// enter gives the source of a key, with its lock; last is one that it may be, nil for none.
func (e *Engine) enter(key Source, last *source) *source {
	s := last
	if s == nil || s.key != key {
		s = e.source(key)
	}
	for s.Lock(); s.gone; s.Lock() {
		s.Unlock()
		s = e.source(key)
	}
	return s
}

func (e *Engine) addSource(key Source) *source {
	e.sources.mu.Lock()
	defer e.sources.mu.Unlock()
	if s := e.sources.byKey[key]; s != nil { // meanwhile
		return s
	}
	if len(e.sources.byKey) >= session.MaxSources {
		for _, other := range e.sources.byKey { // any one: it is found again by its name, while that is remembered
			e.giveUp(other)
			break
		}
	}
	s := &source{name: nameOf(key)}
	s.key = s.ownKey(key)
	s.Source = e.tracker.Source(s.name)
	e.sources.byKey[s.key] = s
	return s
}

// giveUp forgets a stream that has no line on its way. The lock of the sources is held, which nobody waits for who holds a source's.
func (e *Engine) giveUp(s *source) {
	s.Lock()
	defer s.Unlock()
	s.gone = true
	e.repeats.drop(s)
	delete(e.sources.byKey, s.key)
}

// nameOf is a stream's name in what is saved.
func nameOf(key Source) string {
	name := key.Host + "|" + key.Name
	if key.Part != "" {
		name += "|" + key.Part
	}
	return name
}

// file is a stream's name without the part of it that its lines write, as own logs may have it.
func (s *source) file() string {
	parts := strings.SplitN(s.name, "|", 3)
	return strings.Join(parts[:min(len(parts), 2)], "|")
}

// ownKey is the source's own copy of its key, whose strings are parts of its name.
func (s *source) ownKey(key Source) Source {
	own := Source{Host: s.name[:len(key.Host)], Name: s.name[len(key.Host)+1:][:len(key.Name)]}
	if key.Part != "" {
		own.Part = s.name[len(s.name)-len(key.Part):]
	}
	return own
}
