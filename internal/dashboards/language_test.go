package dashboards

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLanguages: the same conditions in each store's words.
func TestLanguages(t *testing.T) {
	conditions := []Match{Is("a.b", "x"), Is("a.b", "x", "y"), IsNot("a.b", "x"), IsNot("a.b", "x", "y"), Has("a.b"), IsNot("a.b"), Or(Is("a.b", "x"), Has("c"))}
	for name, tt := range map[string]struct {
		language language
		want     string
	}{
		"Kibana":       {kql, `a.b: "x" and a.b: ("x" or "y") and not a.b: "x" and not a.b: ("x" or "y") and a.b: * and not a.b: * and (a.b: "x" or c: *)`},
		"Loki":         {logql, `a_b="x" | a_b=~"x|y" | a_b!="x" | a_b!~"x|y" | a_b!="" | a_b="" | (a_b="x" or c!="")`},
		"VictoriaLogs": {logsql, `"a.b":="x" "a.b":in("x","y") !"a.b":="x" !"a.b":in("x","y") "a.b":* !"a.b":* ("a.b":="x" or "c":*)`},
		"Datadog logs": {search, `@a.b:x @a.b:(x OR y) -@a.b:x -@a.b:(x OR y) @a.b:* -@a.b:* (@a.b:x OR @c:*)`},
		"Datadog":      {tags, `a.b:x AND a.b IN (x,y) AND NOT a.b:x AND a.b NOT IN (x,y) AND a.b:* AND NOT a.b:* AND (a.b:x OR c:*)`},
	} {
		require.Equal(t, tt.want, tt.language.where(conditions), name)
	}
	record := map[string]string{"a.b": "x"}
	for i, want := range []bool{true, true, false, false, true, false, true} {
		require.Equal(t, want, conditions[i].Holds(record), "%d", i)
		require.Equal(t, i == 2 || i == 3 || i == 5, conditions[i].Holds(nil), "%d, of a record without", i)
	}
}
