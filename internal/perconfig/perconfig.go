// Package perconfig keeps what the instances of a component have in common: the Collector gives all of them the same configuration, and
// another one after a reload.
package perconfig

import "sync"

// Shared holds one thing for each configuration. The zero value is ready. It serves several goroutines.
type Shared[Config, Thing any] struct {
	mu   sync.Mutex
	list map[*Config]*Thing
}

// Of gives what a configuration has. Who asks first builds it, and is told how to have it forgotten when its last instance has gone:
// from then on another one is built. What could not be built is not kept. The lock is held while it is built.
func (s *Shared[Config, Thing]) Of(cfg *Config, build func(forget func()) (*Thing, error)) (*Thing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if thing := s.list[cfg]; thing != nil {
		return thing, nil
	}
	thing, err := build(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.list, cfg)
	})
	if err != nil {
		return nil, err
	}
	if s.list == nil {
		s.list = map[*Config]*Thing{}
	}
	s.list[cfg] = thing
	return thing, nil
}

// Len is how many configurations have one: none, where all instances have gone.
func (s *Shared[Config, Thing]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list)
}
