package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
)

// wire is what a log becomes as OTLP, in bytes: as it is, and in the exporter's usual compression, batch by batch.
type wire struct{ plain, gzip int64 }

// measureWire runs the collector over the log, with an exporter to a server of its own that counts.
func measureWire(binary, way, log string) (w wire, err error) {
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
	return w, failed
}

func (w *wire) add(body io.Reader) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	n, err := io.Copy(z, body)
	if err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	w.plain += n
	w.gzip += int64(packed.Len())
	return nil
}
