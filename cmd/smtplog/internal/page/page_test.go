package page_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/page"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// write makes the page of logs.
func write(t *testing.T, paths ...string) string { return writeIn(t, "UTC", paths...) }

// writeIn makes it for readers of a time zone.
func writeIn(t *testing.T, zone string, paths ...string) string {
	t.Helper()
	of := site.Default()
	of.Location = zone
	set, _, err := of.Settings()
	require.NoError(t, err)
	e, err := engine.New(set)
	require.NoError(t, err)
	r := &reading.Reader{Engine: e, Zone: set.Zone}
	in, troubles, err := input.Open(input.Options{Paths: paths, Now: time.Now(), Stamp: r.Stamp})
	require.NoError(t, err)
	require.Empty(t, troubles)
	b := report.New(report.Options{Version: "1.2.3", Zone: set.Zone, Top: 20, Messages: 2000})
	require.NoError(t, r.Read(t.Context(), in, b))
	var out bytes.Buffer
	require.NoError(t, page.Write(&out, b.Report()))
	return out.String()
}

const testdata = "../../../../testdata/"

// The chart has the times of the tables, whatever zone the browser is in: also in the hour that summer time gives back.
func TestTheChartHasTheZoneOfTheReport(t *testing.T) {
	log := filepath.Join(t.TempDir(), "mail.log")
	line := " mx postfix/smtp[1]: 4AB12C3: to=<a@b.example>, relay=mx.b.example[198.51.100.31]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n"
	require.NoError(t, os.WriteFile(log, []byte("2026-10-25T00:59:00+00:00"+line+"2026-10-25T01:00:00+00:00"+line), 0o600))
	assert.Contains(t, writeIn(t, "Europe/Berlin", log), `"offset":[7200,3600]`)
}

// The page is whole in itself, small, and says what the report says.
func TestThePageNeedsNothing(t *testing.T) {
	text := write(t, testdata+"*.log", testdata+"*.mainlog")
	assert.Less(t, len(text), 2_000_000)
	markup, _, _ := strings.Cut(text, `<script>`)
	for _, address := range regexp.MustCompile(`(?i)(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s)>]+)`).FindAllStringSubmatch(markup, -1) {
		assert.True(t, address[1] == "#main" || strings.HasPrefix(address[1], "data:"), address[0])
	}
	assert.Contains(t, text, `content="default-src 'none';`)
	for _, want := range []string{"unknown_recipient", "bigmail.test", "Destinations", "Where the time goes", "Permission is hereby granted"} {
		assert.Contains(t, text, want)
	}
}

// What strangers write into a log stays text.
func TestThePageObeysNoLog(t *testing.T) {
	line := "Nov 23 15:32:34 mx1 postfix/smtp[532]: ECD68FB: to=<\"<b>x\"@b.example>, relay=mx.b.example[198.51.100.31]:25, delay=0.05, " +
		"delays=0.02/0.01/0.02/0, dsn=5.1.1, status=bounced (host mx.b.example[198.51.100.31] said: 550 5.1.1 </script><img src=http://evil.example onerror=alert(1)>\u202eforged (in reply to RCPT TO command))\n"
	path := filepath.Join(t.TempDir(), "mail.log")
	require.NoError(t, os.WriteFile(path, []byte(line), 0o600))
	text := write(t, path)
	assert.Contains(t, text, "&lt;img src=http://evil.example")
	assert.NotContains(t, text, "<img")
	assert.NotContains(t, text, "<b>x")
	assert.NotContains(t, text, "\u202e")
	assert.Equal(t, 2, strings.Count(text, "</script>"))
}

// browse has a browser without any network open a page, and gives what it writes to standard output. It is not there where no browser is.
func browse(t *testing.T, text string, args ...string) (out string, there bool) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("chromium is not installed: the page was only read")
		return "", false
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args = append([]string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + dir, "--enable-logging=stderr",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=3000",
	}, append(args, "file://"+path)...)
	cmd := exec.CommandContext(ctx, browser, args...)
	var stdout, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &said
	require.NoError(t, cmd.Run(), said.String())
	for line := range strings.Lines(said.String()) {
		assert.NotContains(t, line, "CONSOLE", line)
	}
	return stdout.String(), true
}

// run puts a script at the end of a page.
func run(text, script string) string {
	return strings.Replace(text, "</body>", "<script>"+script+"</script></body>", 1)
}

// In a browser without any network the chart is drawn, the search finds, and nothing is complained of.
func TestThePageWorksInABrowser(t *testing.T) {
	// the search is used as by a reader's hand
	text := run(write(t, testdata+"postfix-main.iso.log"), `addEventListener("load", () => {
		const s = document.getElementById("search"); s.value = "liam.35@corp"; s.dispatchEvent(new Event("input")); });`)
	dom, there := browse(t, text, "--dump-dom")
	if !there {
		return
	}
	assert.Contains(t, dom, `class="uplot`)
	assert.Contains(t, dom, "<canvas")
	assert.Contains(t, dom, ">1 of ")
}

// On paper the page has what somebody wants to hand on, and not each of two thousand messages.
func TestThePagePrints(t *testing.T) {
	pdf := filepath.Join(t.TempDir(), "report.pdf")
	if _, there := browse(t, write(t, testdata+"*.log", testdata+"*.mainlog"), "--print-to-pdf="+pdf, "--no-pdf-header-footer"); !there {
		return
	}
	data, err := os.ReadFile(pdf)
	require.NoError(t, err)
	pages := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(data, -1))
	assert.Greater(t, pages, 3)
	assert.Less(t, pages, 20)
}

// Whoever cannot see the page, or has no mouse, finds all in it: axe-core, at the path in AXE (make a11y), finds no fault in either theme.
func TestThePageIsAccessible(t *testing.T) {
	path := os.Getenv("AXE")
	if path == "" {
		t.Log("AXE names no axe.min.js: nobody looked")
		return
	}
	axe, err := os.ReadFile(path)
	require.NoError(t, err)
	text := run(write(t, testdata+"*.log", testdata+"*.mainlog"), string(axe))
	text = run(text, `addEventListener("load", () => axe.run().then((r) => {
		document.title = "axe: " + r.violations.flatMap((v) => v.nodes.map((n) => v.id + " " + n.target)).join("; ") + "; passes " + r.passes.length; }));`)
	for _, theme := range []string{"0", "1"} { // dark, light
		dom, there := browse(t, text, "--blink-settings=preferredColorScheme="+theme, "--virtual-time-budget=60000", "--dump-dom")
		require.True(t, there)
		title := regexp.MustCompile(`<title>axe: (.*?); passes (\d+)</title>`).FindStringSubmatch(dom)
		require.NotNil(t, title)
		assert.Empty(t, title[1])
		assert.Greater(t, len(title[2]), 1, "so many rules apply")
	}
}
