//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What only the start needed of the program is not resident while the collector works.
func TestStartUpPagesAreGivenBack(t *testing.T) {
	t.Parallel()
	c := newCollector(t, "maillog")
	c.start()
	c.ready()
	file, err := os.Stat(binary)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return residentOfFiles(t, c.cmd.Process.Pid) < file.Size()/3 }, patience, 200*time.Millisecond)
	c.write([]string{"Nov 30 10:00:00 mx1 postfix/smtpd[1]: connect from client.example.org[192.0.2.1]"})
	c.waitFor(1)
	c.stop()
}

// residentOfFiles is how many bytes of files a process has in memory (proc(5), RssFile).
func residentOfFiles(t *testing.T, pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(data), "RssFile:")
	require.True(t, found)
	kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	require.NoError(t, err)
	return kib << 10
}
