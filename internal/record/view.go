// Package record finds the log line in a plog record, whoever carried it here: the same line gives the same text and header from a
// file, the syslog receiver, the journal, Fluent Bit or a container's log. It only reads.
package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// View is what one record says before any mail server's words are looked at. Its strings are parts of the record, valid while that
// is; who keeps one longer clones it.
type View struct {
	// Text is the line without its line end: with its header, or the message alone where Parsed.
	Text string
	// Blank says that the record is an empty line, which ends a conversation in some logs; not merely one without text.
	Blank bool
	// Parsed says that the carrier took the header apart: Program is from its fields.
	Parsed bool
	// Unwrapped says that Text stood within the body, written as JSON or the journal write it.
	Unwrapped bool

	// Pipe is the output of a container that the line was written to: 1 for the standard one, 2 for that of errors, 0 for what is none of a container's, or not
	// known. Cut says that the runtime has cut the line: the next record of the same pipe goes on with it.
	// Joined says that Text was put together of such pieces, which all stand in the body.
	Pipe   uint8
	Cut    bool
	Joined bool

	// Rendered says that the body is a server's record that somebody took apart: Text is the JSON line that it was. The body stays as it is.
	Rendered bool

	// What the carrier's own fields say.
	Host       string // of the machine that logged
	Program    string
	PID        int64
	TagID      string // the process as text, which may be an id of another kind
	Time       int64  // nanoseconds since 1970 UTC, 0 when it does not say
	Resolution event.Resolution

	// Source is where the record comes from, for what must be remembered from line to line.
	Source Source
	// File is the place in a file, where the record comes from one.
	File File
	// Anchor is the moment the line was seen at: the observed time, else the record's time, else the caller's clock.
	Anchor int64

	// Lines is what the caller knows of mail servers' lines; it stays over Read.
	Lines Lines
	// around is what Enter was told; it stays over ReadRecord.
	around around

	// whole: a name in front of the line is the line's own.
	whole bool
	// stamped: a runtime's stamp was taken off.
	stamped bool
	// stamp is the carrier's time as text, which needs a clock; stampRead: it may be when the line was read.
	stamp     string
	stampRead bool
	// trusted: the carrier's time is when the line was written, not when it was read.
	trusted bool
	// container: the line may be a whole one of its own, syslog header and all, whatever the carrier calls its program.
	container bool
	// line is the whole line where Text is the message alone.
	line string
	// home is the carrier's host.name.
	home string
	// fallback is the host when nobody names one: host.name, else the file's name.
	fallback string
}

// Source tells streams of lines apart; it is a map key. A file keeps its source when it is rotated.
type Source struct {
	Host string // the transport's, else the resource's
	Name string // the file's path without its rotation suffix, else the container's id or the tag of Fluent Bit
	Part string // the name in front of the line, of several containers in one stream
}

// File is a place in a file. Two records with the same ID and offset are the same line.
type File struct {
	ID        string // log.file.id, else the path as it is
	Path      string
	Offset    int64
	HasOffset bool
}

// Read is Enter, without a scope, and ReadRecord.
func (v *View) Read(res pcommon.Resource, rec plog.LogRecord, now int64) bool {
	v.Enter(res, nil)
	return v.ReadRecord(rec, now)
}

// ReadRecord looks at one record of those that Enter was for. It is false where there is no text to parse: a body of another type,
// a map without text, or an empty line (Blank); then the rest is filled in all the same. now is the caller's clock in nanoseconds
// since 1970. Where a name was taken off the front (Source.Part) that may as well be the text's own, the caller decides, and calls
// ReadWhole.
func (v *View) ReadRecord(rec plog.LogRecord, now int64) bool {
	*v = View{Lines: v.Lines, around: v.around}
	return v.read(rec, now)
}

// ReadWhole is ReadRecord for a record of a source whose lines have no name in front.
func (v *View) ReadWhole(rec plog.LogRecord, now int64) bool {
	*v = View{Lines: v.Lines, around: v.around, whole: true}
	return v.read(rec, now)
}

// ReadText looks at a line of a file, as Read does at the record that a receiver of files makes of it: at is its place, host names
// the machine for lines that name none, anchor is the moment that the line is seen at, in nanoseconds since 1970. whole is ReadWhole's.
func (v *View) ReadText(text string, at File, host string, anchor int64, whole bool) bool {
	*v = View{Lines: v.Lines, whole: whole}
	f := fields{fileID: at.ID, filePath: at.Path, offset: at.Offset, hasOffset: at.HasOffset, hostName: host}
	body := v.open(scan.TrimEOL(text), &f)
	v.settle(&f)
	v.setTime(0, &f)
	v.place(&f)
	v.Anchor, v.Text, v.Blank = anchor, body, body == ""
	return body != ""
}

func (v *View) read(rec plog.LogRecord, now int64) bool {
	var f fields
	f.read(rec.Attributes(), false)
	f.readAround(&v.around)

	// the line
	body, text := rec.Body(), ""
	switch body.Type() {
	case pcommon.ValueTypeStr:
		text = scan.TrimEOL(body.Str())
		if f.syslog && f.message != "" {
			v.line, text = text, scan.TrimEOL(f.message)
		}
		text = v.open(text, &f)
	case pcommon.ValueTypeMap:
		text = v.open(scan.TrimEOL(v.readMap(body.Map(), &f)), &f)
	case pcommon.ValueTypeBytes:
		text = v.open(scan.TrimEOL(string(body.Bytes().AsRaw())), &f)
	case pcommon.ValueTypeEmpty:
		text = v.open(scan.TrimEOL(f.text()), &f)
	}

	v.settle(&f)
	v.setTime(int64(rec.Timestamp()), &f)
	v.place(&f)

	// the seen time
	switch {
	case rec.ObservedTimestamp() != 0:
		v.Anchor = int64(rec.ObservedTimestamp())
	case rec.Timestamp() != 0:
		v.Anchor = int64(rec.Timestamp())
	default:
		v.Anchor = now
	}

	v.Text = text
	v.Blank = v.Text == "" && body.Type() == pcommon.ValueTypeStr
	return v.Text != ""
}

// settle takes over the header, as far as the carrier took it off.
func (v *View) settle(f *fields) {
	v.Program, v.PID, v.TagID = f.program, f.pid, f.tagID
	if f.journal && f.container { // of the container's runtime
		v.PID, v.TagID = 0, ""
	}
	v.cutTag()
	v.Parsed = v.Program != ""
	v.container = v.container || f.container
}

// place says whose line it is, and where it stands.
func (v *View) place(f *fields) {
	v.Host = f.host
	v.File = File{ID: f.fileID, Path: f.filePath, Offset: f.offset, HasOffset: f.hasOffset}
	v.locate(f)
}

// readMap finds the line in a body of keys: a carrier's, or a server's record that somebody took apart.
func (v *View) readMap(body pcommon.Map, f *fields) string {
	outer := *f
	f.read(body, true)
	text := f.text()
	own := f.isOwn(body, text)
	if !own && text != "" {
		f.adopt(v.Lines)
		return f.text()
	}
	if own { // its keys are not a carrier's, whatever they are called
		*f = outer
	}
	text = render(body)
	v.Rendered = text != ""
	if v.Lines == nil || text != "" && v.Lines.Own(text) {
		return text
	}
	if line, ok := v.findLine(body); ok {
		v.Rendered = false
		return line
	}
	return text
}

// Origins calls visit for what carriers call the host, the program and the source, so that what must not leave can be taken out of it.
func (v *View) Origins(visit func(*string)) {
	for _, s := range [...]*string{
		&v.Host, &v.Program, &v.TagID, &v.home, &v.fallback, &v.Source.Host, &v.Source.Name, &v.Source.Part, &v.File.ID, &v.File.Path,
	} {
		visit(s)
	}
}

// Header reads the header of one line of the view (its Text, or one of Split's parts) into h, together with what the carrier knows;
// it says whether there is one. The clock's zone and last line are the caller's, its anchor is the view's.
func (v *View) Header(line string, c header.Clock, h *header.Header) bool {
	c.Anchor = v.Anchor
	if v.Parsed { // rsyslog's msg keeps the blank behind the tag
		line = scan.TrimLeft(line)
	}
	found := header.Parse(line, c, h)

	// the carrier's fields, unless the message begins with a header of the same program, or of one in a container
	if v.Parsed {
		if h.Program == "" && !v.carries(found, h) || h.Program != "" && !v.precedes(h.Program) {
			*h = header.Header{Host: v.Host, Program: v.Program, PID: v.PID, TagID: v.TagID, Text: line}
		}
		found = true
	}
	v.unname(c, h)
	if h.Program == "" && v.Lines != nil && v.readNamed(line, found, c, h) {
		found = true
	}
	v.mergeTime(c, h)

	// whose
	switch {
	case h.Host != "":
	case v.Host != "":
		h.Host = v.Host
	default:
		h.Host = v.fallback
	}
	return found
}

// readNamed reads what is a header only where a mail server has the program's name.
func (v *View) readNamed(line string, stamped bool, c header.Clock, h *header.Header) bool {
	named := false
	if stamped {
		named = h.Named(c, v.Lines.Claims)
	} else {
		named = h.Copied(c, v.Lines.Claims)
	}
	return named || h.Rows(line, c, v.Lines.Claims)
}
