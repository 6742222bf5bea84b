package dialect

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
)

// Read lets p parse the line, and takes the quoting of the line's format off what it found. That alone allocates, and only for a string in
// which something is quoted.
func Read(p Parser, h *header.Header, ev *event.Event) event.Result {
	r := p.Parse(h, ev)
	switch ev.Quoting {
	case event.QuotingJSON:
		unquote(ev, '\\', jsonline.Unescape)
	case event.QuotingCSV:
		unquote(ev, '"', halve)
	}
	return r
}

// halve makes one quote of two.
func halve(s string) string { return strings.ReplaceAll(s, `""`, `"`) }

// unquote applies off to each string of the line that has the mark.
func unquote(ev *event.Event, mark byte, off func(string) string) {
	for _, s := range [...]*string{
		&ev.Instance, &ev.ConnID, &ev.Argument, &ev.Text, &ev.QueueID, &ev.RemoteQueueID, &ev.MessageID, &ev.Subject, &ev.MailFrom, &ev.RcptTo,
		&ev.OrigRcptTo, &ev.ClientAddress, &ev.ServerAddress, &ev.PeerIP, &ev.SourceAddress, &ev.SourcePool, &ev.Helo, &ev.Protocol,
		&ev.TLSCipher, &ev.User, &ev.FilterVerdict,
	} {
		if strings.IndexByte(*s, mark) >= 0 {
			*s = off(*s)
		}
	}
	for i, s := range ev.RcptList {
		if strings.IndexByte(s, mark) >= 0 {
			ev.RcptList[i] = off(s)
		}
	}
}
