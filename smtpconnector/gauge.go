package smtpconnector

import (
	"cmp"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// wants says whether a metric is on.
func (st *store) wants(name string) bool {
	return slices.ContainsFunc(st.metrics, func(f *family) bool { return f.metric.Name == name })
}

// gauge writes how many incidents are open, by the dimensions of the metric. The core is locked.
func (w *watch) gauge(st *store, now pcommon.Timestamp, out pmetric.Metrics) {
	i := slices.IndexFunc(st.metrics, func(f *family) bool { return f.metric.Name == metrics.Incidents })
	if i < 0 {
		return
	}
	f := st.metrics[i]
	has := map[incident.Open]int64{}
	for _, open := range w.detector.Open() {
		key := f.of(open)
		has[key]++
		w.shown[key] = now
	}
	list := make([]incident.Open, 0, len(w.shown))
	for key, last := range w.shown {
		if now-last > faded {
			delete(w.shown, key)
			continue
		}
		list = append(list, key)
	}
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b incident.Open) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Reason, b.Reason))
	})
	m := out.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().AppendEmpty()
	m.SetName(f.metric.Name)
	m.SetDescription(f.metric.Description)
	m.SetUnit(f.metric.Unit)
	points := m.SetEmptyGauge().DataPoints()
	for _, key := range list {
		p := points.AppendEmpty()
		p.SetTimestamp(now)
		p.SetIntValue(has[key])
		for _, d := range []struct{ name, text string }{
			{attrs.IncidentKind, string(key.Kind)}, {attrs.Provider, key.Provider}, {attrs.FailureReason, key.Reason},
		} {
			if d.text != "" {
				p.Attributes().PutStr(d.name, d.text)
			}
		}
	}
}

// of leaves of an incident what the metric's dimensions tell.
func (f *family) of(open incident.Open) (key incident.Open) {
	if f.has(attrs.IncidentKind) {
		key.Kind = open.Kind
	}
	if f.has(attrs.Provider) {
		key.Provider = open.Provider
	}
	if f.has(attrs.FailureReason) {
		key.Reason = open.Reason
	}
	return key
}

func (f *family) has(name string) bool { return slices.Contains(f.dims, metrics.At(name)) }
