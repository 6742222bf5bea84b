package smtpconnector

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/busiest"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// person is a dimension that names somebody. There are as many as there are accounts, senders and clients, so only the busiest have series of
// their own; the others of a metric and host share one for each set of its other dimensions.
type person struct {
	dim    int // its place among the family's
	places int
	values *busiest.Values
	rest   bool // the sample at hand is of the rest
}

// busiestByDefault is how many have series of their own.
const busiestByDefault = 100

// ofRest stands in a series' key for whoever has none of his own: no text of an attribute has this byte.
const ofRest = 0xfe

// attrRest is on the points of series that stand for all but the busiest: of which dimensions.
const attrRest = "smtp.rest"

// namesSomebody says whether a dimension is one of those.
func namesSomebody(dimension string) bool { return slices.Contains(metrics.Persons, dimension) }

// peopleOf lists such dimensions of a metric.
func peopleOf(dims []string, places *int) (list []person) {
	n := busiestByDefault
	if places != nil {
		n = *places
	}
	for i, d := range dims {
		if namesSomebody(d) {
			list = append(list, person{dim: i, places: n})
		}
	}
	return list
}

// begin makes the memories of one origin.
func begin(template []person) []person {
	list := slices.Clone(template)
	for i := range list {
		list[i].values = busiest.New(list[i].places)
	}
	return list
}

// judge counts who a sample names, and notes who of them has no series of his own. Who is not named is no one of the rest.
func (f *family) judge(s *metrics.Sample, n int64, now pcommon.Timestamp) {
	for i := range f.people {
		p := &f.people[i]
		name := s.Text[f.dims[p.dim]]
		p.rest = name != "" && !p.values.Add(name, n, int64(now))
	}
}

// isOfRest says whether the sample at hand is of the rest by the i-th dimension.
func (f *family) isOfRest(i int) bool {
	for k := range f.people {
		if p := &f.people[k]; p.dim == i {
			return p.rest
		}
	}
	return false
}

// makeRoom gives series to those who have become busy, behind a flush that was accepted, and takes them from the least busy ones whose value has
// been handed on in full: so no number is lost, and there are never more of them than places.
func (f *family) makeRoom(delta bool) {
	for i := range f.people {
		p := &f.people[i]
		var untold map[string]bool
		lost := p.values.Settle(func(name string) bool {
			if untold == nil {
				untold = f.untold(p.dim, delta)
			}
			return !untold[name]
		})
		if len(lost) == 0 {
			continue
		}
		gone := make(map[string]bool, len(lost))
		for _, name := range lost {
			gone[name] = true
		}
		for key, x := range f.series {
			if gone[x.dims[p.dim]] {
				delete(f.series, key)
			}
		}
	}
}

// untold are the values of a dimension with series of which not all was handed on.
func (f *family) untold(dim int, delta bool) map[string]bool {
	list := make(map[string]bool)
	for _, x := range f.series {
		if told := x.told == x.now.count; !told && !delta || delta && !x.now.empty() {
			list[x.dims[dim]] = true
		}
	}
	return list
}

// joined adds a name to a list in one text.
func joined(list, name string) string {
	if list == "" {
		return name
	}
	return list + "," + name
}
