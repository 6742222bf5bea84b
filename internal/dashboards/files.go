package dashboards

import (
	"bytes"
	"encoding/json"
)

// folders are those of Grafana's dashboards: a complete set for each store of records.
var folders = map[Store]string{Loki: "grafana/loki/", VictoriaLogs: "grafana/victorialogs/"}

// Files renders everything: content by path below dashboards/.
func Files() (map[string][]byte, error) {
	saved, err := Kibana(All())
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"kibana/otelcol-smtp.ndjson": saved}
	for _, b := range All() {
		if !b.Own {
			if files["datadog/"+b.ID+".json"], err = indented(b.Datadog()); err != nil {
				return nil, err
			}
		}
		for store, folder := range folders {
			board, err := b.Grafana(store)
			if err != nil {
				return nil, err
			}
			if files[folder+b.ID+".json"], err = indented(board); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// indented is JSON that a diff can be read of.
func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(plain(text), '\n'), err
}

// plain takes back that JSON is escaped for HTML: queries are to be read.
func plain(text []byte) []byte {
	for escaped, c := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		text = bytes.ReplaceAll(text, []byte(escaped), []byte(c))
	}
	return text
}
