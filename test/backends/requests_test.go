//go:build backends

package backends

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
)

// request is one that an exporter made.
type request struct {
	path   string
	header http.Header
	body   []byte
	wire   int // its bytes as they came
}

// standIn answers for a store that cannot be had, and keeps what it was asked.
type standIn struct {
	mu       sync.Mutex
	requests []request
}

// newStandIn serves with TLS; answer gives what the store would say to a request.
func newStandIn(t *testing.T, answer func(http.ResponseWriter, *request)) (s *standIn, address, ca string) {
	t.Helper()
	s = &standIn{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		packed, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		one := request{path: r.URL.RequestURI(), header: r.Header, body: packed, wire: len(packed)}
		if r.Header.Get("Content-Encoding") == "gzip" {
			reader, err := gzip.NewReader(bytes.NewReader(packed))
			if err == nil {
				one.body, _ = io.ReadAll(reader)
			}
		}
		s.mu.Lock()
		s.requests = append(s.requests, one)
		s.mu.Unlock()
		answer(w, &one)
	}))
	t.Cleanup(server.Close)
	ca = t.TempDir() + "/ca.pem"
	certificate := server.Certificate()
	require.NoError(t, os.WriteFile(ca, pemOf(certificate.Raw), 0o600))
	return s, server.URL, ca
}

// all waits until a count of what came reaches a number, and gives the requests.
func (s *standIn) all(t *testing.T, want int, count func([]request) int) []request {
	t.Helper()
	var got int
	for range 120 {
		s.mu.Lock()
		list := append([]request(nil), s.requests...)
		s.mu.Unlock()
		if got = count(list); got >= want {
			return list
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Fatalf("%d of %d have come", got, want)
	return nil
}

// jsonLines are the values of a body that are not in front of others by line or without any mark.
func jsonLines(t *testing.T, body []byte) (list []map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for d.More() {
		var v map[string]any
		require.NoError(t, d.Decode(&v))
		list = append(list, v)
	}
	return list
}

// TestElasticsearchRequests: bulk requests in the exporter's otel mode, whose documents have the types that the component template says.
func TestElasticsearchRequests(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	s, address, ca := newStandIn(t, func(w http.ResponseWriter, r *request) {
		items := strings.Repeat(`{"create":{"_index":"x","status":201}},`, bytes.Count(r.body, []byte("\n"))/2)
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"took":1,"errors":false,"items":[%s]}`, strings.TrimSuffix(items, ","))
	})
	e := example{lines: d.lines}
	e.run(t, "elasticsearch.yaml", "ELASTICSEARCH="+address, "ELASTICSEARCH_API_KEY=secret", "CA_FILE="+ca, "METRICS="+freeAddress(t))
	types := templateTypes(t)
	documents := 0
	for _, r := range s.all(t, len(d.lines), func(list []request) (n int) {
		for _, r := range list {
			n += bytes.Count(r.body, []byte("\n")) / 2
		}
		return n
	}) {
		require.True(t, strings.HasPrefix(r.path, "/_bulk"), r.path)
		require.True(t, strings.EqualFold("ApiKey secret", r.header.Get("Authorization")))
		lines := jsonLines(t, r.body)
		require.Zero(t, len(lines)%2)
		for i := 0; i < len(lines); i += 2 {
			create, _ := lines[i]["create"].(map[string]any)
			require.Equal(t, "logs-generic.otel-default", create["_index"], "%v", lines[i])
			checkDocument(t, lines[i+1], types)
			documents++
		}
	}
	require.GreaterOrEqual(t, documents, len(d.lines))
}

// templateTypes are those of the attributes in the component template.
func templateTypes(t *testing.T) map[string]string {
	text, err := os.ReadFile(root + "/packaging/elasticsearch/logs-otel@custom.json")
	require.NoError(t, err)
	var file struct {
		Template struct {
			Mappings struct {
				Properties struct {
					Attributes struct {
						Type       string
						Properties map[string]struct{ Type string }
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &file))
	attributes := file.Template.Mappings.Properties.Attributes
	require.Equal(t, "passthrough", attributes.Type)
	types := map[string]string{}
	for name, p := range attributes.Properties {
		types[name] = p.Type
	}
	return types
}

func checkDocument(t *testing.T, document map[string]any, types map[string]string) {
	t.Helper()
	for _, name := range []string{"@timestamp", "resource", "scope", "body", "data_stream"} {
		require.Contains(t, document, name)
	}
	attributes, _ := document["attributes"].(map[string]any)
	for name, v := range attributes {
		kind, known := types[name]
		switch value := v.(type) {
		case json.Number:
			require.Contains(t, []string{"long", "double"}, kind, "%s: %v", name, v)
			if kind == "long" {
				_, err := value.Int64()
				require.NoError(t, err, name)
			}
		case bool:
			require.Equal(t, "boolean", kind, name)
		case string:
			require.Contains(t, []string{"keyword", "match_only_text", "ip"}, kind, "%s: %v", name, v)
		case []any:
			require.Contains(t, []string{"keyword", "flattened"}, kind, "%s: %v", name, v)
		case map[string]any:
			require.False(t, known, "%s is an object", name)
		}
	}
}

// TestSplunkRequests: events of HEC, as Splunk documents them ("Format events for HTTP Event Collector"): flat fields, time in seconds.
func TestSplunkRequests(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	s, address, ca := newStandIn(t, func(w http.ResponseWriter, _ *request) { _, _ = io.WriteString(w, `{"text":"Success","code":0}`) })
	e := example{lines: d.lines}
	e.run(t, "splunk.yaml", "SPLUNK_HEC="+address, "SPLUNK_HEC_TOKEN=token", "SPLUNK_INDEX=post", "CA_FILE="+ca, "METRICS="+freeAddress(t))
	hosts, events := map[any]int{}, 0
	for _, r := range s.all(t, len(d.lines), func(list []request) (n int) {
		for _, r := range list {
			n += bytes.Count(r.body, []byte(`"sourcetype":`))
		}
		return n
	}) {
		require.Equal(t, "/services/collector", r.path)
		require.Equal(t, "Splunk token", r.header.Get("Authorization"))
		for _, event := range jsonLines(t, r.body) {
			events++
			for key := range event {
				require.Contains(t, []string{"time", "host", "source", "sourcetype", "index", "event", "fields"}, key)
			}
			require.Equal(t, "post", event["index"])
			require.Equal(t, "otelcol:smtp", event["sourcetype"])
			require.NotEmpty(t, event["event"])
			hosts[event["host"]]++
			at, err := event["time"].(json.Number).Float64()
			require.NoError(t, err)
			require.InDelta(t, float64(d.now.Unix()), at, 31*3600)
			fields, _ := event["fields"].(map[string]any)
			if fields["smtp.event"] == "message" {
				require.IsType(t, "", fields["smtp.recipients"])
			}
			for name, v := range fields {
				if _, object := v.(map[string]any); object {
					t.Errorf("the field %s is an object", name)
				}
				if list, isList := v.([]any); isList {
					for _, item := range list {
						if _, object := item.(map[string]any); object {
							t.Errorf("the field %s has objects: %v", name, v)
						}
					}
				}
			}
		}
	}
	require.GreaterOrEqual(t, events, len(d.lines))
	require.Equal(t, 1, hosts["mx7"], "each line's host: %v", hosts)
}

// TestDatadogIntake: OTLP with the key, delta, and within the limits of a request (5 MB once unpacked).
func TestDatadogIntake(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	s, address, ca := newStandIn(t, func(w http.ResponseWriter, _ *request) { w.Header().Set("Content-Type", "application/x-protobuf") })
	e := example{lines: d.lines}
	e.run(t, "datadog.yaml", "DD_LOGS_ENDPOINT="+address+"/v1/logs", "DD_METRICS_ENDPOINT="+address+"/v1/metrics", "DD_API_KEY=key", "CA_FILE="+ca, "METRICS="+freeAddress(t))
	s.all(t, len(d.lines), func(list []request) (n int) {
		for _, r := range list {
			if logs := plogotlp.NewExportRequest(); r.path == "/v1/logs" && logs.UnmarshalProto(r.body) == nil {
				n += logs.Logs().LogRecordCount()
			}
		}
		return n
	})
	points := 0
	for _, r := range s.all(t, 1, func(list []request) (n int) {
		for _, r := range list {
			if r.path == "/v1/metrics" {
				n++
			}
		}
		return n
	}) {
		require.Equal(t, "key", r.header.Get("dd-api-key"))
		require.Equal(t, "application/x-protobuf", r.header.Get("Content-Type"))
		require.Less(t, len(r.body), 5_000_000)
		if r.path == "/v1/metrics" {
			metrics := pmetricotlp.NewExportRequest()
			require.NoError(t, metrics.UnmarshalProto(r.body))
			points += metrics.Metrics().DataPointCount()
			require.Empty(t, cumulative(metrics.Metrics()))
		}
	}
	require.Positive(t, points)
}

// cumulative are the names of metrics that are.
func cumulative(md pmetric.Metrics) (names []string) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				var is pmetric.AggregationTemporality
				switch m.Type() {
				case pmetric.MetricTypeSum:
					is = m.Sum().AggregationTemporality()
				case pmetric.MetricTypeHistogram:
					is = m.Histogram().AggregationTemporality()
				case pmetric.MetricTypeExponentialHistogram:
					is = m.ExponentialHistogram().AggregationTemporality()
				default:
					continue
				}
				if is != pmetric.AggregationTemporalityDelta {
					names = append(names, m.Name())
				}
			}
		}
	}
	return names
}
