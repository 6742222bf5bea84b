package traces

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// source is where a batch's records come from.
type source struct {
	index    int // in the batch
	resource pcommon.Resource
	named    bool // it has a service's name
}

// origin is what makes a resource of spans: the records', and what a record says of its host and server beside.
type origin struct {
	index         int
	host, service string
}

// output is a batch of spans that grows.
type output struct {
	traces ptrace.Traces
	newest origin
	spans  ptrace.SpanSlice // of the newest
	others map[origin]ptrace.SpanSlice

	batch, held int // a keeper's own
}

func newOutput() *output { return &output{traces: ptrace.NewTraces(), newest: origin{index: -1}} }

// of gives the spans of the host and server that a record is of.
func (o *output) of(from *source, t *told) ptrace.SpanSlice {
	at := origin{index: from.index, host: t.text(fHost)}
	if !from.named {
		at.service = t.text(fDialect)
	}
	if at == o.newest {
		return o.spans
	}
	spans, known := o.others[at]
	if !known {
		spans = o.begin(from, at)
		if o.others == nil {
			o.others = make(map[origin]ptrace.SpanSlice)
		}
		o.others[at] = spans
	}
	o.newest, o.spans = at, spans
	return spans
}

// begin makes a resource: the records' own, so that a backend finds the logs of a span by what they have in common.
func (o *output) begin(from *source, at origin) ptrace.SpanSlice {
	rs := o.traces.ResourceSpans().AppendEmpty()
	from.resource.CopyTo(rs.Resource())
	if at.host != "" {
		rs.Resource().Attributes().PutStr(attrs.HostName, at.host)
	}
	if at.service != "" {
		rs.Resource().Attributes().PutStr(attrs.ServiceName, at.service)
	}
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(ScopeName)
	ss.Scope().SetVersion(attrs.Version)
	return ss.Spans()
}
