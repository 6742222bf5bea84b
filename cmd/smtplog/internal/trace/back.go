package trace

import "maps"

// back is what was read last of a file: when the line that names what was asked for brings ids, the lines of the same message are right before it, and what they
// bring is found without reading the log once more.
type back struct {
	text  []byte // of the file, up to where it is read
	file  string
	begin int64 // where the text begins in the file
	due   bool  // ids were found that it may have
	times int

	processes map[string]bool
	near      map[string][]int64
}

// mostBack is how often it is looked through: who is named on every page needs no shortcut.
const mostBack = 8

// add keeps a piece of a file, and lets go of what is too old.
func (b *back) add(piece []byte, file string, at int64) {
	if file != b.file || at != b.begin+int64(len(b.text)) {
		b.text, b.file, b.begin = b.text[:0], file, at
	}
	if len(b.text) > 2*nearby {
		cut := len(b.text) - nearby
		b.text, b.begin = append(b.text[:0], b.text[cut:]...), b.begin+int64(cut)
	}
	b.text = append(b.text, piece...)
}

// lookBack looks through what was read last, where ids were found.
func (s *Search) lookBack() {
	b := &s.back
	if s.LookBack == nil || !b.due || b.times >= mostBack || s.rounds > 0 {
		return
	}
	b.due = false
	b.times++
	text := b.text
	for len(text) > 0 && b.begin > 0 && text[0] != '\n' { // it begins in the middle of a line
		text = text[1:]
	}
	inner := New(s.needles.terms, s.zone)
	inner.needles.ids, inner.needles.short = maps.Clone(s.needles.ids), append([]string(nil), s.needles.short...)
	s.LookBack(text, inner)
	for id := range inner.needles.ids {
		s.find(id)
	}
	begin := b.begin + int64(len(b.text)-len(text))
	for pid := range inner.needles.processes {
		b.processes[pid] = true
	}
	for _, list := range inner.needles.near {
		for _, at := range list {
			b.near[b.file] = append(b.near[b.file], begin+at)
		}
	}
}
