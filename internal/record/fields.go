package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// fields is what the carriers' own keys say, by what they mean.
type fields struct {
	message, log  string // the message; the line, or the message where the header was taken off
	whole         string // the line with its header, where message is without
	program       string
	programRank   rank
	maybe         string // the program, by a key that is anybody's: it is one where a mail server has that name
	host, machine string // of the line; where the carrier runs
	hostRank      rank
	peer          string
	pid           int64
	micros        int64 // microseconds since 1970 of the journal

	stamp     string // when the line was written, in a key of its own
	stampRank rank
	nanos     int64 // the same as a number, since 1970

	fileID, filePath, fileName string
	source                     string // the stream's name by these, where it is known already
	offset                     int64
	hasOffset                  bool

	hostName, containerID, tag string

	tagID     string // the process as text: some programs have an id of another kind there
	syslog    bool   // the syslog receiver or parser found the program
	journal   bool
	container bool
	shipper   bool // the keys are those of a program that carries lines, and nobody's besides
}

// rank says which of two keys for the same thing goes first.
type rank uint8

const (
	rankGuess rank = iota + 1
	rankShort
	rankNamed
	rankTag
)

// read takes in one map: the record's attributes, or a body of keys, which go before attributes. The keys of all carriers are told
// apart by their names alone.
func (f *fields) read(m pcommon.Map, body bool) {
	if !body {
		for key, value := range m.All() {
			f.take(key, value)
		}
		return
	}
	f.programRank, f.hostRank = 0, 0
	routing := ""
	for key, value := range m.All() {
		value = single(value)
		switch {
		case f.take(key, value):
		case key == "tag" || key == "_tag" || key == "TAG":
			setString(&routing, value)
		default:
			f.takeOfBody(key, value)
		}
	}
	if isTag(routing, f.program) { // else somebody's routing key
		f.setName(rankTag, routing)
	}
}

// take is for the keys that may be attributes, too.
func (f *fields) take(key string, value pcommon.Value) bool {
	switch key {
	// the text: syslog receiver and Fluent Bit's syslog parser; Fluent Bit's tail, Docker; the journal
	case "message", "MESSAGE":
		setText(&f.message, value)
	case "log":
		if value.Type() == pcommon.ValueTypeMap {
			return false
		}
		setText(&f.log, value)

	// the program: syslog receiver; Fluent Bit's parser; the journal; rsyslog; ECS
	case "appname":
		f.setProgram(rankNamed, value)
		f.syslog = f.syslog || f.program != ""
	case "ident", "SYSLOG_IDENTIFIER", "syslog_identifier", "app-name", "log.syslog.appname":
		f.setProgram(rankNamed, value)
	case "programname":
		f.setProgram(rankShort, value)
	case "syslogtag":
		f.setProgram(rankTag, value)
	case "_COMM":
		f.setProgram(rankGuess, value)

	// the process: what it calls itself goes before what the kernel calls it, as in the file
	case "proc_id", "pid", "procid", "SYSLOG_PID", "syslog_pid", "log.syslog.procid":
		f.setPID(value)
	case "_PID", "_pid":
		if f.pid == 0 {
			setInt(&f.pid, value)
		}

	// the host: of the line, as the carrier read it; or the address that sent it here
	case "hostname", "_HOSTNAME", "_hostname", "log.syslog.hostname":
		f.setHost(rankNamed, value)
	case "host":
		if value.Type() == pcommon.ValueTypeMap {
			return false
		}
		f.setHost(rankShort, value)
	case "net.peer.ip":
		f.setPeer(value)

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
		f.source = ""
	case "log.file.name":
		setString(&f.fileName, value)
		f.source = ""
	case "log.file.record_offset":
		f.hasOffset = setInt(&f.offset, value)

	// the container
	case "stream", "log.iostream", "CONTAINER_NAME":
		if value.Type() != pcommon.ValueTypeStr {
			return false
		}
		f.container = true
	case "CONTAINER_ID", "container_id":
		f.container = true
		setString(&f.containerID, value)
	case "fluent.tag":
		setString(&f.tag, value)
	default:
		return false
	}
	return true
}

// takeOfBody is for keys that are a carrier's only beside the line itself: as attributes they may be anybody's.
func (f *fields) takeOfBody(key string, value pcommon.Value) {
	switch key {
	// the text: rsyslog's property; nxlog; GELF; Logstash's own patterns; Azure; VictoriaLogs
	case "msg", "MSG", "Message", "short_message", "syslog_message", "SyslogMessage", "_msg":
		if f.message == "" {
			setText(&f.message, value)
		}
	case "rawmsg", "full_message", "event.original", "raw_event", "RAWMSG":
		setText(&f.whole, value)
	case "textPayload", "line": // of Google's and Loki's entries, where the text has its header
		if value.Type() == pcommon.ValueTypeStr && isWhole(value.Str()) {
			f.whole = value.Str()
		}

	// the program: syslog-ng; the tag as rsyslog has it, or somebody's routing key; nxlog; GELF; Logstash; Azure
	case "PROGRAM", "application_name", "_application_name", "app_name", "_app_name", "_app-name", "_program", "_appname", "SourceName",
		"syslog_program", "ProcessName", "process.name", "process.program", "APP-NAME", "APPNAME", "SYSLOGIDENTIFIER",
		"program_name", "process_name", "progname", "ProgramName", "application":
		f.setProgram(rankNamed, value)
	case "program", "PROGRAMNAME", "syslog_appname":
		f.setProgram(rankShort, value)
	case "syslog_tag", "syslog-tag", "LEGACY_MSGHDR", "MSGHDR", "SYSLOGTAG":
		f.setProgram(rankTag, value)

	// the process
	case "PID", "procId", "process_id", "_process_id", "_procid", "_proc_id", "ProcessID", "process.pid", "PROCID":
		f.setPID(value)

	// the host
	case "HOST", "HOSTNAME", "Hostname", "logsource", "sysloghost", "syslog_hostname", "syslog_host", "host.hostname", "Computer", "HostName":
		f.setHost(rankNamed, value)
	case "host.name", "agent.hostname":
		setString(&f.machine, value)
	case "fromhost-ip", "fromhost", "HOST_FROM", "SOURCEIP":
		f.setPeer(value)

	// when the line was written, or else when it was read
	case "DATE", "ISODATE", "timereported", "syslog_timestamp", "EventTime", "TIMESTAMP", "S_ISODATE", "S_DATE", "R_ISODATE":
		f.setTime(rankTag, value)
	case "timestamp", "time":
		f.setTime(rankNamed, value)
	case "@timestamp", "timegenerated", "_time", "TimeGenerated", "ts", "date":
		f.setTime(rankGuess, value)

	// the container
	case "_container_id", "_container_name", "container_name", "container_created_at":
		f.container = f.container || value.Type() == pcommon.ValueTypeStr
	case "container", "docker", "kubernetes":
		f.container = f.container || value.Type() == pcommon.ValueTypeMap
	case "source":
		f.container = f.container || value.Type() == pcommon.ValueTypeStr && (value.Str() == "stdout" || value.Str() == "stderr")

	// who carries: Filebeat; Logstash, Vector, nxlog
	case "agent", "ecs", "input", "@metadata":
		f.shipper = f.shipper || value.Type() == pcommon.ValueTypeMap
	case "@version", "source_type", "SourceModuleType":
		f.shipper = f.shipper || value.Type() == pcommon.ValueTypeStr

	// keys within keys: Elastic's common schema
	case "event": // or Splunk's, with the line as it was
		if value.Type() == pcommon.ValueTypeStr && isWhole(value.Str()) {
			f.whole = value.Str()
		}
		fallthrough
	case "process", "host", "log", "syslog", "journald", "system":
		if value.Type() == pcommon.ValueTypeMap {
			f.takeNested(key, value.Map())
		} else if key == "process" {
			setString(&f.maybe, value)
		}
	case "app", "appName", "prog", "proc", "daemon", "service", "unit":
		setString(&f.maybe, value)
	}
}

// takeNested reads an object of Elastic's common schema, as Filebeat writes it.
func (f *fields) takeNested(outer string, m pcommon.Map) {
	for key, value := range m.All() {
		value = single(value)
		switch outer + "." + key {
		case "process.name", "process.program", "syslog.appname", "syslog.identifier":
			f.setProgram(rankNamed, value)
		case "process.pid", "syslog.procid", "syslog.pid":
			f.setPID(value)
		case "host.hostname", "syslog.hostname":
			f.setHost(rankShort, value)
		case "host.name":
			setString(&f.machine, value)
		case "event.original":
			setText(&f.whole, value)
		case "log.syslog":
			if value.Type() == pcommon.ValueTypeMap {
				f.takeNested("syslog", value.Map())
			}
		case "system.syslog": // Filebeat's module before Elastic's schema
			if value.Type() == pcommon.ValueTypeMap {
				f.read(value.Map(), true)
			}
		case "log.file":
			if path, ok := mapString(value, "path"); ok && f.filePath == "" {
				f.filePath, f.source, f.shipper = path, "", true
			}
		}
	}
}

// adopt takes the program that a key names which is anybody's, where a mail server has that name and the message has no header of its own.
func (f *fields) adopt(lines Lines) {
	if f.program != "" || f.maybe == "" || lines == nil || f.message == "" {
		return
	}
	tag := View{Program: f.maybe}
	if tag.cutTag(); lines.Claims(tag.Program) && !isWhole(f.message) {
		f.setName(rankGuess, f.maybe)
	}
}

// text is the message where a parser took the header off, else the line as it was read.
func (f *fields) text() string {
	switch {
	case f.whole != "" && (f.program == "" || isWhole(f.whole)):
		return f.whole
	case f.program != "" && f.message != "":
		return f.message
	case f.log != "":
		return f.log
	}
	return f.message
}

// isWhole says whether a line has a header with stamp and program.
func isWhole(line string) bool {
	var h header.Header
	return header.Parse(line, header.Clock{}, &h) && h.Program != "" && h.Resolution >= event.ResolutionSecond
}

// inner is what is known of a line within the one that f is about: where it came from, and nothing of the outer one's words.
func (f *fields) inner() fields {
	in := *f
	in.message, in.log, in.whole, in.program, in.programRank, in.maybe, in.pid, in.tagID = "", "", "", "", 0, "", 0, ""
	in.syslog, in.shipper = false, false
	return in
}

// ownLine says whether a record within another one names the program that wrote its line to syslog, and no container: then the line is that program's, whatever
// stands in it, and no header in it counts.
func (f *fields) ownLine(body pcommon.Map) bool {
	if f.program == "" {
		return false
	}
	var own fields
	own.read(body, true)
	return !own.container
}
