//go:build e2e

package e2e

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// README: another program has the port of the collector's own metrics. That is told, and mail is read.
func TestPortOfOwnMetricsThatIsTakenKeepsNothingFromStarting(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp", "127.0.0.1:8888"); err == nil { // else somebody has it already
		t.Cleanup(func() { _ = l.Close() })
	}
	col := newCollector(t, "maillog")
	col.configure("  telemetry: {metrics: {level: none}}\n", "")
	col.write([]string{sent(1)})
	col.start()
	col.waitFor(1)
	col.stop()
	assert.Equal(t, 1, strings.Count(col.output.String(), "the collector's own metrics are not served: 127.0.0.1:8888 is another program's"))
}

// README: errors come without the stack of the program that met them.
func TestErrorsHaveNoStackTrace(t *testing.T) {
	t.Parallel()
	for _, wants := range []bool{false, true} {
		col := newCollector(t, "maillog")
		o := "  otlp_http: {endpoint: 'http://" + freeAddress(t) + "', sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}\n"
		col.configure("exporters:\n", "exporters:\n"+o)
		col.configure("exporters: [file/logs, smtp]", "exporters: [file/logs, smtp, otlp_http]")
		if wants {
			col.configure("{metrics: {level: none}}", "{metrics: {level: none}, logs: {disable_stacktrace: false}}")
		}
		col.write([]string{sent(1)})
		col.start()
		eventually(t, func() bool { return strings.Contains(col.output.String(), "Exporting failed") }, 20*time.Millisecond, col.output.String)
		col.kill()
		require.Equal(t, wants, strings.Contains(col.output.String(), "\ngo.opentelemetry.io/collector/"), col.output.String())
	}
}
