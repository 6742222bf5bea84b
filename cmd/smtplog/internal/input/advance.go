package input

import (
	"bytes"
	"cmp"
	"io"
)

// idle says whether the log has no line now.
func (s *set) idle(in *Input) bool {
	if !s.over && s.file != nil && !s.ahead && in.turn%looks == 0 {
		s.advance(in)
	}
	return s.over || s.file != nil && !s.ahead
}

// advance reads the log's next line ahead; ahead says whether there is one.
func (s *set) advance(in *Input) {
	s.ahead = false
	for !s.over {
		if s.file == nil && !s.begin(in) {
			continue
		}
		text, at, ok := s.lines.next()
		if ok {
			s.line = Line{Text: text, Place: s.file.place(at), Anchor: s.anchor(in), File: s.file}
			if len(in.sets) > 1 {
				if stamp := in.options.Stamp(text, s.line.Anchor, s.stamp); stamp != 0 {
					s.stamp = stamp
				}
			}
			s.ahead = true
			return
		}
		if !s.lines.done { // followed
			return
		}
		s.finish()
	}
}

func (s *set) anchor(in *Input) int64 {
	if s.follow && s.isLast() && s.file.Path != Stdin {
		return in.now().UnixNano()
	}
	return s.file.Changed.UnixNano()
}

func (s *set) isLast() bool { return len(s.files) == 0 }

// begin opens the log's next file; false: there was none, or it could not be opened.
func (s *set) begin(in *Input) bool {
	if len(s.files) == 0 {
		s.over = true
		return false
	}
	f := s.files[0]
	s.files = s.files[1:]
	f.text = ""
	if f.Path == Stdin {
		s.take(in, f, nil, &stream{from: &counting{in.options.Stdin, &in.read}, file: f})
		return true
	}
	o, err := f.open(&in.read)
	if err != nil {
		f.Err = err
		return false
	}
	var from io.Reader = o
	if s.follow && s.isLast() && f.kind == "" && f.info.Mode().IsRegular() {
		from = &tail{open: o, path: f.Path, read: &in.read}
	}
	s.take(in, f, o, from)
	return true
}

// take goes on with a file.
func (s *set) take(in *Input, f *File, o *opened, from io.Reader) {
	s.file, s.open, s.lines = f, o, lines{from: from, size: cmp.Or(in.options.Piece, chunk), room: s.lines.room}
	if in.Passes == nil || s.follow {
		return
	}
	s.lines.passes = func(piece []byte, at int64) bool {
		if !in.Passes(piece, f.id, at) {
			return false
		}
		f.Lines += int64(bytes.Count(piece, newline))
		if len(in.sets) > 1 {
			s.pass(in, piece)
		}
		return true
	}
}

var newline = []byte{'\n'}

// stamped is how many lines at the end of a piece are looked at for a stamp.
const stamped = 64

// pass sets the time of the log to the newest stamp of lines that are passed over.
func (s *set) pass(in *Input, piece []byte) {
	for range stamped {
		piece = bytes.TrimSuffix(piece, newline)
		begin := bytes.LastIndexByte(piece, '\n') + 1
		if stamp := in.options.Stamp(string(piece[begin:]), s.anchor(in), s.stamp); stamp != 0 {
			s.stamp = stamp
			return
		}
		if piece = piece[:begin]; begin == 0 {
			return
		}
	}
}

// finish closes the file that is at its end.
func (s *set) finish() {
	if s.lines.err != nil {
		s.file.Err = s.file.damage(s.lines.err)
	}
	if s.open != nil {
		s.open.close()
	}
	s.file, s.open = nil, nil
}
