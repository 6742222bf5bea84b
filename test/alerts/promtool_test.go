//go:build e2e

package alerts

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPromtool runs the cases of the rules by Prometheus' own tool, which stands beside the server that PROMETHEUS names.
func TestPromtool(t *testing.T) {
	promtool := "promtool"
	if server := os.Getenv("PROMETHEUS"); server != "" {
		promtool = filepath.Join(filepath.Dir(server), "promtool")
	}
	files, err := filepath.Glob(root + "/alerts/*.test.yaml")
	require.NoError(t, err)
	for _, command := range [][]string{{"check", "rules", root + "/alerts/otelcol-smtp.rules.yaml"}, append([]string{"test", "rules"}, files...)} {
		out, err := exec.Command(promtool, command...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}
