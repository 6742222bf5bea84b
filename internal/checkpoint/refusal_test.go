package checkpoint

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/multierr"
)

// A batch is kept when all who refused it keep it, through whatever a fan-out and other components have wrapped around their errors.
func TestBatchIsKeptWhenAllWhoRefusedItKeepIt(t *testing.T) {
	busy := errors.New("busy")
	kept, other, lost := NewRefusal(busy), NewRefusal(busy), NewRefusal(busy)
	kept.Keep()
	other.Keep()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"none":                       {nil, false},
		"not a participant's":        {busy, false},
		"kept":                       {kept, true},
		"not kept":                   {lost, false},
		"wrapped":                    {fmt.Errorf("in the pipeline: %w", kept), true},
		"wrapped with its number":    {consumererror.NewLogs(kept, plog.NewLogs()), true},
		"two of a fan-out":           {multierr.Append(kept, other), true},
		"one of them not":            {multierr.Append(kept, lost), false},
		"another's beside it":        {multierr.Append(kept, busy), false},
		"joined":                     {errors.Join(kept, other), true},
		"joined, one of them not":    {errors.Join(kept, fmt.Errorf("x: %w", busy)), false},
		"its words without its type": {errors.New(kept.Error()), false},
	} {
		assert.Equal(t, c.want, IsKept(c.err), name)
	}
	require.ErrorIs(t, kept, busy)
	assert.True(t, consumererror.IsPermanent(NewRefusal(consumererror.NewPermanent(busy))))
}
