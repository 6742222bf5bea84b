package dashboards

import (
	"fmt"
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// layer is the name of the one layer of each picture.
const (
	layer          = "layer"
	layerReference = "indexpattern-datasource-layer-" + layer
)

// fieldOf is the attribute of a record with what a metric measures.
var fieldOf = map[string]string{
	"smtp.delivery.duration": attrs.DeliveryDuration, "smtp.session.duration": attrs.SessionDuration, "smtp.reply.latency": attrs.Latency,
	"smtp.message.size": attrs.MessageSize, "smtp.queue.oldest": attrs.QueueOldest,
}

// lens is one picture of Kibana's.
type lens struct {
	panel   *Panel
	columns object
	order   []string // of the columns
	shown   []string // those with values
	first   string   // what rows are ordered by; empty: by name
	query   string
}

// build makes the columns; false where records cannot say any of the values. The sum of what several hosts show at a moment is such
// a value.
func (l *lens) build() bool {
	l.columns = object{}
	p := l.panel
	if p.OfRecords() {
		l.query = kql.where(p.Records.Where)
		l.value("records", object{"operationType": "count", "sourceField": "___records___", "label": "records"})
		l.first = "records"
	}
	for i, v := range p.Values {
		l.of(fmt.Sprintf("value%d", i), v)
	}
	if len(l.shown) == 0 {
		return false
	}
	var buckets []string
	if p.Shape == Lines {
		buckets = append(buckets, l.time())
	}
	l.order = slices.Concat(l.groups(), buckets, l.order)
	return true
}

// value adds a column with a number.
func (l *lens) value(id string, column object) {
	l.columns[id] = numeric(column)
	l.order, l.shown = append(l.order, id), append(l.shown, id)
}

func numeric(column object) object {
	maps.Copy(column, object{"dataType": "number", "isBucketed": false, "scale": "ratio", "customLabel": true})
	return column
}

// of adds the column of a value.
func (l *lens) of(id string, v Value) {
	conditions, ok := v.Of.OnRecords()
	if !ok {
		return
	}
	label := v.Name
	if label == "" {
		label = l.panel.Title
	}
	column := object{"label": label, "filter": kuery(kql.where(conditions)), "sourceField": fieldOf[v.Of.Metric]}
	switch v.Kind {
	case Count:
		column["operationType"], column["sourceField"] = "count", "___records___"
		if l.first == "" {
			l.first = id
		}
	case Share:
		l.share(id, label, v)
		return
	case Quantile:
		column["operationType"], column["params"] = "percentile", object{"percentile": v.Q * 100}
	case Highest:
		column["operationType"], column["params"] = "max", object{"emptyAsNull": true}
	case Sum, Own:
		return
	}
	l.value(id, column)
}

// share adds a formula and the columns that it is made of.
func (l *lens) share(id, label string, v Value) {
	whole, ok := v.Whole.OnRecords()
	if !ok {
		return
	}
	part, _ := v.Of.OnRecords()
	a, b, quotient := id+"X0", id+"X1", id+"X2"
	formula := fmt.Sprintf("count(kql='%s') / count(kql='%s')", kql.where(part), kql.where(whole))
	counted := func(conditions []Match) object {
		return numeric(object{
			"operationType": "count", "sourceField": "___records___", "label": "Part of " + label,
			"filter": kuery(kql.where(conditions)), "params": object{"emptyAsNull": false},
		})
	}
	l.value(id, object{
		"operationType": "formula", "label": label, "references": []string{quotient},
		"params": object{"formula": formula, "isFormulaBroken": false, "format": object{"id": "percent", "params": object{"decimals": 1}}},
	})
	l.columns[a], l.columns[b] = counted(part), counted(whole)
	l.columns[quotient] = numeric(object{
		"operationType": "math", "label": "Part of " + label, "references": []string{a, b},
		"params": object{"tinymathAst": object{
			"type": "function", "name": "divide", "args": []string{a, b},
			"location": object{"min": 0, "max": len(formula)}, "text": formula,
		}},
	})
	l.order = append(l.order, a, b, quotient)
}

// time adds the buckets of time.
func (l *lens) time() string {
	l.columns["time"] = object{
		"dataType": "date", "isBucketed": true, "label": "@timestamp",
		"operationType": "date_histogram", "scale": "interval", "sourceField": "@timestamp",
		"params": object{"interval": "auto", "includeEmptyRows": true, "dropPartials": false},
	}
	return "time"
}

// groups adds a column for each attribute, or one for all of them where they are lines.
func (l *lens) groups() (ids []string) {
	by := l.panel.By
	if l.panel.Shape == Lines && len(by) > 1 {
		l.columns["by"] = l.terms(by[0], 12)
		params := l.columns["by"].(object)["params"].(object)
		params["secondaryFields"], params["parentFormat"] = by[1:], object{"id": "multi_terms"}
		return []string{"by"}
	}
	for i, attr := range by {
		id := fmt.Sprintf("by%d", i)
		l.columns[id] = l.terms(attr, 20)
		ids = append(ids, id)
	}
	return ids
}

// types are Kibana's names of those attributes that are no texts.
var types = map[attrs.Type]string{attrs.Int: "number", attrs.Double: "number", attrs.Seconds: "number", attrs.Bool: "boolean"}

// terms groups by the values of an attribute, the most frequent first.
func (l *lens) terms(attr string, size int) object {
	kind := "string"
	for _, row := range attrs.Table {
		if row.Name == attr && types[row.Type] != "" {
			kind = types[row.Type]
		}
	}
	order := object{"type": "alphabetical", "fallback": true}
	if l.first != "" {
		order = object{"type": "column", "columnId": l.first}
	}
	return object{
		"label": readable(attr), "customLabel": true, "dataType": kind,
		"operationType": "terms", "scale": "ordinal", "sourceField": attr, "isBucketed": true,
		"params": object{
			"size": size, "orderBy": order, "orderDirection": when(l.first != "", "desc", "asc"),
			"otherBucket": false, "missingBucket": false, "parentFormat": object{"id": "terms"},
		},
	}
}

// attributes are the picture as a dashboard has it.
func (l *lens) attributes() object {
	kind, visualization := l.visualization()
	return object{
		"title": "", "type": "lens", "visualizationType": kind,
		"references": []object{{"type": "index-pattern", "id": view, "name": layerReference}},
		"state": object{
			"query": kuery(l.query), "filters": []object{}, "adHocDataViews": object{},
			"internalReferences": []object{}, "visualization": visualization,
			"datasourceStates": object{"formBased": object{"layers": object{layer: object{
				"columns": l.columns, "columnOrder": l.order, "incompleteColumns": object{},
			}}}},
		},
	}
}

func (l *lens) visualization() (kind string, state object) {
	var groups []string
	for _, id := range l.order {
		if l.columns[id].(object)["operationType"] == "terms" {
			groups = append(groups, id)
		}
	}
	switch l.panel.Shape {
	case Lines:
		data := object{"layerId": layer, "layerType": "data", "seriesType": "line", "xAccessor": "time", "accessors": l.shown}
		if len(groups) > 0 {
			data["splitAccessor"] = groups[0]
		}
		return "lnsXY", object{
			"preferredSeriesType": "line", "layers": []object{data},
			"legend": object{"isVisible": true, "position": "bottom"}, "valueLabels": "hide", "fittingFunction": "None",
		}
	case Table:
		var columns []object
		for _, id := range append(groups, l.shown...) {
			columns = append(columns, object{"columnId": id, "isTransposed": false})
		}
		return "lnsDatatable", object{"layerId": layer, "layerType": "data", "columns": columns}
	default:
		return "lnsMetric", object{"layerId": layer, "layerType": "data", "metricAccessor": l.shown[0]}
	}
}
