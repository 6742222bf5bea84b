//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// SIGHUP takes a changed configuration, and no line is lost or comes twice over it. One with a mistake ends the collector, which says where it is; nothing is
// lost over that either.
func TestReloadTakesAConfigurationAndAMistakeEndsIt(t *testing.T) {
	t.Parallel()
	c := newCollector(t, "maillog")
	lines := corpus(t, "postfix-main.iso.log")
	third := len(lines) / 3
	hup := func() {
		c.before++
		require.NoError(t, c.cmd.Process.Signal(syscall.SIGHUP))
	}
	c.write(lines[:third])
	c.start()
	c.ready()
	c.waitFor(third)
	c.configure("poll_interval: 10ms", "poll_interval: 20ms")
	hup()
	c.ready()
	c.write(lines[third : 2*third])
	c.waitFor(2 * third)

	path := filepath.Join(c.dir, "config.yaml")
	right, err := os.ReadFile(path)
	require.NoError(t, err)
	c.configure("poll_interval: 20ms", "poll_interval: 20")
	hup()
	require.Error(t, c.cmd.Wait())
	c.cmd = nil
	assert.Contains(t, c.output.String(), "poll_interval: 20 has no unit, takes a duration such as 20s or 20m")
	c.write(lines[2*third:])
	require.NoError(t, os.WriteFile(path, right, 0o600))
	c.start()
	c.waitFor(len(lines))
	c.stop()
	seen := map[string]int{}
	for _, r := range c.records() {
		if !made(&r) {
			seen[r.Resource["log.file.id"]+" "+r.Attr["log.file.record_offset"]]++
		}
	}
	assert.Len(t, seen, len(lines))
	for place, n := range seen {
		assert.Equal(t, 1, n, place)
	}
}
