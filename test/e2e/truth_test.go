//go:build e2e

package e2e

import (
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// The built collector over real logs: records equal the truth, metrics equal the records.
func TestCollectorEqualsTheTruth(t *testing.T) {
	for _, c := range truth.Corpora {
		t.Run(c.Log, func(t *testing.T) {
			t.Parallel()
			run, err := truth.Load("../../testdata/" + c.Truth)
			require.NoError(t, err)
			col := newCollector(t, "maillog")
			col.configure("smtp: {location: UTC, attributes: full, summaries: [session, message], storage: file_storage, checkpoint_interval: 200ms}", "smtp: {location: UTC, attributes: full, summaries: [session, message]}") // what is open at the end goes out
			lines := corpus(t, c.Log)
			col.write(lines)
			col.start()
			col.waitFor(len(lines))
			col.stop()
			records := col.records()
			for _, d := range truth.Compare(run, records, c.Unlogged) {
				t.Error(d)
			}
			assertMetrics(t, col, records)
		})
	}
}

// assertMetrics compares the connector's totals with the records that they are made from.
func assertMetrics(t *testing.T, col *collector, records []truth.Record) {
	t.Helper()
	final, attempts, ends, rejects := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, r := range records {
		a := r.Attr
		if a["smtp.duplicate"] != "" || a["smtp.event"] == "message" {
			continue
		}
		if a["smtp.event"] == "session" {
			ends[a["smtp.session.end"]]++
			continue
		}
		recipients := int64(1)
		if list := a["smtp.rcpt_to_list"]; list != "" {
			n, err := strconv.ParseInt(a["smtp.recipient.count"], 10, 64)
			require.NoError(t, err, r.Body)
			recipients = n
		}
		if a["smtp.delivery.final"] == "true" {
			final[a["smtp.delivery.status"]] += recipients
		}
		if a["smtp.delivery.tried"] == "true" && a["smtp.message.kind"] != "probe" {
			attempts[a["smtp.delivery.status"]] += recipients
		}
		if a["smtp.event"] == "reject" {
			rejects[a["smtp.reply.code"]] += recipients
		}
	}
	assert.Equal(t, final, col.points("smtp.delivery.recipients", "smtp.delivery.status"))
	assert.Equal(t, attempts, col.points("smtp.delivery.attempts", "smtp.delivery.status"))
	assert.Equal(t, ends, col.points("smtp.session.count", "smtp.session.end"))
	assert.Equal(t, rejects, col.points("smtp.reject.count", "smtp.reply.code"))
}

// The general receiver for files brings the same lines to the same records.
func TestFileLogGivesTheSameRecords(t *testing.T) {
	t.Parallel()
	lines := corpus(t, "postfix-main.rfc3164.log")
	said := func(receiver string) (list []string) {
		col := newCollector(t, receiver)
		col.write(lines)
		col.start()
		col.waitFor(len(lines))
		col.stop()
		for _, r := range col.records() {
			var words []string
			for k, v := range r.Attr {
				if !strings.HasPrefix(k, "log.file.") {
					words = append(words, k+"="+v)
				}
			}
			sort.Strings(words)
			list = append(list, r.Body+" "+strings.Join(words, " "))
		}
		return list
	}
	assert.Equal(t, said("maillog"), said("file_log"))
}

// The collector is killed while the log grows, again and again. No line is lost, no recipient ends twice, and what ended is the truth.
func TestKilledCollectorLosesNothingAndCountsOnce(t *testing.T) {
	t.Parallel()
	run, err := truth.Load("../../testdata/postfix-main.truth.json.gz")
	require.NoError(t, err)
	lines := corpus(t, "postfix-main.iso.log")
	col := newCollector(t, "maillog")
	rnd := rand.New(rand.NewPCG(5, 6))
	at := 0
	for kills := 0; at < len(lines); kills++ {
		col.start()
		n := min(400+rnd.IntN(200), len(lines)-at)
		for part := range 10 {
			col.write(lines[at+n*part/10 : at+n*(part+1)/10])
		}
		at += n
		col.waitForSome()
		if at < len(lines) {
			col.kill()
		}
	}
	col.waitForAll(lines)
	col.stop()
	records := col.records()
	places := map[string]bool{} // a line's body may have been redacted, its place is the line's own
	for _, r := range records {
		if place := r.Attr["log.file.record_offset"]; place != "" {
			places[place] = true
		}
	}
	offset := 0
	for _, l := range lines {
		if !places[strconv.Itoa(offset)] {
			t.Fatalf("lost: %s", l)
		}
		offset += len(l) + 1
	}
	for _, d := range truth.Compare(run, dedupe(records), 0) {
		t.Error(d)
	}
}
