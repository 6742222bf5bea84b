package enrich

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
)

// provesMail says whether the record's lines are a mail log's.
func (p *pass) provesMail(rec plog.LogRecord) bool {
	saved := p.view
	defer func() { p.view = saved }()
	apart := rec.Body().Type() == pcommon.ValueTypeStr && !p.view.Unwrapped && !p.view.Parsed
	var proof engine.Proof
	for _, text := range p.lines {
		if apart {
			one := plog.NewLogRecord()
			rec.CopyTo(one)
			one.Body().SetStr(text)
			if !p.read(one) {
				continue
			}
			text = p.view.Text
		}
		switch proof.Add(p.engine, p.at(text)) {
		case engine.IsMail:
			return true
		case engine.IsNone:
			return false
		}
	}
	return proof.End()
}
