package truth

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// postfixLogs are the corpora's logs of Postfix at its usual verbosity, and the host that each names.
var postfixLogs = map[string]string{
	"postfix-main.iso.log": "mailout", "postfix-main.rfc3164.log": "mailout", "postfix-postlogd.log": "mailout", "postfix-field.log": "mx",
}

// budget adds up what enriched records cost.
type budget struct {
	deliveries, ofDeliveries int // records, attributes
	ordinary, ofOrdinary     int
	raw, wire                int // bytes
}

func (b *budget) add(ld plog.Logs) {
	b.wire += (&plog.ProtoMarshaler{}).LogsSize(ld)
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				kind, ok := rec.Attributes().Get("smtp.event")
				if !ok {
					continue
				}
				switch kind.AsString() {
				case "message", "session":
				case "delivery":
					b.deliveries++
					b.ofDeliveries += rec.Attributes().Len()
				default:
					b.ordinary++
					b.ofOrdinary += rec.Attributes().Len()
				}
			}
		}
	}
}

// What a record carries, and so what it costs to make, to send and to keep, is a budget: at the processor's defaults, as the receiver brings the lines.
func TestRecordsStayWithinTheirBudget(t *testing.T) {
	var b budget
	for name, host := range postfixLogs {
		sink := new(consumertest.LogsSink)
		f := smtpprocessor.NewFactory()
		cfg := f.CreateDefaultConfig().(*smtpprocessor.Config)
		cfg.Location = "UTC"
		p, err := f.CreateLogs(t.Context(), processortest.NewNopSettings(f.Type()), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		b.raw += feed(t, p.ConsumeLogs, name, host)
		require.NoError(t, p.Shutdown(t.Context()))
		for _, ld := range sink.AllLogs() {
			b.add(ld)
		}
	}
	delivery, ordinary, wire := float64(b.ofDeliveries)/float64(b.deliveries), float64(b.ofOrdinary)/float64(b.ordinary), float64(b.wire)/float64(b.raw)
	t.Logf("attributes: %.2f on a delivery, %.2f on an ordinary record; OTLP: %.2f times the raw lines", delivery, ordinary, wire)
	assert.LessOrEqual(t, delivery, 26.0, "attributes on a delivery")
	assert.LessOrEqual(t, ordinary, 9.0, "attributes on an ordinary record")
	assert.LessOrEqual(t, wire, 5.5, "bytes of OTLP for a byte of log")
}
