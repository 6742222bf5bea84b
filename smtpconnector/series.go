package smtpconnector

import (
	"sort"

	"github.com/lightstep/go-expohisto/structure"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// series is one set of dimensions of one metric.
type series struct {
	dims  []string // values, in the order of the metric's dimensions
	start pcommon.Timestamp
	last  pcommon.Timestamp // of the newest value
	now   value
	sent  value // delta: handed on, not accepted yet
	ring  *window
}

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

// family is one metric of one resource: its series, bounded.
type family struct {
	metric *metric
	dims   []slot
	bounds []float64
	series map[string]*series
	over   *series // what the limit had no room for
}

// resource is what tells apart the mail hosts and instances that logs come from.
type resource struct{ host, instance string }

// store is all series of all resources. Its owner locks it.
type store struct {
	cfg       *Config
	metrics   []*family // templates, of the metrics that are on
	resources map[resource][]*family
	key       []byte
	trials    trials
	overflown int64
	obs       observer
}

func newStore(cfg *Config) *store {
	st := &store{cfg: cfg, resources: make(map[resource][]*family)}
	st.obs.store = st
	for i := range table {
		m := &table[i]
		mc, set := cfg.Metrics[m.name]
		if on := mc.Enabled; on == nil && m.off || on != nil && !*on {
			continue
		}
		f := &family{metric: m, bounds: m.buckets}
		dims := m.dimensions
		if set && mc.Dimensions != nil {
			dims = mc.Dimensions
		}
		for _, d := range dims {
			f.dims = append(f.dims, at(d))
		}
		if e := cfg.Histogram.Explicit; e != nil && m.unit == "s" {
			f.bounds = e.Buckets
		}
		if cfg.Histogram.Exponential != nil {
			f.bounds = nil
		}
		st.metrics = append(st.metrics, f)
	}
	return st
}

// families finds or makes the series of a resource.
func (st *store) families(r resource) []*family {
	if list, ok := st.resources[r]; ok {
		return list
	}
	list := make([]*family, len(st.metrics))
	for i, t := range st.metrics {
		list[i] = &family{metric: t.metric, dims: t.dims, bounds: t.bounds, series: make(map[string]*series)}
	}
	st.resources[r] = list
	return list
}

// maxResources bounds the mail hosts; what is over is counted under none.
const maxResources = 10_000

// observe counts one record.
func (st *store) observe(r resource, s *sample, now pcommon.Timestamp) {
	if _, known := st.resources[r]; !known && len(st.resources) >= maxResources {
		r = resource{}
	}
	for _, f := range st.families(r) {
		st.obs.family, st.obs.sample, st.obs.now = f, s, now
		f.metric.observe(s, &st.obs)
	}
}

// find gives the series of the sample's dimensions; a hit allocates nothing.
func (st *store) find(f *family, s *sample, now pcommon.Timestamp) *series {
	key := st.key[:0]
	for _, d := range f.dims {
		key = append(key, s.text[d]...)
		key = append(key, 0xff)
	}
	st.key = key
	x := f.series[string(key)]
	if x == nil {
		x = st.grow(f, s, key, now)
	}
	x.last = now
	return x
}

// grow makes a series, or gives the marked one when there is no room.
func (st *store) grow(f *family, s *sample, key []byte, now pcommon.Timestamp) *series {
	if len(f.series) >= st.cfg.AggregationCardinalityLimit {
		st.overflown++
		if f.over == nil {
			f.over = &series{start: now}
		}
		return f.over
	}
	x := &series{start: now}
	owned := string(key)
	for _, d := range f.dims {
		n := len(s.text[d])
		x.dims = append(x.dims, owned[:n])
		owned = owned[n+1:]
	}
	f.series[string(key)] = x
	return x
}

// expire forgets series without a value for so long.
func (st *store) expire(now pcommon.Timestamp) {
	old := pcommon.Timestamp(st.cfg.SeriesExpiration)
	for r, list := range st.resources {
		left := 0
		for _, f := range list {
			for key, x := range f.series {
				if now-x.last > old {
					delete(f.series, key)
				}
			}
			left += len(f.series)
		}
		if left == 0 {
			delete(st.resources, r)
		}
	}
}

// count is how many series there are.
func (st *store) count() (n int64) {
	for _, list := range st.resources {
		for _, f := range list {
			n += int64(len(f.series))
		}
	}
	return n
}

// observer is what a metric's function hands its values to.
type observer struct {
	store  *store
	family *family
	sample *sample
	now    pcommon.Timestamp
}

func (o *observer) add(n int64) { o.store.find(o.family, o.sample, o.now).now.add(n) }

func (o *observer) record(x float64, n int64) {
	size := int32(0)
	if e := o.store.cfg.Histogram.Exponential; e != nil {
		size = e.MaxSize
	}
	o.store.find(o.family, o.sample, o.now).now.record(x, n, o.family.bounds, size)
}

func (o *observer) window(s *sample) {
	x := o.store.find(o.family, s, o.now)
	if x.ring == nil {
		x.ring = new(window)
	}
	x.ring.add(s, o.now)
}

// sameTrial says whether the answer was counted for another recipient of the same transaction.
func (o *observer) sameTrial(s *sample) bool { return o.store.trials.seen(s) }

// trials remembers the newest transactions' answers.
type trials struct {
	set   map[string]struct{}
	order []string
	next  int
}

const maxTrials = 4096

func (t *trials) seen(s *sample) bool {
	if s.has[sSession] && s.has[sError] && !s.has[sCode] { // a verdict may repeat how its connection broke
		broke := s.text[sSession] + " broke " + s.text[sError]
		if !s.isDelivery() {
			t.add(broke)
		} else if _, ok := t.set[broke]; ok {
			return true
		}
	}
	if s.text[sTransaction] == "" || !s.isDelivery() {
		return false
	}
	key := s.text[sTransaction] + " " + s.text[sCode] + " " + s.text[sError]
	if _, ok := t.set[key]; ok {
		return true
	}
	t.add(key)
	return false
}

// add remembers a key in the place of the oldest one.
func (t *trials) add(key string) {
	if t.set == nil {
		t.set = make(map[string]struct{}, maxTrials)
		t.order = make([]string, maxTrials)
	}
	if _, ok := t.set[key]; ok {
		return
	}
	delete(t.set, t.order[t.next])
	t.order[t.next] = key
	t.next = (t.next + 1) % maxTrials
	t.set[key] = struct{}{}
}
