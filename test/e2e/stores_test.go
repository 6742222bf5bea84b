//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // as the exporters send it

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// kept is what a store has that knows a record that comes twice by its ids: a line by its place in its file, or by its text where its carrier has no
// places, a made record by what it is about.
type kept struct {
	mu     sync.Mutex
	seen   map[string]bool
	lines  int
	again  int
	totals generate.Totals
}

func newKept() *kept { return &kept{seen: map[string]bool{}, totals: truth.Totals(nil)} }

func (k *kept) take(records ...truth.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range records {
		k.one(&records[i])
	}
}

func (k *kept) one(r *truth.Record) {
	a := r.Attr
	key, line := a["log.file.record_offset"], true
	switch {
	case key != "":
		key = r.Resource["log.file.id"] + " " + key
	case made(r) || r.Is("session") || r.Is("message"):
		key, line = strings.Join([]string{a["smtp.event"], a["smtp.session.id"], a["smtp.message.uid"], a["smtp.rcpt_to"], r.Time.String()}, " "), false
	default:
		key = r.Body
	}
	if k.seen[key] {
		k.again++
		return
	}
	k.seen[key] = true
	if line {
		k.lines++
	}
	truth.AddTo(&k.totals, r)
}

func (k *kept) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lines
}

// store is a stand-in for a backend, at an address of its own, that is down until it is opened.
type store interface {
	open(t *testing.T, k *kept) // it is up from now on, until the test ends
}

// otlpHTTP takes logs over OTLP/HTTP at any path, and metrics and traces without looking at them.
type otlpHTTP struct{ address string }

func (s otlpHTTP) open(t *testing.T, k *kept) {
	serve(t, s.address, func(w http.ResponseWriter, r *http.Request, body []byte) {
		if strings.Contains(r.URL.Path, "metrics") || strings.HasSuffix(r.URL.Path, "/v1/traces") || strings.HasSuffix(r.URL.Path, "/write") {
			w.Header().Set("Content-Type", "application/x-protobuf")
			return
		}
		req := plogotlp.NewExportRequest()
		if req.UnmarshalProto(body) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		k.take(truth.Records(req.Logs())...)
		answer, _ := plogotlp.NewExportResponse().MarshalProto()
		w.Header().Set("Content-Type", "application/x-protobuf")
		_, _ = w.Write(answer)
	})
}

// elasticsearch takes bulk requests of documents in the exporter's otel mode.
type elasticsearch struct{ address string }

func (s elasticsearch) open(t *testing.T, k *kept) {
	serve(t, s.address, func(w http.ResponseWriter, _ *http.Request, body []byte) {
		var items []string
		lines := bufio.NewScanner(bytes.NewReader(body))
		lines.Buffer(nil, 4<<20)
		for lines.Scan() { // an action, and its document
			if !lines.Scan() {
				break
			}
			k.take(document(lines.Bytes()))
			items = append(items, `{"create":{"_index":"logs","status":201}}`)
		}
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"took":1,"errors":false,"items":[%s]}`, strings.Join(items, ","))
	})
}

// splunk takes events of an HTTP Event Collector.
type splunk struct{ address string }

func (s splunk) open(t *testing.T, k *kept) {
	serve(t, s.address, func(w http.ResponseWriter, _ *http.Request, body []byte) {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		for decoder.More() {
			var event struct {
				Time   json.Number
				Event  string
				Fields map[string]any
			}
			if decoder.Decode(&event) != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			fields := texts(event.Fields)
			k.take(truth.Record{Body: event.Event, Attr: fields, Resource: fields})
		}
		_, _ = io.WriteString(w, `{"text":"Success","code":0}`)
	})
}

// document reads a record out of a document.
func document(data []byte) truth.Record {
	var doc struct {
		Attributes      map[string]any
		Resource, Scope struct{ Attributes map[string]any }
		Body            struct{ Text string }
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	_ = decoder.Decode(&doc)
	resource := texts(doc.Resource.Attributes)
	maps.Copy(resource, texts(doc.Scope.Attributes))
	return truth.Record{Body: doc.Body.Text, Attr: texts(doc.Attributes), Resource: resource}
}

// texts are values as texts.
func texts(m map[string]any) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = fmt.Sprint(v)
	}
	return out
}

// serve answers HTTP at an address.
func serve(t *testing.T, address string, answer func(http.ResponseWriter, *http.Request, []byte)) {
	t.Helper()
	l := listenAt(t, address)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			body = unpacked
		}
		if data, err := io.ReadAll(body); err == nil { // else the collector died
			answer(w, r, data)
		}
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
}

// otlpGRPC takes logs over OTLP/gRPC.
type otlpGRPC struct{ address string }

func (s otlpGRPC) open(t *testing.T, k *kept) {
	l := listenAt(t, s.address)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	plogotlp.RegisterGRPCServer(server, &logsServer{k: k})
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
}

type logsServer struct {
	plogotlp.UnimplementedGRPCServer
	k *kept
}

func (s *logsServer) Export(_ context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	s.k.take(truth.Records(req.Logs())...)
	return plogotlp.NewExportResponse(), nil
}

// kafka is one broker, and one consumer of a topic.
type kafka struct {
	address, topic string
	decode         func([]byte) (plog.Logs, error)
}

func (s kafka) open(t *testing.T, k *kept) {
	cluster := broker(t, s.address, s.topic)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(s.topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			fetches := client.PollFetches(ctx)
			fetches.EachRecord(func(r *kgo.Record) {
				ld, err := s.decode(r.Value)
				if err != nil {
					t.Errorf("%s: %v", s.topic, err)
					return
				}
				k.take(truth.Records(ld)...)
			})
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
		client.Close()
	})
}

func broker(t *testing.T, address, topic string) *kfake.Cluster {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(n), kfake.SeedTopics(4, topic))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return cluster
}
