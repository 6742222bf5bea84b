package perconfig

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	config struct{ name string }
	thing  struct{ forget func() }
)

func build(forget func()) (*thing, error) { return &thing{forget}, nil }

func TestAConfigurationHasOneUntilItIsForgotten(t *testing.T) {
	var s Shared[config, thing]
	one, other := &config{"same"}, &config{"same"} // a reload brings an equal one
	a, err := s.Of(one, build)
	require.NoError(t, err)
	again, err := s.Of(one, build)
	require.NoError(t, err)
	assert.Same(t, a, again)
	b, err := s.Of(other, build)
	require.NoError(t, err)
	assert.NotSame(t, a, b)

	assert.Equal(t, 2, s.Len())

	a.forget()
	assert.Equal(t, 1, s.Len())
	next, err := s.Of(one, build)
	require.NoError(t, err)
	assert.NotSame(t, a, next)
	kept, err := s.Of(other, build)
	require.NoError(t, err)
	assert.Same(t, b, kept)
}

func TestWhatCouldNotBeBuiltIsTriedAgain(t *testing.T) {
	var s Shared[config, thing]
	cfg, broken := &config{}, errors.New("broken")
	half, err := s.Of(cfg, func(forget func()) (*thing, error) { return &thing{forget}, broken })
	require.ErrorIs(t, err, broken)
	assert.Nil(t, half)
	whole, err := s.Of(cfg, build)
	require.NoError(t, err)
	assert.NotNil(t, whole)
}
