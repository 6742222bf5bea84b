package truth

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// otlpTraces is opentelemetry/proto/trace/v1/trace.proto with what it uses of common and resource, as the JSON mapping of OTLP writes it: of each message its
// fields, and what each holds: another message, "[]" a list of them, or one of the kinds below.
var otlpTraces = map[string]map[string]string{
	"TracesData":           {"resourceSpans": "[]ResourceSpans"},
	"ResourceSpans":        {"resource": "Resource", "scopeSpans": "[]ScopeSpans", "schemaUrl": "text"},
	"Resource":             {"attributes": "[]KeyValue", "droppedAttributesCount": "uint32", "entityRefs": "[]EntityRef"},
	"ScopeSpans":           {"scope": "InstrumentationScope", "spans": "[]Span", "schemaUrl": "text"},
	"InstrumentationScope": {"name": "text", "version": "text", "attributes": "[]KeyValue", "droppedAttributesCount": "uint32"},
	"Span": {
		"traceId": "id16", "spanId": "id8", "traceState": "text", "parentSpanId": "parent", "flags": "uint32", "name": "name", "kind": "kind", "startTimeUnixNano": "time",
		"endTimeUnixNano": "time", "attributes": "[]KeyValue", "droppedAttributesCount": "uint32", "events": "[]Event", "droppedEventsCount": "uint32", "links": "[]Link",
		"droppedLinksCount": "uint32", "status": "Status",
	},
	"Event":        {"timeUnixNano": "time", "name": "name", "attributes": "[]KeyValue", "droppedAttributesCount": "uint32"},
	"Link":         {"traceId": "id16", "spanId": "id8", "traceState": "text", "attributes": "[]KeyValue", "droppedAttributesCount": "uint32", "flags": "uint32"},
	"Status":       {"message": "text", "code": "code"},
	"KeyValue":     {"key": "name", "value": "AnyValue"},
	"AnyValue":     {"stringValue": "text", "boolValue": "bool", "intValue": "int64", "doubleValue": "double", "arrayValue": "ArrayValue", "kvlistValue": "KeyValueList", "bytesValue": "text"},
	"ArrayValue":   {"values": "[]AnyValue"},
	"KeyValueList": {"values": "[]KeyValue"},
}

// otlpKinds are the scalars.
var otlpKinds = map[string]func(v any) bool{
	"text":   func(v any) bool { _, ok := v.(string); return ok },
	"name":   func(v any) bool { s, ok := v.(string); return ok && s != "" },
	"bool":   func(v any) bool { _, ok := v.(bool); return ok },
	"double": func(v any) bool { _, ok := v.(float64); return ok },
	"int64":  func(v any) bool { s, ok := v.(string); _, err := strconv.ParseInt(s, 10, 64); return ok && err == nil },
	"time": func(v any) bool {
		s, ok := v.(string)
		n, err := strconv.ParseUint(s, 10, 64)
		return ok && err == nil && n > 0
	},
	"uint32": func(v any) bool { n, ok := v.(float64); return ok && n >= 0 && n == float64(uint32(n)) },
	"kind":   func(v any) bool { n, ok := v.(float64); return ok && n >= 1 && n <= 5 },
	"code":   func(v any) bool { n, ok := v.(float64); return ok && n >= 0 && n <= 2 },
	"id16":   func(v any) bool { return isID(v, 16) },
	"id8":    func(v any) bool { return isID(v, 8) },
	"parent": func(v any) bool { return v == "" || isID(v, 8) },
}

func isID(v any, length int) bool {
	s, _ := v.(string)
	id, err := hex.DecodeString(s)
	for _, b := range id {
		if b != 0 {
			return err == nil && len(id) == length
		}
	}
	return false
}

// misfit says what of a value the schema does not take.
func misfit(v any, kind, where string) error {
	if takes := otlpKinds[kind]; takes != nil {
		if !takes(v) {
			return fmt.Errorf("%s: %v is no %s", where, v, kind)
		}
		return nil
	}
	if len(kind) > 2 && kind[:2] == "[]" {
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s: no list", where)
		}
		seen := map[any]bool{}
		for i, one := range list {
			if err := misfit(one, kind[2:], fmt.Sprint(where, "[", i, "]")); err != nil {
				return err
			}
			key := one.(map[string]any)["key"]
			if kind == "[]KeyValue" && seen[key] {
				return fmt.Errorf("%s: %v stands there twice", where, key)
			}
			seen[key] = true
		}
		return nil
	}
	fields, ok := v.(map[string]any)
	if !ok || otlpTraces[kind] == nil {
		return fmt.Errorf("%s: no %s", where, kind)
	}
	for name, value := range fields {
		of := otlpTraces[kind][name]
		if of == "" {
			return fmt.Errorf("%s: %s has no %s", where, kind, name)
		}
		if err := misfit(value, of, where+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// The spans of every corpus are what the schema of OTLP takes, as the file exporter writes them.
func TestSpansAreWhatTheSchemaOfOTLPTakes(t *testing.T) {
	n := 0
	for _, c := range Corpora {
		for _, td := range batchesOf(t, lines(t, c.Log), seen, nil) {
			data, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
			require.NoError(t, err)
			var v any
			require.NoError(t, json.Unmarshal(data, &v))
			require.NoError(t, misfit(v, "TracesData", c.Log))
			n += td.SpanCount()
		}
	}
	t.Logf("%d spans", n)
	require.Greater(t, n, 5000)
	require.ErrorContains(t, misfit(map[string]any{"resourceSpans": []any{map[string]any{"spans": []any{}}}}, "TracesData", "x"), "ResourceSpans has no spans")
}
