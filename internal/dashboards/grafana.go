package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Store is what keeps the records that a Grafana dashboard asks for; metrics are Prometheus', or what speaks as it does.
type Store string

// The stores, by the types of their data sources.
const (
	Loki         Store = "loki"
	VictoriaLogs Store = "victoriametrics-logs-datasource"
)

// The variables with the data sources.
const (
	metricsSource = "metrics"
	recordsSource = "records"
)

// uid begins those of all dashboards; the tag joins them.
const tag = "otelcol-smtp"

// Model is Grafana's JSON model.
type Model = dashboard.Dashboard //nolint:staticcheck // the newer one is read by Grafana 12 and later alone

// grafana renders one board for one store.
type grafana struct {
	*Board
	store Store
	id    uint32
}

// Grafana renders a board as Grafana's JSON model.
func (b *Board) Grafana(store Store) (Model, error) {
	g := &grafana{Board: b, store: store}
	d := dashboard.NewDashboardBuilder(b.Title). //nolint:staticcheck // as Model
							Uid(tag+"-"+b.ID).Description(b.Text).Tags([]string{tag}).Timezone("browser").
							Refresh("1m").Time("now-24h", "now").Tooltip(dashboard.DashboardCursorSyncCrosshair).Editable().
							Link(dashboard.NewDashboardLinkBuilder(tag).Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).
								AsDropdown(true).IncludeVars(true).KeepTime(true))
	board, err := d.Build()
	if err != nil {
		return board, err
	}
	board.Templating.List = g.variables()
	y := 0
	for i := range b.Rows {
		row := &b.Rows[i]
		g.id++
		board.Panels = append(board.Panels, dashboard.PanelOrRowPanel{RowPanel: &dashboard.RowPanel{
			Type: "row", Id: g.id, Title: &row.Title, Panels: []dashboard.Panel{}, GridPos: &dashboard.GridPos{X: 0, Y: uint32(y), W: 24, H: 1},
		}})
		places, end := row.Places(y + 1)
		for k := range row.Panels {
			panel, err := g.panel(&row.Panels[k], places[k])
			if err != nil {
				return board, err
			}
			board.Panels = append(board.Panels, dashboard.PanelOrRowPanel{Panel: panel})
		}
		y = end
	}
	return board, nil
}

// ptr is the address of a value.
func ptr[T any](v T) *T { return &v }

// source is the reference to a data source's variable.
func (g *grafana) source(records bool) *common.DataSourceRef {
	if records {
		return &common.DataSourceRef{Type: ptr(string(g.store)), Uid: ptr("${" + recordsSource + "}")}
	}
	return &common.DataSourceRef{Type: ptr("prometheus"), Uid: ptr("${" + metricsSource + "}")}
}

// OfRecords says whether the panel shows records, and not metrics.
func (p *Panel) OfRecords() bool { return len(p.Values) == 0 }

// panel renders one panel.
func (g *grafana) panel(p *Panel, at Place) (*dashboard.Panel, error) {
	out, err := base(p)
	if err != nil {
		return nil, err
	}
	g.id++
	out.Id, out.Title, out.Datasource = ptr(g.id), &p.Title, g.source(p.OfRecords())
	if p.Text != "" {
		out.Description = &p.Text
	}
	out.GridPos = &dashboard.GridPos{X: uint32(at.X), Y: uint32(at.Y), W: uint32(at.W), H: uint32(at.H)}
	if p.OfRecords() {
		out.Targets = []variants.Dataquery{g.recordQuery(p)}
	} else {
		for i, v := range p.Values {
			out.Targets = append(out.Targets, g.metricQuery(p, v, i))
		}
	}
	if out.FieldConfig == nil {
		out.FieldConfig = dashboard.NewFieldConfigSource()
	}
	out.FieldConfig.Defaults.Unit = ptr(unit(p, p.Values))
	out.FieldConfig.Defaults.Thresholds = thresholds(p.Bad)
	if p.Shape == Table {
		g.columns(p, &out.FieldConfig.Overrides, &out.Transformations)
	}
	return &out, nil
}

// base is the panel as its plugin has it.
func base(p *Panel) (dashboard.Panel, error) {
	switch p.Shape {
	case Lines:
		return timeseries.NewPanelBuilder().Orientation(common.VizOrientationAuto).FillOpacity(10).ShowPoints(common.VisibilityModeNever).Min(0).
			Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).
				Placement(common.LegendPlacementBottom).ShowLegend(true)).
			Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).Build()
	case Table:
		first := "records"
		if !p.OfRecords() {
			first = p.Values[0].Name
		}
		out, err := table.NewPanelBuilder().CellOptions(common.TableCellOptions{TableAutoCellOptions: common.NewTableAutoCellOptions()}).
			SortBy([]cog.Builder[common.TableSortByFieldState]{common.NewTableSortByFieldStateBuilder().DisplayName(first).Desc(true)}).Build()
		out.Options.(*table.Options).Footer = nil // newer ones have none
		return out, err
	case Stories:
		return logs.NewPanelBuilder().ShowTime(true).WrapLogMessage(true).EnableLogDetails(true).
			SortOrder(common.LogsSortOrderDescending).DedupStrategy(common.LogsDedupStrategyNone).Build()
	case Number:
	}
	b := stat.NewPanelBuilder().GraphMode(common.BigValueGraphModeNone).ColorMode(common.BigValueColorModeValue).
		Orientation(common.VizOrientationAuto).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false)).NoValue("–")
	if p.Unit == Counts {
		b.Decimals(0)
	}
	return b.Build()
}

// unit is Grafana's name of what a panel shows.
func unit(p *Panel, values []Value) string {
	switch p.Unit {
	case Shares:
		return "percentunit"
	case Seconds:
		return "s"
	case Bytes:
		return "bytes"
	case PerSecond:
		return "cps"
	case Counts:
	}
	if p.Shape == Lines && len(values) > 0 && values[0].Kind == Count {
		return "cpm"
	}
	return "short"
}

// thresholds make a number red from a value on.
func thresholds(bad float64) *dashboard.ThresholdsConfig {
	steps := []dashboard.Threshold{{Color: "green"}}
	if bad > 0 {
		steps = append(steps, dashboard.Threshold{Value: &bad, Color: "red"})
	}
	return &dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute, Steps: steps}
}

// refID names a panel's n-th query.
func refID(n int) string { return string(rune('A' + n)) }

// metricQuery asks Prometheus: over time for lines, once for the others.
func (g *grafana) metricQuery(p *Panel, v Value, n int) variants.Dataquery {
	q := prometheus.NewDataquery()
	q.Datasource, q.RefId, q.Expr, q.EditorMode = g.source(false), ptr(refID(n)), g.PromQL(p, v), ptr(prometheus.QueryEditorModeCode)
	lines := p.Shape == Lines
	q.Range, q.Instant = ptr(lines), ptr(!lines)
	if p.Shape == Table {
		q.Format = ptr(prometheus.PromQueryFormatTable)
	}
	if lines {
		q.LegendFormat = ptr(legend(p, v))
	}
	return *q
}

// legend names a line by its attributes and its value.
func legend(p *Panel, v Value) string {
	var words []string
	for _, attr := range p.By {
		words = append(words, "{{"+Label(attr)+"}}")
	}
	if v.Name != "" {
		words = append(words, v.Name)
	}
	return strings.Join(words, " ")
}

// recordQuery asks the store of the records.
func (g *grafana) recordQuery(p *Panel) variants.Dataquery {
	if g.store == Loki {
		q := loki.NewDataquery()
		q.Datasource, q.RefId, q.Expr = g.source(true), ptr("A"), g.LogQL(p)
		q.EditorMode, q.QueryType = ptr(loki.QueryEditorModeCode), ptr(when(p.Shape == Table, "instant", "range"))
		return *q
	}
	// Grafana's own description does not know the data source of a plugin.
	return variants.UnknownDataquery{
		"datasource": g.source(true), "refId": "A", "expr": g.LogsQL(p),
		"editorMode": "code", "queryType": when(p.Shape == Table, "stats", "instant"),
	}
}
