package engine

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// What hiding costs a line, beside one that hides nothing:
//
//	go test ./internal/engine -run '^$' -bench Privacy
func BenchmarkPrivacy(b *testing.B) {
	data, err := os.ReadFile("../../testdata/postfix-main.rfc3164.log")
	require.NoError(b, err)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, c := range []struct {
		name string
		set  privacy.Settings
	}{
		{"keep", privacy.Settings{}},
		{"domain", privacy.Settings{Addresses: privacy.Domain, IPs: privacy.Truncate}},
		{"hash", privacy.Settings{Addresses: privacy.Hash, IPs: privacy.Hash}},
		{"hash,bodies", privacy.Settings{Addresses: privacy.Hash, IPs: privacy.Hash, Bodies: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.set.Key = hashKey
			p, err := privacy.New(c.set)
			require.NoError(b, err)
			e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Privacy: p, Session: session.Config{
				MaxSessions: 20_000, SessionIdle: time.Minute, MaxMessages: 100_000, MessageTTL: time.Hour, MaxRecipients: 1000,
			}})
			require.NoError(b, err)
			var l Line
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				l.Text, l.Carrier, l.Anchor = lines[i%len(lines)], rfc3164{}, time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).UnixNano()
				e.Observe(&l)
			}
		})
	}
}
