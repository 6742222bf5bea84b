package session

import (
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// files is how far each file was observed: the offset of its last line, by its identity.
type files struct {
	mu     sync.Mutex
	byName map[string]int64
}

const maxFiles = 65536

// Seen says whether the line at this offset of this file was observed before, and remembers it. Lines without an offset are new.
func (t *Tracker) Seen(file string, offset int64) bool {
	file = mailhost.ShortName(file)
	t.files.mu.Lock()
	defer t.files.mu.Unlock()
	last, known := t.files.byName[file]
	if known && offset <= last {
		return true
	}
	if !known {
		if len(t.files.byName) >= maxFiles {
			for f := range t.files.byName { // any one: its lines are long written, or come again marked new
				delete(t.files.byName, f)
				break
			}
		}
		file = strings.Clone(file)
	}
	t.files.byName[file] = offset
	return false
}
