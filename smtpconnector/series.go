package smtpconnector

import (
	"sort"

	"github.com/lightstep/go-expohisto/structure"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// series is one set of dimensions of one metric.
type series struct {
	dims  []string // values, in the order of the metric's dimensions
	start pcommon.Timestamp
	last  pcommon.Timestamp // of the newest value
	now   value
	sent  value // delta: handed on, not accepted yet
	ring  *window

	rest string // the dimensions whose value is none of the busiest: the series is of all others together
	told uint64 // cumulative: how much of it was handed on

	exemplars exemplars // of a histogram

	born  pcommon.Timestamp // cumulative: when its zero was accepted
	shown bool              // its zero is handed on, not accepted yet
}

// held says whether a cumulative series still shows zero.
func (x *series) held(birth, now pcommon.Timestamp) bool { return x.born == 0 || now < x.born+birth }

// value is what a series has added up.
type value struct {
	sum      float64
	count    uint64
	min, max float64
	buckets  []uint64                      // explicit
	expo     *structure.Histogram[float64] // exponential
}

func (v *value) empty() bool { return v.count == 0 }

// add counts n.
func (v *value) add(n int64) {
	v.sum += float64(n)
	v.count += uint64(n)
}

// record notes n values x. bounds is nil for exponential histograms of maxSize buckets.
func (v *value) record(x float64, n int64, bounds []float64, maxSize int32) {
	if v.count == 0 || x < v.min {
		v.min = x
	}
	if v.count == 0 || x > v.max {
		v.max = x
	}
	v.sum += x * float64(n)
	v.count += uint64(n)
	if bounds == nil {
		if v.expo == nil {
			v.expo = new(structure.Histogram[float64])
			v.expo.Init(structure.NewConfig(structure.WithMaxSize(maxSize)))
		}
		v.expo.UpdateByIncr(x, uint64(n))
		return
	}
	if v.buckets == nil {
		v.buckets = make([]uint64, len(bounds)+1)
	}
	v.buckets[sort.SearchFloat64s(bounds, x)] += uint64(n)
}

// merge adds another value: one that was handed on and refused comes back.
func (v *value) merge(o *value) {
	if o.empty() {
		return
	}
	if v.count == 0 || o.min < v.min {
		v.min = o.min
	}
	if v.count == 0 || o.max > v.max {
		v.max = o.max
	}
	v.sum += o.sum
	v.count += o.count
	if v.buckets == nil {
		v.buckets = o.buckets
	} else {
		for i, n := range o.buckets {
			v.buckets[i] += n
		}
	}
	if v.expo == nil {
		v.expo = o.expo
	} else if o.expo != nil {
		v.expo.MergeFrom(o.expo)
	}
}

// observer is what a metric's function hands its values to.
type observer struct {
	store  *store
	family *family
	sample *metrics.Sample
	now    pcommon.Timestamp
	logged pcommon.Timestamp // when the record's line was written
	spot   spot              // that the record has in a trace
}

// Add counts n in the series of the sample.
func (o *observer) Add(n int64) { o.store.find(o.family, o.sample, n, o.now).now.add(n) }

// Record notes n values x there.
func (o *observer) Record(x float64, n int64) {
	size := int32(0)
	if e := o.store.cfg.Histogram.Exponential; e != nil {
		size = e.MaxSize
	}
	series := o.store.find(o.family, o.sample, n, o.now)
	series.now.record(x, n, o.family.bounds, size)
	if o.family.metric.Unit == "s" {
		series.exemplars.note(x, o.now, o.spot, o.family.examples)
	}
}

// Show makes x the newest value there.
func (o *observer) Show(x float64) {
	v := &o.store.find(o.family, o.sample, 1, o.now).now
	v.sum, v.count = x, 1
}

// Window takes the sample into the window there.
func (o *observer) Window(s *metrics.Sample) {
	x := o.store.find(o.family, s, 1, o.now)
	if x.ring == nil {
		x.ring = new(window)
	}
	x.ring.add(s, o.logged)
}
