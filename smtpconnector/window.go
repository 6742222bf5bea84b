package smtpconnector

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// window adds up the newest five minutes in steps of ten seconds.
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

func (w *window) add(s *sample, now pcommon.Timestamp) {
	step := int64(now) / int64(windowStep)
	i := int(step % int64(windowSteps))
	if w.since[i] != step {
		w.since[i], w.step[i] = step, outcomes{}
	}
	o, n := &w.step[i], float64(s.recipients())
	if s.isTrue(sTried) {
		o.tried += n
		if s.is(sStatus, "deferred") {
			o.deferred += n
		}
	}
	if !s.isTrue(sFinal) {
		return
	}
	switch s.text[sStatus] {
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

func (w *window) rates(now pcommon.Timestamp) [4]rate {
	var sum outcomes
	oldest := int64(now)/int64(windowStep) - int64(windowSteps) + 1
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
