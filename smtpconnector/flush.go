package smtpconnector

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// scopeName is the instrumentation scope of the metrics.
const scopeName = "github.com/otelcol-smtp/otelcol-smtp/smtpconnector"

// build makes a batch of all series, in one resource: host and instance stand on the points. Delta moves what goes out aside, until settle
// says whether it was accepted.
func (st *store) build(now, before pcommon.Timestamp, instanceID string) pmetric.Metrics {
	out := pmetric.NewMetrics()
	rm := out.ResourceMetrics().AppendEmpty()
	res := rm.Resource().Attributes()
	res.PutStr("service.name", "otelcol-smtp")
	res.PutStr("service.instance.id", instanceID)
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(scopeName)
	sm.Scope().SetVersion(attrs.Version)
	for i := range st.metrics {
		st.buildMetric(i, sm.Metrics(), now, before)
	}
	return out
}

// buildMetric writes the series of all origins of one metric.
func (st *store) buildMetric(i int, to pmetric.MetricSlice, now, before pcommon.Timestamp) {
	m := pmetric.NewMetric()
	m.SetName(st.metrics[i].metric.Name)
	m.SetDescription(st.metrics[i].metric.Description)
	m.SetUnit(st.metrics[i].metric.Unit)
	points := 0
	for o, c := range st.origins {
		w := pointWriter{store: st, family: c.families[i], origin: o, m: m, now: now, before: before, logged: c.clock.time(now)}
		for _, x := range w.family.series {
			points += w.write(x)
		}
		if w.family.over != nil {
			points += w.write(w.family.over)
		}
	}
	if points > 0 {
		m.MoveTo(to.AppendEmpty())
	}
}

// settle forgets what was handed on, or takes it back when it was refused.
func (st *store) settle(accepted bool, now pcommon.Timestamp) {
	for _, c := range st.origins {
		for _, f := range c.families {
			for _, x := range f.series {
				x.settle(accepted, now)
			}
			if f.over != nil {
				f.over.settle(accepted, now)
			}
			if accepted {
				f.makeRoom(st.cfg.AggregationTemporality == delta)
			}
		}
	}
}

func (x *series) settle(accepted bool, now pcommon.Timestamp) {
	if !accepted {
		x.now.merge(&x.sent)
	} else if x.shown && x.born == 0 {
		x.born = now
	}
	x.sent, x.shown = value{}, false
	x.exemplars.settle(accepted)
}
