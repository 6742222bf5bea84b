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
func write(t *testing.T, paths ...string) string {
	t.Helper()
	of := site.Default()
	of.Location = "UTC"
	set, _, err := of.Settings()
	require.NoError(t, err)
	e, err := engine.New(set)
	require.NoError(t, err)
	r := &reading.Reader{Engine: e, Zone: time.UTC}
	in, troubles, err := input.Open(input.Options{Paths: paths, Now: time.Now(), Stamp: r.Stamp})
	require.NoError(t, err)
	require.Empty(t, troubles)
	b := report.New(report.Options{Version: "1.2.3", Zone: time.UTC, Top: 20, Messages: 2000})
	require.NoError(t, r.Read(t.Context(), in, b))
	var out bytes.Buffer
	require.NoError(t, page.Write(&out, b.Report()))
	return out.String()
}

const testdata = "../../../../testdata/"

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

// In a browser without any network the chart is drawn, the search finds, and nothing is complained of.
func TestThePageWorksInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Log("chromium is not installed: the page was only read")
		return
	}
	// the search is used as by a reader's hand
	text := strings.Replace(write(t, testdata+"postfix-main.iso.log"), "</body>", `<script>addEventListener("load", () => {
		const s = document.getElementById("search"); s.value = "liam.35@corp"; s.dispatchEvent(new Event("input")); });</script></body>`, 1)
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := []string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + dir, "--enable-logging=stderr",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=3000", "--dump-dom", "file://" + path,
	}
	cmd := exec.CommandContext(ctx, browser, args...)
	var dom, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &dom, &said
	require.NoError(t, cmd.Run(), said.String())
	for line := range strings.Lines(said.String()) {
		assert.NotContains(t, line, "CONSOLE", line)
	}
	assert.Contains(t, dom.String(), `class="uplot`)
	assert.Contains(t, dom.String(), "<canvas")
	assert.Contains(t, dom.String(), ">1 of ")
}
