// Package recurring tells of what fails at every turn: once when it begins, and once when it works again. How often it failed is for a counter to say.
package recurring

import (
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Failure is one thing that is tried again and again. It may be noted from several goroutines.
type Failure struct {
	logger *zap.Logger
	level  zapcore.Level
	began  string
	over   string

	mu    sync.Mutex
	turns int // that failed one behind the other
}

// New is a failure that is told with these words at this level, and whose end is told, at info, with those.
func New(logger *zap.Logger, level zapcore.Level, began, over string) *Failure {
	return &Failure{logger: logger, level: level, began: began, over: over}
}

// Note takes what came of a turn: nil where it worked. The first failure is told with its cause, the end with how many there were.
func (f *Failure) Note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil:
		if f.turns++; f.turns == 1 {
			f.logger.Log(f.level, f.began, zap.Error(err))
		}
	case f.turns > 0:
		f.logger.Info(f.over, zap.Int("failed", f.turns))
		f.turns = 0
	}
}
