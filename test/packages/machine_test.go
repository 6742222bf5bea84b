//go:build packages

package packages

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// suite and mirror name the Debian that is set up; rsyslog is there, and stopped until a test wants it.
const (
	suite   = "bookworm"
	mirror  = "http://deb.debian.org/debian"
	include = "systemd,systemd-sysv,dbus,ca-certificates,tzdata,rsyslog,rpm,man-db"
)

// machine is a Debian with its own systemd as process 1, in a folder, with a network of its own.
type machine struct {
	t      *testing.T
	dir    string
	leader string // the number of its process 1 here
}

// fresh gives a machine that has never had our package: a copy of the base system, which is set up once.
func fresh(t *testing.T) *machine {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("setting up a machine takes root")
	}
	base, err := filepath.Abs(root + "/build/debian")
	require.NoError(t, err)
	if _, err := os.Stat(base + "/etc/debian_version"); err != nil {
		local(t, 20*time.Minute, "debootstrap", "--variant=minbase", "--include="+include, suite, base, mirror)
		require.NoError(t, os.WriteFile(base+"/etc/hosts", []byte("127.0.0.1 mail\n"), 0o644)) // no localhost, which nothing may need
		local(t, time.Minute, "systemctl", "--root="+base, "mask", "rsyslog.service", "syslog.socket")
	}
	m := &machine{t: t, dir: filepath.Join(t.TempDir(), "debian")}
	local(t, 5*time.Minute, "cp", "-a", base, m.dir)
	return m
}

// first is what the kernel says of a process that is the first of a namespace of its own.
var first = regexp.MustCompile(`(?m)^NSpid:\t\d+\t1$`)

// boot starts systemd and waits until it has started everything.
func (m *machine) boot() {
	m.t.Helper()
	log, err := os.Create(filepath.Join(filepath.Dir(m.dir), "console"))
	require.NoError(m.t, err)
	cmd := exec.Command("systemd-nspawn", "--quiet", "--directory="+m.dir, "--boot", "--register=no", "--keep-unit", "--console=pipe", "--private-network",
		"--machine=otelcol-smtp-test", "--resolv-conf=off", "--timezone=off")
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(m.t, cmd.Start())
	m.t.Cleanup(func() {
		_, _ = m.try(time.Minute, "systemctl", "poweroff")
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			<-done
		}
		log.Close()
		if m.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			m.t.Logf("console:\n%s", text)
		}
	})
	m.wait("process 1 of the machine", func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
		for _, pid := range strings.Fields(string(children)) {
			status, _ := os.ReadFile("/proc/" + pid + "/status")
			if first.Match(status) { // the other child only prepares the machine's file system, and ends
				m.leader = pid
			}
		}
		return m.leader != ""
	})
	m.wait("the end of its start", func() bool {
		out, _ := m.try(time.Minute, "systemctl", "is-system-running")
		return strings.HasPrefix(out, "running") || strings.HasPrefix(out, "degraded")
	})
	// The container's own boot id is hidden from units with a /proc of their own, and journalctl --follow shows the entries of this boot alone.
	m.run("umount", "/proc/sys/kernel/random/boot_id")
	m.run("systemctl", "restart", "systemd-journald.service")
}

// run gives what a command in the running machine prints; it has to end well.
func (m *machine) run(command ...string) string {
	m.t.Helper()
	out, err := m.try(5*time.Minute, command...)
	if err != nil {
		journal, _ := m.try(time.Minute, "journalctl", "-q", "-u", "otelcol-smtp", "-n", "40", "-o", "cat")
		m.t.Fatalf("%s: %v\n%s\njournal:\n%s", strings.Join(command, " "), err, out, journal)
	}
	return out
}

// refuse gives what a command prints that has to fail.
func (m *machine) refuse(command ...string) string {
	m.t.Helper()
	out, err := m.try(5*time.Minute, command...)
	require.Error(m.t, err, "%s\n%s", strings.Join(command, " "), out)
	return out
}

func (m *machine) try(limit time.Duration, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), limit)
	if m.t.Context().Err() != nil { // at the end of the test
		ctx, cancel = context.WithTimeout(context.Background(), limit)
	}
	defer cancel()
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--target", m.leader, "--mount", "--uts", "--ipc", "--pid", "--root", "--wd", "--net", "--"}, command...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// put copies a file of ours to the machine's root folder and gives its name there.
func (m *machine) put(file string) string {
	m.t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(m.t, err)
	require.NoError(m.t, os.WriteFile(filepath.Join(m.dir, filepath.Base(file)), text, 0o644))
	return "/" + filepath.Base(file)
}

func (m *machine) read(file string) string {
	m.t.Helper()
	text, err := os.ReadFile(m.dir + file)
	require.NoError(m.t, err)
	return string(text)
}

// change replaces a text that has to stand in a file of the machine.
func (m *machine) change(file, old, with string) {
	m.t.Helper()
	text := m.read(file)
	require.Contains(m.t, text, old)
	require.NoError(m.t, os.WriteFile(m.dir+file, []byte(strings.Replace(text, old, with, 1)), 0o644))
}

func (m *machine) wait(what string, is func() bool) {
	m.t.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			journal, _ := m.try(time.Minute, "journalctl", "-q", "-u", "otelcol-smtp", "-n", "40", "-o", "cat")
			m.t.Fatalf("waited in vain for %s\njournal:\n%s", what, journal)
		}
	}
}

func local(t *testing.T, limit time.Duration, program string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput()
	require.NoError(t, err, "%s %s\n%s", program, strings.Join(arguments, " "), out)
	return string(out)
}

// network does something, such as opening a socket, in the machine's network. The thread that went there ends with it.
func (m *machine) network(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- func() error {
			space, err := os.Open("/proc/" + m.leader + "/ns/net")
			if err != nil {
				return err
			}
			defer space.Close()
			if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			return do()
		}()
	}()
	return <-done
}

func (m *machine) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	var dialer net.Dialer
	err = m.network(func() error {
		conn, err = dialer.DialContext(ctx, network, address)
		return err
	})
	return conn, err
}
