package maillogreceiver

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// words are what a receiver has logged.
type words struct {
	*observer.ObservedLogs
	r *maillogReceiver
}

func newWords() (*zap.Logger, *words) {
	core, logs := observer.New(zapcore.InfoLevel)
	return zap.New(core), &words{ObservedLogs: logs}
}

func (w *words) all() (list []string) {
	for _, e := range w.All() {
		list = append(list, e.Message)
	}
	return list
}

func (w *words) warnings() (list []string) {
	for _, e := range w.All() {
		if e.Level >= zapcore.WarnLevel {
			list = append(list, e.Message)
		}
	}
	return list
}

// observe is run with a logger that is looked at.
func observe(t *testing.T, s *sink, include []string, change func(*Config)) *words {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Include, cfg.StartAt, cfg.PollInterval, cfg.HostName = include, "beginning", 5*time.Millisecond, "mx"
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	set := receivertest.NewNopSettings(metadata.Type)
	logger, w := newWords()
	set.Logger = logger
	var err error
	w.r, err = newReceiver(cfg, set, s, time.Now)
	require.NoError(t, err)
	require.NoError(t, w.r.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = w.r.Shutdown(t.Context()) })
	return w
}

// What is no file under include is told of once, stops nothing, and does not hold up the shutdown.
func TestWhatIsNoFileIsToldOfOnceAndStopsNothing(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, syscall.Mkfifo(path("fifo"), 0o600))
	l, err := net.Listen("unix", path("socket"))
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, os.Mkdir(path("directory"), 0o700))
	require.NoError(t, os.Symlink("/nowhere/mail.log", path("dangling")))
	require.NoError(t, os.Symlink("fifo", path("link")))
	require.NoError(t, os.Symlink("loop", path("loop")))
	require.NoError(t, os.WriteFile(path("excluded"), nil, 0o600))
	write(t, path("mail.log"), numbered(0, 10))

	include := []string{path("mail.log"), "/dev/null"}
	for _, name := range []string{"fifo", "socket", "directory", "dangling", "link", "loop", "excluded", "none", "none*", "d[i]rectory"} {
		include = append(include, path(name))
	}
	s := new(sink)
	logged := observe(t, s, include, func(c *Config) { c.Exclude = []string{path("exclude*")} })
	waitFor(t, s, 10)
	time.Sleep(100 * time.Millisecond)
	for name, what := range map[string]string{
		path("fifo"):        "is a named pipe (FIFO), which is not read",
		path("link"):        "is a named pipe (FIFO), which is not read",
		path("socket"):      "is a socket, which is not read",
		"/dev/null":         "is a device, which is not read",
		path("directory"):   "is a directory: include takes globs of files, such as " + path("directory/*"),
		path("d[i]rectory"): "is a directory: include takes globs of files, such as " + path("directory/*"),
		path("dangling"):    "is a link to /nowhere/mail.log, which is not there",
		path("loop"):        "cannot be looked at: ",
		path("excluded"):    "matches only what exclude names",
		path("none"):        "matches no file",
		path("none*"):       "matches no file",
	} {
		found := slices.DeleteFunc(logged.warnings(), func(w string) bool { return !strings.HasPrefix(w, name+" "+what) })
		assert.Len(t, found, 1, "%s %s: %v", name, what, logged.warnings())
	}
	assert.Len(t, logged.warnings(), 11, "%v", logged.warnings())
	write(t, path("mail.log"), numbered(10, 20))
	waitFor(t, s, 20)
	began := time.Now()
	require.NoError(t, logged.r.Shutdown(t.Context()))
	assert.Less(t, time.Since(began), patience)
}

// Who names the logs of several systems wants the one that is there.
func TestTheNameThatAnotherSystemHasForTheLogIsNoTrouble(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("maillog"), numbered(0, 1))
	write(t, path("other.log"), numbered(0, 1))
	for _, c := range []struct{ include, troubles []string }{
		{[]string{"mail.log", "maillog"}, nil},
		{[]string{"maillog", "mail.log", "mail"}, nil},
		{[]string{"mail.log*", "maillog*"}, nil},
		{[]string{"mail.log", "mail"}, []string{"mail.log", "mail"}},
		{[]string{"mail.log"}, []string{"mail.log"}},
		{[]string{"mail.log", "other.log"}, []string{"mail.log"}},
		{[]string{"mail.log", "sub/maillog"}, []string{"mail.log", "sub/maillog"}},
		{[]string{"maillog", "mial.log"}, []string{"mial.log"}},
		{[]string{"maillog", "sub/mail.log"}, []string{"sub/mail.log"}},
	} {
		var globs []string
		want := map[string]string{}
		for _, name := range c.include {
			globs = append(globs, path(name))
		}
		for _, name := range c.troubles {
			want[path(name)] = "matches no file"
		}
		_, troubles := include{globs: globs}.look()
		assert.Equal(t, want, troubles, "%v", c.include)
	}
}

func TestWhatIsTheMatterIsToldAgainWhenItChanges(t *testing.T) {
	now := time.Unix(1_795_447_947, 0)
	logger, logged := newWords()
	s := troubles{logger: logger}
	at := func(d time.Duration, list map[string]string) { s.tell(list, now.Add(d)) }
	none, directory := map[string]string{"/log/m": "matches no file"}, map[string]string{"/log/m": "is a directory"}
	for i := range 100 {
		at(time.Duration(i)*time.Second, map[string]string{"/log/m": "matches no file"})
	}
	at(100*time.Second, map[string]string{})
	at(101*time.Second, none) // a rotation
	at(102*time.Second, map[string]string{})
	at(110*time.Second, directory)
	at(116*time.Second, directory)
	at(120*time.Second, none)
	at(126*time.Second, none)
	at(127*time.Second, map[string]string{})
	s.reading("/log/n", errors.New("input/output error"))
	at(128*time.Second, map[string]string{})
	at(133*time.Second, map[string]string{})
	s.reading("/log/n", nil)
	at(134*time.Second, map[string]string{})
	assert.Equal(t, []string{
		"/log/m matches no file", "/log/m is read now, or is gone", "/log/m is a directory", "/log/m matches no file", "/log/m is read now, or is gone",
		"/log/n cannot be read: input/output error", "/log/n is read now, or is gone",
	}, logged.all())
}

// A file that may not be read is named once, in front.
func TestCauseNamesNoFile(t *testing.T) {
	_, err := os.Open("/no/such/mail.log")
	assert.Equal(t, "no such file or directory", cause(err))
	assert.Equal(t, "input/output error", cause(syscall.EIO))
}

// A directory that cannot be looked through is told of in the system's words alone; that of the glob stands in front.
func TestDirectoryThatCannotBeLookedThroughIsToldOf(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	g := filepath.Join(dir, "loop", "*.log")
	_, troubles := include{globs: []string{g}}.look()
	assert.Equal(t, map[string]string{g: "cannot be looked through: " + syscall.ELOOP.Error()}, troubles)
}
