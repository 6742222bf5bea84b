package powermta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// row is one accounting record, field by field, as it is written: within quotes a double quote is still doubled.
type row struct {
	kind                                             kind
	timeLogged, timeQueued                           string
	orig, rcpt, orcpt                                string
	dsnAction, dsnStatus, dsnDiag, dsnMta, bounceCat string
	srcMta                                           string
	dlvType, dlvSourceIP, dlvDestinationIP, dlvPort  string
	dlvEsmtp, dlvSize, tlsProtocol, tlsCipher        string
	vmta, vmtaPool, queue, secondsQueued             string
	rcvSourceIP, rcvUser                             string
	feedbackType, reportSource, reportingMTA         string
	messageID, subject                               string
	hasType, hasTime, hasOrig, hasTLS, hasHost       bool
	open                                             bool // cut short, or not of these columns
	whole                                            bool
}

// kind is a record's type.
type kind uint8

const (
	none kind = iota
	delivered
	bounced
	transient
	transientQueue
	received
	feedback
	remoteBounce
	remoteStatus
)

// kindOf knows the letters that stand in rows, and the long names of the configuration.
func kindOf(name string) kind {
	switch name {
	case "d", "delivery":
		return delivered
	case "b", "bounce":
		return bounced
	case "t", "transient":
		return transient
	case "tq", "transient-queue":
		return transientQueue
	case "r", "receipt":
		return received
	case "f", "feedback-loop":
		return feedback
	case "rb", "remote-bounce":
		return remoteBounce
	case "rs", "remote-status":
		return remoteStatus
	}
	return none
}

// readRow takes in a row's fields by the names of their columns. Of a row that is cut short the last field is left out: it may have gone
// on.
func (r *row) readRow(s, columns string) {
	columns = strings.TrimPrefix(columns, byteOrderMark)
	for {
		name, restOfNames, moreNames, _ := scan.CSV(columns)
		field, rest, more, ok := scan.CSV(s)
		if !more && moreNames || !ok {
			r.open = true
			r.missing(columns)
			return
		}
		r.set(name, field)
		if !moreNames {
			if r.whole = !more; more { // more fields than columns: they were named by a line that was not read
				r.open, r.kind = true, none
			}
			return
		}
		columns, s = restOfNames, rest
	}
}

// missing remembers what a row that is cut short may have said behind its cut.
func (r *row) missing(columns string) {
	for more := true; more; {
		var name string
		name, columns, more, _ = scan.CSV(columns)
		switch name {
		case "bounceCat", "dsnStatus", "dsnDiag", "dlvType", "rcpt":
			r.kind = none
		}
	}
}

// set takes in one field.
func (r *row) set(name, field string) {
	switch name {
	case "type":
		r.kind, r.hasType = kindOf(field), true
	case "timeLogged":
		r.timeLogged, r.hasTime = field, true
	case "timeQueued":
		r.timeQueued = field
	case "orig":
		r.orig, r.hasOrig = field, true
	case "rcpt":
		r.rcpt = field
	case "orcpt":
		r.orcpt = field
	case "dsnAction":
		r.dsnAction = field
	case "dsnStatus":
		r.dsnStatus = field
	case "dsnDiag":
		r.dsnDiag = field
	case "dsnMta":
		r.dsnMta, r.hasHost = field, true
	case "bounceCat":
		r.bounceCat = field
	case "srcMta":
		r.srcMta = field
	case "dlvType":
		r.dlvType = field
	case "dlvSourceIp":
		r.dlvSourceIP = field
	case "dlvDestinationIp":
		r.dlvDestinationIP, r.hasHost = field, true
	case "dlvDestinationPort":
		r.dlvPort = field
	case "dlvEsmtpAvailable":
		r.dlvEsmtp = field
	case "dlvSize":
		r.dlvSize = field
	case "dlvTlsProtocol":
		r.tlsProtocol, r.hasTLS = field, true
	case "dlvTlsCipher":
		r.tlsCipher = field
	case "vmta":
		r.vmta = field
	case "vmtaPool":
		r.vmtaPool = field
	case "queue":
		r.queue = field
	case "totalSecondsQueued":
		r.secondsQueued = field
	default:
		r.setMore(name, field)
	}
}

// setMore is for columns of the records that are off by default, and of message headers.
func (r *row) setMore(name, field string) {
	switch name {
	case "rcvSourceIp":
		r.rcvSourceIP = field
	case "rcvSmtpUser":
		r.rcvUser = field
	case "feedbackType":
		r.feedbackType = field
	case "repSourceIp":
		r.reportSource = field
	case "reportingMta", "dsnReportingMta":
		if field != "" {
			r.reportingMTA = field
		}
	default:
		if header, ok := strings.CutPrefix(name, "header_"); ok {
			switch {
			case scan.EqualFold(header, "Message-ID"):
				r.messageID = strings.TrimSuffix(strings.TrimPrefix(field, "<"), ">")
			case scan.EqualFold(header, "Subject"):
				r.subject = field
			}
		}
	}
}

// isOurs says whether what was read can be an accounting record: a type, and a time where a column holds one.
func (r *row) isOurs() bool {
	if !r.hasType || r.kind == none && !r.open {
		return false
	}
	return !r.hasTime || isTime(r.timeLogged)
}
