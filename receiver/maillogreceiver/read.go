package maillogreceiver

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/packed"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// chunk is how much is read at once. The lines of a chunk are parts of one string.
const chunk = 128 << 10

var chunks = sync.Pool{New: func() any { b := make([]byte, chunk); return &b }}

// reading is one way through what a file has behind its mark.
type reading struct {
	r     *maillogReceiver
	file  *tail.File
	ahead tail.Mark // behind the lines that were taken
	batch batch
}

// read hands on what f has behind its mark. It is false when a batch was not accepted, or the file was moved
// before it was opened: nothing behind that may be handed on.
func (r *maillogReceiver) read(f *tail.File, newest bool) bool {
	in := reading{r: r, file: f, ahead: f.Mark(), batch: batch{r: r, file: f}}
	src, err := f.Open()
	if err == nil {
		err = in.all(src, newest)
		_ = src.Close()
	}
	if errors.Is(err, errStopped) || tail.WasMoved(err) { // the next look finds it again
		return false
	}
	if f.Kind == packed.Plain {
		r.troubles.reading(f.Path, err)
	} else if f.Finish(err != nil, r.now()) && err != nil {
		r.logger.Warn("a packed file is cut or damaged; the lines in front of that were read", zap.String("path", f.Path),
			zap.Int64("bytes", f.Mark().At), zap.Error(err))
	}
	return true
}

// all reads to the end. Its error is errStopped, or the reader's.
func (in *reading) all(src io.Reader, newest bool) error {
	pooled := chunks.Get().(*[]byte)
	defer chunks.Put(pooled)
	buf, have := *pooled, 0
	for {
		began := have
		var err error
		for have < len(buf) && err == nil { // what unpacks gives little at a time
			var n int
			n, err = src.Read(buf[have:])
			have += n
		}
		if have > began && !in.file.Still(in.ahead) {
			return in.end(nil, nil)
		}
		used, stopped := in.take(buf[:have])
		if stopped != nil {
			return stopped
		}
		if have = copy(buf, buf[used:have]); have == len(buf) {
			buf = append(buf, make([]byte, len(buf))...) // room for a long line
		}
		// Who writes faster than we read is not waited for: there are other files.
		enough := newest && in.file.Kind == packed.Plain && in.ahead.At+int64(have) >= in.file.Size()
		switch {
		case err == io.EOF || err == nil && enough:
			return in.end(buf[:have], nil)
		case err != nil || in.r.running.Err() != nil:
			return in.end(nil, err)
		}
	}
}

// take hands on the whole lines of data and says how long they were together.
func (in *reading) take(data []byte) (used int, stopped error) {
	at, from := in.ahead.At, 0
	if in.ahead.InLine() {
		used = endOfTorn(data)
	}
	text := string(data[:bytes.LastIndexByte(data, '\n')+1]) // one string, checked once, for all of its lines
	valid := utf8.ValidString(text)
	for {
		line, length := record.CutLine(text[min(used, len(text)):])
		if rest := data[used:]; length == 0 && len(rest) > int(in.r.cfg.MaxLogSize) {
			length = int(in.r.cfg.MaxLogSize)
			line = strings.ToValidUTF8(string(rest[:length]), replacement)
		} else if length == 0 {
			break
		} else if len(line) > int(in.r.cfg.MaxLogSize) {
			length = int(in.r.cfg.MaxLogSize)
			line = line[:length]
		}
		if !valid {
			line = strings.ToValidUTF8(line, replacement)
		}
		in.batch.add(line, at+int64(used))
		if used += length; in.batch.isFull() {
			in.ahead = in.ahead.Past(data[from:used])
			if from = used; !in.batch.send(in.ahead) {
				return used, errStopped
			}
		}
	}
	in.ahead = in.ahead.Past(data[from:used])
	return used, nil
}

// replacement stands for bytes that are no UTF-8.
const replacement = "\uFFFD"

// endOfTorn is the length of a line end that comes behind a line which was handed on without it.
func endOfTorn(data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\n")):
		return 1
	case bytes.HasPrefix(data, []byte("\r\n")):
		return 2
	}
	return 0
}

// end hands on what is left: of a file that was read to its end perhaps a line that has none itself. That is waited for: a writer
// that waits for the disk may stop in the middle of it.
func (in *reading) end(rest []byte, err error) error {
	now := in.r.now()
	for len(rest) > 0 && (in.file.Kind != packed.Plain || now.Sub(in.file.Rest(len(rest), now)) >= unfinished) {
		one, line := rest, string(rest)
		if n := bytes.LastIndexByte(rest, '\n') + 1; n > 0 { // an entry of several lines, and perhaps the beginning of another one
			one, line = rest[:n], strings.TrimRight(string(rest[:n]), "\r\n")
		}
		in.batch.add(strings.ToValidUTF8(line, replacement), in.ahead.At)
		in.ahead, rest = in.ahead.Past(one), rest[len(one):]
	}
	if !in.batch.send(in.ahead) || in.r.running.Err() != nil {
		return errStopped
	}
	return err
}
