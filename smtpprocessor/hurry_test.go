package smtpprocessor

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// A consumer holds on to what the ticker sends for as long as it may. The shutdown ends that turn, and no other one follows it:
// nobody would end that.
func TestShutdownHurriesTheTickerOnce(t *testing.T) {
	for range 40 { // the next tick has come when the turn ends, and select takes either at random
		synctest.Test(t, func(t *testing.T) {
			var holding atomic.Bool
			free := make(chan struct{})
			next, err := consumer.NewLogs(func(ctx context.Context, _ plog.Logs) error {
				if !holding.Load() {
					return nil
				}
				select {
				case <-ctx.Done():
				case <-free:
				}
				return ctx.Err()
			})
			require.NoError(t, err)
			p, c := start(t, next, nil)
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(waits()...)))
			holding.Store(true)
			c.add(time.Minute)
			time.Sleep(3 * tickInterval)
			ended := make(chan struct{})
			go func() {
				_ = p.Shutdown(context.Background())
				close(ended)
			}()
			select {
			case <-ended:
			case <-time.After(10 * patience): // of the bubble's clock, which stands while anything runs
				t.Error("the ticker took another turn")
				close(free)
			}
		})
	}
}
