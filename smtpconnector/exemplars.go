package smtpconnector

import (
	"sort"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// exemplar is one of the values that a bucket of a histogram counts, and the span that tells its story.
type exemplar struct {
	value float64
	at    pcommon.Timestamp
	spot
}

// spot is a place in a trace.
type spot struct {
	trace pcommon.TraceID
	span  pcommon.SpanID
}

// exemplars are a series': the first value of each bucket since the last flush.
type exemplars struct {
	list  []exemplar // by bucket; without a trace: none yet
	shown bool       // handed on, not accepted yet
}

// note keeps a value for its bucket.
func (e *exemplars) note(x float64, at pcommon.Timestamp, where spot, bounds []float64) {
	if where.trace.IsEmpty() {
		return
	}
	if e.list == nil {
		e.list = make([]exemplar, len(bounds)+1)
	}
	if one := &e.list[sort.SearchFloat64s(bounds, x)]; one.trace.IsEmpty() {
		*one = exemplar{x, at, where}
	}
}

// write adds them to a point.
func (e *exemplars) write(to pmetric.ExemplarSlice) {
	for i := range e.list {
		one := &e.list[i]
		if one.trace.IsEmpty() {
			continue
		}
		x := to.AppendEmpty()
		x.SetDoubleValue(one.value)
		x.SetTimestamp(one.at)
		x.SetTraceID(one.trace)
		x.SetSpanID(one.span)
		e.shown = true
	}
}

// settle forgets what was accepted.
func (e *exemplars) settle(accepted bool) {
	if accepted && e.shown {
		clear(e.list)
	}
	e.shown = false
}
