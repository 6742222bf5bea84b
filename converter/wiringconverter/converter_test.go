package wiringconverter

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"go.yaml.in/yaml/v3"
)

const good = `
extensions: {file_storage: {}}
receivers: {maillog: {include: [a], storage: file_storage}, otlp: {}, kafka: {}, journald/one: {}}
processors: {smtp: {storage: file_storage}, smtp/two: {}, filter: {}}
connectors: {smtp: {}, smtp/delta: {}, forward: {}}
exporters: {otlp_http: {sending_queue: {storage: file_storage}}, load_balancing: {protocol: {otlp: {sending_queue: {}}}}, debug: {storage: nowhere}}
service:
  extensions: [file_storage]
  pipelines:
    logs/mail: {receivers: [maillog], processors: [smtp], exporters: [otlp_http, smtp]}
    metrics/mail: {receivers: [smtp], exporters: [debug]}
`

// convert gives what the converter says about the configuration when each of the pairs is replaced.
func convert(t *testing.T, pairs ...string) (warnings []string, err error) {
	t.Helper()
	text := good
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw), text)
	conf := confmap.NewFromStringMap(raw)
	core, logs := observer.New(zap.WarnLevel)
	var stderr bytes.Buffer
	err = (&converter{logger: zap.New(core), validating: true, stderr: &stderr}).Convert(t.Context(), conf)
	for _, e := range logs.All() {
		warnings = append(warnings, e.Message)
		assert.Contains(t, stderr.String(), "Warning: "+e.Message)
	}
	assert.Equal(t, confmap.NewFromStringMap(raw).ToStringMap(), conf.ToStringMap(), "nothing is changed")
	return warnings, err
}

func TestRightConfigurationIsLeftAlone(t *testing.T) {
	warnings, err := convert(t)
	require.NoError(t, err)
	assert.Empty(t, warnings)
}

func TestStorageThatIsNotThereStopsTheStart(t *testing.T) {
	missing := func(path string) string {
		return path + `::storage: there is no extension "file_storage/x", takes the name of a storage extension that is in extensions and in service::extensions`
	}
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"receiver":             {[]string{"storage: file_storage}, otlp", "storage: file_storage/x}, otlp"}, missing("receivers::maillog")},
		"processor":            {[]string{"smtp: {storage: file_storage}", "smtp: {storage: file_storage/x}"}, missing("processors::smtp")},
		"queue":                {[]string{"sending_queue: {storage: file_storage}", "sending_queue: {storage: file_storage/x}"}, missing("exporters::otlp_http::sending_queue")},
		"connector":            {[]string{"connectors: {smtp: {}", "connectors: {smtp: {storage: file_storage/x}"}, missing("connectors::smtp")},
		"exporter in exporter": {[]string{"otlp: {sending_queue: {}}", "otlp: {sending_queue: {storage: file_storage/x}}", "exporters: [otlp_http", "exporters: [load_balancing"}, missing("exporters::load_balancing::protocol::otlp::sending_queue")},
		"not started": {
			[]string{"extensions: [file_storage]", "extensions: []"},
			`receivers::maillog::storage: the extension "file_storage" is not started, takes the name of a storage extension that is in service::extensions, too`,
		},
		"no extensions at all": {[]string{"extensions: {file_storage: {}}", "", "extensions: [file_storage]", ""}, `there is no extension "file_storage"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := convert(t, c.change...)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestStorageOfWhatIsNotStartedIsNobodysBusiness(t *testing.T) {
	_, err := convert(t, "smtp/two: {}", "smtp/two: {storage: gone}")
	require.NoError(t, err)
}

func TestConnectorWithoutTheProcessorInFront(t *testing.T) {
	const warning = "connectors::smtp: there is no processor smtp in front of it in the pipeline logs/mail, so it will count nothing: it takes what that processor has enriched"
	pipeline := "logs/mail: {receivers: [maillog], processors: [smtp], exporters: [otlp_http, smtp]}"
	for name, c := range map[string]struct {
		change string
		warns  bool
	}{
		"without":                  {"logs/mail: {receivers: [maillog], exporters: [otlp_http, smtp]}", true},
		"another processor":        {"logs/mail: {receivers: [maillog], processors: [filter], exporters: [smtp]}", true},
		"the journal":              {"logs/mail: {receivers: [journald/one], exporters: [smtp]}", true},
		"another smtp":             {"logs/mail: {receivers: [maillog], processors: [filter, smtp/two], exporters: [smtp]}", false},
		"otlp feeds it":            {"logs/mail: {receivers: [otlp], exporters: [smtp]}", false},
		"kafka feeds it":           {"logs/mail: {receivers: [kafka], exporters: [smtp]}", false},
		"otlp and a file":          {"logs/mail: {receivers: [otlp, maillog], exporters: [smtp]}", false},
		"in the pipeline before":   {"logs/raw: {receivers: [maillog], processors: [smtp], exporters: [forward]}\n    logs/mail: {receivers: [forward], exporters: [smtp]}", false},
		"not in the one before":    {"logs/raw: {receivers: [maillog], exporters: [forward]}\n    logs/mail: {receivers: [forward], exporters: [smtp]}", true},
		"otlp in the one before":   {"logs/raw: {receivers: [otlp], exporters: [forward]}\n    logs/mail: {receivers: [forward], exporters: [smtp]}", false},
		"in one of two":            {"logs/mail: {receivers: [maillog], exporters: [smtp]}\n    logs/two: {receivers: [maillog], processors: [smtp], exporters: [smtp]}", false},
		"a circle":                 {"logs/mail: {receivers: [forward], exporters: [forward, smtp]}", true},
		"no logs":                  {"logs/mail: {receivers: [maillog], exporters: [debug]}\n    traces: {receivers: [otlp], exporters: [smtp]}", false},
		"the other of two conns":   {"logs/mail: {receivers: [maillog], processors: [smtp], exporters: [smtp, smtp/delta]}", false},
		"pipelines of wrong shape": {"logs/mail: [maillog]", false},
	} {
		t.Run(name, func(t *testing.T) {
			warnings, err := convert(t, pipeline, c.change)
			require.NoError(t, err)
			if c.warns {
				assert.Equal(t, []string{warning}, warnings)
			} else {
				assert.Empty(t, warnings)
			}
		})
	}
}

func TestConfigurationOfNoShapeIsTheCollectorsToAnswer(t *testing.T) {
	for _, raw := range []map[string]any{
		{},
		{"service": 1},
		{"service": map[string]any{"pipelines": []any{1}, "extensions": "x"}},
		{"receivers": map[string]any{"maillog": nil}},
		{"service": map[string]any{"pipelines": map[string]any{"logs": map[string]any{"receivers": "maillog", "exporters": []any{1, nil}}}}},
	} {
		c := NewFactory().Create(confmap.ConverterSettings{Logger: zap.NewNop()})
		assert.NoError(t, c.Convert(t.Context(), confmap.NewFromStringMap(raw)))
	}
}
