package powermta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// The columns of d and b records when the configuration does not choose (record-fields): of version 4.5 and later, and before.
const (
	columnsNow = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta," +
		"bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,vmtaPool"
	columnsOld = "type,timeLogged,timeQueued,timeImprinted,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta," +
		"bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId"
)

// isColumns says whether a line names columns as PowerMTA does: the record type first, and one of the columns that nobody else has.
func isColumns(s string) bool {
	first, rest, more, ok := scan.CSV(strings.TrimPrefix(s, byteOrderMark))
	if !ok || !more || first != "type" {
		return false
	}
	known := false
	for more && ok {
		var name string
		name, rest, more, ok = scan.CSV(rest)
		known = known || isOwn(name)
		if name != "" && !isName(name) {
			return false
		}
	}
	return known
}

func isOwn(name string) bool {
	switch name {
	case "timeLogged", "timeQueued", "dsnStatus", "dsnDiag", "dsnMta", "bounceCat", "dlvSourceIp", "vmta", "feedbackType", "rcvSourceIp":
		return true
	}
	return false
}

// isName tells a column's name from a row's field: letters, digits, and what stands in the names of headers ("header_X-Campaign").
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// isRow says whether a line begins with a record's type and a comma.
func isRow(s string) bool {
	name, _, more, ok := scan.CSV(s)
	return ok && more && kindOf(name) != none
}

// defaultColumns are those that a row of d, b or t has when no line named any; empty where the row looks like neither set. The place of the
// DSN action tells them apart.
func defaultColumns(s string) string {
	var fields [8]string
	more, ok := true, true
	for i := range fields {
		if !more || !ok {
			return ""
		}
		fields[i], s, more, ok = scan.CSV(s)
	}
	switch kindOf(fields[0]) {
	case delivered, bounced, transient:
	default:
		return ""
	}
	if !isTime(fields[1]) || !isTime(fields[2]) {
		return ""
	}
	switch {
	case isAction(fields[6]):
		return columnsNow
	case isAction(fields[7]) && (fields[3] == "" || isTime(fields[3])):
		return columnsOld
	}
	return ""
}

// isAction knows the actions of RFC 3464 section 2.3.3.
func isAction(s string) bool {
	switch s {
	case "relayed", "delivered", "failed", "delayed", "expanded":
		return true
	}
	return false
}

func isTime(s string) bool {
	_, res := readTime(s)
	return res != event.ResolutionNone
}

// readTime reads a time in seconds since 1970, or with iso-times "2014-08-24 16:00:14+0530".
func readTime(s string) (nanos int64, res event.Resolution) {
	if n, rest, ok := scan.Digits(s); ok && rest == "" {
		if len(s) < 9 || n > 1<<33 {
			return 0, event.ResolutionNone
		}
		return n * 1e9, event.ResolutionSecond
	}
	t, res, rest, ok := header.Stamp(s, header.Clock{})
	if !ok || rest != "" || res < event.ResolutionSecond || len(s) < len("2014-08-24 16:00:14") || s[4] != '-' {
		return 0, event.ResolutionNone
	}
	return t, res
}
