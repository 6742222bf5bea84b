package filestorageextension

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/extension/filestorageextension/internal/metadata"
)

var smtp = component.MustNewID("smtp")

// open starts an extension over a directory, and says what it logs.
func open(t *testing.T, directory string) (*fileStorage, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.ErrorLevel)
	set := extensiontest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	f := NewFactory()
	cfg := f.CreateDefaultConfig().(*Config)
	cfg.Directory = directory
	e, err := f.Create(t.Context(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = e.Shutdown(context.Background()) })
	return e.(*fileStorage), logs
}

func client(t *testing.T, s *fileStorage) storage.Client {
	t.Helper()
	c, err := s.GetClient(t.Context(), component.KindProcessor, smtp, "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// filled is the file of a client that has saved something.
func filled(t *testing.T) (directory, path string) {
	t.Helper()
	directory = t.TempDir()
	s, _ := open(t, directory)
	c := client(t, s)
	for i := range 50 {
		require.NoError(t, c.Set(t.Context(), fmt.Sprintf("key %d", i), bytes.Repeat([]byte{byte(i)}, 100*i)))
	}
	require.NoError(t, c.Close(t.Context()))
	return directory, s.path(component.KindProcessor, smtp, "")
}

func aside(t *testing.T, path string) []string {
	t.Helper()
	list, err := filepath.Glob(path + ".*.backup")
	require.NoError(t, err)
	return list
}

// Where contrib puts a file is where we look, whatever the component is called.
func TestFilesAreWhereContribHasThem(t *testing.T) {
	contrib := filestorage.NewFactory()
	for _, id := range []string{"smtp", "smtp/two", "smtp/zwei", "smtp/" + strings.Repeat("x", 255), "otlp_http/Loki.1-2"} {
		for _, name := range []string{"", "logs", "a/b~ü|c d"} {
			for _, kind := range []component.Kind{component.KindReceiver, component.KindProcessor, component.KindExporter, component.KindConnector, component.KindExtension, {}} {
				directory := t.TempDir()
				cfg := contrib.CreateDefaultConfig().(*filestorage.Config)
				cfg.Directory = directory
				e, err := contrib.Create(t.Context(), extensiontest.NewNopSettings(contrib.Type()), cfg)
				require.NoError(t, err)
				of := component.ID{}
				require.NoError(t, of.UnmarshalText([]byte(id)))
				c, err := e.(storage.Extension).GetClient(t.Context(), kind, of, name)
				require.NoError(t, err)
				require.NoError(t, c.Close(t.Context()))
				s := &fileStorage{directory: directory}
				assert.FileExists(t, s.path(kind, of, name), "%s %q %q", kind, id, name)
			}
		}
	}
}

func TestValuesSurvive(t *testing.T) {
	directory, path := filled(t)
	s, logs := open(t, directory)
	c := client(t, s)
	for i := range 50 {
		v, err := c.Get(t.Context(), fmt.Sprintf("key %d", i))
		require.NoError(t, err)
		assert.Equal(t, bytes.Repeat([]byte{byte(i)}, 100*i), append([]byte{}, v...))
	}
	require.NoError(t, c.Delete(t.Context(), "key 1"))
	v, err := c.Get(t.Context(), "key 1")
	require.NoError(t, err)
	assert.Nil(t, v)
	assert.Empty(t, logs.All())
	assert.Empty(t, aside(t, path))
}

// What contrib's file_storage has written is taken over.
func TestValuesOfContribAreTakenOver(t *testing.T) {
	directory := t.TempDir()
	contrib := filestorage.NewFactory()
	cfg := contrib.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = directory
	e, err := contrib.Create(t.Context(), extensiontest.NewNopSettings(contrib.Type()), cfg)
	require.NoError(t, err)
	c, err := e.(storage.Extension).GetClient(t.Context(), component.KindProcessor, smtp, "")
	require.NoError(t, err)
	require.NoError(t, c.Set(t.Context(), "state", []byte("of before")))
	require.NoError(t, c.Close(t.Context()))

	s, logs := open(t, directory)
	v, err := client(t, s).Get(t.Context(), "state")
	require.NoError(t, err)
	assert.Equal(t, "of before", string(v))
	assert.Empty(t, logs.All())
}

// Whatever a file has become, there is a client; the file is set aside, and that is said.
func TestDamagedFilesAreSetAside(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("garbage\n"), 9000), 0o600))
		},
		"a text": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("no database\n"), 0o600))
		},
		"cut in half": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, info.Size()/2))
		},
		"cut to its first pages": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 8192)) },
		"cut to a byte":          func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 1)) },
		"a hole": func(t *testing.T, path string) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			clear(data[8192 : len(data)/2])
			require.NoError(t, os.WriteFile(path, data, 0o600))
		},
		"a directory": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.MkdirAll(filepath.Join(path, "x"), 0o700))
		},
		"a pipe": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, syscall.Mkfifo(path, 0o600))
		},
		"a link to nowhere": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink("/nowhere/at/all", path))
		},
		"a link to itself": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink(path, path))
		},
		"of something else": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			db, err := bbolt.Open(path, 0o600, nil)
			require.NoError(t, err)
			require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
				b, err := tx.CreateBucket([]byte("x"))
				require.NoError(t, err)
				return b.Put([]byte("k"), []byte("v"))
			}))
			require.NoError(t, db.Close())
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := range 2 { // the version of both meta pages
				data[4096*i+20]++
			}
			require.NoError(t, os.WriteFile(path, data, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory, path := filled(t)
			damage(t, path)
			s, logs := open(t, directory)
			c := client(t, s)
			require.Equal(t, 1, logs.FilterMessageSnippet("a damaged file is set aside").Len(), "%v", logs.All())
			assert.Len(t, aside(t, path), 1)
			v, err := c.Get(t.Context(), "key 3")
			require.NoError(t, err)
			assert.Nil(t, v)
			require.NoError(t, c.Set(t.Context(), "key 3", []byte("new")))
			require.NoError(t, c.Close(t.Context()))

			s, logs = open(t, directory)
			v, err = client(t, s).Get(t.Context(), "key 3")
			require.NoError(t, err)
			assert.Equal(t, "new", string(v))
			assert.Empty(t, logs.All())
		})
	}
}

// A file without a byte is a file that was not begun yet.
func TestEmptyFileIsBegun(t *testing.T) {
	directory, path := filled(t)
	require.NoError(t, os.Truncate(path, 0))
	s, logs := open(t, directory)
	c := client(t, s)
	require.NoError(t, c.Set(t.Context(), "k", []byte("v")))
	assert.Empty(t, logs.All())
	assert.Empty(t, aside(t, path))
}

// Bytes are flipped anywhere, thousands of times: there is a client each time, no value comes out other than it went in, and what is written then is kept.
func TestFlippedBytes(t *testing.T) {
	directory, path := filled(t)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(5, 6))
	files, values := 0, 0
	for range 500 {
		data := bytes.Clone(good)
		for range 1 + rnd.IntN(3) {
			data[rnd.IntN(len(data))] ^= byte(1 + rnd.IntN(255))
		}
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s, logs := open(t, directory)
		c := client(t, s)
		for i := range 50 {
			key := fmt.Sprintf("key %d", i)
			v, err := c.Get(t.Context(), key)
			require.NoError(t, err)
			if v != nil && !bytes.Equal(v, bytes.Repeat([]byte{byte(i)}, 100*i)) {
				t.Fatalf("%s came out as something else", key)
			}
			require.NoError(t, c.Set(t.Context(), key, []byte("new")))
		}
		require.NoError(t, c.Close(t.Context()))
		files += logs.FilterMessageSnippet("file is set aside").Len()
		values += logs.FilterMessageSnippet("value is damaged").Len()
		for _, f := range aside(t, path) {
			require.NoError(t, os.Remove(f))
		}
	}
	t.Logf("%d files and %d values were set aside", files, values)
	assert.Positive(t, files)
	assert.Positive(t, values)
}

// A damaged value is kept under another key for whoever wants to look at it.
func TestDamagedValueIsSetAside(t *testing.T) {
	s, logs := open(t, t.TempDir())
	c := client(t, s)
	require.NoError(t, c.Set(t.Context(), "state", []byte("right")))
	require.NoError(t, c.(*summed).client.Set(t.Context(), "state", []byte("wrong")))
	v, err := c.Get(t.Context(), "state")
	require.NoError(t, err)
	assert.Nil(t, v)
	require.Equal(t, 1, logs.FilterMessageSnippet("a saved value is damaged").Len())
	v, err = c.Get(t.Context(), "state.damaged")
	require.NoError(t, err)
	assert.Equal(t, "wrong", string(v))
	require.NoError(t, c.Set(t.Context(), "state", []byte("new")))
	v, err = c.Get(t.Context(), "state")
	require.NoError(t, err)
	assert.Equal(t, "new", string(v))
}

// A file that another collector uses is not damaged, however it looks while that one writes: it is left alone, and the start says why.
func TestFileInUseIsLeftAlone(t *testing.T) {
	directory, path := filled(t)
	first, _ := open(t, directory)
	client(t, first)
	second, logs := open(t, directory)
	_, err := second.GetClient(t.Context(), component.KindProcessor, smtp, "")
	require.ErrorContains(t, err, "is used by another process")
	assert.Empty(t, aside(t, path))
	assert.Empty(t, logs.All())
}

// A disk that takes nothing keeps nobody from starting: what is saved lives in memory, and that is said.
func TestDirectoryThatTakesNothing(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "gone")
	require.NoError(t, os.Mkdir(directory, 0o700))
	s, logs := open(t, directory)
	require.NoError(t, os.Remove(directory))
	c := client(t, s)
	require.Equal(t, 1, logs.FilterMessageSnippet("kept in memory").Len(), "%v", logs.All())
	require.NoError(t, c.Set(t.Context(), "k", []byte("v")))
	op := storage.GetOperation("k")
	require.NoError(t, c.Batch(t.Context(), op, storage.DeleteOperation("k")))
	assert.Equal(t, "v", string(op.Value))
	v, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Nil(t, v)
	require.NoError(t, c.Delete(t.Context(), "k"))
}

// Of a file in a directory that may not be looked into nothing is known: it is not called damaged.
func TestFileThatMayNotBeLookedAtIsNotCalledDamaged(t *testing.T) {
	s, logs := open(t, t.TempDir())
	missing := filepath.Join(t.TempDir(), "gone", "file")
	assert.False(t, s.setAside(missing, &fs.PathError{Op: "stat", Path: missing, Err: syscall.EACCES}))
	assert.Zero(t, logs.Len())
	assert.False(t, s.setAside(missing, berrors.ErrChecksum))
	assert.Equal(t, 1, logs.FilterMessage("a damaged file could not be set aside").Len())
}

// That a disk is full says nothing about the file: it stays where it is.
func TestErrorsThatAreNotAboutTheFileLeaveItWhereItIs(t *testing.T) {
	for err, is := range map[error]bool{
		syscall.ENOSPC: false, syscall.EMFILE: false, syscall.EIO: false, syscall.ENOMEM: false, syscall.EROFS: false, berrors.ErrTimeout: false, errors.New("x"): false,
		berrors.ErrInvalid: true, syscall.EACCES: true, syscall.EISDIR: true, &panicked{"x"}: true,
	} {
		assert.Equal(t, is, isDamage(fmt.Errorf("open: %w", err)), "%v", err)
	}
	assert.False(t, isDamage(nil))
}

// What bbolt still panics about is an error.
func TestPanicsAreErrors(t *testing.T) {
	s := &fileStorage{Extension: panics{}, directory: t.TempDir(), logger: zap.NewNop()}
	c, err := s.GetClient(t.Context(), component.KindProcessor, smtp, "")
	require.NoError(t, err)
	assert.IsType(t, &memory{}, c)
}

type panics struct{ extension.Extension }

func (panics) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	panic("assertion failed")
}

// A database that panics while it is in use is not asked again: the component goes on in memory, also for those that wait for it.
func TestDatabaseThatPanicsIsNotAskedAgain(t *testing.T) {
	directory, path := filled(t)
	s, logs := open(t, directory)
	c := client(t, s).(*summed)
	require.NoError(t, c.client.Close(t.Context()))
	inner := &panickingClient{}
	c.client = inner
	done := make(chan error)
	for i := range 8 {
		go func() { done <- c.Set(context.Background(), fmt.Sprint(i), []byte("v")) }()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
	for i := range 8 {
		v, err := c.Get(t.Context(), fmt.Sprint(i))
		require.NoError(t, err)
		assert.Equal(t, "v", string(v))
	}
	assert.Equal(t, 1, inner.asked)
	assert.Equal(t, 1, logs.FilterMessageSnippet("kept in memory").Len())
	assert.Len(t, aside(t, path), 1)
	require.NoError(t, c.Close(t.Context()))
}

type panickingClient struct {
	storage.Client
	asked int
}

func (p *panickingClient) Batch(context.Context, ...*storage.Operation) error {
	p.asked++
	panic("page 4 already freed")
}
