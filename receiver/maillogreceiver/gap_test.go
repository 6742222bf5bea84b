package maillogreceiver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// The file that was read last went while the collector was down: what was written behind the last line that was read may be in no
// file any more. What is there is read, and that something may be missing is told once. Rotations that leave it are no such case:
// every test with a folder wants that none is told.
func TestLogWhoseLastFileIsGoneIsToldOf(t *testing.T) {
	for name, c := range map[string]struct {
		glob string
		gone func(*folder)
		want []string
	}{
		"deleted": {"mail.log", func(f *folder) { f.remove("mail.log"); f.write("mail.log", numbered(200, 250)...) }, numbered(200, 250)},
		"emptied": {"mail.log*", func(f *folder) { f.truncate("mail.log"); f.write("mail.log", numbered(200, 250)...) }, numbered(200, 250)},
		"rotated, and the rotation keeps one": {"mail.log", func(f *folder) {
			for i := range 3 {
				f.rename("mail.log", "mail.log.1")
				f.write("mail.log", numbered(200+i*20, 220+i*20)...)
			}
		}, numbered(220, 260)}, // 200 to 219 and 100 to 149 are overwritten
		"more often than files are kept": {"mail.log", func(f *folder) {
			for i := range 5 {
				if i > 2 {
					f.remove("mail.log.3")
				}
				f.shift(min(i, 2))
				f.rename("mail.log", "mail.log.1")
				f.write("mail.log", numbered(200+i*20, 220+i*20)...)
			}
		}, numbered(220, 300)},
		"packed with what is not read": {"mail.log", func(f *folder) {
			require.NoError(f.t, os.WriteFile(f.path("mail.log.1.xz"), []byte("\xfd7zXZ\x00 and more"), 0o600))
			f.remove("mail.log")
			f.write("mail.log", numbered(200, 250)...)
		}, numbered(200, 250)},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, c.glob)
			f.write("mail.log.7", numbered(900, 950)...) // from before the first start: nobody asked for it
			if c.glob != "mail.log" {
				f.remove("mail.log.7")
			}
			f.write("mail.log", numbered(0, 100)...)
			f.start()
			f.gaps = 1
			f.restart(func() { f.write("mail.log", numbered(100, 150)...); c.gone(f) })
			f.want(both(numbered(0, 100), c.want)...)
			assert.Zero(t, f.told.FilterMessageSnippet("lines may be missing").Len(), "in the middle of a rotation, perhaps")
			f.restart(func() { f.write("mail.log", numbered(300, 310)...) })
			f.want(both(numbered(0, 100), both(c.want, numbered(300, 310)))...)
			f.late.Store(int64(10 * time.Second))
			f.settle()
			gap := f.told.FilterMessageSnippet("lines may be missing").All()
			require.Len(t, gap, 1)
			assert.Equal(t, f.path("mail.log"), gap[0].ContextMap()["path"])
			assert.Equal(t, int64(len(fmt.Sprint(numbered(0, 100)))-1), gap[0].ContextMap()["read_bytes"])
		})
	}
}

// A file that was put away under a name of its own is no rotation's, and is read to its end all the same.
func TestFileThatWasPutAwayWhileDownIsReadToItsEnd(t *testing.T) {
	f := newFolder(t, "mail.log")
	f.write("mail.log", numbered(0, 100)...)
	f.start()
	f.restart(func() {
		f.write("mail.log", numbered(100, 150)...)
		f.rename("mail.log", "saved-by-hand")
		f.write("mail.log", numbered(150, 200)...)
	})
	f.want(numbered(0, 200)...)
	inOrder(t, numbered(0, 200), f.sink.texts())
	f.restart(func() { f.rename("mail.log", "mail.log.1"); f.write("mail.log", numbered(200, 210)...) })
	f.want(numbered(0, 210)...)
}

// What is old is deleted, and a log that nothing is written to any more goes: nothing is missing.
func TestOldFilesThatGoAreNoGap(t *testing.T) {
	f := newFolder(t, "*.log*")
	for i := range 4 {
		f.write(fmt.Sprintf("mail.log.%d", 4-i), numbered(i*10, i*10+10)...)
	}
	f.write("mail.log", numbered(40, 50)...)
	f.write("other.log", numbered(500, 550)...)
	f.start()
	f.restart(func() {
		f.remove("other.log")
		f.remove("mail.log.4")
		f.shift(3)
		f.rename("mail.log", "mail.log.1")
		f.write("mail.log", numbered(50, 60)...)
	})
	f.want(both(numbered(0, 60), numbered(500, 550))...)
	f.restart(func() { f.remove("mail.log.3"); f.remove("mail.log.4"); f.write("third.log", numbered(600, 610)...) })
	f.want(both(numbered(0, 60), both(numbered(500, 550), numbered(600, 610)))...)
}

// While a consumer refuses what it is given nobody looks at the files either. The count is there for an alert.
func TestGapOfALongRefusalIsCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 10))
	var later atomic.Int64
	r, s, told, tel := observed(t, path, func() time.Time { return time.Now().Add(time.Duration(later.Load())) })
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	waitFor(t, s, 10)
	refused := make(chan struct{})
	var once sync.Once
	s.set(func(plog.Logs) error { once.Do(func() { close(refused) }); return errors.New("the backend is down") })
	write(t, path, numbered(10, 20))
	<-refused
	for i := range 2 { // rotations that keep one file
		require.NoError(t, os.Rename(path, path+".1"))
		write(t, path, numbered(100+10*i, 110+10*i))
	}
	require.NoError(t, os.Rename(path, path+".1"))
	write(t, path, numbered(200, 210))
	later.Store(int64(time.Hour))
	s.set(nil)
	waitFor(t, s, 40)
	later.Store(int64(time.Hour + time.Minute))
	require.Eventually(t, func() bool { return told.FilterMessageSnippet("lines may be missing").Len() > 0 }, 20*time.Second, time.Millisecond)
	require.NoError(t, r.Shutdown(t.Context()))
	assert.ElementsMatch(t, both(numbered(0, 20), both(numbered(110, 120), numbered(200, 210))), s.texts())
	assert.Equal(t, 1, told.FilterMessageSnippet("lines may be missing").Len())
	m, err := tel.GetMetric("otelcol_receiver_maillog_gaps")
	require.NoError(t, err)
	assert.Equal(t, int64(1), m.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
}
