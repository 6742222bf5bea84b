// Package telemetryconverter has other defaults for what the collector tells of itself, where the configuration says nothing.
//
// Its metrics are served at 127.0.0.1:8888. The Collector's default is localhost:8888, and it ends at its start where nothing resolves localhost, and where the
// port is another program's: another Collector on the host suffices. Here mail logs are read all the same; a warning says that the metrics are not served.
//
// Its log has no stack traces: the Collector writes one behind every error, 10 to 20 lines that say nothing to whoever has to mend a disk or a backend.
package telemetryconverter // import "github.com/otelcol-smtp/otelcol-smtp/converter/telemetryconverter"

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

const (
	host = "127.0.0.1"
	port = 8888
)

// NewFactory returns the factory of the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(set confmap.ConverterSettings) confmap.Converter {
		// Commands such as validate and print-config run beside a collector, whose port it may be.
		runs := !slices.ContainsFunc(os.Args[min(1, len(os.Args)):], func(arg string) bool { return arg == "validate" || arg == "print-config" })
		return &converter{logger: set.Logger, runs: runs, try: listen}
	})
}

type converter struct {
	logger *zap.Logger
	runs   bool         // a collector, and no other command
	try    func() error // says why nobody can listen there
	ours   bool         // it was free at the start: at a reload it is our own
}

// Convert adds what is not said. What has another shape than the Collector expects is left: it says so itself.
func (c *converter) Convert(_ context.Context, conf *confmap.Conf) error {
	service, ok := conf.Get("service").(map[string]any)
	if !ok {
		return nil
	}
	telemetry, ok := sectionOf(service, "telemetry")
	if !ok {
		return nil
	}
	added := map[string]any{}
	if logs, ok := sectionOf(telemetry, "logs"); ok && logs["disable_stacktrace"] == nil && logs["development"] != true {
		added["logs"] = map[string]any{"disable_stacktrace": true}
	}
	if metrics, ok := sectionOf(telemetry, "metrics"); ok && metrics["readers"] == nil && metrics["level"] != "none" {
		added["metrics"] = c.metrics()
	}
	return conf.Merge(confmap.NewFromStringMap(map[string]any{"service": map[string]any{"telemetry": added}}))
}

// metrics gives the reader, or none, and says why, where nobody can listen there.
func (c *converter) metrics() map[string]any {
	err := c.taken()
	if err == nil {
		return map[string]any{"readers": []any{reader()}}
	}
	c.logger.Warn(fmt.Sprintf("the collector's own metrics are not served: %s:%d %s; %s takes another address",
		host, port, cause(err), "service::telemetry::metrics::readers"))
	return map[string]any{"level": "none"}
}

// sectionOf gives a section, which may be missing or empty; it is false for anything else.
func sectionOf(of map[string]any, key string) (map[string]any, bool) {
	if of[key] == nil {
		return nil, true
	}
	s, ok := of[key].(map[string]any)
	return s, ok
}

// reader is the Collector's default, but for the host.
func reader() map[string]any {
	return map[string]any{"pull": map[string]any{"exporter": map[string]any{"prometheus": map[string]any{
		"host": host, "port": port, "without_scope_info": true, "without_type_suffix": true, "without_units": true,
	}}}}
}

// taken says why the address is not to be had.
func (c *converter) taken() error {
	if !c.runs || c.ours {
		return nil
	}
	err := c.try()
	c.ours = err == nil
	return err
}

func listen() error {
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", host, port))
	if err != nil {
		return err
	}
	return l.Close()
}

// cause is what the system says, in words.
func cause(err error) string {
	if errors.Is(err, syscall.EADDRINUSE) {
		return "is another program's"
	}
	return "cannot be listened at: " + err.Error()
}
