//go:build packages

package packages

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRPM installs, upgrades and removes the rpm on a host with a log as Fedora has it. The distribution is a Debian with rpm: no mirror of Fedora is needed.
func TestRPM(t *testing.T) {
	older, newer := build(t, before, "rpm"), build(t, now, "rpm")
	m := fresh(t)
	m.boot()
	in := startIntake(t, m)
	h := &service{machine: m, in: in}
	require.NoError(t, os.WriteFile(m.dir+"/var/log/maillog", []byte("a line\n"), 0o600))

	m.run("rpm", "-i", "--nodeps", m.put(older))
	m.refuse("systemctl", "is-active", "otelcol-smtp")
	m.change("/etc/otelcol-smtp/otelcol-smtp.conf", "#OTLP_ENDPOINT=http://127.0.0.1:4318\n", "OTLP_ENDPOINT="+in.URL+"\n")
	m.run("systemctl", "start", "otelcol-smtp")
	h.reads("journal")
	h.restricted(t)

	configured := m.read("/etc/otelcol-smtp/otelcol-smtp.conf")
	h.deliver("one@example.com")
	m.run("rpm", "-U", "--nodeps", m.put(newer))
	h.deliver("two@example.com")
	m.wait("records", func() bool { return in.of("one@example.com") > 0 && in.of("two@example.com") > 0 })
	require.Equal(t, configured, m.read("/etc/otelcol-smtp/otelcol-smtp.conf"))
	require.Contains(t, m.run("rpm", "-q", "otelcol-smtp"), now)

	m.run("rpm", "-e", "--nodeps", "otelcol-smtp")
	m.refuse("systemctl", "is-active", "otelcol-smtp")
	require.FileExists(t, m.dir+"/var/lib/otelcol-smtp/source")
	require.FileExists(t, m.dir+"/etc/otelcol-smtp/otelcol-smtp.conf.rpmsave", "what was changed is kept")
	require.Equal(t, "a line\n", m.read("/var/log/maillog"))
	_, again := in.total()
	require.Zero(t, again)
}

// TestAPK: what the apk holds; no Alpine is run.
func TestAPK(t *testing.T) {
	names := contents(t, build(t, now, "apk"))
	for _, want := range []string{
		"usr/bin/otelcol-smtp", "usr/share/man/man1/otelcol-smtp.1.gz", "usr/lib/otelcol-smtp/choose-source", "etc/init.d/otelcol-smtp",
		"etc/otelcol-smtp/config.yaml", "etc/otelcol-smtp/otelcol-smtp.conf", ".PKGINFO", ".post-install", ".pre-deinstall",
	} {
		require.Contains(t, names, want)
	}
	require.NotContains(t, names, "usr/lib/systemd/system/otelcol-smtp.service")
}

// contents lists what is in an apk: archives packed by gzip, one behind the other.
func contents(t *testing.T, file string) []string {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var names []string
	for all := tar.NewReader(unzipped); ; {
		header, err := all.Next()
		if errors.Is(err, io.EOF) {
			sort.Strings(names)
			return names
		}
		require.NoError(t, err)
		names = append(names, header.Name)
	}
}
