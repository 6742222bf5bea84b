package maillogreceiver

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// sink keeps what it accepts, and refuses as it is told.
type sink struct {
	consumertest.LogsSink
	mu     sync.Mutex
	refuse func(plog.Logs) error
	join   checkpoint.Participant
}

func (s *sink) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if round, ok := checkpoint.FromContext(ctx); ok && s.join != nil {
		round.Join(s.join)
	}
	if refuse != nil {
		if err := refuse(ld); err != nil {
			return err
		}
	}
	kept := plog.NewLogs()
	ld.CopyTo(kept)
	return s.LogsSink.ConsumeLogs(ctx, kept)
}

func (s *sink) set(refuse func(plog.Logs) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// line is one record that came out.
type line struct {
	text, file string
	offset     int64
}

func (s *sink) lines() (list []line) {
	for _, ld := range s.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			id, _ := rl.ScopeLogs().At(0).Scope().Attributes().Get(attrs.FileID)
			for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
				offset, _ := rec.Attributes().Get(attrs.FileOffset)
				list = append(list, line{rec.Body().Str(), id.Str(), offset.Int()})
			}
		}
	}
	return list
}

func (s *sink) texts() (list []string) {
	for _, l := range s.lines() {
		list = append(list, l.text)
	}
	return list
}

// storageHost has a file_storage extension.
type storageHost struct {
	component.Host
	ext map[component.ID]component.Component
}

func (h *storageHost) GetExtensions() map[component.ID]component.Component { return h.ext }

var storageID = component.MustNewID("file_storage")

func newStorage(t testing.TB, dir string) *storageHost {
	f := filestorage.NewFactory()
	cfg := f.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	ext, err := f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = ext.Shutdown(context.Background()) })
	return &storageHost{componenttest.NewNopHost(), map[component.ID]component.Component{storageID: ext}}
}

func run(t testing.TB, next consumer.Logs, host component.Host, include string, change func(*Config)) *maillogReceiver {
	t.Helper()
	return runAt(t, next, host, include, change, zap.NewNop(), time.Now)
}

// runAt is run with a log and a clock.
func runAt(
	t testing.TB, next consumer.Logs, host component.Host, include string, change func(*Config), logger *zap.Logger, now func() time.Time,
) *maillogReceiver {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Include, cfg.StartAt, cfg.PollInterval, cfg.HostName = []string{include}, "beginning", 5*time.Millisecond, "mx"
	cfg.RetryOnFailure.InitialInterval, cfg.RetryOnFailure.MaxInterval = time.Millisecond, 5*time.Millisecond
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	set := receivertest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type) // the storage goes by it
	set.Logger = logger
	r, err := newReceiver(cfg, set, next, now)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), host))
	t.Cleanup(func() { _ = r.Shutdown(context.Background()) })
	return r
}

func numbered(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("Nov 23 15:32:33 mx postfix/smtpd[%d]: connect from unknown[192.0.2.%d]", i, i%250))
	}
	return list
}

func write(t testing.TB, path string, lines []string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func waitFor(t testing.TB, s *sink, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.lines()) >= n }, 20*time.Second, 2*time.Millisecond, "%d of %d lines", len(s.lines()), n)
}

func TestLinesComeInOrderWithTheirPlaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	want := numbered(0, 1234)
	write(t, path, want)
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, func(c *Config) { c.MaxBatchSize = 250 })
	waitFor(t, s, len(want))
	assert.Equal(t, want, s.texts())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, l := range s.lines() {
		assert.Equal(t, l.text, string(data[l.offset:l.offset+int64(len(l.text))]))
		assert.Equal(t, s.lines()[0].file, l.file)
	}
	for _, ld := range s.AllLogs() {
		assert.LessOrEqual(t, ld.LogRecordCount(), 250)
		host, _ := ld.ResourceLogs().At(0).Resource().Attributes().Get("host.name")
		assert.Equal(t, "mx", host.Str())
	}
}

func TestLastLinesOfAPollDoNotWaitForAFullBatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 200))
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, nil)
	waitFor(t, s, 200)
}

func TestRotationByRenameLosesNothingAndTheNewFileIsAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	s := new(sink)
	write(t, path, numbered(0, 10))
	run(t, s, componenttest.NewNopHost(), path, nil)
	waitFor(t, s, 10)
	write(t, path, numbered(10, 20))
	require.NoError(t, os.Rename(path, path+".1"))
	write(t, path, numbered(20, 50))
	waitFor(t, s, 50)
	assert.ElementsMatch(t, numbered(0, 50), s.texts())
	ids := map[string]string{}
	for _, l := range s.lines() {
		ids[l.text] = l.file
	}
	all := numbered(0, 50)
	assert.Equal(t, ids[all[0]], ids[all[19]])
	assert.NotEqual(t, ids[all[0]], ids[all[20]])
	assert.Equal(t, ids[all[20]], ids[all[49]])
}

func TestRotationByCopyAndTruncateMakesAnotherFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	s := new(sink)
	write(t, path, numbered(0, 30))
	run(t, s, componenttest.NewNopHost(), path, nil)
	waitFor(t, s, 30)
	require.NoError(t, os.Truncate(path, 0))
	write(t, path, numbered(30, 40))
	waitFor(t, s, 40)
	lines := s.lines()
	assert.Equal(t, numbered(0, 40), s.texts())
	assert.NotEqual(t, lines[29].file, lines[30].file)
	assert.Zero(t, lines[30].offset)
}

func TestPackedFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log.2.gz")
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write([]byte(strings.Join(numbered(0, 300), "\n") + "\n"))
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(path, buf.Bytes(), 0o600))
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, func(c *Config) { c.Compression = "auto" })
	waitFor(t, s, 300)
	assert.Equal(t, numbered(0, 300), s.texts())
}

func TestRefusedBatchIsTriedAgainOnceAndInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 500))
	s := new(sink)
	n := 0
	s.set(func(plog.Logs) error {
		if n++; n%3 != 0 {
			return errors.New("busy")
		}
		return nil
	})
	run(t, s, componenttest.NewNopHost(), path, func(c *Config) { c.MaxBatchSize = 40 })
	waitFor(t, s, 500)
	assert.Equal(t, numbered(0, 500), s.texts())
}

func TestWhatIsRefusedForGoodIsDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 10))
	s := new(sink)
	refused := make(chan struct{})
	var once sync.Once
	s.set(func(plog.Logs) error {
		once.Do(func() { close(refused) })
		return consumererror.NewPermanent(errors.New("never"))
	})
	run(t, s, componenttest.NewNopHost(), path, nil)
	<-refused
	s.set(nil)
	write(t, path, numbered(10, 20))
	waitFor(t, s, 10)
	assert.Equal(t, numbered(10, 20), s.texts())
}

func TestRestartGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mail.log")
	host := newStorage(t, t.TempDir())
	write(t, path, numbered(0, 150))
	s := new(sink)
	storage := func(c *Config) { c.Storage = &storageID }
	r := run(t, s, host, path, storage)
	waitFor(t, s, 150)
	require.NoError(t, r.Shutdown(t.Context()))
	write(t, path, numbered(150, 200))
	run(t, s, host, path, storage)
	waitFor(t, s, 200)
	assert.Equal(t, numbered(0, 200), s.texts())
	assert.Equal(t, s.lines()[0].file, s.lines()[199].file)
}

func TestShutdownWhileRefusedSavesNothingUnaccepted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	host := newStorage(t, t.TempDir())
	write(t, path, numbered(0, 50))
	s := new(sink)
	refused := make(chan struct{}, 1000)
	s.set(func(plog.Logs) error {
		select {
		case refused <- struct{}{}:
		default:
		}
		return errors.New("busy")
	})
	storage := func(c *Config) { c.Storage = &storageID }
	r := run(t, s, host, path, storage)
	<-refused
	require.NoError(t, r.Shutdown(t.Context()))
	require.Empty(t, s.lines())
	s.set(nil)
	run(t, s, host, path, storage)
	waitFor(t, s, 50)
	assert.Equal(t, numbered(0, 50), s.texts())
}

// slow is a participant that saves only when it is told that it is the last round.
type slow struct {
	mu     sync.Mutex
	asked  int
	finals int
}

func (p *slow) Checkpoint(ctx context.Context) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if checkpoint.IsFinal(ctx) {
		p.finals++
		return true, nil
	}
	return false, nil
}

func (p *slow) counts() (asked, finals int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.finals
}

func TestOffsetsAreKeptBackUntilTheParticipantsHaveSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	host := newStorage(t, t.TempDir())
	write(t, path, numbered(0, 10))
	p := new(slow)
	s := &sink{join: p}
	storage := func(c *Config) { c.Storage = &storageID }
	r := run(t, s, host, path, storage)
	waitFor(t, s, 10)
	require.Eventually(t, func() bool { n, _ := p.counts(); return n > 2 }, 20*time.Second, time.Millisecond)
	data, err := r.offsets.Get(t.Context(), stateKey)
	require.NoError(t, err)
	assert.Empty(t, data)
	require.NoError(t, r.Shutdown(t.Context()))
	_, finals := p.counts()
	assert.Positive(t, finals)
	s2 := new(sink)
	write(t, path, numbered(10, 11))
	run(t, s2, host, path, storage)
	waitFor(t, s2, 1)
	assert.Equal(t, numbered(10, 11), s2.texts())
}

func TestOddLinesSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	want := []string{"  leading and trailing  ", "nul\x00byte", "broken \xff\xfe utf-8", strings.Repeat("x", 100_000), "last"}
	write(t, path, want)
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, nil)
	waitFor(t, s, len(want))
	got := s.texts()
	assert.Equal(t, want[0], got[0])
	assert.Equal(t, want[1], got[1])
	assert.Contains(t, got[2], "broken ")
	assert.Equal(t, want[3:], got[3:])
}

// journalctl -o export: fields are on lines of their own, an empty line ends the entry.
func TestJournalsEntryStaysWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.export")
	first, second := "__CURSOR=s=1\n_PID=540\nSYSLOG_IDENTIFIER=postfix/smtpd\nMESSAGE=connect", "__CURSOR=s=2\nMESSAGE=disconnect"
	require.NoError(t, os.WriteFile(path, []byte(first+"\n\n"+second+"\n\nNov 23 15:32:27 a line\n"), 0o600))
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, nil)
	waitFor(t, s, 3)
	assert.Equal(t, []string{first, second, "Nov 23 15:32:27 a line"}, s.texts())
}

// What was written as one entry is one record, also where its end comes later.
func TestEntryOfSeveralLinesStaysWhole(t *testing.T) {
	const stamp = "2026-11-23T15:32:27.611330123Z "
	want := []string{
		"Mon 2026-11-23 15:32:27.611330 UTC [s=1;i=2;b=3;m=4;t=5;x=6]\n    MESSAGE=connect",
		"{\n\t\"__CURSOR\" : \"s=1\",\n\t\"MESSAGE\" : \"connect\"\n}",
		stamp + "stdout P 4AB12C: rem\n" + stamp + "stdout F oved",
		stamp + "stderr P a\n" + stamp + "stderr F b",
	}
	text := strings.Join(want, "\n") + "\n"
	for back := 1; back < len(want[3]); back += 11 {
		path := filepath.Join(t.TempDir(), "mail.log")
		cut := len(text) - back
		require.NoError(t, os.WriteFile(path, []byte(text[:cut]), 0o600))
		s := new(sink)
		run(t, s, componenttest.NewNopHost(), path, nil)
		waitFor(t, s, 3)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(text[cut:])
		require.NoError(t, err)
		require.NoError(t, f.Close())
		waitFor(t, s, 4)
		assert.Equal(t, want, s.texts(), "%d bytes come later", back)
	}
}

func TestOverlongLineComesInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, []string{strings.Repeat("y", 3000), "next"})
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, func(c *Config) { c.MaxLogSize = 1000 })
	waitFor(t, s, 4)
	assert.Equal(t, strings.Repeat("y", 3000)+"next", strings.Join(s.texts(), ""))
}

func TestStartAtEndReadsOnlyWhatComes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 10))
	s := new(sink)
	r := run(t, s, componenttest.NewNopHost(), path, func(c *Config) { c.StartAt = "end" })
	require.Eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.polls > 1 }, 20*time.Second, time.Millisecond)
	write(t, path, numbered(10, 20))
	waitFor(t, s, 10)
	assert.Equal(t, numbered(10, 20), s.texts())
}

// A line that is being written at the start comes whole; one that nobody has ended for a while was there before.
func TestStartAtEndTakesTheLineThatIsBeingWritten(t *testing.T) {
	dir := t.TempDir()
	now, old := filepath.Join(dir, "now.log"), filepath.Join(dir, "old.log")
	for _, path := range []string{now, old} {
		require.NoError(t, os.WriteFile(path, []byte("Nov 23 15:32:27 mx a line\nNov 23 15:32:28 mx half"), 0o600))
	}
	long := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(old, long, long))
	s := new(sink)
	r := run(t, s, componenttest.NewNopHost(), filepath.Join(dir, "*.log"), func(c *Config) { c.StartAt = "end" })
	require.Eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.polls > 1 }, 20*time.Second, time.Millisecond)
	write(t, now, []string{" a line"})
	write(t, old, []string{"", "Nov 23 15:32:29 mx another"})
	waitFor(t, s, 2)
	assert.ElementsMatch(t, []string{"Nov 23 15:32:28 mx half a line", "Nov 23 15:32:29 mx another"}, s.texts())
}

func TestShutdownBeforeStartAndTwice(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Include = []string{"x"}
	r, err := newReceiver(cfg, receivertest.NewNopSettings(metadata.Type), consumertest.NewNop(), time.Now)
	require.NoError(t, err)
	require.NoError(t, r.Shutdown(t.Context()))
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestMistakesNameTheirKeyAndWhatItTakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"include":     {func(c *Config) { c.Include = nil }, "include: is empty, takes globs"},
		"glob":        {func(c *Config) { c.Include = []string{"/var/log/[a"} }, `include: "/var/log/[a" is no glob`},
		"start":       {func(c *Config) { c.StartAt = "middle" }, `start_at: "middle" is not a choice, takes end or beginning`},
		"poll":        {func(c *Config) { c.PollInterval = 0 }, "poll_interval: 0s is too short"},
		"batch":       {func(c *Config) { c.MaxBatchSize = 0 }, "max_batch_size: 0 is too small"},
		"log size":    {func(c *Config) { c.MaxLogSize = 1 }, "max_log_size: 1 is too small"},
		"compression": {func(c *Config) { c.Compression = "zip" }, `compression: "zip" is not a choice, takes auto, gzip or none`},
		"retry":       {func(c *Config) { c.RetryOnFailure.InitialInterval = time.Hour }, "retry_on_failure: initial_interval 1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			cfg.Include = []string{"/var/log/mail.log"}
			require.NoError(t, cfg.Validate())
			c.change(cfg)
			assert.ErrorContains(t, cfg.Validate(), c.want)
		})
	}
}

func TestStorageThatIsNotThereStopsTheStart(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Include, cfg.Storage = []string{"x"}, &storageID
	r, err := newReceiver(cfg, receivertest.NewNopSettings(metadata.Type), consumertest.NewNop(), time.Now)
	require.NoError(t, err)
	assert.ErrorContains(t, r.Start(t.Context(), componenttest.NewNopHost()), `storage: there is no extension "file_storage"`)
}

// A writer that has to wait for the disk stops in the middle of a line: the line comes whole. One that never ends comes all the same.
func TestLineThatIsWrittenInTwoPiecesComesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	line := numbered(0, 1)[0]
	add := func(s string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = f.WriteString(s)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	add(line[:30])
	s := new(sink)
	run(t, s, componenttest.NewNopHost(), path, nil)
	time.Sleep(time.Second)
	add(line[30:] + "\nlast, without an end")
	waitFor(t, s, 2)
	assert.Equal(t, []string{line, "last, without an end"}, s.texts())
}

// Lines and entries that are longer than what is read at once, plain and packed, come whole, and parts of what is too long add up to it.
func TestLongLinesComeWholeFromPlainAndPackedFiles(t *testing.T) {
	dir := t.TempDir()
	long := []string{
		strings.Repeat("a", chunk-1), strings.Repeat("b", chunk), strings.Repeat("c", chunk+1), strings.Repeat("d", 5*chunk), "short",
		strings.Repeat("ä", chunk), strings.Repeat("e", 3<<20), "last",
	}
	write(t, filepath.Join(dir, "plain.log"), long)
	pack(t, filepath.Join(dir, "packed.log.1.gz"), long)
	for _, name := range []string{"plain.log", "packed.log.1.gz"} {
		s := new(sink)
		r := run(t, s, componenttest.NewNopHost(), filepath.Join(dir, name), nil)
		waitFor(t, s, len(long)+2)
		got := s.texts()
		assert.Equal(t, long[:6], got[:6], name)
		assert.Equal(t, long[6], strings.Join(got[6:9], ""), name)
		assert.Equal(t, "last", got[9], name)
		require.NoError(t, r.Shutdown(t.Context()))
	}
}
