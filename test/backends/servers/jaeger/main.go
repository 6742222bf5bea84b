// Command jaeger is Jaeger's storage in memory and its query API, behind its translation of OTLP: what its all-in-one is made of, without databases and user interface.
package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/mux"
	"github.com/jaegertracing/jaeger/cmd/query/app"
	"github.com/jaegertracing/jaeger/cmd/query/app/querysvc"
	"github.com/jaegertracing/jaeger/model/adjuster"
	"github.com/jaegertracing/jaeger/pkg/tenancy"
	"github.com/jaegertracing/jaeger/plugin/storage/memory"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/translator/jaeger"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

func main() {
	store, router := memory.NewStore(), mux.NewRouter()
	// What Jaeger does to a trace before it shows it; what it does not like about a span becomes a warning of that.
	adjust := adjuster.Sequence(querysvc.StandardAdjusters(time.Second)...)
	service := querysvc.NewQueryService(store, store, querysvc.QueryServiceOptions{Adjuster: adjust})
	app.NewAPIHandler(service, &tenancy.Manager{}).RegisterRoutes(router)
	router.HandleFunc("/v1/traces", func(w http.ResponseWriter, r *http.Request) {
		if err := take(r, store); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	})
	log.Fatal(http.ListenAndServe(os.Args[1], router))
}

// take stores the spans of a request of OTLP.
func take(r *http.Request, store *memory.Store) (err error) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return err
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	in := ptraceotlp.NewExportRequest()
	if err := in.UnmarshalProto(data); err != nil {
		return fmt.Errorf("no traces: %w", err)
	}
	batches, err := jaeger.ProtoFromTraces(in.Traces())
	if err != nil {
		return err
	}
	for _, batch := range batches {
		for _, span := range batch.Spans {
			if span.Process == nil {
				span.Process = batch.Process
			}
			if err := store.WriteSpan(r.Context(), span); err != nil {
				return err
			}
		}
	}
	return nil
}
