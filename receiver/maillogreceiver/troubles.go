package maillogreceiver

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// troubles tells what keeps files from being read: once, and again when it changes.
type troubles struct {
	logger *zap.Logger
	looks  int
	list   map[string]*trouble // by glob or path

	mu     sync.Mutex
	failed map[string]string // by path, what went wrong while reading
}

type trouble struct {
	what string
	told string    // what was told of it, empty for nothing yet
	from time.Time // when it came or changed
}

const (
	// settled is how long a trouble has to last to be told: between the two steps of a rotation a name is missing for a moment.
	settled = 5 * time.Second
	// maxTroubles bounds the memory and the log.
	maxTroubles = 1000
)

// reading notes how reading a file went.
func (t *troubles) reading(path string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		delete(t.failed, path)
	} else if len(t.failed) < maxTroubles {
		if t.failed == nil {
			t.failed = make(map[string]string)
		}
		t.failed[path] = "cannot be read: " + cause(err)
	}
}

// cause is what the system says, without its call and the file: the name stands in front.
func cause(err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err.Error()
	}
	return err.Error()
}

// tell takes what is the matter now, by glob or path, and logs what is new or over. What is there at the first look is told at once.
func (t *troubles) tell(now map[string]string, at time.Time) {
	t.mu.Lock()
	maps.Copy(now, t.failed)
	t.mu.Unlock()
	if t.list == nil {
		t.list = make(map[string]*trouble)
	}
	t.looks++
	for _, name := range slices.Sorted(maps.Keys(now)) {
		old := t.list[name]
		switch {
		case old == nil && len(t.list) < maxTroubles:
			old = &trouble{what: now[name], from: at}
			t.list[name] = old
		case old == nil:
			continue
		case old.what != now[name]:
			old.what, old.from = now[name], at
		}
		if old.told != old.what && (t.looks == 1 || at.Sub(old.from) >= settled) {
			old.told = old.what
			t.logger.Warn(name+" "+old.what, zap.String("include", name))
		}
	}
	for name, old := range t.list {
		if _, still := now[name]; still {
			continue
		}
		delete(t.list, name)
		if old.told != "" {
			t.logger.Info(name+" is read now, or is gone", zap.String("include", name))
		}
	}
}
