//go:build packages

package packages

import (
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// intake is an OTLP/HTTP intake that counts the deliveries it is given by their recipient.
type intake struct {
	URL        string
	mu         sync.Mutex
	deliveries map[string]int
	pods       map[string]bool
}

// startIntake listens in the machine's network.
func startIntake(t *testing.T, m *machine) *intake {
	in := &intake{deliveries: map[string]int{}, pods: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/logs", in.take)
	server := httptest.NewUnstartedServer(mux)
	server.Listener.Close()
	require.NoError(t, m.network(func() (err error) {
		server.Listener, err = net.Listen("tcp", "127.0.0.1:0")
		return err
	}))
	server.Start()
	t.Cleanup(server.Close)
	in.URL = server.URL
	return in
}

func (in *intake) take(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		zipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = zipped
	}
	text, err := io.ReadAll(body)
	request := plogotlp.NewExportRequest()
	if err == nil {
		err = request.UnmarshalProto(text)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	in.count(request)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (in *intake) count(request plogotlp.ExportRequest) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, resource := range request.Logs().ResourceLogs().All() {
		if pod, ok := resource.Resource().Attributes().Get("k8s.pod.name"); ok {
			in.pods[pod.AsString()] = true
		}
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				event, _ := record.Attributes().Get("smtp.event")
				if to, ok := record.Attributes().Get("smtp.rcpt_to"); ok && event.AsString() == "delivery" {
					in.deliveries[to.AsString()]++
				}
			}
		}
	}
}

// of says how often the delivery to a recipient came.
func (in *intake) of(recipient string) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.deliveries[recipient]
}

// fromPod says whether records came whose resource is a pod.
func (in *intake) fromPod(name string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.pods[name]
}

// total says how many deliveries came, and how many of them more than once.
func (in *intake) total() (all, again int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, n := range in.deliveries {
		all += n
		again += n - 1
	}
	return all, again
}
