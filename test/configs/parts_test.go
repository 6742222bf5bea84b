package configs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// around is a configuration that the parts of one stand in.
const around = `
receivers: {maillog: {include: [/var/log/mail.log]}}
processors: {smtp: {}}
connectors: {smtp: {}}
exporters: {debug: {}}
extensions: {file_storage: {directory: /tmp}}
service:
  extensions: [file_storage]
  pipelines:
    logs: {receivers: [maillog], processors: [smtp], exporters: [debug, smtp]}
    metrics: {receivers: [smtp], exporters: [debug]}
`

// TestParts: what a page shows of a configuration is taken where it belongs. An exporter stands in no pipeline here, so only its keys are looked at.
func TestParts(t *testing.T) {
	needCollector(t)
	n := 0
	for _, p := range pages(t) {
		for i, block := range fenced.FindAllString(p.text, -1) {
			kind, text, _ := strings.Cut(strings.TrimSpace(block), "\n")
			if kind != "```yaml" {
				continue
			}
			var part, whole map[string]any
			if yaml.Unmarshal([]byte(strings.TrimSuffix(text, "```")), &part) != nil || !isPart(part) {
				continue
			}
			n++
			require.NoError(t, yaml.Unmarshal([]byte(around), &whole))
			merge(whole, part)
			all, err := yaml.Marshal(whole)
			require.NoError(t, err)
			if out, err := validate(t, config{p.name, all}); err != nil {
				t.Errorf("%s, block %d: %v\n%s", p.name, i+1, err, out)
			}
		}
	}
	require.GreaterOrEqual(t, n, 8)
}

// isPart says whether a mapping has components of the Collector, and no service that makes it a whole.
func isPart(of map[string]any) bool {
	for key := range of {
		switch key {
		case "receivers", "processors", "connectors", "exporters", "extensions":
		default:
			return false
		}
	}
	return len(of) > 0
}
