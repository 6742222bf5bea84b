package smtpprocessor

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestGateIsClosedOnlyWhenAllHaveLeft(t *testing.T) {
	g := newGate()
	g.enter()
	assert.False(t, g.close(10*time.Millisecond), "somebody is inside")
	g.enter() // it is open again
	g.leave()
	go func() {
		time.Sleep(20 * time.Millisecond)
		g.leave()
	}()
	assert.True(t, g.close(10*time.Second))
	assert.False(t, g.close(10*time.Millisecond), "it is closed")
	entered := make(chan struct{})
	go func() {
		g.enter()
		close(entered)
	}()
	select {
	case <-entered:
		t.Fatal("it was closed")
	case <-time.After(20 * time.Millisecond):
	}
	g.open()
	<-entered
	g.leave()
}

func TestGateUnderManyBatchesAndCheckpoints(t *testing.T) {
	g := newGate()
	var inside, closed atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2000 {
				g.enter()
				inside.Add(1)
				inside.Add(-1)
				g.leave()
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range 100 {
				if g.close(time.Second) {
					closed.Add(1)
					assert.Zero(t, inside.Load())
					g.open()
				}
			}
		})
	}
	wg.Wait()
	assert.Positive(t, closed.Load())
}
