package command

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/render"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/trace"
)

const testdata = "../../../../testdata/"

// smtplog runs the command with standard input from a file; none: an empty one.
func smtplog(t *testing.T, stdin string, args ...string) (code int, out, said string) {
	t.Helper()
	if stdin == "" {
		stdin = filepath.Join(t.TempDir(), "empty")
		require.NoError(t, os.WriteFile(stdin, nil, 0o600))
	}
	in, err := os.Open(stdin)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	var stdout, stderr bytes.Buffer
	code = Run("1.2.3", args, in, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func packedWithGzip(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// What goes wrong is one sentence that names it, and an exit code.
func TestBadInputIsOneSentence(t *testing.T) {
	log := testdata + "postfix-main.rfc3164.log"
	packed := packedWithGzip(t, log)
	cut := file(t, "mail.log.2.gz", packed[:len(packed)/2])
	binary := file(t, "wtmp", []byte("a\x00b\x00c"))
	strange := file(t, "notes.txt", []byte("dear diary,\ntoday nothing came\n"))
	wide := file(t, "mail.txt", []byte("\xff\xfeN\x00o\x00v\x00"))
	empty := file(t, "mail.log", nil)
	config := file(t, "otel.yaml", []byte("processors: {batch: {}}\n"))
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a file that is not there":   {[]string{"report", "/no/such/mail.log"}, Unread, "/no/such/mail.log: no such file or directory"},
		"one beside one that is":     {[]string{"report", log, "/no/such/mail.log"}, Unread, "/no/such/mail.log: no such file or directory"},
		"a pattern that fits none":   {[]string{"report", dir + "/mail*"}, Unread, "no file has a name like that"},
		"an empty directory":         {[]string{"report", dir}, Unread, dir + ": no file is in this directory"},
		"what is no text":            {[]string{"report", binary}, Unread, "wtmp: is no text"},
		"a packed file cut short":    {[]string{"report", cut}, Unread, "mail.log.2.gz: is cut short: its gzip data ends in the middle"},
		"what PowerShell wrote":      {[]string{"report", wide}, Unread, "mail.txt: is in UTF-16, which is not read: iconv -f UTF-16 -t UTF-8 makes it text"},
		"no line understood":         {[]string{"report", strange}, Nothing, "none of 2 lines is a mail server's"},
		"an empty log":               {[]string{"report", empty}, Nothing, "no line was read: the log is empty"},
		"a time that is none":        {[]string{"report", "--since", "soon", log}, Wrong, `--since: "soon" is no time, takes`},
		"a time without a line":      {[]string{"report", "--since", "2020-01-01", "--until", "2020-01-02", log}, Nothing, "none of 2528 lines is what --since 2020-01-01 and --until 2020-01-02 asked for"},
		"times the wrong way round":  {[]string{"report", "--since", "today", "--until", "yesterday", log}, Wrong, "--until yesterday is not after --since today"},
		"a host without a line":      {[]string{"report", "--host", "nowhere", log}, Nothing, "none of 2528 lines is what --host nowhere asked for"},
		"another server's log":       {[]string{"report", "--dialect", "exim", log}, Nothing, "none of 2528 lines is of exim, which --dialect asked for"},
		"a list of nothing":          {[]string{"report", "--top", "0", log}, Wrong, "takes a number from 1 on"},
		"a list of less":             {[]string{"top", "replies", "--top", "-1", log}, Wrong, "takes a number from 1 on"},
		"a page into nowhere":        {[]string{"report", "--html", "/no/such/page.html", log}, Wrong, "--html: there is no writing into /no/such: no such file or directory"},
		"a zone that is none":        {[]string{"report", "--location", "Mars", log}, Wrong, `location: "Mars" is not a time zone`},
		"a dialect that is none":     {[]string{"report", "--dialect", "postfx", log}, Wrong, `dialects: "postfx" is not a known dialect`},
		"an option that is none":     {[]string{"report", "--set", "colour=red", log}, Wrong, `colour`},
		"an option without a value":  {[]string{"report", "--set", "attributes", log}, Wrong, `--set: "attributes" has no value`},
		"a configuration without it": {[]string{"report", "--config", config, log}, Wrong, "has no processors.smtp block"},
		"a flag that is none":        {[]string{"report", "--colour", log}, Wrong, "unknown flag: --colour"},
		"a command that is none":     {[]string{"repot"}, Wrong, `unknown command "repot" for "smtplog", did you mean report`},
		"top of nothing":             {[]string{"top", "hats", log}, Wrong, "top takes one of replies, providers"},
		"a trace of nobody":          {[]string{"trace", "nobody@nowhere.example", log}, Nothing, "no message, session or client is named nobody@nowhere.example in 2528 lines of 1 log"},
		"a watch without a log":      {[]string{"watch"}, Wrong, "watch takes logs that are being written"},
		"a watch without a terminal": {[]string{"watch", log}, Wrong, "watch needs a terminal, smtplog report answers without one"},
		"a trace of nothing":         {[]string{"trace", " "}, Wrong, "trace takes a term"},
		"nothing to explain":         {[]string{"explain", " "}, Wrong, "explain takes a reply or a line of a log"},
		"a time that is to come":     {[]string{"report", "--since", "-2h", log}, Wrong, `--since: "-2h" is no time, takes`},
		"days that are to come":      {[]string{"report", "--since", "-2d", log}, Wrong, `--since: "-2d" is no time, takes`},
		"two answers in one place":   {[]string{"report", "--json", "--text", log}, Wrong, "standard output takes one of --json, --text and --html -"},
		"a page among JSON":          {[]string{"report", "--json", "--html", "-", log}, Wrong, "standard output takes one of --json, --text and --html -"},
		"a command of nobody":        {[]string{"explain", "--command", "RCTP", "550 5.1.1 unknown"}, Wrong, `--command: "RCTP" is no command of SMTP, takes CONNECT, EOM, EHLO`},
		"the top of an empty log":    {[]string{"top", "replies", empty}, Nothing, "no line was read: the log is empty"},
		"the top of no mail":         {[]string{"top", "senders", "--json", strange}, Nothing, "none of 2 lines is a mail server's"},
		"records of an empty log":    {[]string{"enrich", empty}, Nothing, "no line was read: the log is empty"},
		"records of no mail":         {[]string{"enrich", strange}, Nothing, "none of 2 lines is a mail server's"},
		"the mail of no mail":        {[]string{"enrich", "--mail", strange}, Nothing, "none of 2 lines is a mail server's"},
		"records of another server":  {[]string{"enrich", "--dialect", "exim", log}, Nothing, "none of 2528 lines is of exim, which --dialect asked for"},
		"records of another host":    {[]string{"enrich", "--host", "nowhere", log}, Nothing, "none of 2528 lines is what --host nowhere asked for"},
		"words of nobody":            {[]string{"explain", "hello"}, Nothing, "this is neither a line of a mail server that is known nor a reply"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, said := smtplog(t, "", c.args...)
			assert.Equal(t, c.code, code)
			assert.Contains(t, said, c.says)
			assert.Equal(t, 1, strings.Count(said, "\n"), said)
		})
	}
}

// What could be read of a log that is cut short is answered.
func TestCutFileIsReadAsFarAsItGoes(t *testing.T) {
	packed := packedWithGzip(t, testdata+"postfix-main.rfc3164.log")
	code, out, _ := smtplog(t, "", "report", "--json", file(t, "mail.log.2.gz", packed[:len(packed)/2]))
	assert.Equal(t, Unread, code)
	r := decode(t, out)
	assert.Greater(t, r.Input.Recognised, int64(500))
	assert.NotEmpty(t, r.Input.Notes)
}

func decode(t *testing.T, out string) *report.Report {
	t.Helper()
	r := new(report.Report)
	require.NoError(t, json.Unmarshal([]byte(out), r))
	return r
}

// However a log comes, it says the same: plain, packed, on standard input, by a pattern, in a directory; a rotated one in its order.
func TestEveryWayInSaysTheSame(t *testing.T) {
	log := testdata + "postfix-main.rfc3164.log"
	data, err := os.ReadFile(log)
	require.NoError(t, err)
	changed := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	put := func(dir, name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		require.NoError(t, os.Chtimes(path, changed, changed))
		return path
	}
	half := bytes.LastIndexByte(data[:len(data)/2], '\n') + 1
	plain, rotated, numbers, dates := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	put(plain, "mail.log", data)
	put(rotated, "mail.log", data[half:])
	put(rotated, "mail.log.1", data[:half])
	for i := range 12 {
		put(numbers, "mail.log."+string("abcdefghijkl"[i]), nil)
	}
	for i := range 12 {
		require.NoError(t, os.Remove(filepath.Join(numbers, "mail.log."+string("abcdefghijkl"[i]))))
		from, to := lineAt(data, i, 12), lineAt(data, i+1, 12)
		put(numbers, "mail.log."+strings.TrimPrefix(string(rune('0'+(12-i)/10))+string(rune('0'+(12-i)%10)), "0"), data[from:to])
		put(dates, "mail.log-202611"+string(rune('0'+(i+1)/10))+string(rune('0'+(i+1)%10)), data[from:to])
	}
	want := ""
	for _, c := range []struct {
		stdin string
		args  []string
	}{
		{"", []string{filepath.Join(plain, "mail.log")}},
		{"", []string{plain}},
		{"", []string{plain + "/*.log"}},
		{"", []string{rotated}},
		{"", []string{filepath.Join(rotated, "mail.log"), filepath.Join(rotated, "mail.log.1")}},
		{"", []string{numbers}},
		{"", []string{dates}},
	} {
		code, out, said := smtplog(t, c.stdin, append([]string{"report", "--json", "--location", "UTC"}, c.args...)...)
		require.Equal(t, Found, code, said)
		r := decode(t, out)
		r.Input.Files = nil
		got, err := json.Marshal(r)
		require.NoError(t, err)
		if want == "" {
			want = string(got)
			assert.Equal(t, int64(265), r.Totals.Delivered)
		}
		assert.JSONEq(t, want, string(got), "%v", c.args)
	}
	packed := packedWithGzip(t, log)
	for _, args := range [][]string{{put(t.TempDir(), "mail.log.gz", packed)}, {"-"}, {}} {
		for _, stdin := range []string{log, file(t, "mail.log.1.gz", packed)} {
			if len(args) > 0 && args[0] != "-" {
				stdin = ""
			}
			code, out, said := smtplog(t, stdin, append([]string{"report", "--json", "--location", "UTC"}, args...)...)
			require.Equal(t, Found, code, said)
			assert.Equal(t, int64(265), decode(t, out).Totals.Delivered, "%v %s", args, stdin)
		}
	}
}

// A packed log may come over a pipe; one that is cut short is read as far as it goes, and what is not read says so.
func TestPipesAreUnpacked(t *testing.T) {
	packed := packedWithGzip(t, testdata+"postfix-main.rfc3164.log")
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	go func() {
		to, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err == nil {
			_, err = to.Write(packed)
		}
		assert.NoError(t, err)
		assert.NoError(t, to.Close())
	}()
	code, out, said := smtplog(t, "", "report", "--json", pipe)
	require.Equal(t, Found, code, said)
	assert.Equal(t, int64(265), decode(t, out).Totals.Delivered)

	code, out, said = smtplog(t, file(t, "cut", packed[:len(packed)/2]), "report", "--json")
	assert.Equal(t, Unread, code)
	assert.Equal(t, "smtplog: standard input: is cut short: its gzip data ends in the middle\n", said)
	assert.Greater(t, decode(t, out).Input.Recognised, int64(500))

	code, _, said = smtplog(t, file(t, "old", []byte("\x1f\x9d\x90Nov 23")), "report", "--json")
	assert.Equal(t, Unread, code)
	assert.Contains(t, said, "smtplog: standard input: is packed with compress, which is not read; gzip, bzip2, xz and zstd are\n")

	code, _, said = smtplog(t, "", "report", "--json", file(t, "mail.log.Z", []byte("\x1f\x9d\x90Nov 23")))
	assert.Equal(t, Unread, code)
	assert.Contains(t, said, "mail.log.Z: is packed with compress, which is not read; gzip, bzip2, xz and zstd are\n")
}

// A page goes where its name leads: through a link, into a pipe, to standard output; neither the link nor the pipe is replaced by a file.
func TestPageGoesWhereItsNameLeads(t *testing.T) {
	log := testdata + "postfix-main.rfc3164.log"
	dir := t.TempDir()
	behind, link, pipe := filepath.Join(dir, "behind.html"), filepath.Join(dir, "link.html"), filepath.Join(dir, "pipe")
	require.NoError(t, os.WriteFile(behind, []byte("old"), 0o600))
	require.NoError(t, os.Symlink(behind, link))
	code, _, said := smtplog(t, "", "report", "--html", link, log)
	require.Equal(t, Found, code, said)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink, "the link is still one")
	want, err := os.ReadFile(behind)
	require.NoError(t, err)
	assert.Greater(t, len(want), 100_000)
	info, err = os.Stat(behind)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode(), "who may read it, may read the new one")

	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	came := make(chan []byte)
	go func() {
		data, err := os.ReadFile(pipe)
		assert.NoError(t, err)
		came <- data
	}()
	code, _, said = smtplog(t, "", "report", "--html", pipe, log)
	require.Equal(t, Found, code, said)
	info, err = os.Lstat(pipe)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeNamedPipe, "the pipe is still one")
	assert.Len(t, <-came, len(want))

	code, out, said := smtplog(t, "", "report", "--html", "-", log)
	require.Equal(t, Found, code, said)
	assert.Len(t, out, len(want))
}

// Files and standard output are answered side by side.
func TestTablesKeepNoJSONBack(t *testing.T) {
	dir := t.TempDir()
	code, out, said := smtplog(t, "", "report", "--json", "--csv", dir, testdata+"postfix-main.rfc3164.log")
	require.Equal(t, Found, code, said)
	assert.Equal(t, int64(265), decode(t, out).Totals.Delivered)
	assert.FileExists(t, filepath.Join(dir, "providers.csv"))
}

// A time that nobody knows is absent.
func TestNoTimeIsTheYearOne(t *testing.T) {
	for _, command := range [][]string{{"report", "--json"}, {"report"}, {"report", "--html", "-"}} {
		_, out, _ := smtplog(t, "", append(command, file(t, "mail.log", nil))...)
		assert.NotContains(t, out, "0001-01-01", "%v", command)
	}
}

// On a terminal every line fits, and nothing is left out for that.
func TestLinesFitTheTerminal(t *testing.T) {
	_, out, _ := smtplog(t, "", "report", "--json", "--location", "UTC", testdata+"*.log", testdata+"*.mainlog")
	r := decode(t, out)
	text := func(width int) string {
		var b strings.Builder
		require.NoError(t, render.Text(&b, r, render.Style{Width: width}))
		return b.String()
	}
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	all, narrow := text(0), text(80)
	assert.Equal(t, letters(all), letters(narrow))
	for line := range strings.Lines(narrow) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
	}
	assert.Equal(t, all, text(1000))
}

// Lines without a word are nobody's: that nobody understands them says nothing.
func TestEmptyLinesAreNotStrange(t *testing.T) {
	_, out, _ := smtplog(t, "", "report", "--json", testdata+"mission/conversations.log")
	r := decode(t, out)
	assert.Equal(t, int64(31), r.Input.Lines)
	assert.Equal(t, int64(27), r.Input.Recognised)
	assert.Zero(t, r.Input.Strange)
	assert.Empty(t, r.Unknown)
}

// What a destination shows is about the mail that leaves to it: its replies add up to no more than its tries and ends, whatever becomes of the domain's own mail.
func TestDestinationsTellOfMailThatLeaves(t *testing.T) {
	_, out, _ := smtplog(t, "", "report", "--json", testdata+"postfix-main.rfc3164.log", testdata+"sendmail-loud.rfc3164.log")
	for _, p := range decode(t, out).Providers {
		told := int64(0)
		for _, s := range p.Reasons {
			told += s.Count
		}
		assert.LessOrEqual(t, told, p.Deferred+p.Bounced+p.Expired, p.Name)
	}
}

// lineAt is where a part of a text begins: at a line.
func lineAt(data []byte, part, of int) int {
	if part >= of {
		return len(data)
	}
	return bytes.LastIndexByte(data[:len(data)*part/of], '\n') + 1
}

// A log that is there twice, as a copy and packed, counts once.
func TestTwoNamesOfOneLogCountOnce(t *testing.T) {
	log := testdata + "exim-main.mainlog"
	data, err := os.ReadFile(log)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mainlog.1"), data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mainlog.1.gz"), packedWithGzip(t, log), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(dir, "mainlog.1"), filepath.Join(dir, "link")))
	_, out, _ := smtplog(t, "", "report", "--json", dir)
	assert.Equal(t, int64(bytes.Count(data, []byte("\n"))), decode(t, out).Input.Lines)
}

// The same logs give the same words at every run, whatever order files and maps have.
func TestEveryRunSaysTheSame(t *testing.T) {
	args := []string{"report", "--text", "--location", "UTC", testdata + "*.log", testdata + "*.mainlog", testdata + "*.rejectlog"}
	_, want, _ := smtplog(t, "", args...)
	require.Contains(t, want, "recipients delivered")
	for range 3 {
		_, got, _ := smtplog(t, "", args...)
		assert.Equal(t, want, got)
	}
}

// Only what happened in a stretch of time counts, or on a host.
func TestTimesAndHostsAreChosen(t *testing.T) {
	log := testdata + "postfix-main.iso.log"
	of := func(args ...string) *report.Report {
		_, out, _ := smtplog(t, "", append([]string{"report", "--json", "--location", "UTC", log}, args...)...)
		return decode(t, out)
	}
	all := of()
	early, late := of("--until", "2026-11-23T15:33:30Z"), of("--since", "2026-11-23T15:33:30Z")
	assert.Equal(t, all.Totals.Delivered, early.Totals.Delivered+late.Totals.Delivered)
	assert.Equal(t, all.Totals.Received, early.Totals.Received+late.Totals.Received)
	assert.NotZero(t, early.Totals.Delivered)
	assert.NotZero(t, late.Totals.Delivered)
	assert.Equal(t, all.Totals.Counts, of("--host", "MAILOUT").Totals.Counts)
	assert.Zero(t, of("--host", "mx7").Totals.Received)
	assert.Zero(t, of("--since", "2h").Totals.Received)
}

// The processor's options act here, by their names, from the command line and from a collector's configuration.
func TestOptionsOfTheProcessorAct(t *testing.T) {
	log := testdata + "postfix-main.iso.log"
	config := file(t, "otel.yaml", []byte(`
receivers: {maillog: {include: [/var/log/mail.log]}}
processors:
  smtp/mail:
    providers: [{name: house, hosts: [bigmail.test]}]
    storage: file_storage
`))
	for _, args := range [][]string{
		{"--config", config}, {"--set", `providers=[{name: house, hosts: [bigmail.test]}]`},
	} {
		_, out, said := smtplog(t, "", append([]string{"top", "providers", "--json", log}, args...)...)
		var list []report.Provider
		require.NoError(t, json.Unmarshal([]byte(out), &list), said)
		assert.Equal(t, "house", list[0].Name)
	}
	_, out, _ := smtplog(t, "", "enrich", "--set", "attributes=full", "--mail", log)
	assert.Positive(t, strings.Count(out, `"smtp.mail_from_domain":`))
}

// Each record is an object of JSON in a line of its own; batches are OTLP.
func TestEnrichWritesJSON(t *testing.T) {
	log := testdata + "postfix-main.iso.log"
	code, out, said := smtplog(t, "", "enrich", log)
	require.Equal(t, Found, code, said)
	events := map[string]int{}
	for line := range strings.Lines(out) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		require.NotEmpty(t, one["body"])
		event, _ := one["smtp.event"].(string)
		events[event]++
	}
	assert.Greater(t, events["delivery"], 300)
	assert.Greater(t, events["message"], 200)
	assert.NotZero(t, events[""])
	_, mail, _ := smtplog(t, "", "enrich", "--mail", log)
	assert.Equal(t, strings.Count(out, "\n")-events[""], strings.Count(mail, "\n"))
	_, otlp, _ := smtplog(t, "", "enrich", "--otlp", log)
	records := 0
	for line := range strings.Lines(otlp) {
		var one struct {
			ResourceLogs []struct {
				ScopeLogs []struct{ LogRecords []json.RawMessage }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		for _, rl := range one.ResourceLogs {
			for _, sl := range rl.ScopeLogs {
				records += len(sl.LogRecords)
			}
		}
	}
	assert.Equal(t, strings.Count(out, "\n"), records)
}

// Tables are files of comma-separated values, each with its head, and without formulas.
func TestTablesAreFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, _, said := smtplog(t, "", "report", "--csv", dir, testdata+"postfix-main.iso.log")
	require.Equal(t, Found, code, said)
	for _, name := range []string{"days", "series", "providers", "senders", "recipients", "clients", "failures", "rejects", "stages", "metrics", "recipient_domains"} {
		f, err := os.Open(filepath.Join(dir, name+".csv"))
		require.NoError(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		require.NoError(t, f.Close())
		assert.Greater(t, len(rows), 1, name)
		for _, row := range rows[1:] {
			assert.False(t, strings.HasPrefix(row[0], "="), row)
		}
	}
}

// The page is a file that is there whole; where it cannot be, that is said.
func TestThePageIsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	code, out, said := smtplog(t, "", "report", "--html", path, testdata+"postfix-main.iso.log")
	require.Equal(t, Found, code, said)
	assert.Empty(t, out)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(strings.TrimSpace(string(text)), "</html>"))
	code, _, said = smtplog(t, "", "report", "--html", "/no/such/dir/report.html", testdata+"postfix-main.iso.log")
	assert.Equal(t, Wrong, code)
	assert.Contains(t, said, "--html: ")
}

// What a log says can neither clear the screen nor add a line, in any output that people look at.
func TestTheTerminalObeysNoLog(t *testing.T) {
	line := "Nov 23 15:32:34 mx1 postfix/smtp[532]: ECD68FB: to=<a\x1b[31m@b.example>, relay=mx\x9b.b.example[198.51.100.31]:25, delay=0.05, " +
		"delays=0.02/0.01/0.02/0, dsn=5.1.1, status=bounced (host mx.b.example[198.51.100.31] said: 550 5.1.1 no\x1b[2J\u202eforged (in reply to RCPT TO command))\n"
	log := file(t, "mail.log", []byte(strings.Repeat(line, 3)))
	for _, args := range [][]string{{"report"}, {"report", "--text"}, {"enrich"}, {"top", "replies"}, {"trace", "ECD68FB", "-v"}, {"explain", strings.TrimSpace(line)}} {
		if args[0] != "explain" {
			args = append(args, log)
		}
		_, out, said := smtplog(t, "", args...)
		assert.Contains(t, out, "forged", "%v", args)
		for _, r := range out + said {
			assert.True(t, r == '\n' || !unicode.IsControl(r) && r != '\u202e', "%v: %q", args, r)
		}
	}
}

func TestExplainSaysWhatToDo(t *testing.T) {
	_, out, _ := smtplog(t, "", "explain", "550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown in virtual mailbox table")
	for _, want := range []string{"unknown_recipient", "Take the address off the list", "for good", `rule`} {
		assert.Contains(t, out, want)
	}
	_, out, _ = smtplog(t, "", "explain", "Nov 23 15:32:34 mx1 postfix/smtpd[532]: connect from a.example[192.0.2.1]")
	assert.Contains(t, out, "smtp.event")
	assert.Contains(t, out, "Nothing failed here")
}

func TestVersionIsSaid(t *testing.T) {
	code, out, _ := smtplog(t, "", "--version")
	assert.Equal(t, Found, code)
	assert.Equal(t, "smtplog version 1.2.3\n", out)
}

// Every command has a manual page and completions.
func TestManualAndCompletionsAreMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	code, _, said := smtplog(t, "", "man", dir)
	require.Equal(t, Found, code, said)
	for _, name := range []string{"smtplog", "smtplog-report", "smtplog-enrich", "smtplog-top", "smtplog-explain"} {
		page, err := os.ReadFile(filepath.Join(dir, name+".1"))
		require.NoError(t, err)
		assert.Contains(t, string(page), ".SH SYNOPSIS")
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, out, _ := smtplog(t, "", "completion", shell)
		assert.Equal(t, Found, code)
		assert.Contains(t, out, "smtplog")
	}
	_, out, _ := smtplog(t, "", "__complete", "report", "--dialect", "post")
	assert.Contains(t, out, "postfix")
}

// A message's story is found in what comes on standard input, too, which is read several times.
func TestTraceReadsStandardInput(t *testing.T) {
	code, out, said := smtplog(t, testdata+"postfix-main.iso.log", "trace", "B060B160", "--json", "--or", "ECD68FB")
	require.Equal(t, Found, code, said)
	var list []trace.Story
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	assert.Greater(t, len(list), 2)
	code, lines, _ := smtplog(t, testdata+"postfix-main.iso.log", "trace", "B060B160", "-v")
	assert.Equal(t, Found, code)
	assert.Contains(t, lines, "postfix/smtpd")
}

// What the README shows of the logs in testdata is what comes out.
func TestReadmeShowsWhatComesOut(t *testing.T) {
	readme, err := os.ReadFile("../../../../README.md")
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(readme), "An excerpt of what `make run` says:\n\n```\n")
	require.True(t, found)
	shown, _, _ = strings.Cut(shown, "```")
	args := []string{"report", "--text", "--location", "UTC"}
	for _, name := range []string{
		"mission/conversations.log", "postfix-main.rfc3164.log", "exim-all.mainlog", "exim-all.rejectlog", "sendmail-loud.rfc3164.log",
		"opensmtpd-main.rfc3164.log", "haraka-main.log",
	} {
		args = append(args, testdata+name)
	}
	_, out, _ := smtplog(t, "", args...)
	lines := strings.Split(out, "\n")
	for line := range strings.Lines(shown) {
		line = strings.TrimRight(line, "\n")
		assert.True(t, slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, line) }), line)
	}
}

// What stands in the environment of a collector stands there for smtplog, too: the same key, the same zone; where it is missing, nothing else is taken in its place.
func TestConfigurationTakesTheEnvironment(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	log := testdata + "postfix-main.rfc3164.log"
	config := file(t, "otel.yaml", []byte("processors: {smtp: {location: \"${env:MAIL_ZONE:-Asia/Tokyo}\", privacy: {addresses: hash, hash_key: \"${env:SMTP_HASH_KEY}\"}}}\n"))
	code, _, said := smtplog(t, "", "enrich", "--config", config, log)
	assert.Equal(t, Wrong, code)
	assert.Contains(t, said, "the environment has no SMTP_HASH_KEY")
	assert.Equal(t, 1, strings.Count(said, "\n"), said)

	t.Setenv("SMTP_HASH_KEY", key)
	want := ""
	for name, args := range map[string][]string{
		"the key itself":          {"--set", "privacy.hash_key=" + key, "--set", "privacy.addresses=hash", "--location", "Asia/Tokyo"},
		"of the configuration":    {"--config", config},
		"of an option":            {"--set", "privacy.hash_key=${env:SMTP_HASH_KEY}", "--set", "privacy.addresses=hash", "--set", "location=${env:MAIL_ZONE:-Asia/Tokyo}"},
		"a number of the default": {"--config", config, "--set", "sessions.max=${env:NO_SUCH_NUMBER:-20000}"},
	} {
		code, out, said := smtplog(t, "", append([]string{"enrich", log}, args...)...)
		require.Equal(t, Found, code, "%s: %s", name, said)
		if want == "" {
			want = out
		}
		assert.Equal(t, want, out, name)
	}
	t.Setenv("SMTP_HASH_KEY", "1234567890123456") // digits are a key as well
	code, out, said := smtplog(t, "", "enrich", "--config", config, log)
	require.Equal(t, Found, code, said)
	assert.NotEqual(t, want, out, "another key, other pseudonyms")
}

// The blocks of the examples are read as they stand.
func TestConfigurationsOfTheExamplesAreRead(t *testing.T) {
	examples, err := filepath.Glob("../../../../examples/*.yaml")
	require.NoError(t, err)
	read := 0
	for _, path := range examples {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if !strings.Contains(string(data), "\nprocessors:") || !strings.Contains(string(data), "\n  smtp:") {
			continue
		}
		code, _, said := smtplog(t, "", "explain", "--config", path, "550 5.1.1 user unknown")
		if !strings.Contains(said, "has no processors.smtp block") {
			assert.Equal(t, Found, code, "%s: %s", path, said)
			read++
		}
	}
	assert.Greater(t, read, 10)
}

// Standard input can be read once, however often it is named.
func TestStandardInputTwiceIsReadOnce(t *testing.T) {
	code, out, said := smtplog(t, testdata+"postfix-main.rfc3164.log", "report", "--json", "-", "-")
	require.Equal(t, Found, code, said)
	assert.Equal(t, int64(2528), decode(t, out).Input.Lines)
}
