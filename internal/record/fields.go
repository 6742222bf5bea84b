package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// fields is what the carriers' own keys say, by what they mean.
type fields struct {
	message, log, program, host, peer string
	pid                               int64
	micros                            int64 // microseconds since 1970 of the journal

	fileID, filePath, fileName string
	offset                     int64
	hasOffset                  bool

	hostName, containerID, tag string

	tagID     string // the process as text: some programs have an id of another kind there
	syslog    bool   // the syslog receiver or parser found the program
	journal   bool
	container bool
}

// read takes in one map: the record's attributes, or a body of keys, which go before attributes. The keys of all carriers are told
// apart by their names alone.
func (f *fields) read(m pcommon.Map, body bool) {
	for key, value := range m.All() {
		switch key {
		// the text: syslog receiver and Fluent Bit's syslog parser; Fluent Bit's tail, Docker; the journal
		case "message", "MESSAGE":
			setText(&f.message, value)
		case "log":
			setText(&f.log, value)

		// the program: syslog receiver; Fluent Bit's parser; the journal; rsyslog's and syslog-ng's JSON, whose key as an attribute may
		// be anybody's
		case "appname":
			setString(&f.program, value)
			f.syslog = f.program != ""
		case "ident", "SYSLOG_IDENTIFIER", "syslog_identifier", "programname":
			setString(&f.program, value)
		case "program":
			if body {
				setString(&f.program, value)
			}
		case "_COMM":
			if f.program == "" {
				setString(&f.program, value)
			}

		// the process: what it calls itself goes before what the kernel calls it, as in the file
		case "proc_id", "pid", "procid", "SYSLOG_PID", "syslog_pid":
			setInt(&f.pid, value)
			if value.Type() == pcommon.ValueTypeStr {
				f.tagID = value.Str()
			}
		case "_PID", "_pid":
			if f.pid == 0 {
				setInt(&f.pid, value)
			}

		// the host: of the line, as the carrier read it; or the address that sent it here
		case "hostname", "host", "_HOSTNAME", "_hostname":
			setString(&f.host, value)
		case "net.peer.ip":
			setString(&f.peer, value)

		// the journal's clocks: when the message was sent goes before when it was written down
		case "_SOURCE_REALTIME_TIMESTAMP":
			f.journal = true
			setInt(&f.micros, value)
		case "__REALTIME_TIMESTAMP":
			f.journal = true
			if f.micros == 0 {
				setInt(&f.micros, value)
			}
		case "__CURSOR", "_BOOT_ID", "_TRANSPORT":
			f.journal = true

		// the file
		case "log.file.id":
			setString(&f.fileID, value)
		case "log.file.path":
			setString(&f.filePath, value)
		case "log.file.name":
			setString(&f.fileName, value)
		case "log.file.record_offset":
			f.hasOffset = setInt(&f.offset, value)

		// the container
		case "stream", "log.iostream", "CONTAINER_NAME":
			f.container = true
		case "CONTAINER_ID", "container_id":
			f.container = true
			setString(&f.containerID, value)
		case "fluent.tag":
			setString(&f.tag, value)
		}
	}
}

// readResource takes in the resource's attributes; the record's go before them.
func (f *fields) readResource(m pcommon.Map) {
	for key, value := range m.All() {
		switch key {
		case "host.name":
			setString(&f.hostName, value)
		case "container.id", "k8s.pod.uid":
			f.container = true
			if f.containerID == "" {
				setString(&f.containerID, value)
			}
		case "log.file.id":
			if f.fileID == "" {
				setString(&f.fileID, value)
			}
		case "log.file.path":
			if f.filePath == "" {
				setString(&f.filePath, value)
			}
		case "log.file.name":
			if f.fileName == "" {
				setString(&f.fileName, value)
			}
		}
	}
}

// text is the message where a parser took the header off, else the line as it was read.
func (f *fields) text() string {
	if f.log == "" || f.program != "" && f.message != "" {
		return f.message
	}
	return f.log
}

// setString takes a value that is a string, and not "-", which says nothing.
func setString(to *string, value pcommon.Value) {
	if value.Type() == pcommon.ValueTypeStr && value.Str() != "" && value.Str() != "-" {
		*to = value.Str()
	}
}

// setInt takes a whole number in any of its types: JSON makes them floats, the journal and Fluent Bit strings.
func setInt(to *int64, value pcommon.Value) bool {
	switch value.Type() {
	case pcommon.ValueTypeInt:
		*to = value.Int()
		return true
	case pcommon.ValueTypeDouble:
		*to = int64(value.Double())
		return true
	case pcommon.ValueTypeStr:
		n, ok := scan.Int(value.Str())
		if ok {
			*to = n
		}
		return ok
	}
	return false
}

// setText takes a string, or the array of bytes that journalctl makes of a message with a byte that is no UTF-8.
func setText(to *string, value pcommon.Value) {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		*to = value.Str()
	case pcommon.ValueTypeBytes:
		*to = string(value.Bytes().AsRaw())
	case pcommon.ValueTypeSlice:
		slice := value.Slice()
		text := make([]byte, 0, slice.Len())
		for i := range slice.Len() {
			var b int64
			if !setInt(&b, slice.At(i)) || b < 0 || b > 255 {
				return
			}
			text = append(text, byte(b))
		}
		*to = string(text)
	}
}
