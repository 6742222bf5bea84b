package telemetryconverter

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"go.yaml.in/yaml/v3"
)

// convert gives what becomes of a configuration, and what was said.
func convert(t *testing.T, c *converter, text string) (conf map[string]any, said []string) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw), text)
	core, logs := observer.New(zap.WarnLevel)
	c.logger = zap.New(core)
	of := confmap.NewFromStringMap(raw)
	require.NoError(t, c.Convert(t.Context(), of))
	for _, e := range logs.All() {
		said = append(said, e.Message)
	}
	return of.ToStringMap(), said
}

func metricsOf(t *testing.T, conf map[string]any) map[string]any {
	t.Helper()
	metrics, ok := confmap.NewFromStringMap(conf).Get("service::telemetry::metrics").(map[string]any)
	require.True(t, ok, "%v", conf)
	return metrics
}

var (
	free  = func() error { return nil }
	taken = func() error { return &os.SyscallError{Syscall: "bind", Err: syscall.EADDRINUSE} }
)

func TestOwnMetricsAreServedWithoutAName(t *testing.T) {
	for _, text := range []string{
		"service: {pipelines: {}}",
		"service: {telemetry: }",
		"service: {telemetry: {metrics: , logs: {level: warn}}}",
		"service: {telemetry: {metrics: {level: detailed}}}",
	} {
		conf, said := convert(t, &converter{runs: true, try: free}, text)
		assert.Empty(t, said)
		assert.Equal(t, []any{reader()}, metricsOf(t, conf)["readers"], text)
	}
	conf, _ := convert(t, &converter{runs: true, try: free}, "service: {telemetry: {metrics: {level: detailed}, logs: {level: warn}}}")
	assert.Equal(t, "detailed", metricsOf(t, conf)["level"])
	assert.Equal(t, map[string]any{"level": "warn", "disable_stacktrace": true}, confmap.NewFromStringMap(conf).Get("service::telemetry::logs"))
}

func TestWhatTheConfigurationSaysStays(t *testing.T) {
	for _, text := range []string{
		"receivers: {otlp: {}}",
		"service: 5",
		"service: {telemetry: 5}",
		"service: {telemetry: {metrics: 5, logs: 5}}",
		"service: {telemetry: {metrics: {level: none}, logs: {disable_stacktrace: false}}}",
		"service: {telemetry: {metrics: {readers: []}, logs: {development: true}}}",
		"service: {telemetry: {logs: {disable_stacktrace: true}, metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888}}}}]}}}",
	} {
		var raw map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
		conf, said := convert(t, &converter{runs: true, try: taken}, text)
		assert.Empty(t, said)
		assert.Equal(t, raw, conf)
	}
}

// Another collector on the host has the port: mail logs are read all the same.
func TestPortThatIsTakenKeepsNothingFromStarting(t *testing.T) {
	conf, said := convert(t, &converter{runs: true, try: taken}, "service: {telemetry: {metrics: {level: detailed}}}")
	assert.Equal(t, map[string]any{"level": "none"}, metricsOf(t, conf))
	assert.Equal(t, []string{
		"the collector's own metrics are not served: 127.0.0.1:8888 is another program's; service::telemetry::metrics::readers takes another address",
	}, said)
	_, said = convert(t, &converter{runs: true, try: func() error { return errors.New("permission denied") }}, "service: {}")
	require.Len(t, said, 1)
	assert.Contains(t, said[0], "127.0.0.1:8888 cannot be listened at: permission denied;")
}

// At a reload the port is taken by the collector itself, and validate runs beside it.
func TestOwnPortIsNotTaken(t *testing.T) {
	c := &converter{runs: true, try: free}
	convert(t, c, "service: {}")
	c.try = taken
	conf, said := convert(t, c, "service: {}")
	assert.Empty(t, said)
	assert.Equal(t, []any{reader()}, metricsOf(t, conf)["readers"])
	conf, said = convert(t, &converter{try: taken}, "service: {}")
	assert.Empty(t, said)
	assert.Equal(t, []any{reader()}, metricsOf(t, conf)["readers"])
}
