//go:build e2e

package e2e

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// waitForSome waits until the collector has written more than it had.
func (c *collector) waitForSome() {
	c.t.Helper()
	before := len(wholeLines(c.logs))
	eventually(c.t, func() bool { return len(wholeLines(c.logs)) > before }, 5*time.Millisecond, c.output.String)
}

// waitForAll waits until every line has come out at least once.
func (c *collector) waitForAll(lines []string) {
	c.t.Helper()
	eventually(c.t, func() bool {
		seen := map[string]bool{}
		for _, r := range c.records() {
			seen[r.Attr["log.file.record_offset"]] = true
		}
		return len(seen) > len(lines) // and the records that have no place
	}, 50*time.Millisecond, c.output.String)
}

// dedupe is what a backend that knows ids would keep: records that came again after a crash say the same with the same ids, so the newest of
// each place in the file stays, and of each summary.
func dedupe(records []truth.Record) (kept []truth.Record) {
	newest := map[string]int{}
	key := func(r *truth.Record) string {
		if place := r.Attr["log.file.record_offset"]; place != "" {
			return place
		}
		return r.Attr["smtp.event"] + " " + r.Attr["smtp.session.id"] + " " + r.Attr["smtp.message.uid"] + " " + r.Attr["smtp.rcpt_to"] + " " + r.Attr["smtp.orig_rcpt_to"]
	}
	for i := range records {
		r := &records[i]
		if r.Attr["smtp.duplicate"] == "" || newest[key(r)] == 0 {
			newest[key(r)] = i + 1
		}
	}
	for i := range records {
		if newest[key(&records[i])] == i+1 {
			kept = append(kept, records[i])
		}
	}
	return kept
}

// waitForRecords waits until so many enriched records have come out.
func (c *collector) waitForRecords(n int) {
	c.t.Helper()
	eventually(c.t, func() bool {
		got := 0
		for _, r := range c.records() {
			if !made(&r) && r.Attr["smtp.event"] != "" {
				got++
			}
		}
		return got >= n
	}, 20*time.Millisecond, c.output.String)
}
