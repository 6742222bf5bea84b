package dashboards

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const shipped = "../../dashboards/"

// eachGrafana runs a test on each dashboard of Grafana as it is shipped.
func eachGrafana(t *testing.T, test func(t *testing.T, text []byte)) {
	files, err := filepath.Glob(shipped + "grafana/*/*.json")
	require.NoError(t, err)
	require.Len(t, files, len(folders)*len(All()))
	for _, file := range files {
		t.Run(strings.TrimPrefix(file, shipped+"grafana/"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			test(t, text)
		})
	}
}

// TestShipped: what is in dashboards/ is what is described here, and nothing else.
func TestShipped(t *testing.T) {
	files, err := Files()
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(shipped, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "kustomization.yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		name := strings.TrimPrefix(filepath.ToSlash(path), shipped)
		require.Equal(t, string(files[name]), string(text), "%s is not what make generate writes", name)
		delete(files, name)
		return nil
	}))
	require.Empty(t, files, "make generate writes more")
}

// TestGrafanaTypes: Grafana's own types of a dashboard, its panels and queries know every field that is there, and miss none.
func TestGrafanaTypes(t *testing.T) {
	runtime := cog.NewRuntime()
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	runtime.RegisterDataqueryVariant(loki.VariantConfig())
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	runtime.RegisterPanelcfgVariant(logs.VariantConfig())
	eachGrafana(t, func(t *testing.T, text []byte) {
		var d Model
		require.Empty(t, said(d.UnmarshalJSONStrict(text)))
		require.Empty(t, said(d.Validate()))
		wrong := strings.Replace(string(text), `"gridPos"`, `"gridpos"`, 1)
		require.Contains(t, said(new(Model).UnmarshalJSONStrict([]byte(wrong))), "gridpos", "a mistake is noticed")
	})
}

// said is what an error says: Grafana's types give one that says nothing where there is none.
func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// board is what the structure of a dashboard is read from.
type board struct {
	UID, Title string
	Panels     []struct {
		ID         int
		Type       string
		GridPos    Place
		Datasource *struct{ Type, UID string }
		Targets    []struct {
			Expr       string
			Datasource struct{ Type, UID string }
		}
	}
	Templating struct {
		List []struct {
			Name, Type string
			Query      any
			Datasource *struct{ Type, UID string }
		}
	}
}

// TestGrafanaStructure: ids are unique, nothing overlaps, and what is used of variables and data sources is what is defined.
func TestGrafanaStructure(t *testing.T) {
	eachGrafana(t, func(t *testing.T, text []byte) {
		var b board
		require.NoError(t, json.Unmarshal(text, &b))
		ids, taken := map[int]bool{}, map[[2]int]int{}
		for _, p := range b.Panels {
			require.NotZero(t, p.ID)
			require.False(t, ids[p.ID], "two panels have the id %d", p.ID)
			ids[p.ID] = true
			require.True(t, p.GridPos.W > 0 && p.GridPos.H > 0 && p.GridPos.X+p.GridPos.W <= 24, "panel %d: %+v", p.ID, p.GridPos)
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					require.Zero(t, taken[[2]int{x, y}], "panels %d and %d overlap", taken[[2]int{x, y}], p.ID)
					taken[[2]int{x, y}] = p.ID
				}
			}
			if p.Type == "row" {
				continue
			}
			require.NotEmpty(t, p.Targets, "panel %d asks nothing", p.ID)
			for _, target := range p.Targets {
				require.NotEmpty(t, target.Expr)
				require.Equal(t, *p.Datasource, target.Datasource)
			}
		}
		b.variables(t, string(text))
	})
}

// variables holds those that are defined against those that are used.
func (b *board) variables(t *testing.T, text string) {
	defined := map[string]string{}
	for _, v := range b.Templating.List {
		require.Empty(t, defined[v.Name], "%s is defined twice", v.Name)
		defined[v.Name] = v.Type
		if v.Type == "query" {
			require.NotEmpty(t, v.Datasource.UID)
		}
	}
	for _, uid := range regexp.MustCompile(`"uid": "([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if name := strings.Trim(uid[1], "${}"); uid[1] != b.UID {
			require.Equal(t, "datasource", defined[name], "%s is no variable with a data source", uid[1])
		}
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "__") {
			used[m[1]] = true
			require.NotEmpty(t, defined[m[1]], "$%s is not defined", m[1])
		}
	}
	for name := range defined {
		require.True(t, used[name], "$%s is not used", name)
	}
}

// TestDrill: a row of a table leads to a dashboard that is there, and sets a variable that it has.
func TestDrill(t *testing.T) {
	boards := map[string]Board{}
	for _, b := range All() {
		boards["otelcol-smtp-"+b.ID] = b
	}
	links := 0
	eachGrafana(t, func(t *testing.T, text []byte) {
		for _, m := range regexp.MustCompile(`"url": "/d/([\w-]+)\?var-(\w+)=`).FindAllStringSubmatch(string(text), -1) {
			links++
			target, there := boards[m[1]]
			require.True(t, there, m[1])
			found := false
			for _, attr := range target.Scope {
				found = found || variables[attr] == m[2]
			}
			require.True(t, found, "%s has no variable %s", m[1], m[2])
		}
	})
	require.NotZero(t, links)
}

// TestSources: every board with records asks the store that its folder is named after, and no other.
func TestSources(t *testing.T) {
	for store, folder := range folders {
		for _, b := range All() {
			text, err := os.ReadFile(shipped + folder + b.ID + ".json")
			require.NoError(t, err)
			types := map[string]bool{"prometheus": true}
			if b.showsRecords() {
				types[string(store)] = true
			}
			for _, m := range regexp.MustCompile(`"type": "([^"]*)",\s*"uid"`).FindAllStringSubmatch(string(text), -1) {
				assert.True(t, types[m[1]], "%s%s asks %s", folder, b.ID, m[1])
			}
		}
	}
}

// TestNames: a metric, an attribute of it or a kind that is not there is a mistake that nobody can render.
func TestNames(t *testing.T) {
	for name, query := range map[string]func(){
		"a metric":        func() { MetricName("smtp.delivery.tries") },
		"one that is off": func() { MetricName("smtp.record.count") },
		"an attribute":    func() { matcher("smtp.delivery.attempts", Is("smtp.reply.code", "550")) },
		"what to group by": func() {
			(&Board{}).PromQL(&Panel{By: []string{"user.name"}}, count("", Series{"smtp.message.count", nil}))
		},
		"a condition": func() {
			(&Board{}).PromQL(&Panel{}, count("", Series{"smtp.message.count", []Match{Has("user.name")}}))
		},
	} {
		require.Panics(t, query, name)
	}
	for name, want := range map[string]string{
		"smtp.delivery.attempts": "smtp_delivery_attempts_total", "smtp.delivery.duration": "smtp_delivery_duration_seconds", "smtp.message.size": "smtp_message_size_bytes",
		"smtp.delivery.ratio": "smtp_delivery_ratio", "smtp.queue.oldest": "smtp_queue_oldest_seconds", "smtp.incidents.open": "smtp_incidents_open",
	} {
		require.Equal(t, want, MetricName(name))
	}
}

// TestTelemetry: the collector's own metrics are those that its components declare, and those of the Collector itself.
func TestTelemetry(t *testing.T) {
	known := map[string]bool{}
	for _, name := range []string{
		"exporter_queue_size", "exporter_queue_capacity", "exporter_sent_log_records", "exporter_send_failed_log_records", "process_cpu_seconds", "process_memory_rss", "process_uptime",
	} {
		known["otelcol_"+name] = true
	}
	for _, component := range []string{"smtpprocessor", "smtpconnector", "receiver/maillogreceiver"} {
		text, err := os.ReadFile(fmt.Sprintf("../../%s/metadata.yaml", component))
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^    (\w+):$`).FindAllStringSubmatch(string(text), -1) {
			known["otelcol_"+m[1]] = true
		}
	}
	text, err := os.ReadFile(shipped + "grafana/loki/collector.json")
	require.NoError(t, err)
	names := regexp.MustCompile(`otelcol_\w+`).FindAllString(string(text), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		require.True(t, known[name], "no component declares %s", name)
	}
}
