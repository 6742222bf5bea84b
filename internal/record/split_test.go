package record

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"one line", "Nov 23 15:32:27 mailout exim[1]: x", []string{"Nov 23 15:32:27 mailout exim[1]: x"}},
		{"one line of a conversation", "[2023-04-12 10:15:30] EHLO a", []string{"[2023-04-12 10:15:30] EHLO a"}},
		{"one line with its end", "a\n", []string{"a"}},
		{"two lines", "a\nb", []string{"a", "b"}},
		{"CRLF", "a\r\nb\r\n", []string{"a", "b"}},
		{"empty line within", "a\n\nb\n", []string{"a", "", "b"}},
		{"empty line at the front", "\na", []string{"", "a"}},
		{"nothing", "", []string{""}},
		{"flattened", "[2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250-b [2023-04-12 10:15:31] 250 c [2023-04-12 10:15:32] QUIT", []string{"[2023-04-12 10:15:30] EHLO a", "[2023-04-12 10:15:30] 250-b", "[2023-04-12 10:15:31] 250 c", "[2023-04-12 10:15:32] QUIT"}},
		{"flattened, in lower case", "[2023-04-12 10:15:30] mail from:<a@b> [2023-04-12 10:15:30] 250", []string{"[2023-04-12 10:15:30] mail from:<a@b>", "[2023-04-12 10:15:30] 250"}},
		{"flattened, two of them", "[2023-04-12 10:15:30] QUIT [2023-04-12 10:15:30] 221 x\n[2023-04-12 10:15:31] QUIT [2023-04-12 10:15:31] 221 y", []string{"[2023-04-12 10:15:30] QUIT", "[2023-04-12 10:15:30] 221 x", "[2023-04-12 10:15:31] QUIT", "[2023-04-12 10:15:31] 221 y"}},
		{"flattened with the dot", "[2023-04-12 10:15:30] 354 go [2023-04-12 10:15:31] . [2023-04-12 10:15:32] 250 ok", []string{"[2023-04-12 10:15:30] 354 go", "[2023-04-12 10:15:31] .", "[2023-04-12 10:15:32] 250 ok"}},
		{"flattened with T and fraction", "[2023-04-12T10:15:30.123Z] DATA [2023-04-12T10:15:31.456Z] 354 go", []string{"[2023-04-12T10:15:30.123Z] DATA", "[2023-04-12T10:15:31.456Z] 354 go"}},
		{"flattened with several blanks", "[2023-04-12 10:15:30] DATA   [2023-04-12 10:15:31] 354 go", []string{"[2023-04-12 10:15:30] DATA", "[2023-04-12 10:15:31] 354 go"}},
		{"reply with a stamp and words", "[2023-04-12 10:15:30] 451 blocked since [2023-04-12 09:00:00] try later", []string{"[2023-04-12 10:15:30] 451 blocked since [2023-04-12 09:00:00] try later"}},
		{"reply with a stamp and a verb as a word", "[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00] data is stale", []string{"[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00] data is stale"}},
		{"reply with a stamp and a number", "[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00] 25000 mails", []string{"[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00] 25000 mails"}},
		{"reply with another kind of stamp", "[2023-04-12 10:15:30] 451 at [12/Apr/2023:09:00:00] 250 ok", []string{"[2023-04-12 10:15:30] 451 at [12/Apr/2023:09:00:00] 250 ok"}},
		{"reply with a tag in brackets", "[2023-04-12 10:15:30] 421 4.7.1 [TS03] All messages", []string{"[2023-04-12 10:15:30] 421 4.7.1 [TS03] All messages"}},
		{"stamp at the end", "[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00]", []string{"[2023-04-12 10:15:30] 451 at [2023-04-12 09:00:00]"}},
		{"text that does not begin with a stamp", "x [2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250 b", []string{"x [2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250 b"}},
		{"stamps without brackets", "2023-04-12 10:15:30 EHLO a 2023-04-12 10:15:30 250 b", []string{"2023-04-12 10:15:30 EHLO a 2023-04-12 10:15:30 250 b"}},
		{"stamps without a date", "[10:15:30] EHLO a [10:15:30] 250 b", []string{"[10:15:30] EHLO a [10:15:30] 250 b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Split(tt.text, []string{"left", "over"}); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestFlattenedConversationsAreTheSame(t *testing.T) {
	plain, err := os.ReadFile("testdata/conversations.log")
	if err != nil {
		t.Fatal(err)
	}
	flat, err := os.ReadFile("testdata/conversations-flattened.log")
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(Split(string(plain), nil), func(s string) bool { return s == "" })
	if got := Split(string(flat), nil); len(lines) != 27 || !slices.Equal(got, lines) {
		t.Errorf("%d lines\n got %q\nwant %q", len(lines), got, lines)
	}
}

func TestSplitAllocatesNothing(t *testing.T) {
	into := make([]string, 0, 8)
	for _, text := range []string{"Nov 23 15:32:27 mailout exim[1]: x", "[2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250-b", "a\nb\nc"} {
		if n := testing.AllocsPerRun(100, func() { into = Split(text, into) }); n != 0 {
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}

// The parts add up to the whole: only line ends and the blanks between flattened lines are gone.
func FuzzSplit(f *testing.F) {
	f.Add("a\r\nb\n")
	f.Add("[2023-04-12 10:15:30] EHLO a [2023-04-12 10:15:30] 250-b [2023-04-12 10:15:31] QUIT")
	strip := strings.NewReplacer("\r", "", "\n", "", " ", "")
	f.Fuzz(func(t *testing.T, text string) {
		if got := strings.Join(Split(text, nil), ""); strip.Replace(got) != strip.Replace(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
