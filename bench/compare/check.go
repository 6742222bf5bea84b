package main

import (
	"bytes"
	"fmt"
	"os"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// check compares what was counted with what happened.
func check(way, path string, want *generate.Totals) error {
	counted, err := read(path)
	if err != nil {
		return err
	}
	expect := map[string]int64{}
	switch way {
	case "ours":
		for _, e := range want.Ends {
			expect["smtp.delivery.recipients "+e.Status]++
		}
		for status, n := range want.Attempts {
			expect["smtp.delivery.attempts "+status] = int64(n)
		}
		expect["smtp.message.count "] = int64(want.Messages)
	case "stock":
		for word, status := range map[string]string{"sent": "delivered", "deferred": "deferred", "bounced": "bounced"} {
			expect["postfix.deliveries "+word] = int64(want.Attempts[status])
		}
	}
	for key, n := range expect {
		if counted[key] != n {
			return fmt.Errorf("%s: %d, happened %d", key, counted[key], n)
		}
	}
	return nil
}

// read gives the newest sums of the counters, by status; the count connector gives one sum a batch, which add up.
func read(path string) (map[string]int64, error) {
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
		newest := map[string]int64{}
		cumulative := false
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				if m.Type() != pmetric.MetricTypeSum {
					continue
				}
				cumulative = cumulative || m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityCumulative
				for _, p := range m.Sum().DataPoints().All() {
					newest[m.Name()+" "+status(p.Attributes())] += p.IntValue()
				}
			}
		}
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

func status(attributes pcommon.Map) string {
	for _, name := range [...]string{"smtp.delivery.status", "status"} {
		if v, ok := attributes.Get(name); ok {
			return v.AsString()
		}
	}
	return ""
}
