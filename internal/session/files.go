package session

import (
	"maps"
	"strings"
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/lanes"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// files is how far each file was observed: the offset of its last line, by its identity. Files that are read side by side hardly ever wait for one another.
type files [16]someFiles

type someFiles struct {
	mu     sync.Mutex
	byName map[string]int64
	_      [112]byte // others are written elsewhere in memory
}

const maxFiles = 65536

func (f *files) of(name string) *someFiles { return &f[lanes.Of(name)%uint64(len(f))] }

// list gives all of them. Nobody else is there.
func (f *files) list() map[string]int64 {
	all := map[string]int64{}
	for i := range f {
		maps.Copy(all, f[i].byName)
	}
	return all
}

// set makes these all of them. Nobody else is there.
func (f *files) set(all map[string]int64) {
	for i := range f {
		f[i].byName = make(map[string]int64)
	}
	for name, offset := range all {
		f.of(name).byName[name] = offset
	}
}

// Seen says whether the line at this offset of this file was observed before, and remembers it. Lines without an offset are new.
func (t *Tracker) Seen(file string, offset int64) bool {
	file = mailhost.ShortName(file)
	some := t.files.of(file)
	some.mu.Lock()
	defer some.mu.Unlock()
	last, known := some.byName[file]
	if known && offset <= last {
		return true
	}
	if !known {
		if len(some.byName) >= maxFiles/len(t.files) {
			for f := range some.byName { // any one: its lines are long written, or come again marked new
				delete(some.byName, f)
				break
			}
		}
		file = strings.Clone(file)
	}
	some.byName[file] = offset
	return false
}
