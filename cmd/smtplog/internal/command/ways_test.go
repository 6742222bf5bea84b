package command

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

// reported is a report without what tells how its log came.
func reported(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, out, said := smtplog(t, stdin, append([]string{"report", "--json", "--location", "UTC"}, args...)...)
	require.Equal(t, Found, code, said)
	assert.Empty(t, said)
	r := decode(t, out)
	r.Input.Files = nil
	data, err := json.Marshal(r)
	require.NoError(t, err)
	return string(data)
}

// seenAt puts a log where its stamps without a year are those of the year it was written in.
func seenAt(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := file(t, name, data)
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(path, at, at))
	return path
}

// However a log is packed, it says the same; cut in the middle it says as much as can be had, and why that is not all.
func TestEveryPackingSaysTheSame(t *testing.T) {
	const name = "sendmail-field.rfc3164.log"
	plain, err := os.ReadFile(testdata + name)
	require.NoError(t, err)
	pack := func(w io.WriteCloser, into *bytes.Buffer, err error) []byte {
		require.NoError(t, err)
		_, err = w.Write(plain)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return into.Bytes()
	}
	var z, x bytes.Buffer
	zw, zerr := zstd.NewWriter(&z)
	xw, xerr := xz.NewWriter(&x)
	byBzip2, err := os.ReadFile("testdata/sendmail-field.log.bz2") // as bzip2 -9 packed it
	require.NoError(t, err)
	want := reported(t, "", seenAt(t, "mail.log", plain))
	for suffix, data := range map[string][]byte{
		".gz": packedWithGzip(t, testdata+name), ".zst": pack(zw, &z, zerr), ".xz": pack(xw, &x, xerr), ".bz2": byBzip2, "": packedWithGzip(t, testdata+name),
	} {
		assert.JSONEq(t, want, reported(t, "", seenAt(t, "mail.log"+suffix, data)), suffix)
		code, _, said := smtplog(t, "", "report", "--json", seenAt(t, "mail.log"+suffix, data[:len(data)*9/10]))
		assert.Equal(t, Unread, code, suffix)
		assert.Regexp(t, `mail\.log\S*: is (cut short: its (gzip|bzip2|xz|zstd) data ends in the middle|damaged: )`, said)
		assert.Equal(t, 1, strings.Count(said, "\n"), said)
	}
}

// entry is what the journal has of a line.
var entry = regexp.MustCompile(`^(\S+) (\S+) ([^\[: ]+)(?:\[(\d+)\])?: (.*)$`)

// What journalctl writes of a log, in each of the forms that it has, says what the log says.
func TestTheJournalSaysTheSame(t *testing.T) {
	data, err := os.ReadFile(testdata + "postfix-main.iso.log")
	require.NoError(t, err)
	var asJSON, export, short bytes.Buffer
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		m := entry.FindStringSubmatch(line)
		require.NotNil(t, m, line)
		at, err := time.Parse(time.RFC3339Nano, m[1])
		require.NoError(t, err)
		fields := map[string]string{
			"__CURSOR": "s=1;i=2", "__REALTIME_TIMESTAMP": fmt.Sprint(at.UnixMicro()), "_HOSTNAME": m[2], "SYSLOG_IDENTIFIER": m[3], "MESSAGE": m[5], "PRIORITY": "6",
		}
		if m[4] != "" {
			fields["_PID"], fields["SYSLOG_PID"] = m[4], m[4]
		}
		one, err := json.Marshal(fields)
		require.NoError(t, err)
		asJSON.Write(append(one, '\n'))
		fmt.Fprintf(&export, "__CURSOR=%s\n__REALTIME_TIMESTAMP=%s\nPRIORITY=6\n_HOSTNAME=%s\nSYSLOG_IDENTIFIER=%s\n", fields["__CURSOR"], fields["__REALTIME_TIMESTAMP"], m[2], m[3])
		if m[4] != "" {
			fmt.Fprintf(&export, "_PID=%s\n", m[4])
		}
		export.WriteString("MESSAGE\n") // as it writes what is not all printable: its length, and then its bytes
		_ = binary.Write(&export, binary.LittleEndian, uint64(len(m[5])))
		export.WriteString(m[5] + "\n\n")
		pid := ""
		if m[4] != "" {
			pid = "[" + m[4] + "]"
		}
		fmt.Fprintf(&short, "%s %s %s%s: %s\n", at.Format("2006-01-02T15:04:05-0700"), m[2], m[3], pid, m[5])
	}
	want := decode(t, reported(t, "", testdata+"postfix-main.iso.log"))
	for form, text := range map[string][]byte{"json": asJSON.Bytes(), "export": export.Bytes(), "short-iso": short.Bytes()} {
		got := decode(t, reported(t, file(t, "journal", text)))
		assert.Equal(t, want.Input.Lines, got.Input.Lines, form)
		assert.Equal(t, want.Input.Recognised, got.Input.Recognised, form)
		assert.Equal(t, want.Totals, got.Totals, form)
		assert.Equal(t, want.Failures[0].Count, got.Failures[0].Count, form)
		assert.Equal(t, want.Hosts, got.Hosts, form)
	}
}

// JSON has no null: what is not there is an empty list, or not named.
func TestJSONHasNoNull(t *testing.T) {
	logs, err := filepath.Glob(testdata + "*log")
	require.NoError(t, err)
	logs = append(logs, file(t, "mail.log", nil), file(t, "notes", []byte("dear diary\n")),
		file(t, "one.log", []byte("Nov 23 15:32:34 mx1 postfix/smtp[532]: ECD68FB: to=<a@b.example>, relay=none, delay=0.05, delays=0.02/0.01/0.02/0, dsn=4.4.1, status=deferred (x)\n")))
	require.Greater(t, len(logs), 20)
	check := func(args ...string) {
		t.Helper()
		_, out, _ := smtplog(t, "", args...)
		if out == "" { // a trace that found nothing
			return
		}
		var v any
		require.NoError(t, json.Unmarshal([]byte(out), &v), args)
		noNull(t, v, strings.Join(args, " "))
	}
	for i, log := range logs {
		check("report", "--json", log)
		check("trace", "--json", "example", log)
		check("top", tops[i%len(tops)], "--json", log)
	}
	for _, what := range tops {
		check("top", what, "--json", logs[len(logs)-3])
	}
}

func noNull(t *testing.T, v any, at string) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", at)
	case []any:
		for i, one := range v {
			noNull(t, one, fmt.Sprintf("%s[%d]", at, i))
		}
	case map[string]any:
		for name, one := range v {
			noNull(t, one, at+"."+name)
		}
	}
}
