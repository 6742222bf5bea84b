//go:build backends

package backends

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// day is testdata/day.log as it ends now: a whole minute, so that what is told each minute of the log stands still, too.
type day struct {
	now   time.Time
	host  string
	lines []string
}

var offset = regexp.MustCompile(`^-(\d+h\d+m[\d.]+s) (\S+) (.*)$`)

func newDay(t *testing.T) *day {
	t.Helper()
	host, err := os.Hostname()
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/day.log")
	require.NoError(t, err)
	d := &day{now: time.Now().UTC().Truncate(time.Minute), host: host}
	for line := range strings.Lines(string(text)) {
		m := offset.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			require.True(t, strings.HasPrefix(line, "#"), line)
			continue
		}
		ago, err := time.ParseDuration(m[1])
		require.NoError(t, err)
		d.lines = append(d.lines, d.now.Add(-ago).Format("2006-01-02T15:04:05.000000-07:00 ")+strings.Replace(m[2], "HOST", host, 1)+" "+m[3])
	}
	return d
}

// arrived waits until a query counts every line, once.
func (d *day) arrived(t *testing.T, ask func(*testing.T, string) []row, query string) {
	t.Helper()
	var rows []row
	for range 120 {
		if rows = ask(t, query); len(rows) == 1 && rows[0][0] == strconv.Itoa(len(d.lines)) {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Fatalf("%d lines, %v have arrived", len(d.lines), rows)
}

// row is one of an answer: its values. Times are how long ago they were, in whole seconds.
type row []string

var (
	stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	epoch = regexp.MustCompile(`^1[6-9]\d{8}(\d{9})?$`) // seconds, or nanoseconds
)

// value brings one to the form that expected answers have it in.
func (d *day) value(v string) string {
	if epoch.MatchString(v) {
		n, _ := strconv.ParseInt((v + "000000000")[:19], 10, 64)
		return d.ago(time.Unix(0, n))
	}
	return stamp.ReplaceAllStringFunc(v, func(s string) string {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return s
		}
		return d.ago(at)
	})
}

func (d *day) ago(at time.Time) string { return at.Sub(d.now).Round(time.Second).String() }

// has says whether the row has each of the values of an expected one, `a | b`; `~a` is a part of one, `>1` and `<1` bounds; a number may be off by a share.
func (r row) has(want string, off float64) bool {
	left := append(row(nil), r...)
	for _, w := range strings.Split(want, " | ") {
		found := -1
		for i, v := range left {
			if v == w || (off > 0 || strings.ContainsAny(w, "<>")) && near(v, w, off) || strings.HasPrefix(w, "~") && strings.Contains(v, w[1:]) {
				found = i
				break
			}
		}
		if found < 0 {
			return false
		}
		left = append(left[:found], left[found+1:]...)
	}
	return true
}

// near compares numbers. What counts whole things may be off by a little more: increase() adds up to half an interval at each end, and differences have both.
func near(got, want string, off float64) bool {
	x, err1 := strconv.ParseFloat(got, 64)
	y, err2 := strconv.ParseFloat(strings.TrimLeft(want, "<>"), 64)
	switch {
	case err1 != nil || err2 != nil:
		return false
	case want[0] == '<':
		return x <= y
	case want[0] == '>':
		return x >= y
	}
	off *= math.Abs(y)
	if !strings.Contains(want, ".") {
		off = max(off, 0.45)
	}
	return math.Abs(x-y) <= off
}

// compare pairs the rows of an answer with those that are expected, one by one.
func compare(rows []row, want []string, off float64) error {
	left := append([]row(nil), rows...)
	for _, w := range want {
		found := -1
		for i, r := range left {
			if r.has(w, off) {
				found = i
				break
			}
		}
		if found < 0 {
			return fmt.Errorf("no row has %q", w)
		}
		left = append(left[:found], left[found+1:]...)
	}
	if len(left) > 0 {
		return fmt.Errorf("%d rows are not expected, such as %q", len(left), left[0])
	}
	return nil
}

// told are the rows of an answer, one a line.
func told(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString("  -> " + strings.Join(r, " | ") + "\n")
	}
	return b.String()
}

// answers are what the queries of a page's sections have to give, in their order: of each its rows.
type answers map[string][][]string

// check asks each query of a page that is in one of the languages, and fails where one has no expected answer, or an answer has no query.
func (a answers) check(t *testing.T, page string, off float64, ask map[string]func(*testing.T, string) []row) {
	queries, err := Queries(page)
	require.NoError(t, err)
	asked := map[string]int{}
	for _, q := range queries {
		run := ask[q.Language]
		require.NotNil(t, run, "%s: nobody asks in %s", page, q.Language)
		n := asked[q.Section]
		asked[q.Section]++
		t.Run(fmt.Sprintf("%s/%d", q.Section, n+1), func(t *testing.T) {
			require.Less(t, n, len(a[q.Section]), "no answer is expected to\n%s", q.Text)
			want := a[q.Section][n]
			require.NotEmpty(t, want)
			var rows []row
			var wrong error
			for range 180 { // what was sent may not be seen yet; a subquery looks at whole minutes
				if rows = run(t, q.Text); t.Failed() {
					return
				}
				if wrong = compare(rows, want, off); wrong == nil {
					t.Logf("\n%s%s", q.Text, told(rows))
					return
				}
				time.Sleep(500 * time.Millisecond)
			}
			t.Errorf("\n%s%s%v", q.Text, told(rows), wrong)
		})
	}
	for section, list := range a {
		require.Equal(t, len(list), asked[section], "queries of the section %q of %s", section, page)
	}
}
