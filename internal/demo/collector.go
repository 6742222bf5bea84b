package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

const binary = "bin/otelcol-smtp"

// config is the collector's whole configuration: read files, enrich, write the records to a file, serve the metrics.
const config = `
receivers:
  maillog: {include: [%s], start_at: beginning, poll_interval: 20ms}
processors:
  smtp: {attributes: full, summaries: [session, message]}
connectors:
  smtp: {metrics_flush_interval: 1s, series_birth: 0s}
exporters:
  file: {path: %s, flush_interval: 50ms}
  prometheus: {endpoint: "%s"}
service:
  telemetry: {metrics: {level: none}, logs: {level: warn}}
  pipelines:
    logs/mail: {receivers: [maillog], processors: [smtp], exporters: [file, smtp]}
    metrics/mail: {receivers: [smtp], exporters: [prometheus]}
`

// collector is the running collector and the file that it writes records to.
type collector struct {
	cmd     *exec.Cmd
	dir     string
	metrics string // the address of its metrics
	output  bytes.Buffer
	ended   chan struct{}
	err     error
	at      int64 // how far the records are read
}

// measure gives for each file where its last line begins: when that line has come out, the file is read.
func measure(paths []string) (map[string]int64, error) {
	ends := map[string]int64{}
	for _, path := range paths {
		full, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		data, err := os.ReadFile(full)
		if err != nil {
			return nil, fmt.Errorf("the log cannot be read: %w", err)
		}
		trimmed := bytes.TrimRight(data, "\r\n")
		if len(trimmed) == 0 {
			continue
		}
		ends[full] = int64(bytes.LastIndexByte(trimmed, '\n') + 1)
	}
	return ends, nil
}

// startCollector runs the built collector on the files.
func startCollector(paths []string) (*collector, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("%s is missing: run make build", binary)
	}
	dir, err := os.MkdirTemp("", "otelcol-smtp-demo")
	if err != nil {
		return nil, err
	}
	c := &collector{dir: dir, ended: make(chan struct{})}
	if c.metrics, err = address(); err != nil {
		return nil, err
	}
	var list []string
	for _, p := range paths {
		full, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf("%q", full))
	}
	file := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(config, strings.Join(list, ", "), filepath.Join(dir, "records.json"), c.metrics)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	c.cmd = exec.Command(binary, "--config", file)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is ours to pass on
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// address is the usual one of the metrics where it is free, else any free one.
func address() (string, error) {
	for _, a := range []string{"127.0.0.1:9464", "127.0.0.1:0"} {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", a)
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }()
		return l.Addr().String(), nil
	}
	return "", errors.New("no free port on 127.0.0.1")
}

// read gives the records that came since the last call.
func (c *collector) read() ([]record, error) {
	f, err := os.Open(filepath.Join(c.dir, "records.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(c.at, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	c.at += int64(len(whole))
	var list []record
	for line := range bytes.Lines(whole) {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		if err != nil {
			return nil, fmt.Errorf("the collector wrote what is no batch: %w", err)
		}
		list = append(list, records(ld)...)
	}
	return list, nil
}

// words is what the collector said, for an error.
func (c *collector) words() string { return strings.TrimSpace(c.output.String()) }

// stop ends the collector and removes its files.
func (c *collector) stop() error {
	defer func() { _ = os.RemoveAll(c.dir) }()
	select {
	case <-c.ended:
		return nil
	default:
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-c.ended:
		return c.err
	case <-time.After(10 * time.Second):
		return errors.Join(errors.New("the collector did not end"), c.cmd.Process.Kill())
	}
}
