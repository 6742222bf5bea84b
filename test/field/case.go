// Package field holds the project to cases from the field: lines that some tool read wrongly, with what is right for each. The cases are
// testdata/field/*.json in the format of testdata/field/README.md; each is read alone by a fresh processor and connector.
package field

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A Case is the lines of one log file and what they must come to.
type Case struct {
	ID, Kind, Source, Why string
	Lines                 []string
	Carrier               string         // "file": blanks at a line's ends are trimmed; "maillog": they are kept
	SMTP                  map[string]any // settings of the processor
	Expect                Expectation
}

// Expectation is what must hold; what it does not name is free.
type Expectation struct {
	Records []RecordWant
	Metrics []MetricWant
	Count   map[string]int // "event=delivery,smtp.delivery.final=true": how many records
	Nowhere Words          // in no body and no attribute
}

// RecordWant is what one record must say.
type RecordWant struct {
	Match any // the number of a line, a part of a body, or attributes of the first such record
	Attrs map[string]any
	Body  *string
	Lacks Words // words that its body has not
}

// MetricWant is the sum of all points of a metric that have these attributes; of a histogram their counts.
type MetricWant struct {
	Name  string
	Where map[string]any
	Sum   float64
}

// Words are strings; in a file a single one may stand without a list.
type Words []string

// UnmarshalJSON takes a list or a single string.
func (w *Words) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*w = Words{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(w))
}

// Load reads every case of a folder, in the order of file names.
func Load(folder string) ([]Case, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []Case
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var file struct{ Cases []Case }
		if err := json.Unmarshal(data, &file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, c := range file.Cases {
			if c.ID == "" || c.Kind == "" || c.Why == "" || len(c.Lines) == 0 {
				return nil, fmt.Errorf("%s: case %q needs id, kind, lines and why", path, c.ID)
			}
			if slices.ContainsFunc(all, func(o Case) bool { return o.ID == c.ID }) {
				return nil, fmt.Errorf("%s: case %q is there twice", path, c.ID)
			}
			all = append(all, c)
		}
	}
	return all, nil
}
