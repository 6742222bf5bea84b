package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// unwrap reads a line that is somebody's record around the mail server's line: a journal's entry in JSON or in the export format, a Docker log file's, Fluentd's or
// rsyslog's JSON. It is false for any other text, also for JSON that a mail server writes itself.
func (v *View) unwrap(text string, f *fields) bool {
	switch {
	case strings.HasPrefix(text, "{"):
		return v.unwrapJSON(text, "", f)
	case strings.HasPrefix(text, journalStart):
		return f.readExport(text)
	}

	// Fluentd's file: stamp, tag, JSON
	if text == "" || !scan.IsDigit(text[0]) {
		return false
	}
	stamp, rest, ok := scan.Cut(text[:min(len(text), 256)], '\t')
	if !ok {
		return false
	}
	_, rest, ok = scan.Cut(rest, '\t')
	if !ok || !strings.HasPrefix(rest, "{") {
		return false
	}
	return v.unwrapJSON(text[min(len(text), 256)-len(rest):], stamp, f)
}

// unwrapJSON reads a JSON object whose keys are a carrier's.
func (v *View) unwrapJSON(text, stamp string, f *fields) bool {
	if !strings.Contains(text, `"log"`) && !strings.Contains(text, `"MESSAGE"`) && !strings.Contains(text, `"message"`) || text[len(text)-1] != '}' {
		return false
	}
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return false
	}
	body := pcommon.NewMap()
	if body.FromRaw(object) != nil {
		return false
	}
	outer := *f
	f.read(body, true)
	if !f.isCarried(body) {
		*f = outer
		return false
	}
	if stamp == "" { // Docker's, which is when the line was written
		if value, ok := body.Get("time"); ok && value.Type() == pcommon.ValueTypeStr && f.container {
			stamp = value.Str()
		}
	}
	if t, res, rest, ok := header.Stamp(stamp, header.Clock{}); ok && rest == "" && res >= event.ResolutionSecond {
		v.Time, v.Resolution = t, res
	}
	return true
}

// isCarried says whether the keys are those of a carrier that holds another program's line.
func (f *fields) isCarried(body pcommon.Map) bool {
	switch {
	case f.journal, f.container && f.log != "":
		return f.text() != ""
	case f.program != "":
		return f.message != ""
	}
	// no program: a whole line within
	var h header.Header
	return f.text() != "" && header.Parse(f.text(), header.Clock{}, &h) && h.PID > 0 && body.Len() > 0
}

// isOwn says whether a map with a message is the record that a program itself writes in JSON: it tells its level beside the message, and nothing
// that a carrier would tell of the line.
func (f *fields) isOwn(body pcommon.Map, text string) bool {
	if f.journal || f.syslog || f.program != "" || f.log != "" || body.Len() < leastKeys {
		return false
	}
	if _, ok := body.Get("@timestamp"); ok { // Logstash and its like
		return false
	}
	for _, key := range [...]string{"level", "message"} {
		if value, ok := body.Get(key); !ok || value.Type() != pcommon.ValueTypeStr {
			return false
		}
	}
	var h header.Header
	return !header.Parse(text, header.Clock{}, &h) || h.PID == 0
}

// journalStart begins an entry in the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS).
const journalStart = "__CURSOR="

// readExport reads an entry of the export format: KEY=value lines; or, where the value is no plain text, the key alone, eight bytes of length, the value.
func (f *fields) readExport(text string) bool {
	body := pcommon.NewMap()
	for text != "" {
		line, rest, _ := scan.Cut(text, '\n')
		key, value, ok := scan.Cut(line, '=')
		if !ok {
			if len(rest) < 8 {
				break
			}
			size := binary.LittleEndian.Uint64([]byte(rest[:8]))
			if size > uint64(len(rest)-8) {
				break
			}
			value, rest = rest[8:8+size], strings.TrimPrefix(rest[8+size:], "\n")
		}
		switch key {
		case "MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "_COMM", "_HOSTNAME", "_TRANSPORT", "_BOOT_ID", "CONTAINER_ID", "CONTAINER_NAME",
			"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP":
			body.PutStr(key, value)
		}
		text = rest
	}
	outer := *f
	f.read(body, true)
	if f.text() == "" {
		*f = outer
		return false
	}
	return true
}

// SplitLines cuts a file into lines, but for entries of the journal's export format, which an empty line ends: those stay whole. It is a
// bufio.SplitFunc; a line whose end is not there yet is not given out.
func SplitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if atEOF && len(data) == 0 {
		return 0, nil, nil
	}
	end := []byte("\n")
	if bytes.HasPrefix(data, []byte(journalStart)) {
		end = []byte("\n\n")
	}
	i := bytes.Index(data, end)
	if i < 0 {
		return 0, nil, nil
	}
	token = data[:i]
	if i > 0 && data[i-1] == '\r' {
		token = data[:i-1]
	}
	return i + len(end), token, nil
}
