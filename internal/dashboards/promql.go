package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/otlptranslator"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// MetricName is a metric of the table as the collector's Prometheus exporters name it. Another name is a programmer's mistake, and panics.
func MetricName(name string) string {
	namer := otlptranslator.MetricNamer{WithMetricSuffixes: true}
	text, err := namer.Build(otlptranslator.Metric{Name: name, Unit: metric(name).Unit, Type: kinds[metric(name).Kind]})
	if err != nil {
		panic(err)
	}
	return text
}

// kinds are the kinds of metrics as Prometheus' naming knows them.
var kinds = [...]otlptranslator.MetricType{
	metrics.Counter: otlptranslator.MetricTypeMonotonicCounter, metrics.Histogram: otlptranslator.MetricTypeHistogram,
	metrics.Ratio: otlptranslator.MetricTypeGauge, metrics.Open: otlptranslator.MetricTypeGauge,
	metrics.Newest: otlptranslator.MetricTypeGauge,
}

// metric finds one that is there by default.
func metric(name string) *metrics.Metric {
	m := metrics.ByName(name)
	if m == nil || m.Off {
		panic("no metric that is on by default is called " + name)
	}
	return m
}

// Label is an attribute as Prometheus and Loki name it.
func Label(attr string) string { return strings.ReplaceAll(attr, ".", "_") }

// labels are the names of attributes, in one text.
func labels(by []string) string {
	names := make([]string, len(by))
	for i, attr := range by {
		names[i] = Label(attr)
	}
	return strings.Join(names, ", ")
}

// variables are the names of the variables of attributes.
var variables = map[string]string{attrs.HostName: "host", attrs.Instance: "instance", attrs.Provider: "provider"}

// promql renders values for a board.
type promql struct{ scope []string }

// selector is a metric with its conditions and those of the board's variables.
func (q promql) selector(s Series, suffix string) string {
	var list []string
	for _, m := range s.Where {
		list = append(list, matcher(s.Metric, m))
	}
	for _, attr := range q.scope {
		if hasDimension(s.Metric, attr) {
			list = append(list, fmt.Sprintf(`%s=~"$%s"`, Label(attr), variables[attr]))
		}
	}
	return MetricName(s.Metric) + suffix + "{" + strings.Join(list, ",") + "}"
}

// hasDimension says whether every series of a metric can be told apart by an attribute.
func hasDimension(name, attr string) bool {
	return attr == attrs.HostName || attr == attrs.Instance || slices.Contains(metric(name).Dimensions, attr)
}

// mustHave panics where a metric does not have a dimension by default: nothing would be found by it.
func mustHave(name string, dimensions ...string) {
	for _, attr := range dimensions {
		if !hasDimension(name, attr) {
			panic(name + " cannot be asked for " + attr)
		}
	}
}

// matcher is one condition.
func matcher(name string, m Match) string {
	mustHave(name, m.Attr)
	operator, value := "=", strings.Join(m.Any, "|")
	switch {
	case len(m.Any) == 0:
		operator, value = when(m.Not, "=", "!="), ""
	case len(m.Any) > 1 && m.Not:
		operator = "!~"
	case len(m.Any) > 1:
		operator = "=~"
	case m.Not:
		operator = "!="
	}
	return fmt.Sprintf("%s%s%q", Label(m.Attr), operator, value)
}

// The windows: of the whole range of time, and of a point of a line. A share needs more than a scrape or two to be one.
const (
	ranged = "$__range"
	rated  = "$__rate_interval"
	shared = "15m"
)

// sumBy adds up by attributes.
func sumBy(by []string, of string) string {
	if len(by) == 0 {
		return "sum(" + of + ")"
	}
	return "sum by (" + labels(by) + ") (" + of + ")"
}

// PromQL asks Prometheus for one of a panel's values, with the variables of Grafana.
func (b *Board) PromQL(p *Panel, v Value) string { return promql{b.Scope}.query(p, v) }

func (q promql) query(p *Panel, v Value) string {
	if v.Kind != Own {
		mustHave(v.Of.Metric, p.By...)
	}
	switch v.Kind {
	case Count:
		return q.count(p, v)
	case Share:
		return q.share(p, v)
	case Quantile:
		window := ranged
		if p.Shape == Lines {
			window = shared
		}
		return fmt.Sprintf("histogram_quantile(%g, %s)",
			v.Q, sumBy(append([]string{"le"}, p.By...), "rate("+q.selector(v.Of, "_bucket")+"["+window+"])"))
	case Sum, Highest:
		text := sumBy(p.By, q.selector(v.Of, ""))
		if v.Kind == Highest {
			text = "max" + strings.TrimPrefix(text, "sum")
		}
		if p.Shape == Table {
			text += " > 0"
		}
		return text
	case Own:
	}
	return v.Query
}

func (q promql) count(p *Panel, v Value) string {
	of := q.selector(v.Of, "")
	switch p.Shape {
	case Lines:
		return sumBy(p.By, "rate("+of+"["+rated+"])") + " * 60"
	case Table:
		return fmt.Sprintf("topk(50, %s > 0)", sumBy(p.By, "increase("+of+"["+ranged+"])"))
	case Number, Stories:
	}
	return sumBy(p.By, "increase("+of+"["+ranged+"])") + " or vector(0)"
}

// share is a part over a whole: 0 where there is no series of the part, nothing where there is nothing of the whole.
func (q promql) share(p *Panel, v Value) string {
	window := ranged
	if p.Shape == Lines {
		window = shared
	}
	part := sumBy(p.By, "rate("+q.selector(v.Of, "")+"["+window+"])")
	whole := sumBy(p.By, "rate("+q.selector(v.Whole, "")+"["+window+"])")
	return fmt.Sprintf("(%s or %s * 0) / (%s > 0)", part, whole, whole)
}
