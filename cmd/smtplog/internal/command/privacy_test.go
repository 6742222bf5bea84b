package command

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// hiding is a configuration with a mode of privacy.
func hiding(t *testing.T, mode *truth.PrivacyMode) string {
	t.Helper()
	of := site.Default()
	mode.Change(&of.Privacy)
	p := &of.Privacy
	data, err := yaml.Marshal(map[string]any{"processors": map[string]any{"smtp": map[string]any{"privacy": map[string]any{
		"addresses": p.Addresses, "ips": p.IPs, "failed_logins": p.FailedLogins, "domains": p.Domains, "bodies": true, "hash_key": truth.HashKey,
	}}}})
	require.NoError(t, err)
	return file(t, "otel.yaml", data)
}

// all is what smtplog says of a log, in every way that it has.
func all(t *testing.T, config, log string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	said := map[string]string{}
	for name, args := range map[string][]string{
		"text": {"report", "--text"}, "json": {"report", "--json"}, "page": {"report", "--html", dir + "/page.html"}, "tables": {"report", "--csv", dir + "/csv"},
		"story": {"trace", "--json", "-v", "e"}, "senders": {"top", "senders"}, "records": {"enrich", "--mail", "--set", "attributes=full"},
	} {
		_, out, errors := smtplog(t, "", append(args, "--config", config, "--location", "UTC", log)...)
		said[name] = out + errors
	}
	page, err := os.ReadFile(dir + "/page.html")
	require.NoError(t, err)
	said["page"], _, _ = strings.Cut(string(page), "<script>")
	tables, err := filepath.Glob(dir + "/csv/*.csv")
	require.NoError(t, err)
	for _, path := range tables {
		table, err := os.ReadFile(path)
		require.NoError(t, err)
		said["tables"] += string(table)
	}
	return said
}

// unwritten undoes what JSON, HTML and a terminal write for a sign.
var unwritten = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`, `\\`, `\`, "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+")

// Whatever smtplog says of a log, in every mode of privacy nobody is named who is to be hidden; and the counts are the same.
func TestNobodyIsNamedWhoIsHidden(t *testing.T) {
	logs, err := filepath.Glob(testdata + "*log")
	require.NoError(t, err)
	require.Greater(t, len(logs), 15)
	if testing.Short() {
		logs = slices.DeleteFunc(logs, func(path string) bool { info, err := os.Stat(path); return err != nil || info.Size() > 100_000 })
	}
	plain := file(t, "otel.yaml", []byte("processors: {smtp: {}}\n"))
	modes := slices.Sorted(maps.Keys(truth.PrivacyModes))
	for i, path := range logs {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			_, out, _ := smtplog(t, "", "report", "--json", "--config", plain, path)
			want := decode(t, out)
			named := truth.LookForPersons(string(data))
			for where, text := range all(t, plain, path) {
				if where != "senders" {
					require.NotEmpty(t, named.ToldBy(unwritten.Replace(text)), "%s: who is not hidden is named, and is found", where)
				}
			}
			for _, name := range []string{modes[i%len(modes)], modes[(i+2)%len(modes)]} { // each mode meets a log of each server
				mode := truth.PrivacyModes[name]
				hidden := mode.Hidden(named)
				said := all(t, hiding(t, &mode), path)
				assert.Equal(t, want.Totals.Counts, decode(t, said["json"]).Totals.Counts, name)
				for where, text := range said {
					text = unwritten.Replace(text)
					assert.Empty(t, hidden.ToldBy(text), "%s: %s", name, where)
					if mode.Domain != nil {
						assert.Empty(t, mode.Domain.FindAllString(text, 3), "%s: %s", name, where)
					}
				}
			}
		})
	}
}
