package field

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Check reads the case and lists what is not as it must be.
func Check(ctx context.Context, c *Case) (wrong []string) {
	recs, err := records(ctx, c)
	if err != nil {
		return []string{err.Error()}
	}
	for _, want := range c.Expect.Records {
		rec, ok := find(recs, want.Match)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("no record %v", want.Match))
			continue
		}
		wrong = append(wrong, want.check(rec)...)
	}
	for key, n := range c.Expect.Count {
		if got := count(recs, key); got != n {
			wrong = append(wrong, fmt.Sprintf("%d records with %s, want %d", got, key, n))
		}
	}
	for _, word := range c.Expect.Nowhere {
		for _, rec := range recs {
			if all := rec.Body().AsString() + fmt.Sprint(rec.Attributes().AsRaw()); strings.Contains(all, word) {
				wrong = append(wrong, fmt.Sprintf("%q is in %s", word, all))
			}
		}
	}
	return append(wrong, c.metrics(ctx)...)
}

func (c *Case) metrics(ctx context.Context) (wrong []string) {
	if len(c.Expect.Metrics) == 0 {
		return nil
	}
	series, err := points(ctx, c)
	if err != nil {
		return []string{err.Error()}
	}
	for _, want := range c.Expect.Metrics {
		sum := 0.0
		for _, p := range series[want.Name] {
			if among(p.attrs, want.Where) {
				sum += p.value
			}
		}
		if sum != want.Sum {
			wrong = append(wrong, fmt.Sprintf("%s%v is %v, want %v", want.Name, want.Where, sum, want.Sum))
		}
	}
	return wrong
}

// find gives the record that a case means: the one of a line, the first whose body has a text, or the first with these attributes.
func find(recs []plog.LogRecord, match any) (plog.LogRecord, bool) {
	i := slices.IndexFunc(recs, func(rec plog.LogRecord) bool {
		attrs := rec.Attributes().AsRaw()
		switch m := match.(type) {
		case float64:
			return attrs[mark] == int64(m)
		case string:
			return attrs[mark] != nil && strings.Contains(rec.Body().AsString(), m)
		case map[string]any:
			return among(attrs, m)
		}
		return false
	})
	if i < 0 {
		return plog.LogRecord{}, false
	}
	return recs[i], true
}

// check lists what the record says otherwise.
func (w *RecordWant) check(rec plog.LogRecord) (wrong []string) {
	attrs := rec.Attributes().AsRaw()
	for name, want := range w.Attrs {
		if !fits(attrs[name], want) {
			wrong = append(wrong, fmt.Sprintf("%s is %s, want %s", name, text(attrs[name]), text(want)))
		}
	}
	body := rec.Body().AsString()
	if w.Body != nil && (body != *w.Body || rec.Body().Type() != pcommon.ValueTypeStr) {
		wrong = append(wrong, fmt.Sprintf("body is %q, want %q", body, *w.Body))
	}
	for _, word := range w.Lacks {
		if strings.Contains(body, word) {
			wrong = append(wrong, fmt.Sprintf("%q is in the body %q", word, body))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// fits says whether a value is what is wanted: the value, null for none, {"not": v}, {"any": [...]}.
func fits(got, want any) bool {
	if m, ok := want.(map[string]any); ok {
		if not, ok := m["not"]; ok {
			return !equal(got, not)
		}
		list, _ := m["any"].([]any)
		return slices.ContainsFunc(list, func(one any) bool { return equal(got, one) })
	}
	return equal(got, want)
}

// equal compares a value of a record with one of JSON, where every number is a float.
func equal(got, want any) bool {
	number := func(v any) any {
		if n, ok := v.(int64); ok {
			return float64(n)
		}
		return v
	}
	return reflect.DeepEqual(number(got), number(want))
}

// among says whether attributes have these values; of a data point an attribute may be the text of a number or of a truth value.
func among(attrs, want map[string]any) bool {
	for name, v := range want {
		got := attrs[name]
		if !fits(got, v) && (got == nil || fmt.Sprint(got) != fmt.Sprint(v)) {
			return false
		}
	}
	return true
}

// count is how many records have the attributes of "event=delivery,smtp.delivery.final=true".
func count(recs []plog.LogRecord, key string) (n int) {
	for _, rec := range recs {
		attrs, all := rec.Attributes().AsRaw(), true
		for _, pair := range strings.Split(key, ",") {
			name, value, _ := strings.Cut(pair, "=")
			if name == "event" {
				name = "smtp.event"
			}
			all = all && attrs[name] != nil && fmt.Sprint(attrs[name]) == value
		}
		if all {
			n++
		}
	}
	return n
}
