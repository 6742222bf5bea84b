package smtpconnector

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// logClock is the time of an origin's log: the newest stamp, and from its arrival on the time that has passed. So a backlog that is read in
// a minute has its own minutes, and a log that goes silent ages.
type logClock struct{ newest, arrived pcommon.Timestamp }

// read takes the stamp of a record that arrived now, and gives the time that its line was written at: its stamp, the clock's time where it
// has none; never the future.
func (c *logClock) read(stamp, now pcommon.Timestamp) pcommon.Timestamp {
	if stamp == 0 || stamp > now {
		stamp = c.time(now)
	}
	if stamp >= c.newest {
		c.newest = stamp
	}
	c.arrived = now
	return stamp
}

// time is the clock's time now.
func (c *logClock) time(now pcommon.Timestamp) pcommon.Timestamp {
	if c.newest == 0 {
		return now
	}
	return c.newest + now - c.arrived
}

// window adds up the newest five minutes of the log in steps of ten seconds.
type window struct {
	step  [windowSteps]outcomes
	since [windowSteps]int64 // which step of time stands there
}

const (
	windowLength = 5 * time.Minute
	windowStep   = 10 * time.Second
	windowSteps  = int(windowLength / windowStep)
)

// outcomes are recipients that ended, by how, and tries.
type outcomes struct {
	delivered, bounced, expired, deferred, tried float64
}

func (w *window) add(s *metrics.Sample, logged pcommon.Timestamp) {
	step := int64(logged) / int64(windowStep)
	i := int(step % int64(windowSteps))
	switch {
	case w.since[i] > step: // older than the window
		return
	case w.since[i] < step:
		w.since[i], w.step[i] = step, outcomes{}
	}
	o, n := &w.step[i], float64(s.Recipients())
	if s.IsTrue(metrics.AtTried) {
		o.tried += n
		if s.Is(metrics.AtStatus, "deferred") {
			o.deferred += n
		}
	}
	if !s.IsTrue(metrics.AtFinal) {
		return
	}
	switch s.Text[metrics.AtStatus] {
	case "delivered":
		o.delivered += n
	case "bounced":
		o.bounced += n
	case "expired":
		o.expired += n
	}
}

// rate is one share of the window; has is false where nothing stands under the line.
type rate struct {
	outcome string
	share   float64
	has     bool
}

// rates are the shares of the five minutes that end at a time of the log.
func (w *window) rates(until pcommon.Timestamp) [4]rate {
	var sum outcomes
	oldest := int64(until)/int64(windowStep) - int64(windowSteps) + 1
	for i := range w.step {
		if w.since[i] < oldest {
			continue
		}
		o := &w.step[i]
		sum.delivered += o.delivered
		sum.bounced += o.bounced
		sum.expired += o.expired
		sum.deferred += o.deferred
		sum.tried += o.tried
	}
	ended := sum.delivered + sum.bounced + sum.expired
	return [4]rate{
		{"delivered", sum.delivered / ended, ended > 0},
		{"bounced", sum.bounced / ended, ended > 0},
		{"expired", sum.expired / ended, ended > 0},
		{"deferred", sum.deferred / sum.tried, sum.tried > 0},
	}
}
