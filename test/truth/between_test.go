package truth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// The connector counts the records as they reach it: what a filter, a transform or a redaction in front of it takes away or changes is not counted, or
// counted as what it became. A connector that were told by the processor what to count would not see it.
func TestWhatStandsBetweenChangesWhatIsCounted(t *testing.T) {
	const log = "postfix-main.iso.log"
	each := func(do func(plog.LogRecord) (keep bool)) func(plog.Logs) {
		return func(ld plog.Logs) {
			for _, rl := range ld.ResourceLogs().All() {
				for _, sl := range rl.ScopeLogs().All() {
					sl.LogRecords().RemoveIf(func(rec plog.LogRecord) bool { return !do(rec) })
				}
			}
		}
	}
	is := func(rec plog.LogRecord, name, value string) bool {
		v, ok := rec.Attributes().Get(name)
		return ok && v.AsString() == value
	}
	plain := everyPoint(t, log, nil)
	require.True(t, some(plain, "smtp.delivery.recipients", "smtp.delivery.status=bounced"), "the log has bounces")
	require.True(t, some(plain, "smtp.delivery.attempts", "smtp.destination.provider="), "and providers")

	for name, c := range map[string]struct {
		between func(plog.Logs)
		gone    []string // marks of points that nothing has any more
		there   []string // and of one that is new
	}{
		"filter": {
			between: each(func(rec plog.LogRecord) bool { return !is(rec, "smtp.delivery.status", "bounced") }),
			gone:    []string{"smtp.delivery.recipients", "smtp.delivery.status=bounced"},
		},
		"transform": {
			between: each(func(rec plog.LogRecord) bool {
				if is(rec, "smtp.delivery.status", "bounced") {
					rec.Attributes().PutStr("smtp.failure.reason", "policy_of_ours")
				}
				return true
			}),
			there: []string{"smtp.delivery.attempts", "smtp.failure.reason=policy_of_ours"},
		},
		"redaction": {
			between: each(func(rec plog.LogRecord) bool {
				rec.Attributes().Remove("smtp.destination.provider")
				return true
			}),
			gone: []string{"smtp.destination.provider="},
		},
	} {
		t.Run(name, func(t *testing.T) {
			points := everyPointBehind(t, log, nil, c.between)
			require.NotEmpty(t, points)
			assert.NotEqual(t, strings.Join(plain, "\n"), strings.Join(points, "\n"))
			if c.gone != nil {
				assert.False(t, some(points, c.gone...), c.gone)
			}
			if c.there != nil {
				assert.True(t, some(points, c.there...), c.there)
			}
		})
	}
}

// some says whether a point has all of the marks.
func some(points []string, marks ...string) bool {
next:
	for _, p := range points {
		for _, m := range marks {
			if !strings.Contains(p, m) {
				continue next
			}
		}
		return true
	}
	return false
}
