package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// wire is what a log becomes as OTLP, in bytes: as it is, and in the exporter's usual compression, batch by batch.
type wire struct {
	plain, gzip int64
	records     int
}

// measureWire runs the collector over the log, with an exporter to a server of its own that counts.
func measureWire(binary, way, log string, lines int) (w wire, err error) {
	var lock sync.Mutex
	var failed error
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		if err := w.add(r.Body); err != nil {
			failed = err
		}
	}))
	defer sink.Close()
	if _, err := measure(binary, filepath.Join("bench", "wire-"+way+".yaml"), "LOG="+log, "SINK="+sink.URL); err != nil {
		return w, err
	}
	lock.Lock()
	defer lock.Unlock()
	if failed == nil && w.records < lines {
		failed = fmt.Errorf("%d records of %d lines came", w.records, lines)
	}
	return w, failed
}

func (w *wire) add(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	request := plogotlp.NewExportRequest()
	if err := request.UnmarshalProto(data); err != nil {
		return err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	w.records += request.Logs().LogRecordCount()
	w.plain += int64(len(data))
	w.gzip += int64(packed.Len())
	return nil
}
