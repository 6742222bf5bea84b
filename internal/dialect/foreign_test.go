package dialect_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Programs that stand beside a mail server, name its messages in words much like its own, and are nobody's here: their lines go out as they
// came in. The words are those of the formats in postsrsd 1.10 (main.c) and 2.4 (src/srs.c, src/main.c), MailScanner 5 (Message.pm, PFDiskStore.pm,
// SweepViruses.pm, MessageBatch.pm), Mailman 3.3 (config/schema.cfg, logging.smtp) and Sympa 6.2 (src/lib/Sympa/Spindle).
var foreign = []string{
	"Dec  1 10:00:00 mx postsrsd[51]: srs_forward: <a@sender.example> rewritten as <SRS0=Xy1z=AB=sender.example=a@example.com>",
	"Dec  1 10:00:00 mx postsrsd[51]: srs_forward: <a@example.com> not rewritten: Domain excluded by policy",
	"Dec  1 10:00:01 mx postsrsd[51]: srs_reverse: <SRS0=Xy1z=AB=sender.example=a@example.com> rewritten as <a@sender.example>",
	"Dec  1 10:00:01 mx postsrsd[51]: srs_reverse: <SRS0=Xy1z=AB=sender.example=a@example.com> not rewritten: Hash invalid in SRS address.",
	"Dec  1 10:00:01 mx postsrsd: 4A7F51200AB: <a@sender.example> forwarded as <SRS0=Xy1z=AB=sender.example=a@example.com>",
	"Dec  1 10:00:01 mx postsrsd: 4A7F51200AB: <SRS0=Xy1z=AB=sender.example=a@example.com> not reversed: authentication code is invalid",
	"Dec  1 10:00:01 mx postsrsd: 4A7F51200AB: MTA aborted transaction",
	"Dec  1 10:00:02 mx MailScanner[900]: New Batch: Scanning 1 messages, 1234 bytes",
	"Dec  1 10:00:02 mx MailScanner[900]: Message 4AA091855DA0.A1B2C from 192.0.2.1 (a@sender.example) to example.com is spam, SpamAssassin (not cached, " +
		"score=12.3, required 5, BAYES_99 3.50)",
	"Dec  1 10:00:02 mx MailScanner[900]: Spam Actions: message 4AA091855DA0.A1B2C actions are delete",
	"Dec  1 10:00:02 mx MailScanner[900]: Reject message 4AA091855DA0.A1B2C from a@sender.example with report /etc/MailScanner/reports/en/rejection.report.txt",
	"Dec  1 10:00:03 mx MailScanner[900]: Infected message 4AA091855DA0.A1B2C came from 192.0.2.1",
	"Dec  1 10:00:03 mx MailScanner[900]: Requeue: 4AA091855DA0.A1B2C to 1F2E3D4C5B",
	"Dec  1 10:00:03 mx MailScanner[900]: Uninfected: Delivered 1 messages",
	"Dec 01 10:00:04 2026 (1234) <m1@sender.example> smtp to list@example.com for 3 recips, completed in 0.5 seconds",
	"Dec 01 10:00:04 2026 (1234) <m1@sender.example> post to list@example.com from a@sender.example, 1234 bytes",
	"Dec 01 10:00:05 2026 (1234) <m1@sender.example> delivery to b@b.example failed with code 550, 5.1.1 no such user",
	"Dec 01 10:00:05 2026 (1234) Low level smtp error: [Errno 111] Connection refused, msgid: <m1@sender.example>",
	"Dec  1 10:00:06 mx sympa_msg[88]: info Sympa::Spindle::DoMessage::_twist() Message Sympa::Message <list@example.com.1796116060.88,4321> for " +
		"Sympa::List <list@example.com> from a@sender.example accepted (0.1 seconds, 2 sessions, 3 subscribers), message ID=m1@sender.example, size=1234",
	"Dec  1 10:00:07 mx bulk[89]: notice Sympa::Mailer::store() Done sending message to b@b.example",
}

func TestOthersAreNobodys(t *testing.T) {
	d, err := dialect.NewDetector(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range foreign {
		for _, last := range []string{"", "postfix", "exim", "qmail", "transcript"} {
			var h header.Header
			header.Parse(line, header.Clock{}, &h)
			ev := event.Event{Line: h.Text}
			m := dialect.Memory{Last: last}
			if got := d.Parse(&m, &h, &ev); got != event.Unknown || ev.Kind != event.KindNone {
				t.Errorf("behind %q: %v %v of %s", last, ev.Dialect, ev.Kind, line)
			}
			if h.Program != "" && d.Claims(h.Program) {
				t.Errorf("somebody claims %s", h.Program)
			}
		}
	}
}
