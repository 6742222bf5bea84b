//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The file that was read last is overwritten by a rotation while the collector is dead. What is there comes, and that lines may be missing is told and counted once.
func TestLinesThatNobodyHasAreToldOf(t *testing.T) {
	t.Parallel()
	col := newCollector(t, "maillog")
	own := freeAddress(t)
	host, port, err := net.SplitHostPort(own)
	require.NoError(t, err)
	col.configure("{metrics: {level: none}}", fmt.Sprintf("{metrics: {readers: [{pull: {exporter: {prometheus: {host: %s, port: %s}}}}]}}", host, port))
	lines := func(from, to int) (list []string) {
		for n := from; n < to; n++ {
			list = append(list, sent(n))
		}
		return list
	}
	col.write(lines(0, 100))
	col.start()
	col.waitFor(100)
	col.stop()
	assert.NotContains(t, col.output.String(), "lines may be missing")
	for n := 100; n < 300; n += 100 { // a rotation that keeps one file, twice
		col.write(lines(n, n+50))
		require.NoError(t, os.Rename(col.log, col.log+".1"))
	}
	col.write(lines(300, 350))
	col.start()
	col.waitFor(200) // 100 to 149 are lost, 200 to 249 are in mail.log.1
	eventually(t, func() bool { return strings.Contains(col.output.String(), "lines may be missing") }, 50*time.Millisecond, col.output.String)
	assert.Regexp(t, `(?m)^otelcol_receiver_maillog_gaps\S* 1$`, scrape(t, own))
	col.stop()
	col.start()
	col.stop()
	assert.Equal(t, 1, strings.Count(col.output.String(), "lines may be missing"))
}
