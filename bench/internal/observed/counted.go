package observed

import (
	"bytes"
	"os"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Counted gives the newest sums of the counters that a collector's file exporter wrote, by "name status"; the count connector gives
// one sum a batch, which add up.
func Counted(path string) (map[string]int64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sums := map[string]int64{}
	for _, line := range bytes.Split(data, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		md, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
		if err != nil {
			return nil, err
		}
		newest, cumulative := sumsOf(md)
		for key, n := range newest {
			if cumulative {
				sums[key] = n
			} else {
				sums[key] += n
			}
		}
	}
	return sums, nil
}

// sumsOf gives the sums of one export, and whether they are since the beginning.
func sumsOf(md pmetric.Metrics) (newest map[string]int64, cumulative bool) {
	newest = map[string]int64{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() != pmetric.MetricTypeSum {
					continue
				}
				cumulative = cumulative || m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityCumulative
				for _, p := range m.Sum().DataPoints().All() {
					newest[m.Name()+" "+status(p.Attributes())] += p.IntValue()
				}
			}
		}
	}
	return newest, cumulative
}

func status(attributes pcommon.Map) string {
	for _, name := range [...]string{"smtp.delivery.status", "status"} {
		if v, ok := attributes.Get(name); ok {
			return v.AsString()
		}
	}
	return ""
}
