package smtpconnector

import (
	"strconv"

	"github.com/lightstep/go-expohisto/structure"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// scopeName is the instrumentation scope of the metrics.
const scopeName = "github.com/otelcol-smtp/otelcol-smtp/smtpconnector"

// build makes a batch of all series. Delta moves what goes out aside, until settle says whether it was accepted.
func (st *store) build(now, before pcommon.Timestamp, instanceID string) pmetric.Metrics {
	out := pmetric.NewMetrics()
	for r, list := range st.resources {
		rm := out.ResourceMetrics().AppendEmpty()
		res := rm.Resource().Attributes()
		res.PutStr("service.name", "otelcol-smtp")
		res.PutStr("service.instance.id", instanceID)
		if r.host != "" {
			res.PutStr(attrs.HostName, r.host)
		}
		if r.instance != "" {
			res.PutStr(attrs.Instance, r.instance)
		}
		sm := rm.ScopeMetrics().AppendEmpty()
		sm.Scope().SetName(scopeName)
		sm.Scope().SetVersion(attrs.Version)
		for _, f := range list {
			st.buildFamily(f, sm.Metrics(), now, before)
		}
	}
	out.ResourceMetrics().RemoveIf(func(rm pmetric.ResourceMetrics) bool {
		return rm.ScopeMetrics().At(0).Metrics().Len() == 0
	})
	return out
}

func (st *store) buildFamily(f *family, to pmetric.MetricSlice, now, before pcommon.Timestamp) {
	if len(f.series) == 0 && f.over == nil {
		return
	}
	m := pmetric.NewMetric()
	m.SetName(f.metric.name)
	m.SetDescription(f.metric.description)
	m.SetUnit(f.metric.unit)
	points := 0
	each := func(x *series) {
		start := x.start
		v := &x.now
		if st.cfg.AggregationTemporality == delta && f.metric.kind != ratio {
			start = max(before, 0)
			if start == 0 {
				start = x.start
			}
			x.sent, x.now = x.now, value{}
			v = &x.sent
		}
		points += st.point(f, x, v, m, start, now)
	}
	for _, x := range f.series {
		each(x)
	}
	if f.over != nil {
		each(f.over)
	}
	if points > 0 {
		m.MoveTo(to.AppendEmpty())
	}
}

// point writes one series and gives how many points that were.
func (st *store) point(f *family, x *series, v *value, m pmetric.Metric, start, now pcommon.Timestamp) int {
	if f.metric.kind == ratio {
		return ratioPoints(f, x, m, now)
	}
	if v.empty() {
		return 0
	}
	temporality := pmetric.AggregationTemporalityCumulative
	if st.cfg.AggregationTemporality == delta {
		temporality = pmetric.AggregationTemporalityDelta
	}
	var dims pcommon.Map
	switch {
	case f.metric.kind == counter:
		sum := m.Sum()
		if m.Type() != pmetric.MetricTypeSum {
			sum = m.SetEmptySum()
			sum.SetIsMonotonic(true)
			sum.SetAggregationTemporality(temporality)
		}
		p := sum.DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(now)
		p.SetIntValue(int64(v.sum))
		dims = p.Attributes()
	case v.expo != nil:
		hist := m.ExponentialHistogram()
		if m.Type() != pmetric.MetricTypeExponentialHistogram {
			hist = m.SetEmptyExponentialHistogram()
			hist.SetAggregationTemporality(temporality)
		}
		p := hist.DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(now)
		exponential(v, p)
		dims = p.Attributes()
	default:
		hist := m.Histogram()
		if m.Type() != pmetric.MetricTypeHistogram {
			hist = m.SetEmptyHistogram()
			hist.SetAggregationTemporality(temporality)
		}
		p := hist.DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(now)
		p.SetCount(v.count)
		p.SetSum(v.sum)
		p.SetMin(v.min)
		p.SetMax(v.max)
		p.ExplicitBounds().FromRaw(f.bounds)
		p.BucketCounts().FromRaw(v.buckets)
		dims = p.Attributes()
	}
	putDims(f, x, dims)
	return 1
}

func ratioPoints(f *family, x *series, m pmetric.Metric, now pcommon.Timestamp) (n int) {
	if x.ring == nil {
		return 0
	}
	for _, r := range x.ring.rates(now) {
		if !r.has {
			continue
		}
		gauge := m.Gauge()
		if m.Type() != pmetric.MetricTypeGauge {
			gauge = m.SetEmptyGauge()
		}
		p := gauge.DataPoints().AppendEmpty()
		p.SetTimestamp(now)
		p.SetDoubleValue(r.share)
		putDims(f, x, p.Attributes())
		p.Attributes().PutStr(attrOutcome, r.outcome)
		p.Attributes().PutStr(attrWindow, "5m")
		n++
	}
	return n
}

func exponential(v *value, p pmetric.ExponentialHistogramDataPoint) {
	h := v.expo
	p.SetCount(h.Count())
	p.SetSum(h.Sum())
	p.SetMin(h.Min())
	p.SetMax(h.Max())
	p.SetScale(h.Scale())
	p.SetZeroCount(h.ZeroCount())
	for _, side := range [...]struct {
		from *structure.Buckets
		to   pmetric.ExponentialHistogramDataPointBuckets
	}{{h.Positive(), p.Positive()}, {h.Negative(), p.Negative()}} {
		side.to.SetOffset(side.from.Offset())
		counts := side.to.BucketCounts()
		counts.EnsureCapacity(int(side.from.Len()))
		for i := range side.from.Len() {
			counts.Append(side.from.At(i))
		}
	}
}

// putDims writes a series' dimensions; reply codes are numbers, as on the records.
func putDims(f *family, x *series, to pcommon.Map) {
	if x == f.over {
		to.PutBool("otel.metric.overflow", true)
		return
	}
	to.EnsureCapacity(len(x.dims))
	for i, text := range x.dims {
		if text == "" {
			continue
		}
		if f.dims[i] == sCode {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				to.PutInt(attrs.ReplyCode, n)
				continue
			}
		}
		to.PutStr(read[f.dims[i]], text)
	}
}

// settle forgets what was handed on, or takes it back when it was refused.
func (st *store) settle(accepted bool) {
	for _, list := range st.resources {
		for _, f := range list {
			for _, x := range f.series {
				x.settle(accepted)
			}
			if f.over != nil {
				f.over.settle(accepted)
			}
		}
	}
}

func (x *series) settle(accepted bool) {
	if !accepted {
		x.now.merge(&x.sent)
	}
	x.sent = value{}
}
