package dialect_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
)

// A folder is a dialect: it stands in the registry under its name, and has samples.
func TestEveryFolderIsRegisteredAndHasSamples(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	folders := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		folders++
		if !slices.Contains(dialect.Names(), e.Name()) {
			t.Errorf("%s is not in the registry", e.Name())
		}
		if samples, _ := filepath.Glob(e.Name() + "/testdata/*.txt"); len(samples) == 0 {
			t.Errorf("%s has no samples in testdata/*.txt", e.Name())
		}
	}
	if folders != len(dialect.Names()) {
		t.Errorf("%d folders, %d dialects", folders, len(dialect.Names()))
	}
}
