package dashboards

// Match is a condition on an attribute, or several of which one has to hold.
type Match struct {
	Attr string
	Any  []string // it is one of these; none: it is there
	Not  bool     // it is none of these
	Or   []Match  // in the place of all others
}

// Is wants an attribute to have one of some values.
func Is(attr string, values ...string) Match { return Match{Attr: attr, Any: values} }

// IsNot wants an attribute to have none of some values, or not to be there.
func IsNot(attr string, values ...string) Match { return Match{Attr: attr, Any: values, Not: true} }

// Has wants an attribute to be there.
func Has(attr string) Match { return Match{Attr: attr} }

// Or wants one of some conditions to hold.
func Or(conditions ...Match) Match { return Match{Or: conditions} }

// Series is what is taken of one metric of the table.
type Series struct {
	Metric string
	Where  []Match
}

// With narrows it down.
func (s Series) With(where ...Match) Series {
	return Series{Metric: s.Metric, Where: append(append([]Match(nil), s.Where...), where...)}
}

// Kind is what is made of a Series.
type Kind uint8

// The kinds.
const (
	Count    Kind = iota // how many
	Share                // how many of how many others
	Quantile             // of a histogram
	Sum                  // of gauges, as they are now
	Highest              // of gauges, as they are now
	Own                  // PromQL over the collector's own telemetry
)

// Value is one number, or one for each value of a panel's attributes.
type Value struct {
	Kind  Kind
	Name  string
	Of    Series
	Whole Series // of a Share
	Q     float64
	Query string // of Own
}

func count(name string, of Series) Value { return Value{Kind: Count, Name: name, Of: of} }
func share(name string, of, whole Series) Value {
	return Value{Kind: Share, Name: name, Of: of, Whole: whole}
}

func quantile(name string, q float64, of Series) Value {
	return Value{Kind: Quantile, Name: name, Q: q, Of: of}
}
func sum(name string, of Series) Value     { return Value{Kind: Sum, Name: name, Of: of} }
func highest(name string, of Series) Value { return Value{Kind: Highest, Name: name, Of: of} }
func own(name, query string) Value         { return Value{Kind: Own, Name: name, Query: query} }

// Records selects records of the log.
type Records struct {
	Where []Match
	Find  string // the variable with a text that has to stand in the line
}
