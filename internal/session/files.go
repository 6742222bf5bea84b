package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// files is how far each file was observed: the offset of its last line, by its identity.
type files map[string]int64

const maxFiles = 65536

// Seen says whether the line at this offset of this file was observed before, and remembers it. Lines without an offset are new.
func (t *Tracker) Seen(file string, offset int64) bool {
	file = mailhost.ShortName(file)
	last, known := t.files[file]
	if known && offset <= last {
		return true
	}
	if !known {
		if len(t.files) >= maxFiles {
			for f := range t.files { // any one: its lines are long written, or come again marked new
				delete(t.files, f)
				break
			}
		}
		file = strings.Clone(file)
	}
	t.files[file] = offset
	return false
}
