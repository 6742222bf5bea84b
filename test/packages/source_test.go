// Package packages tries what packaging/ makes: the step that finds the mail log here, whole packages in a fresh system with the tag packages.
package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// host is a machine as choose-source sees it.
type host struct {
	logs    map[string]time.Duration // file and how long ago it was written
	locked  []string                 // files that the service's user cannot read
	journal bool
	mail    time.Duration // how long ago the newest mail came into the journal; 0: never
	before  string        // what the last start chose
	env     []string
}

// TestChooseSource: one of file and journal, whatever a host has.
func TestChooseSource(t *testing.T) {
	const now, old = time.Minute, 400 * 24 * time.Hour
	for name, tt := range map[string]struct {
		host
		want string
	}{
		"nothing yet":                     {host{journal: true}, "journald nop"},
		"nothing yet, no journal":         {host{}, "maillog nop"},
		"file alone":                      {host{logs: logs("/var/log/mail.log", now)}, "maillog [/var/log/mail.log] nop"},
		"journal alone":                   {host{journal: true, mail: now}, "journald nop"},
		"rsyslog: both":                   {host{logs: logs("/var/log/mail.log", now), journal: true, mail: now}, "maillog [/var/log/mail.log] nop"},
		"rsyslog is behind":               {host{logs: logs("/var/log/mail.log", 4*time.Minute), journal: true, mail: now}, "maillog [/var/log/mail.log] nop"},
		"both, the journal was read":      {host{logs: logs("/var/log/mail.log", now), journal: true, mail: now, before: "journal"}, "journald [/var/log/mail.log] nop"},
		"both, files were read":           {host{logs: logs("/var/log/mail.log", now), journal: true, mail: now, before: "files"}, "maillog [/var/log/mail.log] nop"},
		"rsyslog is gone":                 {host{logs: logs("/var/log/mail.log", old), journal: true, mail: now, before: "files"}, "journald [/var/log/mail.log] nop"},
		"rsyslog came":                    {host{logs: logs("/var/log/mail.log", now), journal: true, mail: old, before: "journal"}, "maillog [/var/log/mail.log] nop"},
		"Exim beside a journal":           {host{logs: logs("/var/log/exim4/mainlog", old), journal: true}, "maillog [/var/log/exim4/mainlog] nop"},
		"two files":                       {host{logs: map[string]time.Duration{"/var/log/mail.log": now, "/var/log/exim4/mainlog": old}, journal: true}, "maillog [/var/log/mail.log, /var/log/exim4/mainlog] nop"},
		"Fedora: the file is root's":      {host{logs: logs("/var/log/maillog", now), locked: []string{"/var/log/maillog"}, journal: true, mail: now}, "journald nop"},
		"files were read, nothing is new": {host{journal: true, before: "files"}, "maillog nop"},
		"MAIL_SOURCE=journal":             {host{logs: logs("/var/log/mail.log", now), env: []string{"MAIL_SOURCE=journal"}}, "journald [/var/log/mail.log] nop"},
		"MAIL_SOURCE=files":               {host{journal: true, mail: now, env: []string{"MAIL_SOURCE=files"}}, "maillog nop"},
		"MAIL_FILES":                      {host{journal: true, mail: now, env: []string{"MAIL_FILES=[/srv/*.log, /srv/a b]", "MAIL_SOURCE=journal"}}, "maillog [/srv/*.log, /srv/a b] nop"},
		"records go out":                  {host{journal: true, env: []string{"OTLP_ENDPOINT=http://x"}}, "journald otlp_http"},
	} {
		t.Run(name, func(t *testing.T) {
			got, out, err := tt.choose(t)
			require.NoError(t, err, out)
			require.Equal(t, tt.want, got, out)
		})
	}
}

func TestChooseSourceRefuses(t *testing.T) {
	_, out, err := host{env: []string{"MAIL_SOURCE=file"}}.choose(t)
	require.Error(t, err)
	require.Contains(t, out, `MAIL_SOURCE: "file" is no source, takes auto, files or journal`)
}

// TestChooseSourceTwice: the choice of one start is what the next one remembers.
func TestChooseSourceTwice(t *testing.T) {
	h := host{logs: logs("/var/log/mail.log", 400*24*time.Hour), journal: true, mail: time.Minute}
	dir := t.TempDir()
	_, out, err := h.chooseIn(t, dir)
	require.NoError(t, err, out)
	h.logs = logs("/var/log/mail.log", time.Minute)
	got, out, err := h.chooseIn(t, dir)
	require.NoError(t, err, out)
	require.Equal(t, "journald [/var/log/mail.log] nop", got, out)
}

// TestChooseSourceForgets: what came from one source since is not read again from the other.
func TestChooseSourceForgets(t *testing.T) {
	h := host{logs: logs("/var/log/mail.log", time.Minute), journal: true, mail: 400 * 24 * time.Hour, before: "journal"}
	dir := t.TempDir()
	state := []string{dir + "/state/receiver_maillog_", dir + "/state/receiver_journald_", dir + "/state/processor_smtp_"}
	write := func() {
		require.NoError(t, os.MkdirAll(dir+"/state", 0o777))
		for _, file := range state {
			require.NoError(t, os.WriteFile(file, nil, 0o666))
		}
	}
	write()
	_, out, err := h.chooseIn(t, dir)
	require.NoError(t, err, out)
	require.NoFileExists(t, state[0])
	require.FileExists(t, state[1])
	require.FileExists(t, state[2])
	write()
	h.before = ""
	_, out, err = h.chooseIn(t, dir)
	require.NoError(t, err, out)
	require.FileExists(t, state[0], "the same source goes on where it was")
}

// TestChooseSourceRotated: a log that is empty since its rotation a moment ago is one, an empty file is none.
func TestChooseSourceRotated(t *testing.T) {
	h := host{journal: true, mail: time.Minute, before: "files"}
	for _, rotated := range []string{"", "/var/log/mail.log.1", "/var/log/mail.log-20261130"} {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(dir+"/var/log", 0o755))
		require.NoError(t, os.WriteFile(dir+"/var/log/mail.log", nil, 0o644))
		want := "journald nop"
		if rotated != "" {
			require.NoError(t, os.WriteFile(dir+rotated, []byte("a line\n"), 0o644))
			want = "maillog [/var/log/mail.log] nop"
		}
		got, out, err := h.chooseIn(t, dir)
		require.NoError(t, err, out)
		require.Equal(t, want, got, "%s\n%s", rotated, out)
	}
}

func logs(file string, ago time.Duration) map[string]time.Duration {
	return map[string]time.Duration{file: ago}
}

func (h host) choose(t *testing.T) (chosen, out string, err error) {
	return h.chooseIn(t, t.TempDir())
}

// chooseIn runs the step in a folder that stands for the machine; it gives the values that it wrote, with the folder's name taken away, and what it printed.
func (h host) chooseIn(t *testing.T, dir string) (chosen, out string, err error) {
	t.Helper()
	for file, ago := range h.logs {
		path := dir + file
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte("a line\n"), 0o644))
		written := time.Now().Add(-ago)
		require.NoError(t, os.Chtimes(path, written, written))
	}
	for _, file := range h.locked {
		require.NoError(t, os.Chmod(dir+file, 0))
	}
	for _, folder := range []string{"bin", "state", "run"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, folder), 0o777))
		require.NoError(t, os.Chmod(filepath.Join(dir, folder), 0o777))
	}
	if h.before != "" {
		require.NoError(t, os.WriteFile(dir+"/state/source", []byte(h.before+"\n"), 0o666))
		require.NoError(t, os.Chmod(dir+"/state/source", 0o666))
	}
	require.NoError(t, os.WriteFile(dir+"/bin/journalctl", []byte(h.journalctl()), 0o755))
	script, err := filepath.Abs(root + "/packaging/linux/choose-source")
	require.NoError(t, err)
	text, err := os.ReadFile(script)
	require.NoError(t, err)
	cmd := unprivileged(t, dir, string(text))
	cmd.Env = append([]string{"PATH=" + dir + "/bin:/usr/bin:/bin", "LOG_ROOT=" + dir, "STATE_DIRECTORY=" + dir + "/state", "RUNTIME_DIRECTORY=" + dir + "/run"}, h.env...)
	printed, err := cmd.CombinedOutput()
	return values(dir), string(printed), err
}

// journalctl is a program that knows one entry of any kind, and one of mail.
func (h host) journalctl() string {
	if !h.journal {
		return "#!/bin/sh\nexit 1\n"
	}
	mail := ":"
	if h.mail > 0 {
		mail = fmt.Sprintf("echo %d.250000 host postfix/smtp[1]: a line", time.Now().Add(-h.mail).Unix())
	}
	return "#!/bin/sh\ncase $* in *FACILITY=2*) " + mail + " ;; *) echo 1700000000.000001 host kernel: a line ;; esac\n"
}

// unprivileged runs a script as a user whom a file's mode keeps out.
func unprivileged(t *testing.T, dir, script string) *exec.Cmd {
	if os.Getuid() != 0 {
		return exec.Command("sh", "-c", script)
	}
	for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	require.NoError(t, os.Chmod(dir+"/bin", 0o755))
	return exec.Command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script)
}

func values(dir string) string {
	text, err := os.ReadFile(dir + "/run/source")
	if err != nil {
		return ""
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key != "OTLP_ENDPOINT" && key != "JOURNAL_START" {
			all = append(all, strings.Trim(value, `"`))
		}
	}
	return strings.ReplaceAll(strings.Join(all, " "), dir, "")
}
