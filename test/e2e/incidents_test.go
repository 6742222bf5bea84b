//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// examples/incidents.yaml in the built collector: the case study's log is read in seconds, in two parts with a kill in between, and told once, when it began and when it ended.
func TestIncidentsOfTheExample(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "mail.log")
	text, err := os.ReadFile("../../examples/incidents.yaml")
	require.NoError(t, err)
	prometheus := freeAddress(t)
	changes := []string{
		"include: [/var/log/mail.log, /var/log/maillog], storage", "include: [" + log + "], start_at: beginning, poll_interval: 20ms, storage",
		"smtp: {storage: file_storage}", "smtp: {location: UTC, storage: file_storage, checkpoint_interval: 200ms}",
		"/var/lib/otelcol-smtp", filepath.Join(dir, "state"),
		"/var/log/otelcol-smtp", dir,
		"127.0.0.1:9464", prometheus,
		"service:\n", "service:\n  telemetry: {metrics: {level: none}}\n",
	}
	for i := 0; i < len(changes); i += 2 {
		require.Contains(t, string(text), changes[i])
	}
	text = []byte(strings.NewReplacer(changes...).Replace(string(text)))
	config := filepath.Join(dir, "config.yaml")
	require.NoError(t, os.WriteFile(config, text, 0o600))
	c := &collector{t: t, dir: dir, log: log, logs: filepath.Join(dir, "incidents.json"), prometheus: prometheus}
	t.Cleanup(c.kill)

	study := generate.NewCampaign("mx1", 1500, 3)
	var before, after []string
	study.Write(func(at time.Time, line string) {
		if at.Before(study.Refused.Add(time.Hour)) {
			before = append(before, line)
		} else {
			after = append(after, line)
		}
	})
	states := func() (list []string) {
		for _, r := range c.records() {
			list = append(list, r.Attr["smtp.incident.state"]+" "+r.Attr["smtp.destination.provider"]+" "+r.Attr["smtp.failure.reason"])
		}
		return list
	}
	begin := func() {
		c.cmd = exec.Command(binary, "--config", config)
		c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
		require.NoError(t, c.cmd.Start())
	}
	begin()
	c.write(before)
	eventually(t, func() bool { return len(states()) > 0 }, 50*time.Millisecond, func() string { return errorsIn(c.output.String()) })
	metrics := func() string {
		out, _ := exec.Command("curl", "-s", "http://"+prometheus+"/metrics").Output()
		return string(out)
	}
	if _, err := exec.LookPath("curl"); err == nil {
		require.Eventually(t, func() bool { return strings.Contains(metrics(), "smtp_incidents_open{") }, patience, 200*time.Millisecond)
	}
	require.Eventually(t, func() bool { // what was read is saved
		data, err := os.ReadFile(filepath.Join(dir, "state", "connector_smtp_"))
		return err == nil && bytes.Contains(data, []byte(`"rate_limited"`))
	}, patience, 100*time.Millisecond)
	c.kill()
	begin()
	c.write(after)
	eventually(t, func() bool { return strings.Contains(strings.Join(states(), "\n"), "ended") }, 50*time.Millisecond, func() string { return errorsIn(c.output.String()) })
	c.stop()

	ids := map[string]bool{}
	counts := map[string]int{}
	for _, r := range c.records() {
		ids[r.Attr["smtp.incident.id"]] = true
		counts[r.Attr["smtp.incident.state"]]++
		assert.Equal(t, "google", r.Attr["smtp.destination.provider"])
		assert.Equal(t, "421", r.Attr["smtp.reply.code"])
	}
	assert.Len(t, ids, 1)
	assert.Equal(t, 1, counts["started"])
	assert.Equal(t, 1, counts["ended"])
}
