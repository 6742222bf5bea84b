package report

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// family is one metric of the table and what it has added up. Dimensions are those that the connector has by default, without host and instance.
type family struct {
	*metrics.Metric
	id    int
	needs int // the place of an attribute that a record must have to count; -1: none
	dims  []metrics.Slot
	cells map[string]*cell
	over  cell // what there was no room for
	key   []byte
	last  *cell // the newest, whose key stands in lastKey
	was   []byte
}

// cell is one series.
type cell struct {
	texts   []string
	count   int64
	sum     float64
	buckets []int64
}

// mostCells bounds the series of one metric.
const mostCells = 10_000

func newFamilies() (list []*family) {
	for i := range metrics.Table {
		m := &metrics.Table[i]
		if m.Kind == metrics.Ratio || m.Kind == metrics.Newest || m.Off { // of a finished log nobody asks how it stands
			continue
		}
		f := &family{Metric: m, id: i, needs: -1, cells: make(map[string]*cell)}
		if m.Needs != "" {
			f.needs = int(metrics.At(m.Needs))
		}
		for _, d := range m.Dimensions {
			f.dims = append(f.dims, metrics.At(d))
		}
		list = append(list, f)
	}
	return list
}

// applies says whether the metric may have to do with a record.
func (f *family) applies(s *metrics.Sample) bool {
	return (f.needs < 0 || s.Has[f.needs]) && (f.Of == "" || f.Of == s.Text[metrics.AtEvent])
}

// cell finds the series of a sample; a hit allocates nothing.
func (f *family) cell(s *metrics.Sample) *cell {
	key := f.key[:0]
	for _, d := range f.dims {
		key = append(key, s.Text[d]...)
		key = append(key, 0xff)
	}
	f.key = key
	if f.last != nil && string(key) == string(f.was) {
		return f.last
	}
	c := f.cells[string(key)]
	if c == nil {
		if len(f.cells) >= mostCells {
			return &f.over
		}
		c = new(cell)
		owned := string(key)
		f.cells[owned] = c
		for _, d := range f.dims {
			n := len(s.Text[d])
			c.texts = append(c.texts, owned[:n])
			owned = owned[n+1:]
		}
	}
	f.last, f.was = c, append(f.was[:0], key...)
	return c
}

func (f *family) record(s *metrics.Sample, x float64, n int64) {
	c := f.cell(s)
	c.count += n
	c.sum += x * float64(n)
	if c.buckets == nil {
		c.buckets = make([]int64, len(f.Buckets)+1)
	}
	c.buckets[sort.SearchFloat64s(f.Buckets, x)] += n
}

// result is the metric's points, ordered by their dimensions.
func (f *family) result() Metric {
	m := Metric{Name: f.Name, Unit: f.Unit, Points: []Point{}}
	list := make([]*cell, 0, len(f.cells))
	for _, c := range f.cells {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *cell) int { return slices.CompareFunc(a.texts, b.texts, strings.Compare) })
	if f.over.count > 0 {
		list = append(list, &f.over)
	}
	for _, c := range list {
		p := Point{Dimensions: map[string]string{}, Count: c.count, Sum: round(c.sum), Buckets: c.buckets}
		if c == &f.over {
			p.Dimensions["otel.metric.overflow"] = "true"
		}
		for i, text := range c.texts {
			if text != "" {
				p.Dimensions[f.dims[i].String()] = text
			}
		}
		m.Points = append(m.Points, p)
	}
	return m
}

// shares adds up the points of a metric by the values of one dimension.
func (m *Metric) shares(dimension string, with ...string) (list []Share) {
	sums := map[string]int64{}
next:
	for _, p := range m.Points {
		for i := 0; i < len(with); i += 2 {
			if p.Dimensions[with[i]] != with[i+1] {
				continue next
			}
		}
		sums[p.Dimensions[dimension]] += p.Count
	}
	return ranked(sums)
}

// ranked orders counts, the highest first.
func ranked(sums map[string]int64) (list []Share) {
	for name, n := range sums {
		list = append(list, Share{name, n})
	}
	slices.SortFunc(list, func(a, b Share) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name)) })
	return list
}
