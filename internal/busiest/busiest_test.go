package busiest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/busiest"
)

const second = int64(time.Second)

func always(string) bool { return true }

// Whoever comes first has a place, up to their number.
func TestTheFirstHavePlaces(t *testing.T) {
	v := busiest.New(2)
	assert.True(t, v.Add("anna", 1, second))
	assert.True(t, v.Add("bert", 1, second))
	assert.False(t, v.Add("carl", 1, second))
	assert.True(t, v.Add("anna", 1, second))
	assert.Empty(t, v.Settle(always), "one more is not ahead")
	assert.True(t, v.Has("bert"))
}

// One that comes up among many more than there is memory for gets a place, and takes it from the least.
func TestTheBusiestOfMany(t *testing.T) {
	const places = 20
	v, dice := busiest.New(places), rand.New(rand.NewPCG(1, 2))
	lost := 0
	for minute := range int64(600) {
		for range 200 { // of 10,000, each as likely
			v.Add(fmt.Sprintf("user%d", dice.IntN(10_000)), 1, minute*60*second)
		}
		if minute >= 500 {
			v.Add("stolen", 5, minute*60*second)
		}
		lost += len(v.Settle(always))
	}
	assert.True(t, v.Has("stolen"))
	assert.Positive(t, lost)
}

// A place goes from one who was busy to one who is.
func TestWhatWasLongAgoCountsLess(t *testing.T) {
	v := busiest.New(1)
	v.Add("retired", 1_000_000, second)
	day := int64(24 * time.Hour)
	v.Add("new", 3, 10*day)
	require.Equal(t, []string{"retired"}, v.Settle(always))
	assert.True(t, v.Has("new"))
	v.Add("retired", 1, 4000*day) // weights begin anew long before numbers end
	require.Equal(t, []string{"new"}, v.Settle(always))
}

// Two that are equal do not take turns.
func TestEqualsStay(t *testing.T) {
	v := busiest.New(1)
	for i := range int64(1000) {
		v.Add("anna", 1, i*second)
		v.Add("bert", 1, i*second)
		assert.Empty(t, v.Settle(always))
	}
	assert.True(t, v.Has("anna"))
}

// What is kept is bounded, and an inherited count earns no place.
func TestManyThatComeOnceTakeNoPlace(t *testing.T) {
	v := busiest.New(10)
	for i := range 10 {
		v.Add(fmt.Sprintf("regular%d", i), 20, second)
	}
	for i := range 100_000 {
		v.Add(fmt.Sprintf("guess%d", i), 1, second)
	}
	assert.Empty(t, v.Settle(always))
	assert.True(t, v.Has("regular3"))
}

func BenchmarkAdd(b *testing.B) {
	v := busiest.New(100)
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprintf("user%d@example.com", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Add(names[i*7919%len(names)], 1, int64(i))
	}
}

// One that may not leave yet keeps its place, and the next one goes.
func TestWhoMayNotLeaveStays(t *testing.T) {
	v := busiest.New(2)
	v.Add("anna", 1, second)
	v.Add("bert", 2, second)
	v.Add("carl", 9, second)
	assert.Equal(t, []string{"bert"}, v.Settle(func(name string) bool { return name != "anna" }))
	assert.True(t, v.Has("anna"))
	assert.True(t, v.Has("carl"))
}
