package incidents

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

// monday is when the worlds begin.
var monday = time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)

// site is a world that a detector watches.
type site struct {
	*World
	detector *incident.Detector
	told     []incident.Report
	hits     func(*incident.Observation) bool // of the scenario; nil: none
	hit      []int64                          // when each message was hit first
	seen     map[string]bool
}

func newSite(seed uint64, perDay float64, hosts int, start time.Time) *site {
	s := &site{detector: incident.New(incident.Defaults()), seen: map[string]bool{}}
	s.World = NewWorld(seed, perDay, hosts, start,
		func(o *incident.Observation) {
			if s.hits != nil && s.hits(o) && !s.seen[o.UID] {
				s.seen[o.UID] = true
				s.hit = append(s.hit, o.Time)
			}
			s.told = append(s.told, s.detector.Observe(o)...)
		},
		func(wall int64) { s.told = append(s.told, s.detector.Tick(wall)...) })
	return s
}

func (s *site) started() (list []incident.Report) {
	for _, r := range s.told {
		if r.State == incident.Started {
			list = append(list, r)
		}
	}
	return list
}

// Ten days with day and night, a weekend, mailings and what goes wrong every day are no incident, from the first line on.
func TestTenQuietDays(t *testing.T) {
	for _, v := range quiet() {
		t.Run(fmt.Sprint(v.perDay), func(t *testing.T) {
			for seed := first(); seed < first()+v.seeds; seed++ {
				s := newSite(seed+uint64(v.perDay), v.perDay, 2, monday.AddDate(0, 0, -3)) // it begins on a Friday
				s.Run(monday.AddDate(0, 0, 7))
				for _, r := range s.started() {
					t.Errorf("seed %d: %s", seed, r.Sentence)
				}
			}
			t.Logf("%d times ten days", v.seeds)
		})
	}
}

type volume struct {
	perDay float64
	seeds  uint64
}

// quiet are messages a day; make incidents adds the largest, of which ten days take a minute.
func quiet() []volume {
	list := []volume{{50, seeds()}, {5_000, seeds()}}
	if seeds() >= 20 {
		list = append(list, volume{500_000, seeds() / 5})
	}
	return list
}

// score counts right and wrong incidents.
type score struct {
	positives, found, told, right int

	late  []time.Duration // how long they were told behind the 20th failure, where those are counted
	after []time.Duration // and behind the beginning of the trouble
}

func (c *score) add(o score) {
	c.positives += o.positives
	c.found += o.found
	c.told += o.told
	c.right += o.right
	c.late, c.after = append(c.late, o.late...), append(c.after, o.after...)
}

// when says how long they took: half of them, nineteen of twenty, and the longest.
func when(list []time.Duration) string {
	if len(list) == 0 {
		return "-"
	}
	list = slices.Sorted(slices.Values(list))
	at := func(part float64) time.Duration { return list[int(part*float64(len(list)-1))].Round(time.Second) }
	return fmt.Sprintf("%s, %s, %s", at(0.5), at(0.95), at(1))
}

func (c *score) String() string {
	return fmt.Sprintf("precision %5.1f %% (%d of %d told), recall %5.1f %% (%d of %d)", percent(c.right, c.told), c.right, c.told, percent(c.found, c.positives), c.found, c.positives)
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// seeds is how many of them TestScenarios plays: one, or as many as make incidents asks for.
func seeds() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("INCIDENT_SEEDS"), 10, 64); err == nil {
		return n
	}
	return 1
}

// first is the first seed.
func first() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("INCIDENT_FIRST"), 10, 64); err == nil {
		return n
	}
	return 8000
}

// TestScenarios lays each trouble and each near miss over a site with eight days of past, and over one without any. The seeds were never used while tuning.
func TestScenarios(t *testing.T) {
	var warm, cold [2]score // trouble, near misses
	by := map[string]*score{}
	for seed := first(); seed < first()+seeds(); seed++ {
		perDay := []float64{5_000, 10_000}[seed%2]
		past := newSite(seed, perDay, 2, monday)
		past.Run(monday.AddDate(0, 0, 8).Add(6 * time.Hour))
		for _, r := range past.started() { // eight quiet days
			warm[1].told++
			t.Logf("seed %d, in the past: %s", seed, r.Sentence)
		}
		state, err := past.detector.Save(nil)
		require.NoError(t, err)
		for i := range Scenarios {
			sc := &Scenarios[i]
			for miss := range 2 {
				one := play(t, sc, seed*100+uint64(i), perDay, miss == 1, state)
				warm[miss].add(one)
				if by[sc.Name] == nil {
					by[sc.Name] = &score{}
				}
				by[sc.Name].add(one)
				cold[miss].add(play(t, sc, seed*100+50+uint64(i), perDay, miss == 1, nil))
			}
		}
	}
	for i := range Scenarios {
		c := by[Scenarios[i].Name]
		t.Logf("%-30s %s; told %s behind the 20th failure, %s behind the first minute", Scenarios[i].Name, c, when(c.late), when(c.after))
	}
	w, c := warm[0], cold[0]
	w.add(warm[1])
	c.add(cold[1])
	t.Logf("behind the 20th failure: %s with a past, %s without", when(w.late), when(c.late))
	t.Logf("with a past:    %s", &w)
	t.Logf("without a past: %s", &c)
	for _, s := range []score{w, c} {
		assert.GreaterOrEqual(t, percent(s.right, s.told), 95.0, "precision")
		assert.GreaterOrEqual(t, percent(s.found, s.positives), 95.0, "recall")
	}
}

// play runs one scenario on a Tuesday, and scores what was told.
func play(t *testing.T, sc *Scenario, seed uint64, perDay float64, miss bool, state []byte) (c score) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	begin := monday.AddDate(0, 0, 8).Add(8*time.Hour + time.Duration(rnd.IntN(7*60))*time.Minute)
	start := monday.AddDate(0, 0, 8).Add(6 * time.Hour)
	if state == nil {
		start = begin.Add(-20 * time.Minute)
	}
	s := newSite(seed, perDay, 2, start)
	if state != nil {
		_, err := s.detector.Restore(state, start.UnixNano())
		require.NoError(t, err)
	}
	s.Run(begin)
	last := 2 * time.Hour
	s.hits = sc.hits
	if miss {
		sc.NearMiss(&s.Trouble, rnd)
		if sc.Short {
			last = 2 * time.Minute
		}
	} else {
		sc.Trouble(&s.Trouble, rnd)
	}
	s.Run(begin.Add(last))
	s.Trouble = Trouble{}
	s.Run(begin.Add(last + time.Hour))

	positive := !miss && (state != nil || sc.Cold || sc.ColdReason != "")
	if positive {
		c.positives = 1
	}
	for _, r := range s.started() {
		c.told++
		right := positive && c.found == 0 && (sc.is(&r) || state == nil && sc.ColdReason != "" && r.Kind == incident.Refusals && r.Reason == sc.ColdReason)
		switch {
		case right:
			c.found, c.right = 1, c.right+1
			c.after = append(c.after, time.Duration(r.Time-begin.UnixNano()))
			if least := incident.Defaults().MinMessages; len(s.hit) >= least {
				late := max(0, time.Duration(r.Time-s.hit[least-1]))
				c.late = append(c.late, late)
				if late > time.Minute && os.Getenv("INCIDENT_WHY") != "" {
					t.Logf("%s (seed %d, past %v): told %s behind the 20th failure: %s", sc.Name, seed, state != nil, late, r.Sentence)
				}
			}
		case !miss && !positive && sc.is(&r): // found out without a past, which nobody can ask for
			c.right++
		case os.Getenv("INCIDENT_WHY") != "":
			t.Logf("%s (seed %d, near miss %v, past %v): wrong: %s %s", sc.Name, seed, miss, state != nil, r.Kind, r.Sentence)
		}
	}
	if positive && c.found == 0 && os.Getenv("INCIDENT_WHY") != "" {
		t.Logf("%s (seed %d, past %v): missed", sc.Name, seed, state != nil)
	}
	return c
}

// is says whether a report is that of the scenario.
func (sc *Scenario) is(r *incident.Report) bool {
	switch {
	case r.Kind != sc.Kind, r.Provider != sc.Provider, r.Domain != sc.Domain, sc.Sender != "" && r.Sender != sc.Sender, sc.Mutes != "" && r.Host != sc.Mutes:
		return false
	case sc.Kind == incident.Refusals:
		return r.Reason == sc.Reason
	}
	return sc.What == "" || r.What == sc.What
}
