// Package dashboards describes the dashboards once: what they show of which metric or record. Grafana's JSON, Kibana's saved objects and Datadog's JSON are
// rendered from it (go generate), and so are the queries that tests execute. Metrics come from the table of internal/metrics, attributes from internal/attrs.
package dashboards

//go:generate go run ./render ../../dashboards

// Board is one dashboard.
type Board struct {
	ID    string // the end of its uid, and its file's name
	Title string
	Text  string
	Scope []string // attributes that its variables narrow down
	Ask   []Ask    // what is typed in
	Rows  []Row
	Own   bool // about the collector, from its own telemetry, which only Prometheus has
}

// Ask is a variable that somebody types in.
type Ask struct {
	Name, Label string
	Attr        string // that has to equal it; of records
}

// Row is a part of a board under a heading.
type Row struct {
	Title  string
	Panels []Panel
}

// Shape is how a panel shows its values.
type Shape uint8

// The shapes.
const (
	Number  Shape = iota // one, over the whole range of time
	Lines                // over time
	Table                // the largest, over the whole range of time
	Stories              // records, newest first
)

// Unit is what values are of.
type Unit uint8

// The units. A count is of the whole range in a Number or a Table, and per minute as a line.
const (
	Counts Unit = iota
	Shares      // 0 to 1
	Seconds
	Bytes
	PerSecond
)

// Panel is one picture.
type Panel struct {
	Title, Text string
	Shape       Shape
	Unit        Unit
	Values      []Value
	By          []string // attributes, one line or row for each of their values
	Records     Records  // in the place of Values: records, or counts of them
	Width       int      // of 24
	Height      int      // of rows; 0: what is usual for the shape
	Drill       bool     // a row leads to the provider's board
	Bad         float64  // from here on it is red; 0: never
}

// Place is where a panel stands, in 24ths of the width.
type Place struct{ X, Y, W, H int }

// heights are the usual ones.
var heights = [...]int{Number: 4, Lines: 8, Table: 9, Stories: 12}

// Places lays the panels of a row out from left to right, beginning at a line, and says on which line it ends.
func (r *Row) Places(y int) (places []Place, end int) {
	x, line := 0, 0
	for i := range r.Panels {
		p := &r.Panels[i]
		h := p.Height
		if h == 0 {
			h = heights[p.Shape]
		}
		if x+p.Width > 24 {
			x, y, line = 0, y+line, 0
		}
		places = append(places, Place{X: x, Y: y, W: p.Width, H: h})
		x, line = x+p.Width, max(line, h)
	}
	return places, y + line
}

// All are the dashboards.
func All() []Board { return []Board{overview(), provider(), sessions(), message(), collector()} }
