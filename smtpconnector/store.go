package smtpconnector

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// family is one metric of one origin: its series, bounded.
type family struct {
	metric *metrics.Metric
	needs  int // the place of an attribute that a record must have to count; -1: none
	dims   []metrics.Slot
	bounds []float64
	// examples are the bounds that have an exemplar each; an exponential histogram's own change while it grows.
	examples []float64
	series   map[string]*series
	over     *series // what the limit had no room for
	people   []person
}

// origin is what tells apart the mail hosts and instances that logs come from.
type origin struct{ host, instance string }

// counted is what one origin has added up.
type counted struct {
	origin
	families []*family
	clock    logClock
}

// store is all series of all origins. Its owner locks it.
type store struct {
	cfg       *Config
	metrics   []*family // templates, of the metrics that are on
	origins   map[origin]*counted
	newest    *counted // of the record before: most are of the same origin
	hosts     bool     // points name the host
	instances bool     // and the instance
	birth     pcommon.Timestamp
	final     bool // nothing comes after the next batch: no series is held back
	key       []byte
	overflown int64
	obs       observer
}

func newStore(cfg *Config) *store {
	st := &store{
		cfg: cfg, origins: make(map[origin]*counted), birth: pcommon.Timestamp(cfg.SeriesBirth),
		hosts: slices.Contains(cfg.HostDimensions, attrs.HostName), instances: slices.Contains(cfg.HostDimensions, attrs.Instance),
	}
	if cfg.AggregationTemporality == delta {
		st.birth = 0
	}
	st.obs.store = st
	for i := range metrics.Table {
		m := &metrics.Table[i]
		mc, set := cfg.Metrics[m.Name]
		if on := mc.Enabled; on == nil && m.Off || on != nil && !*on {
			continue
		}
		f := &family{metric: m, needs: -1, bounds: m.Buckets}
		if m.Needs != "" {
			f.needs = int(metrics.At(m.Needs))
		}
		dims := m.Dimensions
		if set && mc.Dimensions != nil {
			dims = mc.Dimensions
		}
		for _, d := range dims {
			f.dims = append(f.dims, metrics.At(d))
		}
		if e := cfg.Histogram.Explicit; e != nil && m.Unit == "s" {
			f.bounds = e.Buckets
		}
		f.examples = f.bounds
		if cfg.Histogram.Exponential != nil {
			f.bounds = nil
		}
		f.people = peopleOf(dims, mc.Busiest)
		st.metrics = append(st.metrics, f)
	}
	return st
}

// of finds or makes what an origin has added up.
func (st *store) of(o origin) *counted {
	if st.newest == nil || st.newest.origin != o {
		st.newest = st.search(o)
	}
	return st.newest
}

func (st *store) search(o origin) *counted {
	if c := st.origins[o]; c != nil {
		return c
	}
	if len(st.origins) >= maxOrigins {
		if o = (origin{}); st.origins[o] != nil {
			return st.origins[o]
		}
	}
	o = origin{strings.Clone(o.host), strings.Clone(o.instance)}
	c := &counted{origin: o, families: make([]*family, len(st.metrics))}
	for i, t := range st.metrics {
		c.families[i] = &family{
			metric: t.metric, needs: t.needs, dims: t.dims, bounds: t.bounds,
			examples: t.examples, series: make(map[string]*series), people: begin(t.people),
		}
	}
	st.origins[o] = c
	return c
}

// maxOrigins bounds the mail hosts; what is over is counted under none.
const maxOrigins = 10_000

// observe counts one record.
func (st *store) observe(o origin, s *metrics.Sample, now pcommon.Timestamp) {
	if !st.hosts {
		o.host = ""
	}
	if !st.instances {
		o.instance = ""
	}
	c := st.of(o)
	st.obs.sample, st.obs.now, st.obs.logged = s, now, c.clock.read(pcommon.Timestamp(s.Time), now)
	for _, f := range c.families {
		if f.needs >= 0 && !s.Has[f.needs] || f.metric.Of != "" && f.metric.Of != s.Text[metrics.AtEvent] {
			continue
		}
		st.obs.family = f
		f.metric.Observe(s, &st.obs)
	}
}

// find gives the series of the sample's dimensions, for n of what it counts; a hit allocates nothing.
func (st *store) find(f *family, s *metrics.Sample, n int64, now pcommon.Timestamp) *series {
	key := st.key[:0]
	f.judge(s, n, now)
	for i, d := range f.dims {
		if f.isOfRest(i) {
			key = append(key, ofRest, 0xff)
			continue
		}
		key = append(key, s.Text[d]...)
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
func (st *store) grow(f *family, s *metrics.Sample, key []byte, now pcommon.Timestamp) *series {
	if len(f.series) >= st.cfg.AggregationCardinalityLimit {
		st.overflown++
		if f.over == nil {
			f.over = &series{start: now}
		}
		return f.over
	}
	x := &series{start: now}
	owned := string(key)
	for i, d := range f.dims {
		n := len(s.Text[d])
		if f.isOfRest(i) {
			x.dims, owned = append(x.dims, ""), owned[2:]
			x.rest = joined(x.rest, d.String())
			continue
		}
		x.dims = append(x.dims, owned[:n])
		owned = owned[n+1:]
	}
	f.series[string(key)] = x
	return x
}

// expire forgets series without a value for so long.
func (st *store) expire(now pcommon.Timestamp) {
	old := pcommon.Timestamp(st.cfg.SeriesExpiration)
	for o, c := range st.origins {
		left := 0
		for _, f := range c.families {
			for key, x := range f.series {
				if now-x.last > old {
					delete(f.series, key)
				}
			}
			left += len(f.series)
		}
		if left == 0 {
			delete(st.origins, o)
			st.newest = nil
		}
	}
}

// count is how many series there are.
func (st *store) count() (n int64) {
	for _, c := range st.origins {
		for _, f := range c.families {
			n += int64(len(f.series))
		}
	}
	return n
}

// unborn says whether there is a series that nobody has seen at zero yet.
func (st *store) unborn() bool {
	if st.birth == 0 {
		return false
	}
	for _, c := range st.origins {
		for _, f := range c.families {
			if f.over != nil && f.over.born == 0 {
				return true
			}
			for _, x := range f.series {
				if x.born == 0 && f.metric.Kind != metrics.Ratio && f.metric.Kind != metrics.Newest {
					return true
				}
			}
		}
	}
	return false
}
