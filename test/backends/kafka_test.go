//go:build backends

package backends

import (
	"context"
	"crypto/tls"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// TestKafka runs examples/kafka.yaml in front of a broker that wants TLS and SCRAM-SHA-512, as the page has it, and reads the topic: every line, once.
func TestKafka(t *testing.T) {
	t.Parallel()
	d, a := newDay(t), newAuthority(t)
	certificate, err := tls.LoadX509KeyPair(a.cert, a.key)
	require.NoError(t, err)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "post"), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", user, password),
		kfake.TLS(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	e := example{lines: d.lines}
	e.run(t, "kafka.yaml", "KAFKA="+cluster.ListenAddrs()[0], "KAFKA_TOPIC=post", "METRICS="+freeAddress(t), "KAFKA_TLS={ca_file: "+a.cert+"}",
		fmt.Sprintf("KAFKA_AUTH={sasl: {mechanism: SCRAM-SHA-512, username: %s, password: %q}}", user, password))

	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics("post"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DialTLSConfig(a.trust()), kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	lines := map[string]int{}
	for len(lines) < len(d.lines) && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(r.Value)
			require.NoError(t, err)
			for _, record := range truth.Records(ld) {
				if record.Attr["smtp.synthetic"] == "" {
					lines[record.Attr["log.file.record_offset"]]++
				}
			}
		})
	}
	require.Len(t, lines, len(d.lines))
	for offset, n := range lines {
		require.Equal(t, 1, n, "the line at %s", offset)
	}
}
