package dashboards

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// reference names another saved object.
type reference struct{ Name, Type, ID string }

// saved is one of Kibana's saved objects.
type saved struct {
	Type, ID   string
	References []reference
	Attributes struct {
		PanelsJSON            string
		ControlGroupInput     struct{ PanelsJSON string }
		KibanaSavedObjectMeta struct{ SearchSourceJSON string }
	}
}

// picture is a panel of one of Kibana's dashboards.
type picture struct {
	Type, Title, PanelIndex, PanelRefName string
	GridData                              Place
	EmbeddableConfig                      struct{ Attributes lensAttributes }
}

type lensAttributes struct {
	VisualizationType string
	State             struct {
		Query         struct{ Query string }
		Visualization struct {
			MetricAccessor string
			Columns        []struct{ ColumnID string }
			Layers         []struct {
				XAccessor, SplitAccessor string
				Accessors                []string
			}
		}
		DatasourceStates struct {
			FormBased struct {
				Layers map[string]struct {
					ColumnOrder []string
					Columns     map[string]column
				}
			}
		}
	}
}

type column struct {
	OperationType, SourceField string
	IsBucketed                 bool
	References                 []string
	Filter                     struct{ Query string }
	Params                     struct {
		OrderBy         struct{ ColumnID string }
		SecondaryFields []string
		TinymathAst     struct{ Args []string }
	}
}

// objects are Kibana's saved objects as they are shipped.
func objects(t *testing.T) (list []saved) {
	text, err := os.ReadFile(shipped + "kibana/otelcol-smtp.ndjson")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var o saved
		require.NoError(t, json.Unmarshal([]byte(line), &o))
		list = append(list, o)
	}
	return list
}

// TestKibana: what a saved object refers to is in the file, and in front of it.
func TestKibana(t *testing.T) {
	there := map[string]bool{}
	boards := 0
	for _, o := range objects(t) {
		require.False(t, there[o.Type+o.ID], "%s is there twice", o.ID)
		for _, r := range o.References {
			require.True(t, there[r.Type+r.ID], "%s: %s is not there", o.ID, r.ID)
		}
		there[o.Type+o.ID] = true
		if o.Type == "dashboard" {
			boards++
			t.Run(o.ID, o.board)
		}
	}
	require.Equal(t, len(All())-1, boards)
}

func (o saved) board(t *testing.T) {
	var panels []picture
	require.NoError(t, json.Unmarshal([]byte(o.Attributes.PanelsJSON), &panels))
	require.NotEmpty(t, panels)
	refers := func(name string) bool {
		return slices.ContainsFunc(o.References, func(r reference) bool { return r.Name == name })
	}
	taken := map[[2]int]string{}
	for _, p := range panels {
		require.LessOrEqual(t, p.GridData.X+p.GridData.W, 48, p.Title)
		for x := p.GridData.X; x < p.GridData.X+p.GridData.W; x++ {
			for y := p.GridData.Y; y < p.GridData.Y+p.GridData.H; y++ {
				require.Empty(t, taken[[2]int{x, y}], "%s overlaps", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "search" {
			require.True(t, refers(p.PanelIndex+":"+p.PanelRefName), p.Title)
			continue
		}
		require.True(t, refers(p.PanelIndex+":"+layerReference), p.Title)
		p.lens(t)
	}
	var controls map[string]struct{ ExplicitInput struct{ FieldName string } }
	require.NoError(t, json.Unmarshal([]byte(o.Attributes.ControlGroupInput.PanelsJSON), &controls))
	for id, c := range controls {
		require.True(t, refers("controlGroup_"+id+":optionsListDataView"))
		known(t, c.ExplicitInput.FieldName)
	}
}

// known wants an attribute that records can have.
func known(t *testing.T, attr string) {
	require.True(t, slices.ContainsFunc(attrs.Table, func(d attrs.Doc) bool { return d.Name == attr }) || attr == attrs.HostName, "no record has %s", attr)
}

// lens holds a picture's columns against each other and against the attributes that there are.
func (p *picture) lens(t *testing.T) {
	state := p.EmbeddableConfig.Attributes.State
	one := state.DatasourceStates.FormBased.Layers[layer]
	require.Len(t, one.Columns, len(one.ColumnOrder), p.Title)
	bucketed := true
	for _, id := range one.ColumnOrder {
		c, there := one.Columns[id]
		require.True(t, there, "%s: %s", p.Title, id)
		require.False(t, c.IsBucketed && !bucketed, "%s: groups come first", p.Title)
		bucketed = c.IsBucketed
		for _, other := range append(append(c.References, c.Params.TinymathAst.Args...), c.Params.OrderBy.ColumnID) {
			require.True(t, other == "" || one.Columns[other].OperationType != "", "%s: %s", p.Title, other)
		}
		for _, field := range append(c.Params.SecondaryFields, c.SourceField) {
			if field != "" && field != "___records___" && field != "@timestamp" {
				known(t, field)
			}
		}
		query(t, c.Filter.Query)
	}
	query(t, state.Query.Query)
	shown := []string{state.Visualization.MetricAccessor}
	for _, c := range state.Visualization.Columns {
		shown = append(shown, c.ColumnID)
	}
	for _, l := range state.Visualization.Layers {
		shown = append(append(shown, l.XAccessor, l.SplitAccessor), l.Accessors...)
	}
	n := 0
	for _, id := range shown {
		if id != "" {
			n++
			require.NotEmpty(t, one.Columns[id].OperationType, "%s: %s", p.Title, id)
		}
	}
	require.NotZero(t, n, "%s shows nothing", p.Title)
}

// query wants every field of a query to be an attribute.
func query(t *testing.T, text string) {
	for _, m := range regexp.MustCompile(`([\w.]+): `).FindAllStringSubmatch(text, -1) {
		known(t, m[1])
	}
	require.Equal(t, strings.Count(text, "("), strings.Count(text, ")"), text)
}
