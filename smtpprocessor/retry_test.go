package smtpprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
)

// A batch that was refused and waits is no reason to take another one with the same stamps for it: that one would go out as it came, with
// its password.
func TestAnotherBatchWithEqualStampsIsNotTakenForTheRefusedOne(t *testing.T) {
	talk := []string{"C: EHLO a.example", "S: 250 ok", "C: AUTH PLAIN AGJvYgBodW50ZXIy", "S: 235 2.7.0 ok"}
	for name, first := range map[string][]string{
		"nothing recognised": {cronLine, cronLine, cronLine, cronLine},
		"the same commands":  {"C: EHLO b.example", "S: 250 ok", "C: AUTH PLAIN AGFubgBzZWNyZXQ=", "S: 235 2.7.0 ok"},
	} {
		t.Run(name, func(t *testing.T) {
			busy := &picky{refuse: func(call int) error {
				if call == 1 {
					return errBusy
				}
				return nil
			}}
			p, _ := start(t, busy, nil)
			refusedOne := batch(first...)
			require.Error(t, p.ConsumeLogs(t.Context(), refusedOne))
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(talk...)))
			out := texts(t, busy.AllLogs()...)
			assert.NotContains(t, out, "AGJvYgBodW50ZXIy")
			assert.Contains(t, out, "C: AUTH PLAIN [redacted]")
			assert.Len(t, p.refusals.order, 1, "the refused batch waits still")
			require.NoError(t, p.ConsumeLogs(t.Context(), refusedOne))
			assert.Empty(t, p.refusals.order)
		})
	}
}

// Lines that are alike but for what a carrier says beside them are other lines.
func TestBatchesThatDifferInAttributesAloneAreTwo(t *testing.T) {
	of := func(change func(plog.Logs)) uint64 {
		ld := batch("one", "two")
		change(ld)
		return batchid.ContentOf(ld)
	}
	first := func(ld plog.Logs) plog.LogRecord { return ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0) }
	seen := map[uint64]string{}
	for name, change := range map[string]func(plog.Logs){
		"as it is":    func(plog.Logs) {},
		"resource":    func(ld plog.Logs) { ld.ResourceLogs().At(0).Resource().Attributes().PutStr("host.name", "other") },
		"scope":       func(ld plog.Logs) { ld.ResourceLogs().At(0).ScopeLogs().At(0).Scope().SetName("other") },
		"file":        func(ld plog.Logs) { placed(ld, "f1", 0) },
		"other file":  func(ld plog.Logs) { placed(ld, "f2", 0) },
		"trace":       func(ld plog.Logs) { first(ld).SetTraceID([16]byte{1}) },
		"span":        func(ld plog.Logs) { first(ld).SetSpanID([8]byte{1}) },
		"event":       func(ld plog.Logs) { first(ld).SetEventName("x") },
		"body":        func(ld plog.Logs) { first(ld).Body().SetStr("One") },
		"kind":        func(ld plog.Logs) { first(ld).Body().SetEmptyBytes().FromRaw([]byte("one")) },
		"map":         func(ld plog.Logs) { first(ld).Body().SetEmptyMap().PutStr("MESSAGE", "one") },
		"map's value": func(ld plog.Logs) { first(ld).Body().SetEmptyMap().PutStr("MESSAGE", "One") },
		"slice":       func(ld plog.Logs) { first(ld).Body().SetEmptySlice().AppendEmpty().SetStr("one") },
		"attribute":   func(ld plog.Logs) { first(ld).Attributes().PutInt("log.record.n", 1) },
		"its value":   func(ld plog.Logs) { first(ld).Attributes().PutInt("log.record.n", 2) },
		"its kind":    func(ld plog.Logs) { first(ld).Attributes().PutDouble("log.record.n", 2) },
		"truth":       func(ld plog.Logs) { first(ld).Attributes().PutBool("log.record.n", true) },
		"lie":         func(ld plog.Logs) { first(ld).Attributes().PutBool("log.record.n", false) },
		"severity":    func(ld plog.Logs) { first(ld).SetSeverityText("err") },
		"stamp":       func(ld plog.Logs) { first(ld).SetTimestamp(1) },
		"seen":        func(ld plog.Logs) { first(ld).SetObservedTimestamp(1) },
	} {
		h := of(change)
		assert.Empty(t, seen[h], "%s is taken for another", name)
		assert.Equal(t, h, of(change), name)
		seen[h] = name
	}
}

// What stands behind the processor may change a batch each time that it is handed on: it is the same batch still.
func TestBatchThatIsChangedBehindUsAtEveryTryIsOneBatch(t *testing.T) {
	tries := 0
	busy := &picky{}
	behind := consumerFunc(func(ld plog.Logs) error {
		tries++
		for _, rec := range flat(ld) {
			rec.Attributes().PutInt("tries", int64(tries))
		}
		if tries < 4 {
			return errBusy
		}
		return busy.ConsumeLogs(t.Context(), ld)
	})
	p, _ := start(t, behind, nil)
	lines := corpus(t, mainLog)[7:40]
	ld := batch(lines...)
	for p.ConsumeLogs(t.Context(), ld) != nil {
		require.Len(t, p.refusals.order, 1)
	}
	assert.Empty(t, p.refusals.order)
	assert.Empty(t, p.refusals.ours)
	n := 0
	for _, rec := range flat(busy.AllLogs()...) {
		if !isMade(rec) {
			n++
		}
		assert.Empty(t, str(rec, attrs.Duplicate))
	}
	assert.Equal(t, len(lines), n)
}

// A batch that is refused for good when it comes again does not wait any longer, or no state would be saved ever after.
func TestBatchRefusedForGoodAtItsSecondTryIsForgotten(t *testing.T) {
	busy := &picky{refuse: func(call int) error {
		if call == 1 {
			return errBusy
		}
		return consumererror.NewPermanent(errBusy)
	}}
	p, _ := start(t, busy, nil)
	ld := placed(batch(corpus(t, mainLog)[7:20]...), "f1", 0)
	require.Error(t, p.ConsumeLogs(t.Context(), ld))
	assert.NotEmpty(t, p.refusals.outstanding())
	require.Error(t, p.ConsumeLogs(t.Context(), ld))
	assert.Empty(t, p.refusals.outstanding())
}
