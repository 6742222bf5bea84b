package smtpprocessor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// piece is some lines of a file that come together; of no file: the clock on the wall goes on.
type piece struct {
	file  string
	lines []string
}

// mixed cuts some of the repository's logs into pieces, in an order in which several receivers might bring them. One line in eight is not the one that was written there: two
// have changed places, one comes twice, or is lost, or has some other signs.
func mixed(t *testing.T, rnd *rand.Rand) (list []piece) {
	logs := everyLog(t)
	left := make(map[string][]string)
	var files []string
	for len(files) < 1+rnd.IntN(3) {
		if name := logs[rnd.IntN(len(logs))]; left[name] == nil {
			lines := corpus(t, name)
			left[name], files = lines[:min(len(lines), 1500)], append(files, name)
		}
	}
	for len(files) > 0 {
		i := rnd.IntN(len(files))
		name := files[i]
		n := min(1+rnd.IntN(120), len(left[name]))
		list = append(list, piece{name, disturbed(rnd, left[name][:n])})
		if left[name] = left[name][n:]; len(left[name]) == 0 {
			files = slices.Delete(files, i, i+1)
		}
		if rnd.IntN(6) == 0 {
			list = append(list, piece{})
		}
	}
	return list
}

func disturbed(rnd *rand.Rand, lines []string) []string {
	const signs = "0123456789abcdef<>[]@:,=. \\"
	lines = slices.Clone(lines)
	for i := range lines {
		switch rnd.IntN(24) {
		case 0:
			other := rnd.IntN(len(lines))
			lines[i], lines[other] = lines[other], lines[i]
		case 1:
			lines[i] = lines[rnd.IntN(len(lines))]
		case 2:
			line := []byte(lines[i])
			for at := 40 + rnd.IntN(40); at < len(line); at += 1 + rnd.IntN(80) {
				line[at] = signs[rnd.IntN(len(signs))]
			}
			lines[i] = string(line)
		}
	}
	return lines
}

// bring takes a piece through a processor at its time.
func bring(t *testing.T, p *smtpProcessor, c *clock, one piece) {
	t.Helper()
	if one.file == "" {
		c.add(20 * time.Second)
		require.NoError(t, p.expire(t.Context()))
		return
	}
	c.add(time.Second)
	ld := batch(one.lines...)
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/"+one.file)
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
}

// contents are what records say, in one order: that in which hosts are looked after is nobody's promise.
func contents(batches ...plog.Logs) (list []string) {
	for _, rec := range flat(batches...) {
		list = append(list, fmt.Sprint(rec.Timestamp(), rec.Body().AsString(), rec.Attributes().AsRaw(), rec.TraceID(), rec.SpanID()))
	}
	slices.Sort(list)
	return list
}

// However several logs come, and whatever is wrong with them: with crashes and a storage that fails they give the records that they give in one go.
func TestCrashesChangeNoRecordOfAnyLogs(t *testing.T) {
	for seed := range uint64(8) {
		rnd := rand.New(rand.NewPCG(seed, 78))
		pieces := mixed(t, rnd)
		host := &failing{newStorage(t), rnd, true}
		var out, since []plog.Logs // accepted up to the newest checkpoint, and behind it
		sink, c := new(consumertest.LogsSink), &clock{now: observed}
		p := storedAt(t, host, sink, zap.NewNop(), c)
		saved, savedAt := 0, c.now
		for at := 0; at < len(pieces); {
			sink.Reset()
			bring(t, p, c, pieces[at])
			since = append(since, sink.AllLogs()...)
			isLines := pieces[at].file != ""
			at++
			switch rnd.IntN(5) {
			case 0:
				die(t, p)
				sink, c = new(consumertest.LogsSink), &clock{now: savedAt}
				p = storedAt(t, host, sink, zap.NewNop(), c)
				at, since = saved, nil
			case 1, 2:
				if !isLines { // what the clock alone has ended may be ended again
					continue
				}
				if ok, err := p.Checkpoint(checkpoint.Final(t.Context())); ok && err == nil {
					out, since, saved, savedAt = append(out, since...), nil, at, c.now
				}
			}
		}
		die(t, p)
		whole, c := new(consumertest.LogsSink), &clock{now: observed}
		q := storedAt(t, newStorage(t), whole, zap.NewNop(), c)
		for _, one := range pieces {
			bring(t, q, c, one)
		}
		want, got := contents(whole.AllLogs()...), contents(append(out, since...)...)
		for i := range want {
			require.Less(t, i, len(got), "seed %d", seed)
			require.Equal(t, want[i], got[i], "seed %d", seed)
		}
		require.Len(t, got, len(want))
		die(t, q)
	}
}
