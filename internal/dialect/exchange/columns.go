package exchange

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// column is a column of the transport logs, by the name that #Fields gives it.
type column uint8

const (
	colNone column = iota
	colTime
	// the SMTP protocol logs
	colConnector
	colSession
	colSequence
	colLocal
	colRemote
	colMark
	colData
	colContext
	// the message tracking log
	colClientIP
	colClientHost
	colServerIP
	colServerHost
	colSourceContext
	colSource
	colEvent
	colInternalID
	colMessageID
	colNetworkID
	colRecipient
	colStatus
	colBytes
	colCount
	colRelated
	colReference
	colSubject
	colReturnPath
	colInfo
	colDirection
	colOriginalIP
	colCustom
	columnCount
)

// columnOf finds a column by its name. Names of columns that nothing is read from give colNone.
func columnOf(name string) column {
	switch name {
	case "date-time":
		return colTime
	case "connector-id":
		return colConnector
	case "session-id":
		return colSession
	case "sequence-number":
		return colSequence
	case "local-endpoint":
		return colLocal
	case "remote-endpoint":
		return colRemote
	case "event":
		return colMark
	case "data":
		return colData
	case "context":
		return colContext
	case "client-ip":
		return colClientIP
	case "client-hostname":
		return colClientHost
	case "server-ip":
		return colServerIP
	case "server-hostname":
		return colServerHost
	case "source-context":
		return colSourceContext
	case "source":
		return colSource
	case "event-id":
		return colEvent
	case "internal-message-id":
		return colInternalID
	case "message-id":
		return colMessageID
	case "network-message-id":
		return colNetworkID
	case "recipient-address":
		return colRecipient
	case "recipient-status":
		return colStatus
	case "total-bytes":
		return colBytes
	case "recipient-count":
		return colCount
	case "related-recipient-address":
		return colRelated
	case "reference":
		return colReference
	case "message-subject":
		return colSubject
	case "return-path":
		return colReturnPath
	case "message-info":
		return colInfo
	case "directionality":
		return colDirection
	case "original-client-ip":
		return colOriginalIP
	case "custom-data":
		return colCustom
	}
	return colNone
}

// The columns that the logs have by default: the protocol logs of all versions since 2007, and the message tracking log by its growth:
// 2007 ends with message-info, 2010 (14.0) with custom-data and without network-message-id, 2013 to 2019 and Subscription Edition have
// the latter, and 2016 added three at the end.
const (
	protocolColumns = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
	trackingHead    = "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context," +
		"connector-id,source,event-id,internal-message-id,message-id,"
	trackingTail = "recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference," +
		"message-subject,sender-address,return-path,message-info,directionality,tenant-id," +
		"original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version"
	trackingOld     = trackingHead + trackingTail
	trackingColumns = trackingHead + "network-message-id," + trackingTail
)

// cell is one value of a row. text is what stands between the quotes, with inner quotes still doubled.
type cell struct {
	text    string
	at      int // offset in the line
	doubled bool
}

// row is a line by its columns.
type row struct {
	cells [columnCount]cell
	whole bool // no quote was left open, no column of those named was missing
}

// text is a column's value. Doubled quotes are rare (a quoted local part): only there a copy is made.
func (r *row) text(c column) string {
	if r.cells[c].doubled {
		return strings.ReplaceAll(r.cells[c].text, `""`, `"`)
	}
	return r.cells[c].text
}

// read takes a row of comma-separated values apart (RFC 4180), by the names in columns. A value that the line ends in before its last
// column is cut, and perhaps itself a part only: keepCut says whether that is of use.
func (r *row) read(line, columns string, keepCut bool) {
	rest, more := line, true
	for columns != "" {
		var name string
		name, columns, _ = scan.Cut(columns, ',')
		if !more {
			return
		}
		var c cell
		c.at = len(line) - len(rest)
		switch {
		case strings.HasPrefix(rest, `"`):
			inner, tail, ok := quoted(&c, rest[1:])
			c.text, c.at, rest, more = inner, c.at+1, tail, false
			if ok {
				rest, more = scan.Byte(rest, ',')
			}
		case columns == "" && columnOf(name) == colContext:
			c.text, rest, more = rest, "", false // the last column of all: a comma in it separates nothing
		default:
			c.text, rest, more = scan.Cut(rest, ',')
		}
		if col := columnOf(strings.TrimSpace(name)); col != colNone && (more || columns == "" || keepCut) {
			r.cells[col] = c
		}
	}
	r.whole = true
}

// quoted reads up to the quote that closes a value. ok is false where none does, or where something else than a comma follows.
func quoted(c *cell, s string) (inner, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			c.doubled = true
			i++
			continue
		}
		rest = s[i+1:]
		return s[:i], rest, rest == "" || rest[0] == ','
	}
	return s, "", false
}

// has says whether a list of names has this one.
func has(columns, name string) bool {
	for columns != "" {
		var one string
		one, columns, _ = scan.Cut(columns, ',')
		if strings.TrimSpace(one) == name {
			return true
		}
	}
	return false
}
