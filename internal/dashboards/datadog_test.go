package dashboards

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

type datadogBoard struct {
	Widgets []struct {
		Layout     datadogLayout
		Definition struct{ Widgets []datadogWidget }
	}
	TemplateVariables []struct{ Name string } `json:"template_variables"`
}

type datadogLayout struct{ X, Y, Width, Height int }

type datadogWidget struct {
	Layout     datadogLayout
	Definition struct {
		Title    string
		Requests []struct {
			Queries  []struct{ Name, Query string }
			Formulas []struct{ Formula string }
		}
	}
}

// TestDatadog: groups stand below each other and widgets side by side, metrics are of the table, formulas speak of queries that are there, and variables are those that are defined.
func TestDatadog(t *testing.T) {
	for _, b := range All() {
		if b.Own {
			continue
		}
		text, err := os.ReadFile(shipped + "datadog/" + b.ID + ".json")
		require.NoError(t, err)
		var board datadogBoard
		require.NoError(t, json.Unmarshal(text, &board))
		y := 0
		for _, group := range board.Widgets {
			require.Equal(t, y, group.Layout.Y)
			y += group.Layout.Height
			taken := map[[2]int]bool{}
			for _, w := range group.Definition.Widgets {
				w.check(t, group.Layout.Height, taken)
			}
		}
		defined, used := map[string]bool{}, map[string]bool{}
		for _, v := range board.TemplateVariables {
			defined[v.Name] = true
		}
		for _, m := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
		require.Equal(t, defined, used, b.ID)
	}
}

func (w *datadogWidget) check(t *testing.T, height int, taken map[[2]int]bool) {
	at, title := w.Layout, w.Definition.Title
	require.True(t, at.X+at.Width <= 12 && at.Y+at.Height < height && at.Width > 0 && at.Height > 0, "%s: %+v", title, at)
	for x := at.X; x < at.X+at.Width; x++ {
		for y := at.Y; y < at.Y+at.Height; y++ {
			require.False(t, taken[[2]int{x, y}], "%s overlaps", title)
			taken[[2]int{x, y}] = true
		}
	}
	require.NotEmpty(t, w.Definition.Requests, title)
	for _, r := range w.Definition.Requests {
		names := map[string]bool{"default_zero": true}
		for _, q := range r.Queries {
			names[q.Name] = true
			if q.Query != "" {
				m := regexp.MustCompile(`^(?:sum|max|p\d+):([\w.]+)\{`).FindStringSubmatch(q.Query)
				require.NotNil(t, m, q.Query)
				require.NotNil(t, metrics.ByName(m[1]), q.Query)
			}
		}
		for _, f := range r.Formulas {
			for _, word := range regexp.MustCompile(`[a-z_]+`).FindAllString(f.Formula, -1) {
				require.True(t, names[word], "%s: %s", title, f.Formula)
			}
		}
	}
}
