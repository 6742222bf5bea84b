package enrich

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// clean takes out of a record what must not leave of its line, and credentials that stand anywhere else in it. came is how many attributes
// it came with.
func (p *pass) clean(rec plog.LogRecord, l *line, came int) {
	if p.view.Joined && (l.scrubbed || l.caught || l.private) { // what must not leave may be half in one piece, half in the next
		rec.Body().SetStr(p.view.Text)
	}
	l.scrubParts(rec)
	if l.scrubbed && !p.view.Rendered {
		l.wrapped = p.view.Unwrapped
		found := l.scrubValue(rec.Body(), true)
		found = l.scrubAttributes(rec, came) || found
		if l.wrapped && !found && !l.persons { // written in a way that nobody reads: nothing of the text around it remains
			rec.Body().SetStr(l.clean)
		}
	}
	if l.caught || p.proved {
		sweep(rec)
	}
	if l.private {
		p.hide(rec, came)
	}
}

// hide hides persons in the body of a record, and in the attributes that it came with.
func (p *pass) hide(rec plog.LogRecord, came int) {
	p.hideValue(rec.Body())
	for _, v := range rec.Attributes().All() {
		if came--; came < 0 {
			break
		}
		p.hideValue(v)
	}
}

func (p *pass) hideValue(v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		for _, field := range v.Map().All() {
			p.hideValue(field)
		}
	case pcommon.ValueTypeStr, pcommon.ValueTypeBytes, pcommon.ValueTypeSlice:
		if !changeText(v, p.hideText) {
			for _, item := range v.Slice().All() {
				p.hideValue(item)
			}
		}
	}
}

func (p *pass) hideText(s string) (string, bool) {
	shown := p.engine.Hide(&p.one, s)
	return shown, shown != s
}

// scrubAttributes puts the clean line in place of the line in the attributes that a record came with.
func (l *line) scrubAttributes(rec plog.LogRecord, came int) (found bool) {
	for key, v := range rec.Attributes().All() {
		if came--; came < 0 {
			break
		}
		found = l.scrubValue(v, isCarrier(key)) || found
	}
	return found
}

// scrubValue puts it in place of the line wherever a value has that, and says whether one has. carries says that the value is under a key
// for the text of logs.
func (l *line) scrubValue(v pcommon.Value, carries bool) (found bool) {
	change := func(s string) (string, bool) {
		s, changed := l.replaced(s, carries)
		found = found || changed
		return s, changed
	}
	switch v.Type() {
	case pcommon.ValueTypeMap:
		for key, field := range v.Map().All() {
			found = l.scrubValue(field, isCarrier(key)) || found
		}
	case pcommon.ValueTypeSlice:
		if !changeText(v, change) {
			for _, item := range v.Slice().All() {
				found = l.scrubValue(item, carries) || found
			}
		}
	default:
		changeText(v, change)
	}
	return found
}

// isCarrier says whether a key is one that carriers put the text of a log under.
func isCarrier(key string) bool {
	switch key {
	case "message", "MESSAGE", "log", "msg", "Message", "short_message", "full_message", "syslog_message", "SyslogMessage", "_msg", "MSG",
		"body", "text", "raw", "line", "event.original", attrs.Original:
		return true
	}
	return false
}
