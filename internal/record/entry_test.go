package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// cutAll is a text's lines as CutLine gives them, and what it left for more text to come.
func cutAll(text string) (lines []string, rest string) {
	for {
		line, n := CutLine(text)
		if n == 0 {
			return lines, text
		}
		lines, text = append(lines, line), text[n:]
	}
}

func TestEntriesOfSeveralLines(t *testing.T) {
	const stamp = "2026-11-23T15:32:27.611330123Z "
	verbose := "Mon 2026-11-23 15:32:27.611330 UTC [s=1;i=2;b=3;m=4;t=5;x=6]\n    PRIORITY=6\n    MESSAGE=a"
	pretty := "{\n\t\"__CURSOR\" : \"s=1\",\n\t\"MESSAGE\" : \"a } b\"\n}"
	long := strings.Repeat("x", 16<<10)
	docker := func(log, pipe string) string {
		return `{"log":"` + log + `","stream":"` + pipe + `","time":"2026-11-23T15:32:27.611330123Z"}`
	}
	for name, c := range map[string]struct {
		want []string
		rest string // waits for what may follow
	}{
		"pieces of CRI":                {want: []string{stamp + "stdout P a\n" + stamp + "stdout P b\n" + stamp + "stdout F c", "d"}},
		"the other pipe between":       {want: []string{stamp + "stdout P a", stamp + "stderr F b", stamp + "stdout F c"}},
		"a piece and another's line":   {want: []string{stamp + "stdout P a", "b"}},
		"a piece without the next yet": {want: []string{stamp + "stdout F a"}, rest: stamp + "stdout P b\n" + stamp + "stdout F"},
		"an empty last piece":          {want: []string{stamp + "stdout P a\n" + stamp + "stdout F ", "d"}},
		"pieces of Docker":             {want: []string{docker(long, "stdout") + "\n" + docker(`b\n`, "stdout"), docker(`c\n`, "stdout")}},
		"Docker's other pipe":          {want: []string{docker(long, "stdout"), docker(`b\n`, "stderr")}},
		"a short line without an end":  {want: []string{docker("a", "stdout"), docker(`b\n`, "stdout")}},
		"verbose":                      {want: []string{verbose, verbose, "a"}},
		"verbose, the last one":        {want: []string{verbose}, rest: verbose + "\n"},
		"pretty":                       {want: []string{pretty, pretty, "a"}},
		"pretty, not all there":        {want: []string{pretty}, rest: pretty[:20]},
		"somebody's JSON":              {want: []string{"{", "\t\"level\": \"error\"", "}", "{", "  \"A\": 1", "}"}},
		"a bracket alone":              {want: []string{"{", "", "{", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, end := range []string{"\n", "\r\n"} {
				want, rest := slices.Clone(c.want), c.rest
				text := strings.Join(want, "\n") + "\n" + rest
				if end == "\r\n" {
					text, rest = strings.ReplaceAll(text, "\n", end), strings.ReplaceAll(rest, "\n", end)
				}
				got, left := cutAll(text)
				for i := range got {
					got[i] = strings.ReplaceAll(got[i], "\r\n", "\n")
				}
				if !slices.Equal(got, want) || left != rest {
					t.Errorf("%q\n got %q, left %q\nwant %q, left %q", text, got, left, want, rest)
				}
				for at := range text { // what is there already never makes another line than all of it does
					if at > 4096 {
						break
					}
					if part, _ := cutAll(text[:at]); len(part) > 0 {
						last := strings.ReplaceAll(part[len(part)-1], "\r\n", "\n")
						if len(part) > len(want) || last != want[len(part)-1] {
							t.Fatalf("of %q: %q", text[:at], part)
						}
					}
				}
			}
		})
	}
}

// TestPiecesAreOneLine cuts every line at every place, as conmon may.
func TestPiecesAreOneLine(t *testing.T) {
	for _, l := range readLines(t) {
		const stamp = "2026-11-23T15:32:27.611330123Z "
		var whole View
		rec := plog.NewLogRecord()
		rec.Body().SetStr(stamp + "stdout F " + l.bsd)
		if !whole.Read(pcommon.NewResource(), rec, seen.UnixNano()) {
			t.Fatal(l.bsd)
		}
		for at := range l.bsd {
			rec.Body().SetStr(stamp + "stdout P " + l.bsd[:at] + "\n" + stamp + "stdout F " + l.bsd[at:])
			var v View
			if !v.Read(pcommon.NewResource(), rec, seen.UnixNano()) || v.Text != l.bsd || !v.Joined || v.Cut || v.Pipe != whole.Pipe || v.Time != whole.Time {
				t.Fatalf("at %d: %+v", at, v)
			}
		}
	}
}

func TestPiecesOfDocker(t *testing.T) {
	l := readLines(t)[0]
	text := l.bsd + strings.Repeat(` "x`, 16<<10)
	var pieces []string
	for rest := text + "\n"; rest != ""; {
		log := rest[:min(len(rest), 16<<10)]
		rest = rest[len(log):]
		b, err := json.Marshal(map[string]string{"log": log, "stream": "stderr", "time": "2026-11-23T15:32:27.611330123Z"})
		if err != nil {
			t.Fatal(err)
		}
		pieces = append(pieces, string(b))
	}
	rec := plog.NewLogRecord()
	rec.Body().SetStr(strings.Join(pieces, "\n"))
	var v View
	if !v.Read(pcommon.NewResource(), rec, seen.UnixNano()) || v.Text != text || !v.Joined || v.Cut || v.Pipe != 2 || len(pieces) != 4 {
		t.Fatalf("%v %v %d, %d pieces, %.100q", v.Joined, v.Cut, v.Pipe, len(pieces), v.Text)
	}
}

func TestWhatOnlyLooksLikePieces(t *testing.T) {
	const stamp = "2026-11-23T15:32:27.611330123Z "
	for _, text := range []string{
		stamp + "stdout P a\nb",
		stamp + "stdout P a\n" + stamp + "stderr F b",
		stamp + "stdout P a\n" + stamp + "stdout F b\n" + stamp + "stdout F c",
		stamp + "stdout F a\n" + stamp + "stdout F b",
		stamp + "stdout P a\n" + stamp + "stdout P b",
		"",
		"{\n}",
	} {
		if first, behind, ok := pieces(text); ok || first != text || behind != "" {
			t.Errorf("%q: %q, %q", text, first, behind)
		}
	}
}
