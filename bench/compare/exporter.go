package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/bench/internal/observed"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// measureExporter runs an exporter that only counts (Debian's prometheus-postfix-exporter, a build of kumina/postfix_exporter) over
// the log. It reads from the end of a file on, so the log is written when it stands there; it is asked for its numbers once, which
// are compared with what happened.
func measureExporter(binary, log, dir string, want *generate.Totals) (observed.Cost, error) {
	address, err := freeAddress()
	if err != nil {
		return observed.Cost{}, err
	}
	path := filepath.Join(dir, "exporter.log")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return observed.Cost{}, err
	}
	cmd := exec.Command(binary, "--web.listen-address="+address,
		"--postfix.logfile_path="+path, "--postfix.showq_path="+filepath.Join(dir, "none"))
	c, err := watch(cmd, func() error {
		if _, err := scrape(address); err != nil { // it stands at the end of the file when it answers
			return err
		}
		return appendTo(path, log)
	}, func() error {
		numbers, err := scrape(address)
		if err != nil {
			return err
		}
		if line := fmt.Sprintf("\npostfix_smtp_status_deferred %d\n", want.Attempts["deferred"]); !strings.Contains(numbers, line) {
			return fmt.Errorf("it did not count the %d deferred", want.Attempts["deferred"])
		}
		return nil
	})
	return c, err
}

// freeAddress is one of this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// scrape gives the exporter's numbers, as soon as it listens.
func scrape(address string) (string, error) {
	var err error
	for range 100 {
		var response *http.Response
		if response, err = http.Get("http://" + address + "/metrics"); err == nil {
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			return string(body), err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", err
}

func appendTo(path, log string) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	from, err := os.Open(log)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return to.Close()
}
