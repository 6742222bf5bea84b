//go:build unix

// Package earlystop has a SIGTERM or SIGINT end the collector in order that comes while it starts: it looks for signals only when everything is ready, and until
// then either would end the process at once.
//
// It is the distribution's, as footprint is. The Makefile has main call it.
package earlystop

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	// again is how long a signal waits until it is sent another time.
	again = 50 * time.Millisecond
	// patience is how long it is sent, unless another one comes before: who sends that is in a hurry.
	patience = time.Minute
)

// Catch keeps signals for the collector. Commands that answer and end, such as validate, end as they did.
func Catch(args []string) {
	if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
		return
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		s, _ := (<-caught).(syscall.Signal)
		for range patience / again {
			select {
			case <-caught:
				signal.Stop(caught)
				_ = syscall.Kill(os.Getpid(), s) // it ends a start at once, and is nothing to a collector that ends
				return
			case <-time.After(again):
			}
			_ = syscall.Kill(os.Getpid(), s) // to whoever looks for it by now; the first ends the collector, and nobody reads the others
			<-caught
		}
		signal.Stop(caught)
	}()
}
