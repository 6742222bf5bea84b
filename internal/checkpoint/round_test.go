package checkpoint

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saver is a participant that notes when it was asked.
type saver struct {
	name  string
	due   bool
	err   error
	asked *[]string
}

func (s *saver) Checkpoint(context.Context) (bool, error) {
	*s.asked = append(*s.asked, s.name)
	return s.due, s.err
}

// Those that joined behind are asked when all others have saved, whoever came first, and not at all when one has not.
func TestThoseBehindAreAskedWhenAllOthersHaveSaved(t *testing.T) {
	var asked []string
	one, two, behind := &saver{"one", true, nil, &asked}, &saver{"two", true, nil, &asked}, &saver{"behind", true, nil, &asked}
	r := NewRound()
	r.JoinBehind(behind)
	r.JoinBehind(behind)
	r.Join(one)
	r.Join(two)
	r.Join(one)
	saved, err := r.Checkpoint(t.Context())
	require.NoError(t, err)
	assert.True(t, saved)
	assert.Equal(t, []string{"one", "two", "behind"}, asked)

	asked, two.due = nil, false
	saved, err = r.Checkpoint(t.Context())
	require.NoError(t, err)
	assert.False(t, saved)
	assert.Equal(t, []string{"one", "two"}, asked)

	two.due, behind.err = true, errors.New("full")
	saved, err = r.Checkpoint(t.Context())
	require.ErrorContains(t, err, "full")
	assert.False(t, saved)
}
