package trace_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/trace"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

var seen = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// stories searches logs for a term.
func stories(t *testing.T, term string, paths ...string) []trace.Story {
	t.Helper()
	return storiesOf(t, term, paths, input.Options{}, true)
}

// storiesOf searches with or without passing over pieces without a hit.
func storiesOf(t *testing.T, term string, paths []string, o input.Options, passing bool) []trace.Story {
	t.Helper()
	of := site.Default()
	of.Location = "UTC"
	set, _, err := of.Settings()
	require.NoError(t, err)
	search := trace.New([]string{term}, time.UTC)
	for {
		e, err := engine.New(set)
		require.NoError(t, err)
		r := &reading.Reader{Engine: e, Zone: time.UTC, Wants: search.Wants}
		if passing {
			r.Passes = search.Passes
		}
		o.Paths, o.Now, o.Stamp = paths, seen, r.Stamp
		in, troubles, err := input.Open(o)
		require.NoError(t, err)
		require.Empty(t, troubles)
		require.NoError(t, r.Read(t.Context(), in, search))
		if !search.Next() {
			return search.Stories()
		}
	}
}

// log is a corpus and its truth.
type log struct {
	paths []string
	run   *truth.Run
}

func open(t *testing.T, name, truths string) log {
	t.Helper()
	run, err := truth.Load("../../../../testdata/" + truths)
	require.NoError(t, err)
	data, err := os.ReadFile("../../../../testdata/" + name)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	require.NoError(t, os.Chtimes(path, seen, seen))
	return log{[]string{path}, run}
}

// Of two hundred messages at random the story is what truly happened: who sent it, the session that brought it, how each recipient ended, after how many tries that
// another host saw, and that another message is in it only where it was made of this one.
func TestStoriesAreWhatHappened(t *testing.T) {
	for _, c := range []struct{ name, truths string }{
		{"postfix-main.iso.log", "postfix-main.truth.json.gz"},
		{"exim-main.mainlog", "exim-main.truth.json.gz"},
		{"sendmail-main.rfc3164.log", "sendmail-main.truth.json.gz"},
		{"haraka-main.log", "haraka-main.truth.json.gz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(1, 2))
			l := open(t, c.name, c.truths)
			var list []*truth.Message
			for i := range l.run.Messages {
				if m := &l.run.Messages[i]; m.Submitted.Accepted && m.MessageID != "" && len(m.Recipients) > 0 {
					list = append(list, m)
				}
			}
			require.Greater(t, len(list), 50)
			rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			for _, m := range list[:50] {
				check(t, &l, m)
			}
		})
	}
}

func check(t *testing.T, l *log, m *truth.Message) {
	t.Helper()
	found := stories(t, strings.Trim(m.MessageID, "<>"), l.paths...)
	require.NotEmpty(t, found, m.MessageID)
	ends := map[string]trace.Recipient{}
	own := 0
	for i := range found {
		s := &found[i]
		if strings.EqualFold(s.MessageID, strings.Trim(m.MessageID, "<>")) {
			own++
			assert.True(t, strings.EqualFold(strings.Trim(s.Sender, "<>"), strings.Trim(m.From, "<>")), "%s: %q is not %q", m.MessageID, s.Sender, m.From)
			for _, r := range s.Recipients {
				if r.Next == "" {
					ends[strings.ToLower(r.Address)] = r
					if r.Original != "" {
						ends[strings.ToLower(r.Original)] = r
					}
				}
			}
		} else {
			assert.NotEmpty(t, s.Of, "%s has the story of %s, which was not made of it", m.MessageID, s.MessageID)
		}
		for k := 1; k < len(s.Steps); k++ {
			assert.False(t, s.Steps[k].Time.Before(s.Steps[k-1].Time), "%s: steps are not in order", m.MessageID)
		}
	}
	assert.NotZero(t, own, m.MessageID)
	for _, r := range m.Recipients {
		got, ok := ends[strings.ToLower(r.Address)]
		if !ok {
			continue // an alias: its members are there in its place
		}
		if r.Final == "delivered" || r.Final == "bounced" || r.Final == "expired" {
			assert.Equal(t, r.Final, got.Status, "%s <%s>", m.MessageID, r.Address)
			assert.True(t, got.Final, "%s <%s>", m.MessageID, r.Address)
		}
	}
}

// Of every log the stories are the same whether or not pieces without a hit are passed over, whatever is asked for: words out of the logs themselves, by
// themselves and beside other logs.
func TestPassingOverPiecesChangesNoStory(t *testing.T) {
	var logs []string
	for _, pattern := range []string{"*log", "*.csv", "conversations/*", "mission/*.log"} {
		list, err := filepath.Glob("../../../../testdata/" + pattern)
		require.NoError(t, err)
		logs = append(logs, list...)
	}
	require.Greater(t, len(logs), 20)
	rnd := rand.New(rand.NewPCG(3, 4))
	found, passed := 0, 0
	for i, path := range logs {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		words := names.FindAllString(string(data), -1)
		if len(words) == 0 {
			continue
		}
		paths := []string{path}
		if i%4 == 3 {
			paths = append(paths, logs[i-1])
		}
		for range 4 {
			term := words[rnd.IntN(len(words))]
			want := storiesOf(t, term, paths, input.Options{Piece: 2 << 10}, false)
			got := storiesOf(t, term, paths, input.Options{Piece: 2 << 10}, true)
			require.Equal(t, tell(t, want), tell(t, got), "%s in %v", term, paths)
			found += min(1, len(want))
			search := trace.New([]string{term}, time.UTC)
			for at := 0; at+2<<10 < len(data); at += 2 << 10 {
				if search.Passes(data[at:at+2<<10], "", 0) {
					passed++
				}
			}
		}
	}
	assert.Greater(t, found, 50)
	assert.Greater(t, passed, 1000)
}

// names are what looks like an address or an id.
var names = regexp.MustCompile(`[\w.+-]+@[\w.-]+|\b[0-9A-Za-z]*[0-9][0-9A-Za-z]{6,}\b`)

// tell is stories as they are shown.
func tell(t *testing.T, list []trace.Story) string {
	t.Helper()
	data, err := json.Marshal(list)
	require.NoError(t, err)
	return string(data)
}

// No piece is passed over that has a term or an id in any case, at its beginning, its end, or anywhere.
func TestNoPieceWithAHitIsPassedOver(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	const letters = "abcdefABCDEF0123456789@.-=<> "
	noise := make([]byte, 400)
	for range 20_000 {
		for i := range noise {
			noise[i] = letters[rnd.IntN(len(letters))]
		}
		term := make([]byte, 1+rnd.IntN(12))
		for i := range term {
			term[i] = letters[rnd.IntN(len(letters)-1)]
		}
		search := trace.New([]string{string(term)}, time.UTC)
		piece := slices.Clone(noise)
		at := rnd.IntN(len(piece) - len(term) + 1)
		copy(piece[at:], term)
		require.False(t, search.Passes(piece, "", 0), "%q at %d of %q", term, at, piece)
		require.False(t, search.Passes(bytes.ToUpper(piece), "", 0))
		want := bytes.Contains(bytes.ToLower(noise), bytes.ToLower(term))
		if len(term) > 1 {
			require.Equal(t, want, !search.Passes(noise, "", 0), "%q in %q", term, noise)
		}
	}
	assert.False(t, trace.New([]string{"müller@example.com"}, time.UTC).Passes([]byte("MÜLLER"), "", 0), "of other letters' case it knows nothing")
	assert.False(t, trace.New([]string{"anna@example.com"}, time.UTC).Passes([]byte("__CURSOR=s=1\nMESSAGE=x\n"), "", 0), "an entry of the journal is not parted")
}

// What was asked for is found whatever it is: an address or its part, in any case; ids here and on the next host; a client; and nothing where there is nothing.
func TestEveryTermFindsItsMessage(t *testing.T) {
	l := open(t, "postfix-main.iso.log", "postfix-main.truth.json.gz")
	for term, queue := range map[string]string{
		"liam.35@corp.example.net": "B060B160", "LIAM.35@": "B060B160", "B060B160": "B060B160", "685ee096.1147@example.com": "B060B160",
		"7gq1vgPh7P7W5NX": "B6B4635B",
	} {
		found := stories(t, term, l.paths...)
		var ids []string
		for i := range found {
			ids = append(ids, found[i].QueueID)
		}
		assert.Contains(t, ids, queue, term)
		assert.Less(t, len(found), 6, term)
	}
	story := stories(t, "B060B160", l.paths...)[0]
	events := map[string]int{}
	for i := range story.Steps {
		events[story.Steps[i].Event]++
	}
	assert.Equal(t, map[string]int{
		"connect": 1, "disconnect": 1, "message.opened": 1, "message.header": 1, "message.received": 1, "message.queued": 4, "delivery": 6, "tls": 5,
		"message.expired": 1, "notification": 1, "message.removed": 1,
	}, events)
	assert.NotEmpty(t, stories(t, "192.0.2.101", l.paths...))
	assert.Empty(t, stories(t, "nobody@nowhere.example", l.paths...))
}
