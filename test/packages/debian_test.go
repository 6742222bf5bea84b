//go:build packages

package packages

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	before = "0.0.9"
	now    = "0.1.0"
)

// TestDebian is the life of a package: installed, run, upgraded while mail comes, removed, purged; on a host with a journal, then with rsyslog, too.
func TestDebian(t *testing.T) {
	older, newer := build(t, before, "deb"), build(t, now, "deb")
	m := fresh(t)
	m.boot()
	in := startIntake(t, m)
	h := &service{machine: m, in: in}

	h.step(t, "installed and started", func(t *testing.T) {
		m.run("dpkg", "-i", m.put(older))
		h.ready()
		require.Equal(t, "enabled\n", m.run("systemctl", "is-enabled", "otelcol-smtp"))
		require.Contains(t, h.journal(), "mail is read from the journal, since there is no mail yet")
		require.Contains(t, h.get("http://127.0.0.1:8888/metrics"), "otelcol_process_uptime") // as the manual page says
		require.Regexp(t, `^otelcol-smtp version \d+\.\d+\.\d+\+[0-9a-f]{12}(-dirty)?\n$`, m.run("otelcol-smtp", "--version"))
		require.Regexp(t, `^smtplog version \d`, m.run("smtplog", "--version"))
		for _, page := range []string{"otelcol-smtp", "smtplog", "smtplog-report"} {
			require.Contains(t, m.run("man", "-w", page), "/usr/share/man/man1/"+page+".1.gz")
		}
		require.Contains(t, m.run("zcat", "/usr/share/man/man1/smtplog.1.gz"), `"smtplog `+before)
		require.Contains(t, m.read("/usr/share/bash-completion/completions/smtplog"), "complete -o default -F __start_smtplog smtplog")
	})
	h.step(t, "the unit is right", func(t *testing.T) {
		require.Empty(t, m.run("systemd-analyze", "verify", "--man=no", "otelcol-smtp.service"))
		out := m.run("systemd-analyze", "security", "--no-pager", "--threshold=15", "otelcol-smtp.service")
		t.Log(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:])
	})
	h.step(t, "it can do no more than it has to", func(t *testing.T) { h.restricted(t) })
	h.step(t, "a line of the journal is a record", func(t *testing.T) {
		m.change("/etc/otelcol-smtp/otelcol-smtp.conf", "#OTLP_ENDPOINT=http://127.0.0.1:4318\n", "OTLP_ENDPOINT="+in.URL+"\n")
		m.run("systemctl", "restart", "otelcol-smtp")
		h.reads("journal")
		h.deliver("one@example.com")
		m.wait("a record", func() bool { return in.of("one@example.com") > 0 })
		require.Contains(t, h.journal(), "mail is read from the journal")
	})
	h.step(t, "with rsyslog the choice stays and nothing counts twice", func(*testing.T) {
		m.run("systemctl", "unmask", "rsyslog.service", "syslog.socket")
		m.run("systemctl", "start", "rsyslog.service")
		h.deliver("two@example.com")
		m.wait("rsyslog's file", func() bool { return h.inFile("two@example.com") })
		m.run("systemctl", "restart", "otelcol-smtp")
		h.deliver("three@example.com")
		m.wait("a record", func() bool { return in.of("two@example.com") > 0 && in.of("three@example.com") > 0 })
	})
	h.step(t, "an upgrade loses nothing", func(t *testing.T) { h.upgrade(t, "journal", newer) })
	h.step(t, "a mistake is told at reload", func(t *testing.T) { h.reload(t) })
	h.step(t, "removal", func(t *testing.T) {
		m.run("dpkg", "-r", "otelcol-smtp")
		m.refuse("systemctl", "is-active", "otelcol-smtp")
		require.FileExists(t, m.dir+"/etc/otelcol-smtp/config.yaml")
		require.FileExists(t, m.dir+"/var/lib/otelcol-smtp/source")
		require.True(t, h.inFile("two@example.com"))
		m.run("dpkg", "-P", "otelcol-smtp")
		require.NoDirExists(t, m.dir+"/etc/otelcol-smtp")
		require.NoDirExists(t, m.dir+"/var/lib/otelcol-smtp")
		require.True(t, h.inFile("two@example.com"), "a purge leaves logs alone")
	})
	h.step(t, "on a host with rsyslog the file is read", func(t *testing.T) {
		m.run("dpkg", "-i", m.put(older))
		h.ready()
		m.change("/etc/otelcol-smtp/otelcol-smtp.conf", "#OTLP_ENDPOINT=http://127.0.0.1:4318\n", "OTLP_ENDPOINT="+in.URL+"\n")
		m.run("systemctl", "restart", "otelcol-smtp")
		h.reads("files")
		require.Contains(t, h.journal(), "mail is read from the files (there are /var/log/mail.log)")
	})
	h.step(t, "an upgrade loses nothing of a file", func(t *testing.T) { h.upgrade(t, "files", newer) })
	h.step(t, "metrics count each delivery once", func(t *testing.T) {
		all, _ := in.total()
		n := 7
		for i := range n {
			h.deliver(fmt.Sprintf("metric%d@example.com", i))
		}
		m.wait("the records", func() bool { now, _ := in.total(); return now >= all+n })
		m.run("systemctl", "restart", "otelcol-smtp")
		h.ready()
		for i := range n {
			h.deliver(fmt.Sprintf("counted%d@example.com", i))
		}
		m.wait("the metrics", func() bool { return h.attempts() >= n })
		require.Equal(t, n, h.attempts())
	})
	h.step(t, "a file of root's alone is left for the journal", func(*testing.T) {
		m.run("chown", "root:root", "/var/log/mail.log")
		m.run("chmod", "0600", "/var/log/mail.log")
		m.run("systemctl", "restart", "otelcol-smtp")
		h.reads("journal")
	})
	all, again := in.total()
	t.Logf("%d deliveries reached the intake, %d of them more than once", all, again)
	require.Zero(t, again)
}

// service is the installed package.
type service struct {
	*machine
	in *intake
	n  int
}

// step is a part of the story: what it finds wrong ends the test.
func (h *service) step(t *testing.T, name string, do func(t *testing.T)) {
	t.Helper()
	ok := t.Run(name, func(t *testing.T) {
		whole := h.t
		h.t = t
		defer func() { h.t = whole }()
		do(t)
	})
	require.True(t, ok, name)
}

// ready waits until the collector says that it runs.
func (h *service) ready() {
	h.t.Helper()
	h.wait("the health check", func() bool { return h.get("http://127.0.0.1:13133") != "" })
}

// reads waits until lines come through, and proves of which source: the first start begins at the end, so one line is not enough.
func (h *service) reads(source string) {
	h.t.Helper()
	h.ready()
	h.wait("the first record", func() bool {
		h.n++
		probe := fmt.Sprintf("probe%d@example.com", h.n)
		h.deliver(probe)
		for range 10 {
			if h.in.of(probe) > 0 {
				return true
			}
			time.Sleep(200 * time.Millisecond)
		}
		return false
	})
	require.Equal(h.t, source+"\n", h.read("/var/lib/otelcol-smtp/source"))
}

// deliver has Postfix say that a message was delivered.
func (h *service) deliver(recipient string) {
	h.t.Helper()
	h.n++
	h.run("logger", "--priority=mail.info", "--tag=postfix/smtp", fmt.Sprintf("--id=%d", 500+h.n), fmt.Sprintf(
		"%X: to=<%s>, relay=mx.example.com[192.0.2.1]:25, delay=0.2, delays=0/0/0.1/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4BD3EF4E5D6)", 0x3C0E90E4+h.n, recipient))
}

func (h *service) inFile(recipient string) bool {
	text, err := os.ReadFile(h.dir + "/var/log/mail.log")
	return err == nil && strings.Contains(string(text), "<"+recipient+">")
}

func (h *service) journal() string {
	return h.run("journalctl", "-q", "-u", "otelcol-smtp", "-o", "cat")
}

// upgrade writes lines before, during and after: each is to come once.
func (h *service) upgrade(t *testing.T, source, newer string) {
	recipient := func(i int) string { return fmt.Sprintf("%s%d@example.com", source, i) }
	configured := h.read("/etc/otelcol-smtp/otelcol-smtp.conf")
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.run("dpkg", "-i", h.put(newer))
	}()
	n := 0
	for going := true; going; n++ {
		h.deliver(recipient(n))
		select {
		case <-done:
			going = false
		default:
		}
	}
	h.ready()
	for range 5 {
		h.deliver(recipient(n))
		n++
	}
	h.wait("the last record", func() bool { return h.in.of(recipient(n-1)) > 0 })
	for i := range n {
		require.Equal(t, 1, h.in.of(recipient(i)), "line %d of %d", i, n)
	}
	t.Logf("%d lines around the upgrade, each is one record", n)
	require.Equal(t, source+"\n", h.read("/var/lib/otelcol-smtp/source"))
	require.Equal(t, configured, h.read("/etc/otelcol-smtp/otelcol-smtp.conf"), "an upgrade keeps what was set")
	require.Contains(t, h.run("dpkg-query", "-W", "otelcol-smtp"), now)
}

// restricted reads what the kernel says of the running process.
func (h *service) restricted(t *testing.T) {
	pid := strings.TrimSpace(h.run("systemctl", "show", "-P", "MainPID", "otelcol-smtp"))
	status := h.run("cat", "/proc/"+pid+"/status")
	for _, want := range []string{`NoNewPrivs:\s+1`, `Seccomp:\s+2`, `CapEff:\s+0{16}`, `CapBnd:\s+0{16}`} {
		require.Regexp(t, `(?m)^`+want+`$`, status)
	}
	id := strings.TrimSpace(h.run("id", "-u", "otelcol-smtp"))
	require.NotEqual(t, "0", id)
	require.Regexp(t, `(?m)^Uid:\s+`+id+`\s+`+id, status)
	groups := regexp.MustCompile(`(?m)^Groups:(.*)$`).FindStringSubmatch(status)[1]
	for _, group := range []string{"adm", "systemd-journal"} {
		require.Contains(t, strings.Fields(groups), strings.Split(h.run("getent", "group", group), ":")[2], group)
	}
	mounts := h.run("cat", "/proc/"+pid+"/mounts")
	require.Regexp(t, `(?m)^\S+ / \S+ ro[, ]`, mounts, "its file system is read-only")
	require.Regexp(t, `(?m)^\S+ /var/lib/otelcol-smtp \S+ rw[, ]`, mounts)
	require.Equal(t, "drwxr-x--- otelcol-smtp", h.run("stat", "-c", "%A %U", "-L", "/var/lib/otelcol-smtp")[:len("drwxr-x--- otelcol-smtp")])
	require.Equal(t, "drwxr-x--- root otelcol-smtp\n", h.run("stat", "-c", "%A %U %G", "/etc/otelcol-smtp"))
}

// reload: a wrong configuration is refused while the old one runs on, a right one is taken.
func (h *service) reload(t *testing.T) {
	pid := h.run("systemctl", "show", "-P", "MainPID", "otelcol-smtp")
	const file = "/etc/otelcol-smtp/config.yaml"
	h.change(file, "    storage: file_storage\n  journald:", "    storrage: file_storage\n  journald:")
	h.refuse("systemctl", "reload", "otelcol-smtp")
	require.Contains(t, h.journal(), "storrage: there is no such key")
	h.deliver("afterthemistake@example.com")
	h.wait("a record", func() bool { return h.in.of("afterthemistake@example.com") > 0 })
	h.change(file, "storrage", "storage")
	h.change(file, "127.0.0.1:13133", "127.0.0.1:13134")
	h.run("systemctl", "reload", "otelcol-smtp")
	h.wait("the new address", func() bool { return h.get("http://127.0.0.1:13134") != "" })
	require.Equal(t, pid, h.run("systemctl", "show", "-P", "MainPID", "otelcol-smtp"))
	h.deliver("afterthereload@example.com")
	h.wait("a record", func() bool { return h.in.of("afterthereload@example.com") > 0 })
}

// get gives the body of a page of the machine, "" when there is none.
func (h *service) get(url string) string {
	client := http.Client{Transport: &http.Transport{DialContext: h.dial, DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return ""
	}
	return string(text)
}

var attempt = regexp.MustCompile(`(?m)^smtp_delivery_attempts_total\{.*\} (\S+)$`)

// attempts is the sum of the counter over its series.
func (h *service) attempts() int {
	sum := 0.0
	for _, m := range attempt.FindAllStringSubmatch(h.get("http://127.0.0.1:9464/metrics"), -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		require.NoError(h.t, err)
		sum += n
	}
	return int(sum)
}

// build gives the package of a version in one format, for this architecture.
func build(t *testing.T, version, format string) string {
	t.Helper()
	out, err := filepath.Abs(root + "/build/test-packages/" + version + "-" + format)
	require.NoError(t, err)
	local(t, 10*time.Minute, "env", "VERSION="+version, "FORMATS="+format, "COLLECTOR="+root+"/bin/otelcol-smtp", "OUT="+out, root+"/packaging/build", runtime.GOARCH)
	files, err := filepath.Glob(out + "/*." + format)
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}
