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
