package mailhost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// The sentence of a queue names what is known, and no more.
func TestWordsOfAQueue(t *testing.T) {
	waiting := event.Queue{Status: event.QueueDeferred, Messages: 91, Oldest: 2397*time.Second + 400*time.Millisecond}
	for words, ev := range map[string]event.Event{
		"91 deferred in the queue of mx1, put off by google, the oldest for 39m57s":                   {Host: "mx1", Provider: "google", Queue: waiting},
		"91 deferred in the queue, put off by others than the known providers, the oldest for 39m57s": {Provider: "other", Queue: waiting},
		"0 active in the queue of mx1": {Host: "mx1", Queue: event.Queue{Status: event.QueueActive}},
	} {
		ev.Kind = event.KindQueue
		assert.Equal(t, words, Describe(&ev))
	}
}

// Nobody knows how long a message waits of whose log the lines have no stamps: it is in no queue, beside a log of the same host that has them, too.
func TestMessagesWithoutStampsAreInNoQueue(t *testing.T) {
	h := New("mx", testSite(), new(Totals), new(Arrivals))
	var out Output
	tell := func(source, id string, at int64) {
		ev := event.Event{Kind: event.KindMessageReceived, Host: "mx", QueueID: id, First: true, RecipientCount: 1}
		if source == "stamped" {
			ev.Time, ev.Resolution = at, event.ResolutionSecond
		}
		h.Observe(&ev, source, at, &out)
	}
	queues := func() (list []string) {
		for _, m := range out.Made {
			if m.Event != nil && m.Event.Kind == event.KindQueue {
				list = append(list, Describe(m.Event))
			}
		}
		return list
	}
	tell("bare", "A1", t0)
	h.Tick(t0+90e9, &out)
	h.Tick(t0+200e9, &out)
	assert.Empty(t, queues())
	tell("stamped", "B1", t0+201e9)
	tell("bare", "A2", t0+202e9)
	tell("stamped", "B2", t0+320e9)
	assert.Equal(t, []string{"1 active in the queue of mx, the oldest for 1m19s"}, queues())
}

// A notice or a list's copy waits from the line on that made it, which is about another message.
func TestMessageMadeFromAnotherWaits(t *testing.T) {
	for _, kind := range []event.MessageKind{event.MessageDSN, event.MessageMail} {
		h := New("mx", testSite(), new(Totals), new(Arrivals))
		observe(h, 0, event.Event{Kind: event.KindMessageReceived, QueueID: "A1", First: true, RecipientCount: 1})
		observe(h, 1, event.Event{Kind: event.KindNotification, QueueID: "A1", ChildQueueID: "B1", ChildKind: kind})
		var out Output
		ev := event.Event{Kind: event.KindMessageQueued, Host: "mx", QueueID: "A1", Time: t0 + 120e9, Resolution: event.ResolutionSecond}
		h.Observe(&ev, "file", ev.Time, &out)
		if assert.Len(t, out.Made, 1) {
			assert.Equal(t, "2 active in the queue of mx, the oldest for 1m40s", Describe(out.Made[0].Event))
		}
	}
}
