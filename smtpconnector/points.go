package smtpconnector

import (
	"strconv"

	"github.com/lightstep/go-expohisto/structure"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// pointWriter writes the points of one metric of one origin.
type pointWriter struct {
	store               *store
	family              *family
	origin              origin
	m                   pmetric.Metric
	now, before, logged pcommon.Timestamp
}

// none is what a series shows that is held back.
var none value

// write adds what a series shows, and gives how many points that are.
func (w *pointWriter) write(x *series) int {
	start, v := x.start, &x.now
	switch {
	case w.family.metric.Kind == metrics.Ratio:
		return w.ratio(x)
	case w.family.metric.Kind == metrics.Newest:
		return w.newest(x)
	case w.store.cfg.AggregationTemporality == delta:
		if w.before != 0 {
			start = w.before
		}
		x.sent, x.now = x.now, value{}
		v = &x.sent
		if v.empty() {
			return 0
		}
	case w.store.birth > 0 && !w.store.final && x.held(w.store.birth, w.now):
		x.shown, v = true, &none
	}
	x.told = v.count
	w.dims(x, w.point(x, v, start))
	return 1
}

// point writes what a series shows and gives the attributes of its point. Exemplars go with the values that they are of.
func (w *pointWriter) point(x *series, v *value, start pcommon.Timestamp) pcommon.Map {
	temporality := pmetric.AggregationTemporalityCumulative
	if w.store.cfg.AggregationTemporality == delta {
		temporality = pmetric.AggregationTemporalityDelta
	}
	switch {
	case w.family.metric.Kind == metrics.Counter:
		if w.m.Type() != pmetric.MetricTypeSum {
			sum := w.m.SetEmptySum()
			sum.SetIsMonotonic(true)
			sum.SetAggregationTemporality(temporality)
		}
		p := w.m.Sum().DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(w.now)
		p.SetIntValue(int64(v.sum))
		return p.Attributes()
	case w.family.bounds == nil:
		if w.m.Type() != pmetric.MetricTypeExponentialHistogram {
			w.m.SetEmptyExponentialHistogram().SetAggregationTemporality(temporality)
		}
		p := w.m.ExponentialHistogram().DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(w.now)
		if !v.empty() {
			exponential(v, p)
			x.exemplars.write(p.Exemplars())
		}
		return p.Attributes()
	default:
		if w.m.Type() != pmetric.MetricTypeHistogram {
			w.m.SetEmptyHistogram().SetAggregationTemporality(temporality)
		}
		p := w.m.Histogram().DataPoints().AppendEmpty()
		p.SetStartTimestamp(start)
		p.SetTimestamp(w.now)
		explicit(v, w.family.bounds, p)
		if !v.empty() {
			x.exemplars.write(p.Exemplars())
		}
		return p.Attributes()
	}
}

// newest writes the newest value, while there is one: a host that says nothing any more has no queue that is known.
func (w *pointWriter) newest(x *series) int {
	if w.now-x.last > faded {
		return 0
	}
	if w.m.Type() != pmetric.MetricTypeGauge {
		w.m.SetEmptyGauge()
	}
	p := w.m.Gauge().DataPoints().AppendEmpty()
	p.SetTimestamp(w.now)
	if w.family.metric.Unit == "s" {
		p.SetDoubleValue(x.now.sum)
	} else {
		p.SetIntValue(int64(x.now.sum))
	}
	w.dims(x, p.Attributes())
	return 1
}

// ratio writes the shares of a window.
func (w *pointWriter) ratio(x *series) (n int) {
	if x.ring == nil {
		return 0
	}
	for _, r := range x.ring.rates(w.logged) {
		if !r.has {
			continue
		}
		if w.m.Type() != pmetric.MetricTypeGauge {
			w.m.SetEmptyGauge()
		}
		p := w.m.Gauge().DataPoints().AppendEmpty()
		p.SetTimestamp(w.now)
		p.SetDoubleValue(r.share)
		w.dims(x, p.Attributes())
		p.Attributes().PutStr(metrics.AttrOutcome, r.outcome)
		p.Attributes().PutStr(metrics.AttrWindow, "5m")
		n++
	}
	return n
}

func explicit(v *value, bounds []float64, p pmetric.HistogramDataPoint) {
	p.SetCount(v.count)
	p.SetSum(v.sum)
	p.ExplicitBounds().FromRaw(bounds)
	if v.empty() {
		p.BucketCounts().FromRaw(make([]uint64, len(bounds)+1))
		return
	}
	p.SetMin(v.min)
	p.SetMax(v.max)
	p.BucketCounts().FromRaw(v.buckets)
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

// dims writes whose a series is, and its dimensions; reply codes are numbers, as on the records.
func (w *pointWriter) dims(x *series, to pcommon.Map) {
	to.EnsureCapacity(len(x.dims) + 2)
	if w.origin.host != "" {
		to.PutStr(attrs.HostName, w.origin.host)
	}
	if w.origin.instance != "" {
		to.PutStr(attrs.Instance, w.origin.instance)
	}
	if x == w.family.over {
		to.PutBool("otel.metric.overflow", true)
		return
	}
	for i, text := range x.dims {
		if text == "" {
			continue
		}
		if w.family.dims[i] == metrics.AtCode {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				to.PutInt(attrs.ReplyCode, n)
				continue
			}
		}
		to.PutStr(w.family.dims[i].String(), text)
	}
	if x.rest != "" {
		to.PutStr(attrRest, x.rest)
	}
}
