package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// anyMail are the metrics that hosts, instances and providers are looked for in.
const anyMail = `__name__=~"smtp_(delivery|message|reject|session)_[a-z]+_total"`

// variables are a dashboard's: its data sources, and what narrows it down.
func (g *grafana) variables() []dashboard.VariableModel {
	list := []dashboard.VariableModel{dataSource(metricsSource, "Metrics", "prometheus")}
	if g.showsRecords() {
		list = append(list, dataSource(recordsSource, "Records", string(g.store)))
	}
	if g.Own {
		list = append(list, g.listed("collector", "Collector", "label_values(otelcol_process_uptime, instance)", false))
	}
	within := anyMail
	for _, attr := range g.Scope {
		name := variables[attr]
		list = append(list, g.listed(name, readable(name), fmt.Sprintf("label_values({%s}, %s)", within, Label(attr)), false))
		within += fmt.Sprintf(`,%s=~"$%s"`, Label(attr), name)
	}
	if g.showsRecords() && g.store == Loki {
		list = append(list, g.listed("service", "Service", "label_values(service_name)", true))
	}
	for _, a := range g.Ask {
		list = append(list, typed(a))
	}
	return list
}

// showsRecords says whether a panel does.
func (b *Board) showsRecords() bool {
	for _, row := range b.Rows {
		for i := range row.Panels {
			if row.Panels[i].OfRecords() {
				return true
			}
		}
	}
	return false
}

func text(s string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{String: &s}
}

func option(shown, value string) *dashboard.VariableOption {
	return &dashboard.VariableOption{Text: text(shown), Value: text(value), Selected: ptr(true)}
}

func dataSource(name, label, kind string) dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeDatasource, Name: name, Label: &label,
		Query: &dashboard.StringOrMap{String: &kind}, Options: []dashboard.VariableOption{},
	}
}

// listed is a variable whose values a query finds; all of them unless one is chosen.
func (g *grafana) listed(name, label, query string, records bool) dashboard.VariableModel {
	v := dashboard.VariableModel{
		Type: dashboard.VariableTypeQuery, Name: name, Label: &label,
		Datasource: g.source(records), Query: &dashboard.StringOrMap{String: &query},
		Multi: ptr(true), IncludeAll: ptr(true), AllValue: ptr(".*"), Current: option("All", "$__all"),
		Refresh: ptr(dashboard.VariableRefreshOnTimeRangeChanged),
		Sort:    ptr(dashboard.VariableSortAlphabeticalAsc), Options: []dashboard.VariableOption{},
	}
	if records {
		// Loki wants one condition that not everything fulfils.
		v.AllValue, v.Current = ptr(".+"), option(service, service)
	}
	return v
}

// service is service.name of what the maillog receiver reads.
const service = "mail"

// typed is a variable for a text.
func typed(a Ask) dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: dashboard.VariableTypeTextbox, Name: a.Name, Label: &a.Label,
		Query: &dashboard.StringOrMap{String: ptr("")}, Current: option("", ""), Options: []dashboard.VariableOption{},
	}
}
