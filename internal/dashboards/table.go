package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// columns makes a table of the answers: one row for each set of attributes, with names that can be read.
func (g *grafana) columns(p *Panel, overrides *[]dashboard.DashboardFieldConfigSourceOverrides, steps *[]dashboard.DataTransformerConfig) {
	names := map[string]string{"Value": "records", "Value #A": "records"} // one query's column, or each of several
	for i, v := range p.Values {
		names["Value #"+refID(i)] = v.Name
		if i == 0 {
			names["Value"] = v.Name
		}
		if v.Kind != Share && p.Unit == Shares {
			*overrides = append(*overrides, override(v.Name, "unit", "short"))
		}
		if v.Kind == Count {
			*overrides = append(*overrides, override(v.Name, "decimals", 0))
		}
	}
	for _, attr := range p.By {
		names[g.column(p, attr)] = readable(attr)
		if p.Drill && variables[attr] == "provider" {
			*overrides = append(*overrides, override(readable(attr), "links", []any{map[string]any{
				"title": "${__value.text}", "url": "/d/" + tag + "-provider?var-provider=${__value.text:percentencode}&${__url_time_range}",
			}}))
		}
	}
	if p.OfRecords() {
		*steps = append(*steps, dashboard.DataTransformerConfig{Id: "labelsToFields", Options: map[string]any{}})
	}
	*steps = append(*steps,
		dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}},
		dashboard.DataTransformerConfig{
			Id:      "organize",
			Options: map[string]any{"excludeByName": map[string]any{"Time": true}, "indexByName": map[string]any{}, "renameByName": names},
		},
	)
}

// column is the name of an attribute's column before it is renamed.
func (g *grafana) column(p *Panel, attr string) string {
	if p.OfRecords() && g.store == VictoriaLogs {
		return attr
	}
	return Label(attr)
}

// readable is an attribute's name as a heading.
func readable(attr string) string {
	return strings.NewReplacer(".", " ", "_", " ").Replace(strings.TrimPrefix(attr, "smtp."))
}

func override(column, property string, value any) dashboard.DashboardFieldConfigSourceOverrides {
	return dashboard.DashboardFieldConfigSourceOverrides{
		Matcher: dashboard.MatcherConfig{Id: "byName", Options: column}, Properties: []dashboard.DynamicConfigValue{{Id: property, Value: value}},
	}
}
