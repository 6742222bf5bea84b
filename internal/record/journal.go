package record

import (
	"encoding/binary"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// JournalStart begins an entry in the journal's export format (systemd.io/JOURNAL_EXPORT_FORMATS).
const JournalStart = "__CURSOR="

// readExport reads an entry of the export format: KEY=value lines; or, where the value is no plain text, the key alone, eight bytes
// of length, the value.
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
		if isJournalKey(key) {
			body.PutStr(key, value)
		}
		text = rest
	}
	return f.readJournal(body)
}

// isJournalKey knows the fields of an entry that tell of its line.
func isJournalKey(key string) bool {
	switch key {
	case "MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "_COMM",
		"_HOSTNAME", "_TRANSPORT", "_BOOT_ID", "CONTAINER_ID", "CONTAINER_NAME",
		"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP":
		return true
	}
	return false
}

// readJournal takes in the fields of an entry, where they hold a line.
func (f *fields) readJournal(body pcommon.Map) bool {
	in := f.inner()
	in.read(body, true)
	if in.text() == "" {
		return false
	}
	*f = in
	return true
}

// verboseIndent stands in front of each field of an entry that is shown in full.
const verboseIndent = "    "

// isVerboseStart says whether a line begins an entry that is shown in full: "Mon 2026-11-23 15:32:27.611330 UTC [s=...;i=...;...]"
// (journalctl -o verbose).
func isVerboseStart(line string) bool {
	const least = len("Mon 2026-11-23 15:32:27 ")
	if len(line) < least || line[3] != ' ' || line[8] != '-' || line[17] != ':' || line[len(line)-1] != ']' {
		return false
	}
	return strings.Contains(line[least:min(len(line), 64)], " [s=")
}

// readVerbose reads an entry that is shown in full: a line with its time and cursor, then its fields, indented.
func (f *fields) readVerbose(text string) bool {
	head, rest, ok := scan.Cut(text, '\n')
	if !ok || !isVerboseStart(strings.TrimSuffix(head, "\r")) {
		return false
	}
	body := pcommon.NewMap()
	for rest != "" {
		var line string
		line, rest, _ = scan.Cut(rest, '\n')
		key, value, ok := scan.Cut(strings.TrimSuffix(strings.TrimPrefix(line, verboseIndent), "\r"), '=')
		if ok && isJournalKey(key) {
			body.PutStr(key, value)
		}
	}
	if !f.readJournal(body) {
		return false
	}
	// the name of another zone than UTC says nothing that can be relied on
	stamp, zone, _ := scan.CutLast(head[len("Mon "):strings.Index(head, " [s=")], ' ')
	if zone == "UTC" {
		stamp += "Z"
	}
	f.stamp, f.stampRank = stamp, rankNamed
	return true
}
