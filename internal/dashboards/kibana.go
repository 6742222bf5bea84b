package dashboards

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// kql is Kibana's language. The names are the attributes' own: the data streams of OpenTelemetry have aliases without a prefix, and
// those of ECS no prefix.
var kql = language{
	and: " and ", or: " or ",
	has: func(attr string, not bool) string { return when(not, "not ", "") + attr + ": *" },
	in: func(attr string, values []string, not bool) string {
		text := strings.Join(quoted(values), " or ")
		return when(not, "not ", "") + attr + ": " + when(len(values) > 1, "("+text+")", text)
	},
}

// view is the id of the data view that everything asks.
const view = tag + "-logs"

// The versions of the saved objects: Kibana brings what is older up to date when it imports it.
const panelVersion = "8.7.0"

// Kibana renders all boards as saved objects, one a line: they are made from records alone.
func Kibana(boards []Board) ([]byte, error) {
	list := []object{{
		"type": "index-pattern", "id": view, "coreMigrationVersion": "8.8.0", "typeMigrationVersion": "8.0.0", "references": []object{},
		"attributes": object{"title": "logs-*", "name": "Mail (otelcol-smtp)", "timeFieldName": "@timestamp"},
	}}
	for i := range boards {
		if !boards[i].Own {
			k := &kibana{Board: &boards[i]}
			list = append(list, k.render()...)
		}
	}
	var text []byte
	for _, o := range list {
		line, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		text = append(append(text, plain(line)...), '\n')
	}
	return text, nil
}

// kibana renders one board.
type kibana struct {
	*Board
	searches, panels, references []object
}

// render gives the board's searches and the board. A panel that records cannot fill is left out, and the others close up.
func (k *kibana) render() []object {
	y := 0
	for _, row := range k.Rows {
		row.Panels = slices.DeleteFunc(slices.Clone(row.Panels), func(p Panel) bool { return p.Shape != Stories && !(&lens{panel: &p}).build() })
		places, end := row.Places(y)
		for n := range row.Panels {
			k.panel(&row.Panels[n], places[n])
		}
		y = end
	}
	controls := k.controls()
	return append(k.searches, object{
		"type": "dashboard", "id": tag + "-" + k.ID, "coreMigrationVersion": "8.8.0",
		"typeMigrationVersion": panelVersion, "references": k.references,
		"attributes": object{
			"title": k.Title, "description": k.Text, "version": 1, "timeRestore": true, "timeFrom": "now-24h", "timeTo": "now",
			"controlGroupInput":     controls,
			"optionsJSON":           inline(object{"useMargins": true, "syncColors": false, "hidePanelTitles": false}),
			"panelsJSON":            inline(k.panels),
			"kibanaSavedObjectMeta": object{"searchSourceJSON": inline(object{"query": kuery(""), "filter": []object{}})},
		},
	})
}

// inline is JSON in a text, as saved objects have it.
func inline(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(plain(text))
}

func kuery(query string) object { return object{"query": query, "language": "kuery"} }

// controls narrow the board down by what its records have.
func (k *kibana) controls() object {
	panels := object{}
	for i, attr := range k.recordScope() {
		id := k.name("control", i)
		panels[id] = object{
			"order": i, "width": "medium", "grow": false, "type": "optionsListControl",
			"explicitInput": object{
				"id": id, "fieldName": attr, "title": readable(variables[attr]), "selectedOptions": []string{}, "enhancements": object{},
			},
		}
		k.refer("controlGroup_"+id+":optionsListDataView", "index-pattern", view)
	}
	return object{
		"controlStyle": "oneLine", "chainingSystem": "HIERARCHICAL", "panelsJSON": inline(panels),
		"ignoreParentSettingsJSON": `{"ignoreFilters":false,"ignoreQuery":false,"ignoreTimerange":false,"ignoreValidations":false}`,
	}
}

func (k *kibana) name(what string, n int) string {
	return fmt.Sprintf("%s-%s-%s-%d", tag, k.ID, what, n)
}

func (k *kibana) refer(name, kind, id string) {
	k.references = append(k.references, object{"name": name, "type": kind, "id": id})
}

// panel adds one panel.
func (k *kibana) panel(p *Panel, at Place) {
	id := k.name("panel", len(k.panels))
	panel := object{
		"version": panelVersion, "panelIndex": id, "title": p.Title,
		"gridData": object{"x": at.X * 2, "y": at.Y * 2, "w": at.W * 2, "h": at.H * 2, "i": id},
	}
	if p.Shape == Stories {
		search := k.search(p)
		panel["type"], panel["panelRefName"], panel["embeddableConfig"] = "search", "panel_"+id, object{"enhancements": object{}}
		k.refer(id+":panel_"+id, "search", search)
	} else {
		l := &lens{panel: p}
		l.build()
		panel["type"], panel["embeddableConfig"] = "lens", object{
			"attributes": l.attributes(), "enhancements": object{}, "hidePanelTitles": false,
		}
		k.refer(id+":"+layerReference, "index-pattern", view)
	}
	k.panels = append(k.panels, panel)
}

// search saves a search for a panel's records, and gives its id. What is typed into the search bar of the board narrows it down.
func (k *kibana) search(p *Panel) string {
	id := k.name("search", len(k.searches))
	query := kql.where(p.Records.Where)
	if query == "" {
		query = kql.where([]Match{Has(attrs.MessageUID)})
	}
	source := "kibanaSavedObjectMeta.searchSourceJSON.index"
	k.searches = append(k.searches, object{
		"type": "search", "id": id, "coreMigrationVersion": "8.8.0", "typeMigrationVersion": "8.0.0",
		"references": []object{{"name": source, "type": "index-pattern", "id": view}},
		"attributes": object{
			"title": k.Title + ": " + p.Title, "description": p.Text,
			"columns": []string{attrs.HostName, attrs.Event, attrs.RcptTo, attrs.DeliveryStatus, attrs.MessageUID, "message"},
			"sort":    [][]string{{"@timestamp", "desc"}}, "version": 1,
			"kibanaSavedObjectMeta": object{"searchSourceJSON": inline(object{"query": kuery(query), "filter": []object{}, "indexRefName": source})},
		},
	})
	return id
}
