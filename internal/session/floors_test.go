package session

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The engine's floors, lowest first: a package may use those in front of it only, and none of its own floor.
var floors = [][]string{
	{"event", "scan", "weight", "aging", "errno", "lanes"},
	{"hash", "header", "reply"},
	{"conversation", "diagnose", "speech"},
	{"mailhost"},
	{"session"},
}

const ours = "github.com/otelcol-smtp/otelcol-smtp/internal/"

func TestNoArrowGoesUp(t *testing.T) {
	below := map[string]bool{}
	for _, floor := range floors {
		for _, name := range floor {
			for _, used := range importsOf(t, name) {
				used, isOurs := strings.CutPrefix(used, ours)
				if isOurs && !below[used] {
					t.Errorf("internal/%s uses internal/%s, which is not below it", name, used)
				}
			}
		}
		for _, name := range floor {
			below[name] = true
		}
	}
}

// importsOf lists what a package imports, but for its tests.
func importsOf(t *testing.T, name string) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", name, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("internal/%s: %d files, %v", name, len(files), err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range file.Imports {
			used, err := strconv.Unquote(one.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, used)
		}
	}
	return list
}
