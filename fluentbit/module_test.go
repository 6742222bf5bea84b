//go:build !race

package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// The module is run without the race detector, under which a runtime takes minutes to compile it; the filter itself is tested under it.

// built is smtp.wasm, made once for all tests of a run.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "fluentbit")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "smtp.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", file, ".")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// host is a runtime that calls the module as filter_wasm does.
type host struct {
	t      testing.TB
	module api.Module
	says   string // its standard error, a file
}

// compiled is the module for a runtime that compiles it, which takes ten seconds: once for all tests of a run.
var compiled = sync.OnceValues(func() (c struct {
	wazero.Runtime
	wazero.CompiledModule
}, err error,
) {
	code, err := built()
	if err != nil {
		return c, err
	}
	ctx := context.Background()
	c.Runtime = wazero.NewRuntime(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, c.Runtime)
	c.CompiledModule, err = c.CompileModule(ctx, code)
	return c, err
})

// load instantiates the module. folders are what it may see of the host's, by the name that it has inside: accessible_paths.
func load(t testing.TB, folders map[string]string) *host {
	t.Helper()
	c, err := compiled()
	require.NoError(t, err)
	h := &host{t: t, says: filepath.Join(t.TempDir(), "stderr")}
	stderr, err := os.Create(h.says)
	require.NoError(t, err)
	t.Cleanup(func() { _ = stderr.Close() })
	fs := wazero.NewFSConfig()
	for guest, dir := range folders {
		fs = fs.WithDirMount(dir, guest)
	}
	cfg := wazero.NewModuleConfig().WithStartFunctions("_initialize").WithStderr(stderr).WithFSConfig(fs).
		WithSysWalltime().WithSysNanotime().WithSysNanosleep().WithName("")
	h.module, err = c.InstantiateModule(t.Context(), c.CompiledModule, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.module.Close(context.Background()) })
	return h
}

// put copies a text with a NUL behind it into the module's memory.
func (h *host) put(text []byte) uint64 {
	at := h.call("malloc", uint64(len(text)+1))
	require.True(h.t, h.module.Memory().Write(uint32(at), append(text[:len(text):len(text)], 0)))
	return at
}

func (h *host) call(name string, args ...uint64) uint64 {
	out, err := h.module.ExportedFunction(name).Call(context.Background(), args...)
	require.NoError(h.t, err)
	if len(out) == 0 {
		return 0
	}
	return out[0]
}

// filter passes one record through an export, and gives what Fluent Bit would go on with: empty where it drops the record.
func (h *host) filter(export, tag string, at int64, record []byte) string {
	tagAt, recAt := h.put([]byte(tag)), h.put(record)
	out := h.call(export, tagAt, uint64(len(tag)), uint64(at/1e9), uint64(at%1e9), recAt, uint64(len(record)))
	answer := h.text(uint32(out))
	h.call("free", tagAt)
	h.call("free", recAt)
	return answer
}

// text is a string of C.
func (h *host) text(at uint32) string {
	if at == 0 {
		return ""
	}
	memory := h.module.Memory()
	for n := uint32(256); ; n *= 2 {
		n = min(n, memory.Size()-at)
		b, ok := memory.Read(at, n)
		require.True(h.t, ok)
		for i, c := range b {
			if c == 0 {
				return string(b[:i])
			}
		}
		require.Less(h.t, at+n, memory.Size(), "no NUL in sight")
	}
}

// valid says that an answer is one JSON object, and nothing behind it.
func valid(t testing.TB, answer string) {
	t.Helper()
	require.True(t, json.Valid([]byte(answer)) && answer[0] == '{', "%q", answer)
}

// What filter_wasm and WAMR ask for: an export that takes the tag, the time and the record; malloc and free, without which WAMR puts a heap of its own where Go's
// grows into; and nothing of a host but WASI.
func TestExportsAndImports(t *testing.T) {
	h := load(t, nil)
	i32 := func(n int) (list []api.ValueType) {
		for range n {
			list = append(list, api.ValueTypeI32)
		}
		return list
	}
	for name, c := range map[string]struct{ takes, gives int }{
		"malloc": {1, 1}, "free": {1, 0}, "smtp": {6, 1}, "smtp_events": {6, 1}, "_initialize": {0, 0},
	} {
		f := h.module.ExportedFunctionDefinitions()[name]
		require.NotNil(t, f, name)
		require.Equal(t, i32(c.takes), append([]api.ValueType(nil), f.ParamTypes()...), name)
		require.Equal(t, i32(c.gives), append([]api.ValueType(nil), f.ResultTypes()...), name)
	}
	m, err := compiled()
	require.NoError(t, err)
	require.NotEmpty(t, m.ImportedFunctions())
	for _, f := range m.ImportedFunctions() {
		from, name, _ := f.Import()
		require.Equal(t, "wasi_snapshot_preview1", from, name)
	}
}

// A panic inside is answered with the record as it came; the module goes on, with what it had learned.
func TestPanicHandsTheRecordBack(t *testing.T) {
	h := load(t, nil)
	const at = 1795447947e9
	client := `{"log":"Nov 23 15:32:27 mx postfix/smtpd[540]: 5A10D115: client=relay.example[192.0.2.1]"}`
	first := h.filter("smtp", "mail", at, []byte(client))
	require.Contains(t, first, `"smtp.message.uid"`)
	tag := h.put([]byte("mail"))
	require.Zero(t, h.call("smtp", tag, 4, 0, 0, 0, 7), "a record at address 0 cannot be read: what came goes back")
	again := h.filter("smtp", "mail", at, []byte(client))
	require.Contains(t, again, `"smtp.message.uid"`)
}
