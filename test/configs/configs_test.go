// Package configs asks the built collector about every configuration that we show to anybody.
package configs

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const (
	root      = "../.."
	collector = root + "/bin/otelcol-smtp"
)

// config is one whole collector configuration, and where it stands.
type config struct {
	where string
	text  []byte
}

func TestConfigs(t *testing.T) {
	needCollector(t)
	all := append(inDocs(t), inExamples(t)...)
	require.NotEmpty(t, all, "README.md, docs and examples show no configuration")
	for _, c := range all {
		t.Run(c.where, func(t *testing.T) {
			t.Parallel()
			if out, err := validate(t, c); err != nil {
				t.Errorf("%s: %v\n%s", c.where, err, out)
			}
		})
	}
}

// TestMistakes shows that validation says no, so that the yes above means something.
func TestMistakes(t *testing.T) {
	needCollector(t)
	const good = `
receivers: {maillog: {include: [/var/log/mail.log]}}
processors: {smtp: {}}
connectors: {smtp: {}}
exporters: {debug: {}, otlp_http: {endpoint: "${env:COLLECTOR_URL}"}}
service:
  pipelines:
    logs: {receivers: [maillog], processors: [smtp], exporters: [otlp_http, smtp]}
    metrics: {receivers: [smtp], exporters: [debug]}
`
	for _, tt := range []struct{ name, old, with, says string }{
		{"none", "", "", ""},
		{"unknown key", "include:", "inclusion:", "inclusion: there is no such key, takes any of compression, exclude, "},
		{"unknown key of the processor", "smtp: {}}\nconn", "smtp: {privacy: {contents: keep}}}\nconn", "privacy.contents: there is no such key, takes any of addresses, bodies, content, domains, failed_logins, hash_key, ips"},
		{"unknown key of the connector", "smtp: {}}\nexp", "smtp: {metrics: {smtp.reply.count: {dimension: [x]}}}}\nexp", "metrics::smtp.reply.count::dimension: there is no such key, takes any of busiest, dimensions, enabled"},
		{"sensitivity that is none", "smtp: {}}\nexp", "smtp: {incidents: {sensitivity: very}}}\nexp", `incidents.sensitivity: "very" is not a choice, takes low, normal, high`},
		{"duration without a unit", "smtp: {}}\nconn", "smtp: {sessions: {idle_timeout: 10}}}\nconn", "sessions.idle_timeout: 10 has no unit, takes a duration such as 10s or 10m"},
		{"duration without a unit, quoted", "mail.log]", "mail.log], poll_interval: '5'", `poll_interval: "5" is not a duration, takes a number with its unit such as 200ms`},
		{"domains of a table", "smtp: {}}\nconn", "smtp: {local_domains: ['hash:/etc/postfix/domains']}}\nconn", `local_domains: "hash:/etc/postfix/domains" is not a domain, takes names such as example.com`},
		{"smarthost without its bracket", "smtp: {}}\nconn", "smtp: {relayhosts: ['[relay:587']}}\nconn", `relayhosts: "[relay:587" is not a host, takes names or addresses`},
		{"storage that is not there", "mail.log]", "mail.log], storage: file_storage", `receivers::maillog::storage: there is no extension "file_storage", takes the name of a storage extension`},
		{"storage that is not started", "mail.log]}", "mail.log], storage: file_storage}}\nextensions: {file_storage: {directory: /tmp}", `receivers::maillog::storage: the extension "file_storage" is not started`},
		{"queue without its storage", "COLLECTOR_URL}\"", "COLLECTOR_URL}\", sending_queue: {storage: file_storage}", `exporters::otlp_http::sending_queue::storage: there is no extension "file_storage"`},
		{"unknown component", "processors: {smtp:", "processors: {smpt:", "smpt"},
		{"pipeline without its exporter", "[otlp_http, smtp]", "[otlp, smtp]", "otlp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, good, tt.old)
			out, err := validate(t, config{"mistake", []byte(strings.Replace(good, tt.old, tt.with, 1))})
			if tt.says == "" {
				require.NoError(t, err, string(out))
				return
			}
			require.Error(t, err)
			require.Contains(t, string(out), tt.says)
		})
	}
}

// TestWarnings: a configuration may be right and useless.
func TestWarnings(t *testing.T) {
	needCollector(t)
	const text = `
receivers: {maillog: {include: [/var/log/mail.log]}, otlp: {protocols: {grpc: {}}}, kafka: {}}
processors: {smtp: {}}
connectors: {smtp: {}}
exporters: {debug: {}}
service:
  pipelines:
    logs: {receivers: [RECEIVER], processors: [PROCESSOR], exporters: [smtp]}
    metrics: {receivers: [smtp], exporters: [debug]}
`
	for _, tt := range []struct {
		receiver, processor string
		warns               bool
	}{{"maillog", "", true}, {"maillog", "smtp", false}, {"otlp", "", false}, {"kafka", "", false}} {
		text := strings.Replace(strings.Replace(text, "RECEIVER", tt.receiver, 1), "PROCESSOR", tt.processor, 1)
		out, err := validate(t, config{"warning", []byte(text)})
		require.NoError(t, err, string(out))
		if tt.warns {
			require.Contains(t, string(out), "Warning: connectors::smtp: there is no processor smtp in front of it in the pipeline logs")
		} else {
			require.NotContains(t, string(out), "Warning")
		}
	}
}

// TestNothingIsLost: every exporter of an example or a page that hands records to a backend keeps them on disk for as long as it takes, or gives a refusal back.
// What holds of each is tried in test/e2e; here none is forgotten.
func TestNothingIsLost(t *testing.T) {
	type exporter struct {
		Queue struct {
			Enabled *bool
			Storage string
			Sizer   string
			Wait    bool `yaml:"wait_for_result"`
		} `yaml:"sending_queue"`
		Retry struct {
			Enabled *bool
			Max     *int `yaml:"max_elapsed_time"`
		} `yaml:"retry_on_failure"`
	}
	off := func(b *bool) bool { return b != nil && !*b }
	n := 0
	for _, c := range append(inDocs(t), inExamples(t)...) {
		var all struct{ Exporters map[string]exporter }
		require.NoError(t, yaml.Unmarshal(c.text, &all), c.where)
		for id, e := range all.Exporters {
			kind, _, _ := strings.Cut(id, "/")
			switch kind {
			case "debug", "nop", "prometheus", "prometheus_remote_write", "file": // of this machine, or of metrics that are told again
				continue
			}
			n++
			back := (off(e.Queue.Enabled) || e.Queue.Wait) && (off(e.Retry.Enabled) || kind == "elasticsearch")
			kept := e.Queue.Storage != "" && e.Retry.Max != nil && *e.Retry.Max == 0
			if !back && !kept {
				t.Errorf("%s: %s loses what waits in it", c.where, id)
			}
			if kept && e.Queue.Sizer != "bytes" {
				t.Errorf("%s: %s is full after 1000 batches, however small they are, and then the metrics stand still", c.where, id)
			}
		}
	}
	require.Greater(t, n, 10)
}

// An example with a variable that has no default does not start, or sends what is refused, until it is set: its head names each.
func TestExamplesNameWhatTheyNeed(t *testing.T) {
	needed := regexp.MustCompile(`\$\{env:(\w+)\}`)
	n := 0
	for _, c := range under(t, "examples") {
		head, _, _ := strings.Cut(string(c.text), "\nextensions:")
		for _, m := range needed.FindAllStringSubmatch(string(c.text), -1) {
			n++
			require.Contains(t, head, m[1], c.where)
		}
	}
	require.NotZero(t, n)
}

func TestBlocks(t *testing.T) {
	page := "Text\n```yaml\nservice: {pipelines: {}}\n```\n" +
		"```yaml\nprocessors: {smtp: {}}\n```\n" + // a part of a configuration
		"```console\nservice: no\n```\n" +
		"1. A list\n\n   ```yaml\n   a: 1\n   service:\n     pipelines:\n   ```\n"
	got := blocks("page.md", []byte(page))
	require.Len(t, got, 2)
	require.Equal(t, "page.md:3", got[0].where)
	require.Equal(t, "page.md:14", got[1].where)
	require.Equal(t, "a: 1\nservice:\n  pipelines:\n", string(got[1].text))
}

func needCollector(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(collector); err != nil {
		t.Fatal("bin/otelcol-smtp is missing: run `make build` first")
	}
}

// inDocs gives the whole configurations that stand in fenced blocks of the pages.
func inDocs(t *testing.T) []config {
	var all []config
	for _, p := range pages(t) {
		all = append(all, blocks(p.name, []byte(p.text))...)
	}
	return all
}

// inExamples gives the collector configurations under examples and packaging; other YAML there is not ours to judge.
func inExamples(t *testing.T) []config {
	return append(under(t, "examples"), under(t, "packaging")...)
}

func under(t *testing.T, folder string) []config {
	var all []config
	err := filepath.WalkDir(root+"/"+folder, func(path string, _ fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if ext := filepath.Ext(path); err != nil || ext != ".yaml" && ext != ".yml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && hasKey(text, "service", "receivers", "processors", "connectors", "exporters") {
			if first := behind[relative(path)]; first != "" {
				base, err := os.ReadFile(root + "/" + first)
				require.NoError(t, err)
				text = together(t, base, text)
			}
			all = append(all, config{relative(path), text})
		}
		return err
	})
	require.NoError(t, err)
	return all
}

// blocks gives the fenced yaml blocks of a page that have a service: the others show a part of a configuration.
func blocks(page string, text []byte) []config {
	var all []config
	var block *config
	var indent string
	for i, line := range strings.SplitAfter(string(text), "\n") {
		content := strings.TrimLeft(line, " ")
		fence := strings.TrimSpace(content)
		switch {
		case block == nil && (fence == "```yaml" || fence == "```yml"):
			indent = line[:len(line)-len(content)]
			block = &config{where: fmt.Sprintf("%s:%d", page, i+2)}
		case block != nil && fence == "```":
			if hasKey(block.text, "service") {
				all = append(all, *block)
			}
			block = nil
		case block != nil:
			block.text = append(block.text, strings.TrimPrefix(line, indent)...)
		}
	}
	return all
}

// hasKey says whether the text is a YAML mapping with one of the keys, and a mapping there (Alertmanager has a list of receivers). Text that is no YAML is the collector's to refuse.
func hasKey(text []byte, keys ...string) bool {
	var top map[string]any
	if err := yaml.Unmarshal(text, &top); err != nil {
		return bytes.Contains(text, []byte("\nservice:"))
	}
	for _, key := range keys {
		if _, ok := top[key].(map[string]any); ok {
			return true
		}
	}
	return false
}

// behind are configurations that are read behind others, and change a part of them.
var behind = map[string]string{"packaging/compose/collector.yaml": "packaging/linux/config.yaml"}

// together puts a configuration behind another as the Collector does: what is no mapping is replaced.
func together(t *testing.T, first, second []byte) []byte {
	var a, b map[string]any
	require.NoError(t, yaml.Unmarshal(first, &a))
	require.NoError(t, yaml.Unmarshal(second, &b))
	merge(a, b)
	text, err := yaml.Marshal(a)
	require.NoError(t, err)
	return text
}

func merge(into, from map[string]any) {
	for key, value := range from {
		old, both := into[key].(map[string]any)
		if part, isMap := value.(map[string]any); isMap && both {
			merge(old, part)
		} else {
			into[key] = value
		}
	}
}

func relative(path string) string {
	return strings.TrimPrefix(filepath.ToSlash(path), root+"/")
}

// validate gives what the collector says about a configuration.
func validate(t *testing.T, c config) ([]byte, error) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, c.text, 0o600))
	cmd := exec.Command(collector, "validate", "--config", file)
	cmd.Env = append(os.Environ(), append(environment(c.text), "NODE_NAME=node")...) // k8s_attributes asks for it by its name
	return cmd.CombinedOutput()
}

var variable = regexp.MustCompile(`\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}`)

// environment gives a value to each variable that a configuration uses without a default of its own.
func environment(text []byte) []string {
	var env []string
	for _, m := range variable.FindAllSubmatch(text, -1) {
		env = append(env, string(m[1])+"="+dummy(string(m[1])))
	}
	return env
}

// dummy is a value of the kind that the variable's name speaks of.
func dummy(name string) string {
	switch {
	case strings.HasSuffix(name, "PORT"):
		return "4318"
	case strings.HasSuffix(name, "URL"), strings.HasSuffix(name, "ENDPOINT"):
		return "http://localhost:4318"
	case strings.HasSuffix(name, "KEY"):
		return "a key of more than sixteen bytes"
	default:
		return "dummy"
	}
}
