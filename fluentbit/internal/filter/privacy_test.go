package filter

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// Of every log, in every mode of privacy, no record that the filter gives names who is to be hidden, in its text or beside it.
func TestNobodyOfALogIsInARecord(t *testing.T) {
	logs, err := filepath.Glob("../../../testdata/*log")
	require.NoError(t, err)
	require.Greater(t, len(logs), 15)
	for _, path := range logs {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			named := truth.LookForPersons(string(data))
			require.NotEmpty(t, named.ToldBy(recognised(t, start(t, nil), data)), "who is not hidden is named, and is found")
			for name, mode := range truth.PrivacyModes {
				hidden := mode.Hidden(named)
				out := recognised(t, start(t, func(c *Config) {
					mode.Change(&c.Privacy)
					c.Privacy.Bodies, c.Privacy.HashKey = true, truth.HashKey
				}), data)
				assert.Empty(t, hidden.ToldBy(out), name)
				if mode.Domain != nil {
					assert.Empty(t, mode.Domain.FindAllString(out, 3), name)
				}
			}
		})
	}
}

// recognised are the records of a log that were understood, and those that were made.
func recognised(t *testing.T, f *Filter, log []byte) string {
	t.Helper()
	var out bytes.Buffer
	for line := range strings.Lines(string(log)) {
		record := f.Record("mail", at, []byte(`{"log":`+strconvQuote(strings.TrimRight(line, "\r\n"))+`}`), Events)
		if bytes.Contains(record, []byte(`"smtp.event"`)) {
			out.Write(append(record, '\n'))
		}
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`, `\\`, `\`).Replace(out.String())
}
