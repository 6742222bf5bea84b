package record

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Lines is what is known of mail servers' lines, for a text that may be one or hold one. It is nil where nothing is.
type Lines interface {
	// Own says whether an object is one that a mail server writes itself.
	Own(text string) bool
	// Claims says whether a mail server, or a program beside one, writes under this name.
	Claims(program string) bool
	// Has says whether a text is a mail server's line; said that it is words of a conversation, which may as well be anybody's.
	Has(text string) (ok, said bool)
}

// mostLayers is how often a line may stand within another: a JSON object in Docker's, in Kubernetes' format, behind a name.
const mostLayers = 6

// open takes off what carriers put around the line: names and stamps in front of it, and records that hold it as a value. A line that its runtime has cut is put
// together where its pieces came as one.
func (v *View) open(text string, f *fields) string {
	text, behind, cut := pieces(text)
	for range mostLayers {
		if rest, ok := v.cutPrefix(text); ok {
			text = rest
		} else if v.unwrap(text, f) {
			v.Unwrapped = true
			text = scan.TrimEOL(f.text())
		} else {
			break
		}
		if cut && v.Cut {
			text, cut = scan.TrimEOL(text+behind), false
			v.Joined, v.Cut = true, false
		}
	}
	return text
}

// unwrap reads a line that is somebody's record around the mail server's line: a journal's entry in JSON, in the export format or
// as it is shown in full, a Docker log file's, Fluentd's or rsyslog's JSON, pairs of keys and values. It is false for any other text, also for JSON that a
// mail server writes itself.
func (v *View) unwrap(text string, f *fields) bool {
	switch {
	case text == "":
		return false
	case text[0] == '{':
		return v.unwrapJSON(text, "", f)
	case text[0] == '\x1e': // journalctl -o json-seq (RFC 7464)
		return strings.HasPrefix(text[1:], "{") && v.unwrapJSON(text[1:], "", f)
	case strings.HasPrefix(text, "data: {"): // journalctl -o json-sse
		return v.unwrapJSON(text[len("data: "):], "", f)
	case strings.HasPrefix(text, JournalStart):
		return f.readExport(text)
	case text[0] >= 'A' && text[0] <= 'Z' && f.readVerbose(text):
		return true
	}
	if object, stamp := behindTag(text); object != "" {
		return v.unwrapJSON(object, stamp, f)
	}
	return text[len(text)-1] == '}' && v.unwrapBehind(text, f) || v.unwrapPairs(text, f)
}

// unwrapBehind reads an object behind the syslog header of a container or of a log daemon, with or without the cookie that marks
// one ("@cee: ").
func (v *View) unwrapBehind(text string, f *fields) bool {
	var h header.Header
	if !header.Parse(text, header.Clock{}, &h) || h.Program != "" && !header.MayCarry(h.Program) && !header.NamesLog(h.Program) {
		return false // any other program may print what it was told
	}
	object := strings.TrimPrefix(h.Text, "@cee:")
	if object = scan.TrimLeft(object); object == "" || object[0] != '{' || !v.unwrapJSON(object, "", f) {
		return false
	}
	if f.host == "" {
		f.host = h.Host
	}
	if f.stamp == "" && f.nanos == 0 && v.Resolution == event.ResolutionNone { // the header's
		_, rest, _ := scan.Between(text, '<', '>')
		if text[0] != '<' {
			rest = text
		}
		rest = strings.TrimPrefix(rest, "1 ")
		if _, _, behind, ok := header.Stamp(rest, header.Clock{}); ok {
			f.stamp, f.stampRank = rest[:len(rest)-len(behind)], rankNamed
		}
	}
	return true
}

// behindTag finds the object in a line of Fluentd's file, "stamp TAB tag TAB object", or of Fluent Bit's, "tag:
// [1795447947.611330000, object]".
func behindTag(text string) (object, stamp string) {
	window := text[:min(len(text), 256)]
	if scan.IsDigit(text[0]) {
		stamp, rest, ok := scan.Cut(window, '\t')
		if _, rest, ok = cutIf(ok, rest, '\t'); ok && strings.HasPrefix(rest, "{") {
			return text[len(window)-len(rest):], stamp
		}
		return "", ""
	}
	tag, rest, ok := scan.Cut(window, ':')
	if !ok || text[len(text)-1] != ']' || strings.IndexByte(tag, ' ') >= 0 || !strings.HasPrefix(rest, " [") {
		return "", ""
	}
	stamp, rest, ok = scan.Cut(rest[2:], ',')
	if !ok || !strings.HasPrefix(rest, " {") {
		return "", ""
	}
	return text[len(window)-len(rest)+1 : len(text)-1], stamp
}

func cutIf(ok bool, s string, c byte) (head, rest string, found bool) {
	if !ok {
		return "", s, false
	}
	return scan.Cut(s, c)
}

// unwrapJSON reads a JSON object that holds a line: one whose keys are a carrier's, or one with a value that is a mail server's
// line for sure.
func (v *View) unwrapJSON(text, stamp string, f *fields) bool {
	text = scan.TrimRight(text)
	if text[len(text)-1] != '}' || v.Lines != nil && v.Lines.Own(text) {
		return false
	}
	known := hasCarriersKey(text)
	if !known && (v.Lines == nil || !v.holdsLine(text)) {
		return false
	}
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return false
	}
	body := pcommon.NewMap()
	if fill(body, object) != nil {
		return false
	}
	in, ok := v.carried(body, f, stamp != "")
	if !ok {
		return false
	}
	if in.ownLine(body) {
		in.container, v.container = false, false
	}
	*f = in
	v.readPipe(body)
	if t, res, rest, ok := header.Stamp(stamp, header.Clock{}); ok && rest == "" && res >= event.ResolutionSecond {
		v.Time, v.Resolution = t, res
	}
	return true
}

// fill puts the keys of an object into a map in the order of their names: of two that mean the same it is always the same one that counts.
func fill(m pcommon.Map, object map[string]any) error {
	m.EnsureCapacity(len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner, ok := object[key].(map[string]any)
		if !ok {
			if err := m.PutEmpty(key).FromRaw(object[key]); err != nil {
				return err
			}
			continue
		}
		if err := fill(m.PutEmptyMap(key), inner); err != nil {
			return err
		}
	}
	return nil
}

// leastCut is a little less than the 16 KiB behind which Docker cuts a line.
const leastCut = 16<<10 - 64

// readPipe reads which pipe an entry of Docker's log file is of, and whether it was cut: then the text has no line end.
func (v *View) readPipe(body pcommon.Map) {
	const mostKeys = 4 // "attrs" may stand beside log, stream and time
	pipe, piped := body.Get("stream")
	log, logged := body.Get("log")
	_, stamped := body.Get("time")
	if !piped || !logged || !stamped || body.Len() > mostKeys || log.Type() != pcommon.ValueTypeStr {
		return
	}
	switch pipe.AsString() {
	case "stdout":
		v.Pipe = 1
	case "stderr":
		v.Pipe = 2
	default:
		return
	}
	v.Cut = len(log.Str()) >= leastCut && !strings.HasSuffix(log.Str(), "\n")
}

// carried reads what an object says of the line that it holds: by its own keys, by those of an object within it, or by the line itself.
func (v *View) carried(body pcommon.Map, f *fields, shipped bool) (in fields, ok bool) {
	in = f.inner()
	in.read(body, true)
	in.adopt(v.Lines)
	in.shipper = in.shipper || shipped
	if v.isCarried(&in) && !v.isOthers(&in) {
		return in, true
	}
	var other *fields                  // a line of a program that is known for nothing of mail, as far as the line tells
	for _, value := range body.All() { // {"jsonPayload": {...}}, {"_source": {...}}, {"fields": {...}}
		if value.Type() != pcommon.ValueTypeMap {
			continue
		}
		within := in
		within.message, within.log, within.whole = "", "", ""
		within.read(value.Map(), true)
		if within.adopt(v.Lines); !v.isCarried(&within) {
			continue
		}
		if !v.isOthers(&within) {
			return within, true
		}
		if other == nil {
			other = &within
		}
	}
	if line, found := v.findLine(body); found {
		in.log, in.message, in.whole, in.program, in.pid, in.tagID = line, "", "", "", 0, ""
		return in, true
	}
	if other != nil && !v.isCarried(&in) {
		return *other, true
	}
	return in, v.isCarried(&in)
}

// isOthers says whether a line is known to be none of a mail server's: then another value of the object may be.
func (v *View) isOthers(f *fields) bool {
	if v.Lines == nil || f.journal || f.container || f.shipper || v.Lines.Claims(f.program) {
		return false
	}
	tag := View{Program: f.program}
	if tag.cutTag(); v.Lines.Claims(tag.Program) {
		return false
	}
	ok, _ := v.Lines.Has(f.text())
	return !ok
}

// hasCarriersKey is a cheap look for a key that a line may stand in.
func hasCarriersKey(text string) bool {
	for _, key := range [...]string{
		`"message"`, `"log"`, `"MESSAGE"`, `"msg"`, `"Message"`, `"short_message"`,
		`"syslog_message"`, `"SyslogMessage"`, `"_msg"`, `"MSG"`, `"rawmsg"`, `"textPayload"`, `"line"`, `"event"`,
	} {
		if strings.Contains(text, key) {
			return true
		}
	}
	return false
}

// isCarried says whether the keys are those of a carrier that holds another program's line.
func (v *View) isCarried(f *fields) bool {
	text := f.text()
	switch {
	case text == "":
		return false
	case f.journal, f.container, f.shipper:
		return true
	case f.program != "":
		return true
	}
	// no program: a whole line within
	var h header.Header
	return header.Parse(text, header.Clock{}, &h) && h.PID > 0
}

// isOwn says whether a map with a message is the record that a program itself writes in JSON: it tells its level beside the
// message, and nothing that a carrier would tell of the line.
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
