// Command schemas writes what stores have to know of our attributes, from the table of them: field types for Elasticsearch and
// OpenSearch, facets for Datadog. `make generate` runs it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

func main() {
	dir := os.Args[1]
	for path, text := range map[string][]byte{
		"/elasticsearch/logs-otel@custom.json": elasticsearch(),
		"/opensearch/mail-template.json":       openSearch(),
		"/datadog/facets.yaml":                 facets(),
	} {
		if err := os.WriteFile(dir+path, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// beside are attributes of ours that have no row in the table.
var beside = []attrs.Doc{{Name: attrs.FileOffset, Type: attrs.Int}, {Name: attrs.Original, Type: attrs.String}}

func table() []attrs.Doc { return append(append([]attrs.Doc{}, attrs.Table...), beside...) }

// texts are searched for words, and too long or too different to be counted by.
var texts = map[string]bool{attrs.ReplyText: true, attrs.Argument: true, attrs.Subject: true, attrs.Original: true}

type field map[string]any

// of is an attribute's field; wordy is the type of a text that is searched only, object that of an object whose parts are not
// known. Nil: it is left to the store.
func of(d *attrs.Doc, wordy, object string) field {
	switch d.Type {
	case attrs.Int:
		return field{"type": "long"}
	case attrs.Double, attrs.Seconds:
		return field{"type": "double"}
	case attrs.Bool:
		return field{"type": "boolean"}
	case attrs.Array:
		return field{"type": object}
	case attrs.Map: // its keys come as fields of their own
		return nil
	}
	switch {
	case texts[d.Name]:
		return field{"type": wordy}
	case attrs.ClassOf(d) == attrs.OfIP:
		return field{"type": "ip", "ignore_malformed": true} // a pseudonym where addresses are hidden
	}
	return field{"type": "keyword", "ignore_above": 1024}
}

// elasticsearch is the component template that the built-in template for logs-*.otel-* takes in where it is there.
func elasticsearch() []byte {
	properties := field{}
	for _, d := range table() {
		if f := of(&d, "match_only_text", "flattened"); f != nil {
			properties[d.Name] = f
		}
	}
	// As in Elasticsearch's own otel@mappings: passthrough is what lets a query leave `attributes.` out.
	all := field{"type": "passthrough", "dynamic": true, "priority": 20, "properties": properties}
	return indented(field{"template": field{"mappings": field{"properties": field{"attributes": all}}}, "_meta": meta()})
}

// openSearch is an index template for what Data Prepper makes of log records: `@` stands for the dots of a name.
func openSearch() []byte {
	properties := field{"time": field{"type": "date_nanos"}, "observedTime": field{"type": "date_nanos"}, "body": field{"type": "text"}}
	for _, d := range table() {
		if f := of(&d, "text", "flat_object"); f != nil {
			properties["log.attributes."+strings.ReplaceAll(d.Name, ".", "@")] = f
		}
	}
	mappings := field{"date_detection": false, "properties": properties}
	return indented(field{"index_patterns": []string{"mail-*"}, "template": field{"mappings": mappings}, "_meta": meta()})
}

func meta() field {
	return field{"description": "attributes of otelcol-smtp, schema " + attrs.Version}
}

func indented(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}

// facets are written as the integrations that Datadog publishes have them.
func facets() []byte {
	var b bytes.Buffer
	b.WriteString("# Facets and measures for Datadog, generated from internal/attrs by `make generate`: " +
		"groups, names and paths as in the log assets of DataDog/integrations-core.\nfacets:\n")
	for i := range attrs.Table {
		d := &attrs.Table[i]
		if texts[d.Name] || d.Type == attrs.Array || d.Type == attrs.Map || d.Type == attrs.Strings {
			continue
		}
		fmt.Fprintf(&b, "  - groups: [Mail]\n    name: %s\n    path: %s\n    source: log\n", d.Name, d.Name)
		switch d.Type {
		case attrs.Int:
			b.WriteString("    facetType: range\n    type: integer\n")
		case attrs.Double:
			b.WriteString("    facetType: range\n    type: double\n")
		case attrs.Seconds:
			b.WriteString("    facetType: range\n    type: double\n    unit: {family: time, name: second}\n")
		}
	}
	return b.Bytes()
}
