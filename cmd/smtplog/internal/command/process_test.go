package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asCommand has a process of this test be smtplog, under a user's number.
const asCommand = "TEST_SMTPLOG_AS"

func TestMain(m *testing.M) {
	user, err := strconv.Atoi(os.Getenv(asCommand))
	if err != nil {
		os.Exit(m.Run())
	}
	if user != os.Geteuid() {
		if err := syscall.Setuid(user); err != nil {
			panic(err)
		}
	}
	os.Exit(Run("1.2.3", os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// process is smtplog as a process of its own.
func process(t *testing.T, user int, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"="+strconv.Itoa(user))
	said = new(bytes.Buffer)
	cmd.Stderr = said
	return cmd, said
}

// codeOf is how a process ended.
func codeOf(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	return exit.ExitCode()
}

// A file that nobody may read is said, whoever runs the test: root gives its rights away first.
func TestForbiddenFileIsSaid(t *testing.T) {
	const nobody = 65534
	user := os.Geteuid()
	if user == 0 {
		user = nobody
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		require.NoError(t, os.Chmod(d, 0o755)) // the folders may be looked into, so that it is the file
	}
	path := filepath.Join(dir, "mail.log")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o000))
	cmd, said := process(t, user, "report", path)
	assert.Equal(t, Unread, codeOf(t, cmd.Run()))
	assert.Equal(t, "smtplog: "+path+": permission denied\n", said.String())
}

// A reader that closes the pipe ends the program quietly, and what was made for the run is gone.
func TestReaderThatGoesEndsItQuietly(t *testing.T) {
	log := testdata + "postfix-main.iso.log"
	for _, args := range [][]string{{"enrich", log}, {"enrich", "--otlp", log}, {"report", "--json", log}, {"trace", "example.com", "-v", "-"}} {
		t.Run(args[0], func(t *testing.T) {
			dir := t.TempDir()
			cmd, said := process(t, os.Geteuid(), args...)
			cmd.Env = append(cmd.Env, "TMPDIR="+dir)
			in, err := os.Open(log)
			require.NoError(t, err)
			defer func() { assert.NoError(t, in.Close()) }()
			cmd.Stdin = in
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = io.ReadFull(out, make([]byte, 100))
			require.NoError(t, err)
			require.NoError(t, out.Close())
			assert.Equal(t, Found, codeOf(t, cmd.Wait()), said)
			assert.Empty(t, said.String())
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// Ctrl-C ends a command that waits for more on its standard input, and one whose input ends because its writer was interrupted, too; nothing stays behind.
func TestCtrlCEndsIt(t *testing.T) {
	for _, args := range [][]string{{"report"}, {"enrich"}, {"trace", "anna@example.com"}} {
		t.Run(args[0], func(t *testing.T) {
			dir := t.TempDir()
			cmd, said := process(t, os.Geteuid(), args...)
			cmd.Env = append(cmd.Env, "TMPDIR="+dir)
			in, err := cmd.StdinPipe()
			require.NoError(t, err)
			var out bytes.Buffer
			cmd.Stdout = &out
			require.NoError(t, cmd.Start())
			data, err := os.ReadFile(testdata + "postfix-main.iso.log")
			require.NoError(t, err)
			_, err = in.Write(data) // more than a pipe holds: when it is written, the program reads
			require.NoError(t, err)
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			time.Sleep(100 * time.Millisecond)
			require.NoError(t, in.Close())
			assert.Equal(t, Broken, codeOf(t, cmd.Wait()), said)
			assert.Empty(t, said.String())
			for line := range strings.Lines(out.String()) {
				assert.True(t, json.Valid([]byte(line)), line)
			}
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// followed is a log that is written to.
type followed struct {
	t    *testing.T
	path string
	file *os.File
}

func (f *followed) write(text string) {
	f.t.Helper()
	if f.file == nil {
		var err error
		f.file, err = os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		require.NoError(f.t, err)
	}
	_, err := f.file.WriteString(text)
	require.NoError(f.t, err)
}

// rotate gives the file another name; the next line goes to a new one.
func (f *followed) rotate(name string) {
	f.t.Helper()
	require.NoError(f.t, f.file.Close())
	f.file = nil
	require.NoError(f.t, os.Rename(f.path, name))
}

// What is written to a log that is followed comes out line by line, each once and in order: cut in the middle of a line, over a rotation, over a log that is cut to
// nothing, until somebody presses Ctrl-C.
func TestFollowGoesOn(t *testing.T) {
	line := func(i int) string {
		return fmt.Sprintf("2026-11-23T15:%02d:%02d+00:00 mx1 postfix/smtpd[%d]: connect from c%d.example[192.0.2.%d]\n", i/60, i%60, 100+i, i, i%250)
	}
	log := followed{t: t, path: filepath.Join(t.TempDir(), "mail.log")}
	log.write(line(0) + line(1))
	cmd, said := process(t, os.Geteuid(), "enrich", "--follow", "--mail", "--location", "UTC", log.path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	next := 0
	expect := func(n int) {
		t.Helper()
		for ; n > 0; n-- {
			require.True(t, lines.Scan(), "%v %s", lines.Err(), said)
			var one struct {
				Body   string `json:"body"`
				Client string `json:"client.address"`
			}
			require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
			require.Equal(t, strings.TrimSpace(line(next)), one.Body)
			require.Equal(t, fmt.Sprintf("c%d.example", next), one.Client)
			next++
		}
	}
	expect(2)
	half := line(2)
	log.write(half[:20])
	time.Sleep(2 * refresh)
	log.write(half[20:] + line(3))
	expect(2)
	log.write(line(4))
	log.rotate(log.path + ".1")
	log.write(line(5))
	expect(2)
	require.NoError(t, log.file.Truncate(0))
	time.Sleep(2 * refresh) // as long as a log that is cut must stay short to be seen so
	log.write(line(6) + line(7))
	expect(2)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	for lines.Scan() { // sessions that are open at the end
		assert.True(t, json.Valid(lines.Bytes()))
		assert.NotContains(t, lines.Text(), `"body":"2026`)
	}
	assert.Equal(t, Broken, codeOf(t, cmd.Wait()))
	assert.Empty(t, said.String())
	require.NoError(t, log.file.Close())
}
