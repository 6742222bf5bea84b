package dashboards

import (
	"fmt"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// object is one of JSON.
type object = map[string]any

// search is Datadog's language for logs.
var search = language{
	and: " ", or: " OR ",
	has: func(attr string, not bool) string { return when(not, "-", "") + "@" + attr + ":*" },
	in: func(attr string, values []string, not bool) string {
		text := strings.Join(values, " OR ")
		return when(not, "-", "") + "@" + attr + ":" + when(len(values) > 1, "("+text+")", text)
	},
}

// tags is Datadog's language for metrics.
var tags = language{
	and: " AND ", or: " OR ",
	has: func(attr string, not bool) string { return when(not, "NOT ", "") + attr + ":*" },
	in: func(attr string, values []string, not bool) string {
		if len(values) > 1 {
			return attr + when(not, " NOT IN (", " IN (") + strings.Join(values, ",") + ")"
		}
		return when(not, "NOT ", "") + attr + ":" + values[0]
	},
}

// Datadog renders a board as Datadog's JSON, over metrics that came by OTLP as delta, and records.
func (b *Board) Datadog() any {
	var groups []object
	y := 0
	for i := range b.Rows {
		row := &b.Rows[i]
		places, end := row.Places(0)
		var widgets []object
		for k := range row.Panels {
			at := places[k]
			widgets = append(widgets, object{"definition": b.widget(&row.Panels[k]), "layout": layout(at.X/2, at.Y/2, at.W/2, at.H/2)})
		}
		height := end/2 + 1 // the heading is a line of its own
		groups = append(groups, object{
			"definition": object{"type": "group", "layout_type": "ordered", "title": row.Title, "widgets": widgets},
			"layout":     layout(0, y, 12, height),
		})
		y += height
	}
	return object{
		"title": b.Title, "description": b.Text, "layout_type": "ordered",
		"reflow_type": "fixed", "widgets": groups, "template_variables": b.templateVariables(),
	}
}

func layout(x, y, w, h int) object { return object{"x": x, "y": y, "width": w, "height": h} }

// templateVariables are those of the scope; what is typed in is of records.
func (b *Board) templateVariables() []object {
	list := []object{}
	for _, attr := range b.Scope {
		list = append(list, object{"name": variables[attr], "prefix": attr, "available_values": []string{}, "defaults": []string{"*"}})
	}
	for _, a := range b.Ask {
		list = append(list, object{
			"name": a.Name, "prefix": when(a.Attr == "", "", "@"+a.Attr), "available_values": []string{}, "defaults": []string{"*"},
		})
	}
	return list
}

// widget renders one panel.
func (b *Board) widget(p *Panel) object {
	w := object{"title": p.Title}
	switch p.Shape {
	case Stories:
		w["type"] = "list_stream"
		w["requests"] = []object{{
			"response_format": "event_list", "query": object{"data_source": "logs_stream", "query_string": b.search(p), "indexes": []string{}},
			"columns": []object{{"field": "timestamp", "width": "auto"}, {"field": "host", "width": "auto"}, {"field": "content", "width": "full"}},
		}}
	case Lines:
		r := b.metrics(p)
		r["response_format"], r["display_type"] = "timeseries", "line"
		w["type"], w["requests"], w["show_legend"] = "timeseries", []object{r}, true
	case Table:
		r := b.metrics(p)
		r["response_format"], r["sort"] = "scalar", object{"count": 50, "order_by": []object{{"type": "formula", "index": 0, "order": "desc"}}}
		w["type"], w["requests"] = "query_table", []object{r}
	default:
		r := b.metrics(p)
		r["response_format"] = "scalar"
		if p.Bad > 0 {
			r["conditional_formats"] = []object{{"comparator": ">=", "value": when(p.Unit == Shares, p.Bad*100, p.Bad), "palette": "white_on_red"}}
		}
		w["type"], w["requests"], w["precision"] = "query_value", []object{r}, 2
	}
	return w
}

// metrics are the queries and formulas of a panel.
func (b *Board) metrics(p *Panel) object {
	if p.OfRecords() {
		return object{"queries": []object{b.groupedRecords(p)}, "formulas": []object{{"formula": "a", "alias": "records"}}}
	}
	var queries, formulas []object
	ask := func(query, aggregator string) string {
		name := strings.ToLower(refID(len(queries)))
		q := object{"data_source": "metrics", "name": name, "query": query}
		if p.Shape != Lines {
			q["aggregator"] = aggregator
		}
		queries = append(queries, q)
		return name
	}
	for _, v := range p.Values {
		formulas = append(formulas, b.formula(p, v, ask))
	}
	return object{"queries": queries, "formulas": formulas}
}

// formula asks for what a value is made of, and puts it together.
func (b *Board) formula(p *Panel, v Value, ask func(query, aggregator string) string) object {
	f := object{}
	if v.Name != "" {
		f["alias"] = v.Name
	}
	lines := p.Shape == Lines
	switch v.Kind {
	case Count:
		f["formula"] = ask(b.tagged("sum", v.Of, p.By)+when(lines, ".as_rate()", ".as_count()"), "sum")
		if lines {
			f["formula"] = "60 * " + f["formula"].(string)
		}
	case Share:
		part, whole := ask(b.tagged("sum", v.Of, p.By)+".as_count()", "sum"), ask(b.tagged("sum", v.Whole, p.By)+".as_count()", "sum")
		f["formula"] = fmt.Sprintf("100 * default_zero(%s) / %s", part, whole)
		f["number_format"] = object{"unit": object{"type": "canonical_unit", "unit_name": "percent"}}
	case Quantile:
		f["formula"] = ask(b.tagged(fmt.Sprintf("p%g", v.Q*100), v.Of, p.By), "percentile")
		f["number_format"] = object{"unit": object{"type": "canonical_unit", "unit_name": when(p.Unit == Bytes, "byte", "second")}}
	case Sum, Highest:
		space := "sum"
		if v.Kind == Highest {
			space = "max"
		}
		f["formula"] = ask(b.tagged(space, v.Of, p.By), "last")
	case Own:
	}
	return f
}

// tagged is a metric, added up in space, with its conditions and those of the variables.
func (b *Board) tagged(how string, s Series, by []string) string {
	var list []string
	if len(s.Where) > 0 {
		list = append(list, tags.where(s.Where))
	}
	for _, attr := range b.Scope {
		if hasDimension(s.Metric, attr) {
			list = append(list, "$"+variables[attr])
		}
	}
	text := fmt.Sprintf("%s:%s{%s}", how, s.Metric, strings.Join(list, " AND "))
	if len(by) > 0 {
		text += " by {" + strings.Join(by, ",") + "}"
	}
	return text
}

// search asks for a panel's records.
func (b *Board) search(p *Panel) string {
	list := []string{}
	if len(p.Records.Where) > 0 {
		list = append(list, search.where(p.Records.Where))
	}
	for _, attr := range b.recordScope() {
		list = append(list, when(attr == attrs.HostName, "host", "@"+attr)+":$"+variables[attr]+".value")
	}
	if p.Records.Find != "" {
		list = append(list, "*:$"+p.Records.Find+".value")
	}
	for _, a := range p.asked(b) {
		list = append(list, "$"+a.Name)
	}
	return strings.Join(list, " ")
}

// groupedRecords counts a panel's records by attributes.
func (b *Board) groupedRecords(p *Panel) object {
	var by []object
	for _, attr := range p.By {
		by = append(by, object{"facet": "@" + attr, "limit": 50, "sort": object{"aggregation": "count", "order": "desc"}})
	}
	return object{
		"data_source": "logs", "name": "a", "indexes": []string{"*"},
		"search": object{"query": b.search(p)}, "compute": object{"aggregation": "count"}, "group_by": by,
	}
}
