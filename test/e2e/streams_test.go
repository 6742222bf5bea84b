//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Stores make a stream of what a resource says: it is the same in front of and behind a rotation. Which host wrote a line stands on the record
// where it is another than the reader's, and who asks for one host gets its lines alone.
func TestARotationBeginsNoStreamAndHostsAreApart(t *testing.T) {
	t.Parallel()
	col := newCollector(t, "maillog")
	col.configure(col.log+"]", col.log+"*]")
	line := func(host string, n int) string {
		return fmt.Sprintf("2026-11-23T10:00:%02d.000000+00:00 %s postfix/smtpd[7]: connect from c%d[192.0.2.%d]", n, host, n, n)
	}
	col.write([]string{line("mx1", 1), line("mx2", 2), line("collector", 3)})
	col.start()
	col.waitFor(3)
	require.NoError(t, os.Rename(col.log, col.log+".1"))
	col.write([]string{line("mx1", 4), line("mx2", 5)})
	col.waitFor(5)
	col.stop()

	streams, lines := map[string]bool{}, map[string][]string{}
	for _, l := range wholeLines(col.logs) {
		ld, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(l)
		require.NoError(t, err)
		for _, rl := range ld.ResourceLogs().All() {
			stream := fmt.Sprint(rl.Resource().Attributes().AsRaw())
			streams[stream] = true
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					host, _ := rl.Resource().Attributes().Get("host.name")
					name := host.Str()
					if own, ok := rec.Attributes().Get("host.name"); ok {
						name = own.Str()
					}
					if _, client, ok := strings.Cut(rec.Body().Str(), " connect from "); ok {
						lines[name] = append(lines[name], client[:2])
					}
				}
			}
		}
	}
	require.Equal(t, map[string]bool{"map[host.name:collector service.name:mail]": true}, streams)
	for _, list := range lines {
		sort.Strings(list)
	}
	require.Equal(t, map[string][]string{"mx1": {"c1", "c4"}, "mx2": {"c2", "c5"}, "collector": {"c3"}}, lines)
}
