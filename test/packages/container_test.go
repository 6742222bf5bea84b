//go:build packages

package packages

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestContainer runs the collector in the file system of the image, as its user and with its arguments, and the configuration of the DaemonSet on logs of pods.
// The engine that builds images, and a cluster, are not there: packaging/container/rootfs is what the image is made of.
func TestContainer(t *testing.T) {
	m := fresh(t)
	m.boot()
	in := startIntake(t, m)
	h := &service{machine: m, in: in}
	image := m.dir + "/srv/image"
	local(t, time.Minute, root+"/packaging/container/rootfs", root+"/bin/otelcol-smtp", image)

	h.step(t, "image", func(t *testing.T) {
		file := instructions(t)
		log := image + "/var/log/mail.log"
		require.NoError(t, os.WriteFile(log, nil, 0o640))
		require.NoError(t, os.Chown(log, 0, 4))
		h.background(t, append(append([]string{
			"env", "-i", "MAIL_LOGS=[/var/log/mail.log]", "OTLP_ENDPOINT=" + in.URL, "RECORDS_TO=otlp_http", "TZ=Europe/Berlin",
			"/usr/sbin/chroot", "--userspec=" + strings.Split(file["USER"], ":")[0] + ":4", "/srv/image",
		}, list(t, file["ENTRYPOINT"])...), list(t, file["CMD"])...))
		h.ready()
		h.appends(t, log, time.Now().Format("Jan _2 15:04:05")+" mail ", "")
	})
	h.step(t, "pods", func(t *testing.T) {
		config := m.put(root + "/packaging/kubernetes/base/config.yaml")
		pod := m.dir + "/var/log/pods/mail_postfix-0_4c5cbd90-3b7c-4b2c-8d5e-0f5f6a1f9f10/postfix"
		require.NoError(t, os.MkdirAll(pod, 0o755))
		require.NoError(t, os.WriteFile(pod+"/0.log", nil, 0o600))
		h.background(t, []string{
			"env", "-i", "MAIL_PODS=" + podPattern(t), "OTLP_ENDPOINT=" + in.URL, "NODE_NAME=node", "/srv/image/usr/bin/otelcol-smtp", "--config=" + config,
			// whose pod it is only a cluster knows
			"--set=service.pipelines.logs/mail.processors=[memory_limiter, smtp]",
		})
		h.ready()
		h.appends(t, pod+"/0.log", time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z")+" stdout F "+time.Now().UTC().Format("Jan _2 15:04:05")+" postfix-0 ", "postfix-0")
	})
}

// appends writes lines to a log until their records come, and says of which pod they have to be.
func (h *service) appends(t *testing.T, log, header, pod string) {
	t.Helper()
	h.wait("a record", func() bool {
		h.n++
		to := fmt.Sprintf("%s%d@example.com", pod, h.n)
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = fmt.Fprintf(f, "%spostfix/smtp[526]: C0E90E4: to=<%s>, relay=mx.example.com[192.0.2.1]:25, delay=0.2, delays=0/0/0.1/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n", header, to)
		require.NoError(t, err)
		time.Sleep(time.Second)
		return h.in.of(to) == 1
	})
	if pod != "" {
		require.True(t, h.in.fromPod(pod), "the record says whose pod wrote it")
	}
}

// background runs a program in the machine until the test ends.
func (h *service) background(t *testing.T, command []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--target", h.leader, "--mount", "--uts", "--ipc", "--pid", "--root", "--wd", "--net", "--"}, command...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // nsenter waits for the program, and hands no signal on
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
}

// instructions gives the last of each instruction of the Containerfile.
func instructions(t *testing.T) map[string]string {
	text, err := os.ReadFile(root + "/packaging/container/Containerfile")
	require.NoError(t, err)
	all := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^([A-Z]+) (.*)$`).FindAllStringSubmatch(string(text), -1) {
		all[line[1]] = line[2]
	}
	return all
}

func list(t *testing.T, text string) (all []string) {
	require.NoError(t, json.Unmarshal([]byte(text), &all), text)
	return all
}

// podPattern gives MAIL_PODS as the DaemonSet has it.
func podPattern(t *testing.T) string {
	text, err := os.ReadFile(root + "/packaging/kubernetes/base/daemonset.yaml")
	require.NoError(t, err)
	pattern := regexp.MustCompile(`name: MAIL_PODS, value: "(.*)"`).FindStringSubmatch(string(text))
	require.NotNil(t, pattern)
	return pattern[1]
}
