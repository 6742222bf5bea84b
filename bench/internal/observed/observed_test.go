package observed

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// exports is a file of two batches, each with a counter that says n, and a gauge that is no counter.
func exports(t *testing.T, kind pmetric.AggregationTemporality, n ...int64) string {
	t.Helper()
	var file []byte
	for _, value := range n {
		md := pmetric.NewMetrics()
		metrics := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
		m := metrics.AppendEmpty()
		m.SetName("smtp.delivery.recipients")
		m.SetEmptySum().SetAggregationTemporality(kind)
		for _, route := range []string{"mx", "local"} {
			p := m.Sum().DataPoints().AppendEmpty()
			p.SetIntValue(value)
			p.Attributes().PutStr("smtp.delivery.status", "delivered")
			p.Attributes().PutStr("smtp.delivery.route", route)
		}
		metrics.AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty().SetIntValue(7)
		line, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(md)
		require.NoError(t, err)
		file = append(append(file, line...), '\n')
	}
	path := filepath.Join(t.TempDir(), "out.json")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	return path
}

func TestOfCumulativeSumsTheNewestCountsAndOthersAddUp(t *testing.T) {
	counted, err := Counted(exports(t, pmetric.AggregationTemporalityCumulative, 3, 5))
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"smtp.delivery.recipients delivered": 10}, counted)

	counted, err = Counted(exports(t, pmetric.AggregationTemporalityDelta, 3, 5))
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"smtp.delivery.recipients delivered": 16}, counted)
}

func TestWhatDriftsWithTheMachineIsNoDifference(t *testing.T) {
	a := []Cost{{CPU: 1 * time.Second}, {CPU: 10 * time.Second}, {CPU: 3 * time.Second}}
	b := []Cost{{CPU: 2 * time.Second}, {CPU: 20 * time.Second}, {CPU: 4 * time.Second}}
	assert.Equal(t, Ratio{0.5, 0.5, 0.75}, RoundByRound(a, b, ByCPU))
	assert.Equal(t, "0.50 (0.50 to 0.75)", RoundByRound(a, b, ByCPU).String())

	least, middle, most := Ordered(a)
	assert.Equal(t, []Cost{a[0], a[2], a[1]}, []Cost{least, middle, most})
}

func TestAProcessIsObservedUntilItIsGone(t *testing.T) {
	u, err := Of(os.Getpid())
	require.NoError(t, err)
	assert.Positive(t, u.Resident)
	assert.GreaterOrEqual(t, u.Peak, u.Resident)

	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	c, err := Ended(cmd.ProcessState)
	require.NoError(t, err)
	assert.Positive(t, c.Peak)
	assert.ErrorIs(t, Idle(cmd.Process.Pid, time.Second), os.ErrNotExist)
}
