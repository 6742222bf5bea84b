//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/fluentbit/internal/filter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// pipeline is a configuration of Fluent Bit.
type pipeline struct {
	Pipeline struct {
		Inputs, Filters, Outputs []map[string]any
	}
}

func example(t *testing.T, name string) (p pipeline) {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, &p))
	require.NotEmpty(t, p.Pipeline.Inputs)
	require.NotEmpty(t, p.Pipeline.Outputs)
	return p
}

// What the examples say of the module is so: its functions, the stack that it needs, the files that it may see, the attributes that are counted.
func TestExamplesFitTheModule(t *testing.T) {
	code, err := os.ReadFile("main.go")
	require.NoError(t, err)
	field := regexp.MustCompile(`\$smtp\['([^']+)'\]`)
	var names []string
	for _, row := range attrs.Table {
		names = append(names, row.Name)
	}
	wasm, counted := 0, 0
	for _, file := range []string{"fluent-bit.yaml", "metrics.yaml", "in-front.yaml", "exec.yaml"} {
		for _, f := range example(t, file).Pipeline.Filters {
			switch f["name"] {
			case "wasm":
				wasm++
				assert.Contains(t, string(code), fmt.Sprintf("//go:wasmexport %s\n", f["function_name"]), file)
				assert.Equal(t, "1m", f["wasm_stack_size"], file)
				for _, path := range filter.Paths[:1] {
					assert.Contains(t, strings.Split(f["accessible_paths"].(string), ","), filepath.Dir(path), file)
				}
			case "log_to_metrics":
				assert.Equal(t, 1, f["flush_interval_sec"], "%s: without it a backlog stops Fluent Bit", file)
				for _, m := range field.FindAllStringSubmatch(fmt.Sprint(f), -1) {
					counted++
					assert.True(t, slices.Contains(names, m[1]), "%s: there is no attribute %s", file, m[1])
				}
			case "lua":
				assert.Equal(t, "split", f["call"])
				assert.Equal(t, "events.lua", filepath.Base(f["script"].(string)))
			}
		}
	}
	assert.Equal(t, 2, wasm)
	assert.Greater(t, counted, 10)
	data, err := os.ReadFile("smtp.yaml")
	require.NoError(t, err)
	_, err = filter.Parse("smtp.yaml", data)
	assert.NoError(t, err)
}

// The Lua filter gives the records that an answer holds one by one, and leaves any other record alone.
func TestLuaSplitsEvents(t *testing.T) {
	state := lua.NewState()
	defer state.Close()
	require.NoError(t, state.DoFile("events.lua"))
	split := func(record lua.LValue) (code int, got lua.LValue) {
		require.NoError(t, state.CallByParam(lua.P{Fn: state.GetGlobal("split"), NRet: 3, Protect: true}, lua.LString("mail"), lua.LNumber(1), record))
		defer state.Pop(3)
		return int(lua.LVAsNumber(state.Get(-3))), state.Get(-1)
	}
	one, two := state.NewTable(), state.NewTable()
	one.RawSetString("log", lua.LString("a"))
	two.RawSetString("log", lua.LString("b"))
	list := state.NewTable()
	list.Append(one)
	list.Append(two)
	record := state.NewTable()
	record.RawSetString("events", list)
	code, got := split(record)
	assert.Equal(t, 1, code)
	assert.Equal(t, 2, got.(*lua.LTable).Len())
	assert.Equal(t, "b", got.(*lua.LTable).RawGetInt(2).(*lua.LTable).RawGetString("log").String())
	code, got = split(one)
	assert.Equal(t, 0, code)
	assert.Equal(t, lua.LValue(one), got)
}

// The module finds its configuration and its state through accessible_paths; a mistake in the file is said, and everything goes through.
func TestFilesOfTheModule(t *testing.T) {
	etc, lib := t.TempDir(), t.TempDir()
	folders := map[string]string{"/etc/fluent-bit": etc, "/var/lib/fluent-bit": lib}
	require.NoError(t, os.WriteFile(filepath.Join(etc, "smtp.yaml"),
		[]byte("location: Europe/Berlin\nkey: smtp\nstate: /var/lib/fluent-bit/smtp.state\ncheckpoint_interval: 1s\n"), 0o600))
	const queued = `{"log":"Nov 23 15:32:26 mx postfix/qmgr[540]: 5A10D115: from=<a@example.com>, size=10, nrcpt=1 (queue active)"}`
	const sent = `{"log":"Nov 23 15:32:27 mx postfix/smtp[541]: 5A10D115: to=<b@example.net>, relay=mx.example.net[192.0.2.9]:25, delay=1, dsn=2.0.0, status=sent (250 ok)"}`
	h := load(t, folders)
	first := h.filter("smtp", "mail", read, []byte(queued))
	assert.Contains(t, first, `"smtp":{"smtp.dialect":"postfix","smtp.event":"message.queued"`)
	assert.Contains(t, first, `"smtp.time":"2026-11-23T14:32:26Z"`, "the file's time zone")
	require.Eventually(t, func() bool {
		h.filter("smtp", "mail", read, []byte(`{}`))
		_, err := os.Stat(filepath.Join(lib, "smtp.state"))
		return err == nil
	}, 20*time.Second, 100*time.Millisecond)
	again := load(t, folders)
	assert.Contains(t, again.filter("smtp", "mail", read, []byte(sent)), `"smtp.mail_from":"a@example.com"`, "what was open lives on")

	require.NoError(t, os.WriteFile(filepath.Join(etc, "smtp.yaml"), []byte("local_domain: example.com\n"), 0o600))
	wrong := load(t, folders)
	assert.Equal(t, []string{sent}, []string{wrong.filter("smtp", "mail", read, []byte(sent))})
	said, err := os.ReadFile(wrong.says)
	require.NoError(t, err)
	assert.Contains(t, string(said), "local_domain: there is no such key")
	assert.Equal(t, 1, strings.Count(string(said), "\n"))
}

// The module's memory stops growing: what it takes after many records it took after a few. FLUENT_BIT_RECORDS says how many.
func TestMemoryStopsGrowing(t *testing.T) {
	total := 20_000
	if s := os.Getenv("FLUENT_BIT_RECORDS"); s != "" {
		_, err := fmt.Sscan(s, &total)
		require.NoError(t, err)
	}
	h := load(t, nil)
	var early uint32
	const four = 4
	for i := range total / four {
		at := time.Unix(0, read).Add(time.Duration(i-total) * time.Second).UTC()
		stamp, id := at.Format("2006-01-02T15:04:05Z")+" mx postfix/", fmt.Sprintf("%010X", i)
		for _, line := range [four]string{
			"smtpd[1]: " + id + ": client=relay.example[192.0.2.1]",
			"qmgr[2]: " + id + ": from=<a@example.com>, size=10, nrcpt=1 (queue active)",
			"smtp[3]: " + id + ": to=<b@example.net>, relay=mx.example.net[192.0.2.9]:25, delay=1, dsn=2.0.0, status=sent (250 ok)",
			"qmgr[2]: " + id + ": removed",
		} {
			h.filter("smtp_events", "mail", read, []byte(`{"log":"`+stamp+line+`"}`))
		}
		if i == total/four/2 {
			early = h.module.Memory().Size()
		}
	}
	late := h.module.Memory().Size()
	t.Logf("%d records: %d MiB after half of them, %d MiB after all", total, early>>20, late>>20)
	assert.LessOrEqual(t, late, early+early/2)
}

// BenchmarkModule is what a record costs in the module, in a runtime that compiles (WAMR, as Fluent Bit has it, interprets), beside the same in Go.
func BenchmarkModule(b *testing.B) {
	data, err := os.ReadFile("../testdata/postfix-main.iso.log")
	require.NoError(b, err)
	var list [][]byte
	for line := range strings.Lines(string(data)) {
		list = append(list, fluentBit(strings.TrimRight(line, "\n")))
	}
	b.Run("wasm", func(b *testing.B) {
		h := load(b, nil)
		for i := 0; b.Loop(); i++ {
			h.filter("smtp", "mail", read, list[i%len(list)])
		}
	})
	b.Run("go", func(b *testing.B) {
		f, err := filter.New(filter.Config{Site: site.Default()}, time.Now)
		require.NoError(b, err)
		for i := 0; b.Loop(); i++ {
			f.Record("mail", read, list[i%len(list)], filter.One)
		}
	})
}

// With FLUENT_BIT=path a real Fluent Bit takes a log of Postfix and one of Exim through the module, and its records are those of the Collector's engine.
func TestFluentBit(t *testing.T) {
	program := os.Getenv("FLUENT_BIT")
	if program == "" {
		t.Skip("FLUENT_BIT names no Fluent Bit")
	}
	for _, log := range []string{"postfix-main.iso.log", "exim-main.mainlog"} {
		t.Run(log, func(t *testing.T) {
			dir := t.TempDir()
			code, err := built()
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "smtp.wasm"), code, 0o600))
			source, err := filepath.Abs("../testdata/" + log)
			require.NoError(t, err)
			out := filepath.Join(dir, "out")
			p := map[string]any{
				"service": map[string]any{"flush": 1, "grace": 5},
				"pipeline": map[string]any{
					"inputs": []any{map[string]any{"name": "tail", "tag": "mail.log", "path": source, "read_from_head": true, "exit_on_eof": true}},
					"filters": []any{map[string]any{
						"name": "wasm", "match": "mail.*", "wasm_path": filepath.Join(dir, "smtp.wasm"), "function_name": "smtp", "wasm_stack_size": "1m", "accessible_paths": dir,
					}},
					"outputs": []any{map[string]any{"name": "file", "match": "mail.*", "file": out, "format": "plain"}},
				},
			}
			config, err := yaml.Marshal(p)
			require.NoError(t, err)
			file := filepath.Join(dir, "fluent-bit.yaml")
			require.NoError(t, os.WriteFile(file, config, 0o600))
			said, err := exec.CommandContext(t.Context(), program, "-c", file).CombinedOutput() //nolint:gosec // the user's own
			require.NoError(t, err, "%s", said)

			data, err := os.ReadFile(source) //nolint:gosec // of the repository
			require.NoError(t, err)
			answers, err := os.ReadFile(out) //nolint:gosec // our own
			require.NoError(t, err)
			c := site.Default()
			n := newNative(t, c)
			got := strings.Split(strings.TrimSpace(string(answers)), "\n")
			lines := strings.Split(strings.TrimSpace(string(data)), "\n")
			require.Len(t, got, len(lines))
			for i, line := range lines {
				var record map[string]any
				require.NoError(t, json.Unmarshal([]byte(got[i]), &record))
				for _, name := range own {
					delete(record, name)
				}
				require.Equal(t, asRead(t, n.enrich(line, "mail.log")[0]), any(record), line)
			}
		})
	}
}
