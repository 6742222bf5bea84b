package tail

import (
	"encoding/json"
	"fmt"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
)

// State is what is saved of the files: no byte of their content, only imprints.
type State struct {
	Version uint64 // another one when something has changed

	files  []savedFile
	copies []savedCopy
}

// stateVersion is that of the saved form.
const stateVersion = 1

type savedState struct {
	Version int         `json:"version"`
	Files   []savedFile `json:"files"`
	Copies  []savedCopy `json:"copies,omitempty"`
}

type savedFile struct {
	ID      string      `json:"id"`
	Base    uint64      `json:"base"`
	Ordinal int         `json:"ordinal"`
	Dir     string      `json:"dir"`
	Path    string      `json:"path"`
	Kind    packed.Kind `json:"kind,omitempty"`
	Place   Place       `json:"place"`
	Size    int64       `json:"size,omitempty"`
	Changed int64       `json:"changed,omitempty"`
	Skipped bool        `json:"skipped,omitempty"`
	Placed  bool        `json:"placed,omitempty"`
	Gap     string      `json:"gap,omitempty"`
	Mark    savedMark   `json:"mark"`

	mark Mark
}

type savedMark struct {
	At    int64   `json:"at"`
	Sum   uint32  `json:"sum,omitempty"`
	Whole bool    `json:"whole,omitempty"`
	Tail  imprint `json:"tail"`
	Head  imprint `json:"head"`
}

func (m Mark) saved() savedMark {
	s := savedMark{m.At, m.sum, m.whole, m.print, m.first()}
	if m.tail != nil {
		s.Tail = imprintOf(m.tail)
	}
	return s
}

func (s savedMark) restored() Mark {
	return Mark{At: s.At, sum: s.Sum, whole: s.Whole, print: s.Tail, begin: s.Head}
}

type savedCopy struct {
	Of      string    `json:"of"`
	Path    string    `json:"path"`
	Place   Place     `json:"place"`
	Size    int64     `json:"size"`
	Changed int64     `json:"changed"`
	End     savedMark `json:"end"`

	end Mark
}

// State is a copy of what is to be saved now. It may be called while files are read, not while Look runs.
func (k *Known) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := State{Version: k.changes.Load()}
	for _, f := range k.files {
		f.mu.Lock()
		if f.mark.At > 0 || f.skipped {
			s.files = append(s.files, savedFile{
				ID: f.ID, Base: f.base, Ordinal: f.ordinal, Dir: f.Dir, Path: f.Path, Kind: f.Kind, Place: f.place,
				Size: f.size, Changed: f.changed, Skipped: f.skipped, Placed: f.placed, Gap: f.goesOnIn, mark: f.mark,
			})
		}
		f.mu.Unlock()
	}
	for at, c := range k.copies {
		s.copies = append(s.copies, savedCopy{Of: c.original.ID, Path: at.path, Place: c.place, Size: c.size, Changed: c.changed, end: c.end})
	}
	return s
}

// Encode gives the saved form.
func (s State) Encode() ([]byte, error) {
	for i := range s.files {
		s.files[i].Mark = s.files[i].mark.saved()
	}
	for i := range s.copies {
		s.copies[i].End = s.copies[i].end.saved()
	}
	return json.Marshal(savedState{stateVersion, s.files, s.copies})
}

// Restore takes what Encode gave. It is to be called before the first look.
func (k *Known) Restore(data []byte) error {
	var s savedState
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if s.Version != stateVersion {
		return fmt.Errorf("its version is %d, not %d", s.Version, stateVersion)
	}
	byID := make(map[string]*File, len(s.Files))
	for _, v := range s.Files {
		f := &File{
			ID: v.ID, base: v.Base, ordinal: v.Ordinal, Dir: v.Dir, Path: v.Path, Kind: v.Kind, place: v.Place,
			size: v.Size, changed: v.Changed, skipped: v.Skipped, placed: v.Placed, goesOnIn: v.Gap,
			changes: &k.changes,
			mark:    v.Mark.restored(),
		}
		k.files = append(k.files, f)
		byID[f.ID] = f
		if f.placed {
			k.places[keyOf(f.place, f.Path)] = f
		}
	}
	for _, c := range s.Copies {
		if f := byID[c.Of]; f != nil {
			k.copies[keyOf(c.Place, c.Path)] = &replica{original: f, place: c.Place, size: c.Size, changed: c.Changed, end: c.End.restored()}
		}
	}
	k.restored = true
	return nil
}
