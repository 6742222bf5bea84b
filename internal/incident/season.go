package incident

import "math"

// season is how many there usually are at which time of the week: for each of its 168 hours the mean of those weeks, and the most in five minutes.
// It is a stream's memory of the last weeks; the newest weighs most.
type season struct {
	Step   int64     // five minutes that are being counted
	Count  int       // in them
	Before [3]int    // in the three steps before, the newest first
	Hour   int64     // that is being counted
	Sum    int       // in it
	Most   int       // of its steps
	Mean   []float32 // by hour of the week, for five minutes; negative: that hour was never seen
	Peak   []float32 // likewise
	Spread float64   // dispersion of the steps
	Muted  bool      // the hour is no time to learn from
	Over   *past     `json:",omitempty"` // the hour before, which is not learned yet: a jump may have begun in it
	Gap    float64   // the longest time without anything, in nanoseconds; it fades
	Lack   float64   // the most that was expected in such a time; it fades
	Newest int64
}

const (
	step        = int64(300e9)
	week        = 168
	newestShare = 0.4 // of a newer week in the mean
)

func newSeason() *season {
	s := &season{Mean: make([]float32, week), Peak: make([]float32, week), Spread: 2}
	for i := range s.Mean {
		s.Mean[i] = -1
	}
	return s
}

// count adds one that came at a time of the log. What comes late, as from a host whose backlog is read beside what others write now, is none of now.
func (s *season) count(at int64) {
	s.to(at)
	if late(at, s.Step) {
		return
	}
	s.Count++
	s.Sum++
	if s.Newest != 0 && at > s.Newest {
		s.Gap = math.Max(s.Gap, float64(at-s.Newest))
		if gap := at - s.Newest; gap > step {
			s.Lack = math.Max(s.Lack, s.expected(s.Newest, gap))
		}
	}
	s.Newest = max(s.Newest, at)
}

// late says whether a time is so far behind the step at hand that it is none of now.
func late(at, now int64) bool { return at/step < now-1 }

// to goes on to a time, and learns from what is over. The hour in which the stream began is not learned: part of it was not seen.
func (s *season) to(at int64) {
	next := at / step
	if s.Step == 0 {
		s.Step, s.Hour, s.Muted = next, at/hour, true
	}
	if next-s.Step > week*(hour/step) { // a stream that comes back after more than a week
		s.Step, s.Hour = next, at/hour
		s.Count, s.Sum, s.Most, s.Before, s.Muted = 0, 0, 0, [3]int{}, true
	}
	for s.Step < next {
		s.close()
		if s.Step++; s.Step*step/hour > s.Hour {
			s.learn()
			s.Hour++
		}
	}
}

// close ends a step.
func (s *season) close() {
	s.Most = max(s.Most, s.Count)
	if mean := float64(s.Mean[s.Hour%week]); mean >= 1 && !s.Muted {
		chi := (float64(s.Count) - mean) * (float64(s.Count) - mean) / mean
		s.Spread = math.Max(1, math.Min(20, s.Spread+0.01*(math.Min(chi, 100)-s.Spread)))
	}
	s.Before, s.Count = [3]int{s.Count, s.Before[0], s.Before[1]}, 0
}

// past is an hour that is over.
type past struct {
	Hour       int64
	Mean, Peak float32
}

// learn ends an hour, and takes the one before into the memory of the weeks.
func (s *season) learn() {
	if o := s.Over; o != nil {
		i := o.Hour % week
		if s.Mean[i] < 0 {
			s.Mean[i], s.Peak[i] = o.Mean, o.Peak
		} else {
			s.Mean[i] += newestShare * (o.Mean - s.Mean[i])
			s.Peak[i] = max(o.Peak, s.Peak[i]*0.8)
		}
	}
	s.Over = nil
	if !s.Muted {
		s.Over = &past{s.Hour, float32(s.Sum) * float32(step) / float32(hour), float32(s.Most)}
	}
	s.Gap *= 1 - 1.0/(2*week)
	s.Lack *= 1 - 1.0/(2*week)
	s.Sum, s.Most, s.Muted = 0, 0, false
}

// mute forbids to learn from this hour, and from the one before.
func (s *season) mute() { s.Muted, s.Over = true, nil }

// usual is the mean for five minutes at a time of the week; known says whether that hour and those beside it were seen.
func (s *season) usual(at int64) (mean, peak float64, known bool) {
	h := at / hour
	known = true
	for _, i := range [...]int64{(h + week - 1) % week, h % week, (h + 1) % week} {
		if s.Mean[i] < 0 {
			known = false
			continue
		}
		peak = max(peak, float64(s.Peak[i]))
	}
	return max(0, float64(s.Mean[h%week])), peak, known
}

// times is how many times the usual the newest three steps are; 0: what is usual is not known.
func (s *season) times(at int64) float64 {
	mean, _, known := s.usual(at)
	if !known || mean*3 < 5 {
		return 0
	}
	return float64(s.Count+s.Before[0]+s.Before[1]) / (2*mean + mean*float64(at%step)/float64(step))
}
