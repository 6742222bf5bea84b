package recurring

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestAFailureIsToldWhenItBeginsAndWhenItIsOver(t *testing.T) {
	seen, told := observer.New(zapcore.DebugLevel)
	f := New(zap.New(seen), zapcore.WarnLevel, "it could not be saved", "it is saved again")
	f.Note(nil)
	assert.Zero(t, told.Len())
	for range 3 {
		f.Note(errors.New("no space left on device"))
	}
	f.Note(nil)
	f.Note(nil)
	f.Note(errors.New("read-only file system"))
	lines := told.TakeAll()
	require.Len(t, lines, 3)
	assert.Equal(t, "it could not be saved", lines[0].Message)
	assert.Equal(t, zapcore.WarnLevel, lines[0].Level)
	assert.Equal(t, "no space left on device", lines[0].ContextMap()["error"])
	assert.Equal(t, "it is saved again", lines[1].Message)
	assert.Equal(t, int64(3), lines[1].ContextMap()["failed"])
	assert.Equal(t, "read-only file system", lines[2].ContextMap()["error"])
}
