package dashboards

import (
	"bytes"
	"encoding/json"
)

// folders are those of Grafana's dashboards: a complete set for each store of records.
var folders = map[Store]string{Loki: "grafana/loki/", VictoriaLogs: "grafana/victorialogs/"}

// Files renders everything: content by path below dashboards/.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, b := range All() {
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

// indented is JSON that a diff can be read of; queries in it are not escaped for HTML.
func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		text = bytes.ReplaceAll(text, []byte(escaped), []byte(plain))
	}
	return append(text, '\n'), err
}
