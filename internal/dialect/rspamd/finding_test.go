package rspamd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/rspamd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// What an action is for shows in the score and in the greylist's own symbol; a rule that forces one tells its words to the client.
func TestFindings(t *testing.T) {
	const front, back = "<1a2b3c>; proxy; rspamd_task_write_log: id: <m@a.example>, qid: <4AA091855DA0>, ip: 192.0.2.1, from: <a@a.example>, (default: ",
		"]), len: 888, time: 5.1ms, dns req: 1, digest: <a>, rcpts: <b@b.example>, mime_rcpts: <b@b.example>"
	for middle, want := range map[string]string{
		"T (reject): [21.40/15.00] [BAYES_SPAM(5.10){100.00%;}" + back:                                                    "spam_content",
		"T (discard): [15.00/15.00] [X(15.00){}" + back:                                                                   "spam_content",
		`S (reject): [15.00/15.00] [CLAM_VIRUS(0.00){Eicar;}` + back + `, forced: reject "virus"; score=15.00 (set by x)`: "",
		"T (reject): [3.00/15.00] [DMARC_POLICY_REJECT(3.00){}" + back:                                                    "",
		"F (soft reject): [6.30/15.00] [ONCE_RECEIVED(0.10){},GREYLIST(0.00){greylisted;new record;}" + back:              "greylisted",
		"F (soft reject): [6.30/15.00] [GREYLIST(0.00){greylisted;too early;}" + back:                                     "greylisted",
		"F (soft reject): [6.30/15.00] [X(0.10){GREYLIST(0.00);}" + back:                                                  "",
		"F (add header): [6.30/15.00] [GREYLIST(0.00){greylisted;passed;}" + back:                                         "",
	} {
		var ev event.Event
		ev.Line = front + middle
		rspamd.Parser{}.Parse(&header.Header{Program: "rspamd", Text: ev.Line}, &ev)
		if ev.Finding != want {
			t.Errorf("%s: %q, want %q", middle, ev.Finding, want)
		}
	}
}
