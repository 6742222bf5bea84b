package trace_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
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
	return storiesIn(t, new(int), term, paths, o, passing)
}

// storiesIn counts how often the log is read, too.
func storiesIn(t *testing.T, rounds *int, term string, paths []string, o input.Options, passing bool) []trace.Story {
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
			search.LookBack = func(text []byte, with *trace.Search) {
				for again := true; again; again = with.Next() {
					e, err := engine.New(set)
					require.NoError(t, err)
					r := &reading.Reader{Engine: e, Zone: time.UTC, Wants: with.Wants, Passes: with.Passes}
					in, _, err := input.Open(input.Options{Paths: []string{input.Stdin}, Stdin: bytes.NewReader(text), Now: seen, Stamp: r.Stamp, Piece: o.Piece})
					require.NoError(t, err)
					require.NoError(t, r.Read(t.Context(), in, with))
				}
			}
		}
		o.Paths, o.Now, o.Stamp = paths, seen, r.Stamp
		in, troubles, err := input.Open(o)
		require.NoError(t, err)
		require.Empty(t, troubles)
		require.NoError(t, r.Read(t.Context(), in, search))
		*rounds++
		if !search.Next() {
			return search.Stories()
		}
	}
}

// log is a corpus and its truth.
type log struct {
	paths []string
	run   *truth.Run
	tries int // that were compared
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
	return log{paths: []string{path}, run: run}
}

// Of two hundred messages at random the story is what truly happened, stage by stage: who sent it, how and when it came in, each answer that a host gave for a
// recipient, how each ended, and that another message is in it only where it was made of this one.
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
			assert.GreaterOrEqual(t, l.tries, 20)
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
		for k := range s.Steps {
			if s.Steps[k].Event == "delivery" && s.Steps[k].Server == "" {
				assert.NotContains(t, s.Steps[k].Says, " by app", "%s: the client that brought it is nobody's server", m.MessageID)
			}
		}
		for k := 1; k < len(s.Steps); k++ {
			assert.False(t, s.Steps[k].Time.Before(s.Steps[k-1].Time), "%s: steps are not in order", m.MessageID)
		}
	}
	assert.NotZero(t, own, m.MessageID)
	checkReception(t, found, m)
	for _, r := range m.Recipients {
		got, ok := ends[strings.ToLower(r.Address)]
		if !ok {
			continue // an alias: its members are there in its place
		}
		l.checkTries(t, found, m, &r)
		if r.Final == "delivered" || r.Final == "bounced" || r.Final == "expired" {
			assert.Equal(t, r.Final, got.Status, "%s <%s>", m.MessageID, r.Address)
			assert.True(t, got.Final, "%s <%s>", m.MessageID, r.Address)
		}
	}
}

// checkReception compares how the message came in: over which session, under which queue id, from whom.
func checkReception(t *testing.T, found []trace.Story, m *truth.Message) {
	t.Helper()
	if m.Submitted.QueueID == "" {
		return
	}
	i := slices.IndexFunc(found, func(s trace.Story) bool { return s.QueueID == m.Submitted.QueueID })
	if !assert.GreaterOrEqual(t, i, 0, "%s has no story of %s", m.MessageID, m.Submitted.QueueID) {
		return
	}
	kinds := map[string]int{}
	for _, step := range found[i].Steps {
		kinds[step.Event]++
		if step.Event == "message.received" {
			assert.InDelta(t, m.Submitted.T, float64(step.Time.UnixNano())/1e9, 30, "%s: when it came", m.MessageID)
		}
	}
	assert.Equal(t, 1, kinds["message.received"]+kinds["message.discarded"], "%s: %v", m.MessageID, kinds)
}

// checkTries compares what hosts said of a recipient, by the story and by what they know themselves: each answer in the story is one of theirs, with its time, verdict,
// code and words, and the last of theirs is in the story. Of several hosts in one try a log has the last one's answer.
func (l *log) checkTries(t *testing.T, found []trace.Story, m *truth.Message, r *truth.Recipient) {
	t.Helper()
	if len(r.Attempts) == 0 { // no host outside was asked
		return
	}
	last := -1
	for i := range found {
		for _, step := range found[i].Steps {
			to := strings.Split(strings.ToLower(step.Recipient), ", ")
			if step.Event != "delivery" || step.Reply == "" || step.Server == "" || step.Server == "127.0.0.1" || !slices.Contains(to, strings.ToLower(r.Address)) {
				continue
			}
			at := tryOf(r, &step)
			said := at >= 0 || slices.ContainsFunc(m.Recipients, func(o truth.Recipient) bool { return tryOf(&o, &step) >= 0 }) // a host that goes in the middle said it to another
			assert.True(t, said, "%s <%s>: nobody said %+v", m.MessageID, r.Address, step)
			last = max(last, at)
			l.tries++
		}
	}
	if at := len(r.Attempts) - 1; r.Attempts[at].Code != 0 && last >= 0 {
		assert.Equal(t, at, last, "%s <%s>: the last try is not told", m.MessageID, r.Address)
	}
}

// tryOf is the try that a step tells of, of several equal ones the nearest in time; -1: none.
func tryOf(r *truth.Recipient, step *trace.Step) int {
	best := -1
	for i := range r.Attempts {
		if isTry(&r.Attempts[i], step) && (best < 0 || apart(&r.Attempts[i], step) <= apart(&r.Attempts[best], step)) {
			best = i
		}
	}
	return best
}

func apart(a *truth.Attempt, step *trace.Step) float64 {
	return math.Abs(float64(step.Time.UnixNano())/1e9 - a.T)
}

// isTry says whether a step tells of a try. Clocks are apart, Sendmail shortens long names, and with Exim it leaves out the code of what went well.
func isTry(a *truth.Attempt, step *trace.Step) bool {
	begin, _, short := strings.Cut(step.Server, "...")
	return apart(a, step) < 60 && a.Outcome == step.Status &&
		(a.Code == step.Code || step.Code == 0 && a.Outcome == "delivered") && (a.Enhanced == step.Enhanced || a.Enhanced == "" || step.Enhanced == "") &&
		(a.Host == step.Server || short && strings.HasPrefix(a.Host, begin)) && strings.Contains(letters(a.Text), letters(step.Reply)[:min(20, len(letters(step.Reply)))])
}

// letters are those of a text: lines of a reply are joined in more than one way.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(s))
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
	found, passed, rounds, fewer := 0, 0, 0, 0
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
			want := storiesIn(t, &rounds, term, paths, input.Options{Piece: 2 << 10}, false)
			got := storiesIn(t, &fewer, term, paths, input.Options{Piece: 2 << 10}, true)
			require.Equal(t, tell(t, want), tell(t, got), "%s in %v", term, paths)
			found += min(1, len(want))
			search := trace.New([]string{term}, time.UTC)
			for at := 0; at+2<<10 < len(data); at += 2 << 10 {
				if search.Passes(data[at:at+2<<10], "", inTheMiddle) {
					passed++
				}
			}
		}
	}
	assert.Greater(t, found, 50)
	assert.Greater(t, passed, 1000)
	assert.Less(t, fewer, rounds, "what was read last is looked through, and the log is not read for it once more")
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

// inTheMiddle is a place of a file behind what is looked at in any case.
const inTheMiddle = 1 << 20

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
		require.False(t, search.Passes(piece, "", inTheMiddle), "%q at %d of %q", term, at, piece)
		require.False(t, search.Passes(bytes.ToUpper(piece), "", inTheMiddle))
		want := bytes.Contains(bytes.ToLower(noise), bytes.ToLower(term))
		if len(term) > 1 {
			require.Equal(t, want, !search.Passes(noise, "", inTheMiddle), "%q in %q", term, noise)
		}
	}
	assert.False(t, trace.New([]string{"müller@example.com"}, time.UTC).Passes([]byte("MÜLLER"), "", inTheMiddle), "of other letters' case it knows nothing")
	assert.False(t, trace.New([]string{"anna@example.com"}, time.UTC).Passes([]byte("__CURSOR=s=1\nMESSAGE=x\n"), "", inTheMiddle), "an entry of the journal is not parted")
}

// A conversation is told whole where its lines have no ids, and only those before a name tell what it is about; rows of accounting, whose columns the first line
// names, are told though no message is known of them.
func TestLinesWithoutIDsAreTold(t *testing.T) {
	const dir = "../../../../testdata/"
	outcomes := func(term, path string) (list []string) {
		for _, s := range stories(t, term, path) {
			list = append(list, s.Outcome)
		}
		return list
	}
	assert.Equal(t, []string{"1 bounced", "1 delivered", "1 bounced"}, outcomes("recipient@example.net", dir+"mission/conversations.log"))
	assert.Equal(t, []string{"1 bounced", "1 delivered", "1 bounced"}, outcomes("recipient@example.net", dir+"mission/conversations-flattened.log"))
	assert.Equal(t, []string{"1 expired, 2 bounced, 2 deferred, 3 delivered"}, outcomes("news@shop.example.com", dir+"powermta-accounting.csv"))
	assert.Equal(t, outcomes("alerts@example.com", dir+"conversations/proxy-cs-id.log"), outcomes("alerts@example.com", dir+"conversations/proxy-cs.log"))

	var many strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&many, "220 mx.example ESMTP\nEHLO c%d.example\n250 mx.example\nMAIL FROM:<a%d@x.example>\n250 2.1.0 Ok\nRCPT TO:<b%d@y.example>\n250 2.1.5 Ok\nDATA\n354 End data\nhello\n.\n"+
			"250 2.0.0 Ok: queued as Q%d\nQUIT\n221 2.0.0 Bye\n", i, i, i, i)
	}
	path := filepath.Join(t.TempDir(), "talk.log")
	require.NoError(t, os.WriteFile(path, []byte(many.String()), 0o600))
	for _, i := range []int{0, 3000, 5999} {
		found := stories(t, fmt.Sprintf("b%d@y.example", i), path)
		require.Len(t, found, 1)
		assert.Equal(t, "1 delivered", found[0].Outcome)
		said := ""
		for _, step := range found[0].Steps {
			said += step.Line + "\n"
		}
		assert.Contains(t, said, fmt.Sprintf("EHLO c%d.example\n", i))
		assert.Contains(t, said, fmt.Sprintf("queued as Q%d\n", i))
	}
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

// A client that was refused brought no message; its conversation is told all the same, from its beginning to the end that the log has, though these lines do not
// name the recipient who was asked for.
func TestRefusedClientIsToldToItsEnd(t *testing.T) {
	l := open(t, "postfix-main.rfc3164.log", "postfix-main.truth.json.gz")
	list := stories(t, "nosuchuser@example.com", l.paths...)
	require.NotEmpty(t, list)
	for i := range list {
		var events, words []string
		for _, step := range list[i].Steps {
			events, words = append(events, step.Event), append(words, step.Says)
		}
		assert.Equal(t, "connect", events[0], words)
		assert.Equal(t, "disconnect", events[len(events)-1], words)
		assert.Contains(t, events, "reject", words)
		assert.Contains(t, words[len(words)-1], "ended (quit)", words)
	}
}

// Where the log ends before a conversation does, nobody ended it.
func TestEndOfTheLogEndsNoConversation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	require.NoError(t, os.WriteFile(path, []byte("Nov 23 15:33:03 mx postfix/smtpd[592]: connect from mail.example.net[192.0.2.9]\n"), 0o600))
	require.NoError(t, os.Chtimes(path, seen, seen))
	list := stories(t, "mail.example.net", path)
	require.Len(t, list, 1)
	require.NotEmpty(t, list[0].Steps)
	assert.Equal(t, "the log ends before the connection with mail.example.net [192.0.2.9] does", list[0].Steps[len(list[0].Steps)-1].Says)
}
