package smtpconnector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// Instances of one configuration share a core until the last of them has gone; another configuration, as after a reload, has one of its own.
func TestInstancesOfOneConfigurationShareACore(t *testing.T) {
	shared, set := &cores{}, connectortest.NewNopSettings(metadata.Type)
	cfg := createDefaultConfig().(*Config)
	one, err := shared.of(cfg, set, time.Now)
	require.NoError(t, err)
	again, err := shared.of(cfg, set, time.Now)
	require.NoError(t, err)
	assert.Same(t, one, again)
	other, err := shared.of(createDefaultConfig().(*Config), set, time.Now)
	require.NoError(t, err)
	assert.NotSame(t, one, other)

	metrics := newMetrics(one, consumertest.NewNop())
	one.join(toTraces)
	assert.True(t, one.leads(toMetrics))
	assert.False(t, one.leads(toTraces))
	require.NoError(t, metrics.Shutdown(t.Context()))
	assert.Equal(t, 2, shared.Len())
	require.NoError(t, one.leave(t.Context(), toTraces))
	assert.Equal(t, 1, shared.Len())
	next, err := shared.of(cfg, set, time.Now)
	require.NoError(t, err)
	assert.NotSame(t, one, next)
}
