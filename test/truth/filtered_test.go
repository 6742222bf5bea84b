package truth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// filtered are setups where an ACL or a filter before the queue decides about some of a mail's recipients.
var filtered = []setup{
	{
		"Exim 4.96, syslog: an ACL discards one of two recipients, another one the only one, and a third all of a mail's",
		[]string{
			"Dec  1 15:56:34 mx exim[225]: 2026-12-01 15:56:34 H=(client.drv.test) [127.0.0.1] F=<ann@drv.test> RCPT <discard.19b@lists.test>: discarded by RCPT ACL: thrown away",
			"Dec  1 15:56:34 mx exim[225]: 2026-12-01 15:56:34 H=(client.drv.test) [127.0.0.1] F=<ann@drv.test> RCPT <discard.19b@lists.test>: discarded by RCPT ACL: thrown away",
			"Dec  1 15:56:34 mx exim[225]: 2026-12-01 15:56:34 1xYQDa-00003d-1x <= ann@drv.test H=(client.drv.test) [127.0.0.1] P=esmtp S=599 id=m0019.ex2@drv.test",
			"Dec  1 15:56:35 mx exim[229]: 2026-12-01 15:56:35 H=(client.drv.test) [127.0.0.1] F=<ann@drv.test> RCPT <discard.21a@lists.test>: discarded by RCPT ACL: thrown away",
			"Dec  1 15:56:35 mx exim[229]: 2026-12-01 15:56:35 H=(client.drv.test) [127.0.0.1] F=<ann@drv.test> RCPT <discard.21a@lists.test>: discarded by RCPT ACL: thrown away",
			"Dec  1 15:56:35 mx exim[229]: 2026-12-01 15:56:35 1xYQDb-00003i-1Y <= ann@drv.test H=(client.drv.test) [127.0.0.1] P=esmtp S=585 id=m0021.ex2@drv.test",
			"Dec  1 15:56:35 mx exim[229]: 2026-12-01 15:56:35 1xYQDb-00003i-1Y => blackhole (RCPT ACL discarded recipients)",
			"Dec  1 15:56:35 mx exim[229]: 2026-12-01 15:56:35 1xYQDb-00003i-1Y Completed",
			"Dec  1 15:56:38 mx exim[255]: 2026-12-01 15:56:38 1xYQDa-00003d-1x => ok.19a@big.test R=remote T=remote_smtp H=mx1.big.test [127.1.0.2] C=\"250 2.0.0 Ok: queued as A000708AE3\"",
			"Dec  1 15:56:38 mx exim[255]: 2026-12-01 15:56:38 1xYQDa-00003d-1x Completed",
		},
		[]string{"discard.19b@lists.test discarded", "discard.21a@lists.test discarded", "ok.19a@big.test delivered"},
		2,
	},
	{
		"Postfix 3.7.11, smtpd_proxy_filter: the filter throws a mail away, and says that it was accepted; one after it, in the same conversation, goes on",
		[]string{
			"Dec  1 15:50:58 mx postfix/smtpd[363]: connect from localhost[127.0.0.1]",
			"Dec  1 15:50:58 mx postfix/smtpd[363]: NOQUEUE: client=localhost[127.0.0.1]",
			"Dec  1 15:50:58 mx postfix/smtpd[363]: proxy-accept: END-OF-MESSAGE: 250 2.7.0 Ok, discarded, id=00012-02 - INFECTED: Eicar-Test-Signature; " +
				"from=<ann@drv.test> to=<vdisc.22a@big.test> proto=ESMTP helo=<client.drv.test>",
			"Dec  1 15:50:58 mx postfix/smtpd[363]: NOQUEUE: client=localhost[127.0.0.1]",
			"Dec  1 15:50:58 mx postfix/reinject/smtpd[361]: connect from localhost[127.0.0.1]",
			"Dec  1 15:50:58 mx postfix/reinject/smtpd[361]: 76CBDAC2867: client=localhost[127.0.0.1]",
			"Dec  1 15:50:58 mx postfix/cleanup[279]: 76CBDAC2867: message-id=<m0025.pf3@drv.test>",
			"Dec  1 15:50:58 mx postfix/qmgr[232]: 76CBDAC2867: from=<ann@drv.test>, size=762, nrcpt=1 (queue active)",
			"Dec  1 15:50:58 mx postfix/reinject/smtpd[361]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
			"Dec  1 15:50:58 mx postfix/smtpd[363]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10026): 250 2.0.0 Ok: queued as 76CBDAC2867; " +
				"from=<ann@drv.test> to=<ok.25a@lists.test> proto=ESMTP helo=<client.drv.test>",
			"Dec  1 15:50:58 mx postfix/smtpd[363]: disconnect from localhost[127.0.0.1] ehlo=1 mail=2 rcpt=2 data=2 quit=1 commands=8",
			"Dec  1 15:50:59 mx postfix/smtp[335]: 76CBDAC2867: to=<ok.25a@lists.test>, relay=mx1.lists.test[127.1.0.8]:25, delay=0.02, delays=0.01/0.01/0.01/0, dsn=2.0.0, " +
				"status=sent (250 2.0.0 Ok: queued as FE1835A598)",
			"Dec  1 15:50:59 mx postfix/qmgr[232]: 76CBDAC2867: removed",
		},
		[]string{"ok.25a@lists.test delivered", "vdisc.22a@big.test discarded"},
		1,
	},
	{
		"Sendmail 8.17.1.9, a milter discards at the first of two recipients, and at the sender of another mail with two",
		[]string{
			"Dec  1 16:11:56 mx sendmail[264]: 6B1GBus2000264: Milter: from=<mdisc.x@drv.test>, discard",
			"Dec  1 16:11:56 mx sendmail[264]: 6B1GBus2000264: from=<mdisc.x@drv.test>, size=406, class=0, nrcpts=2, msgid=<m0014.sm1@drv.test>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]",
			"Dec  1 16:11:56 mx sendmail[264]: 6B1GBus2000264: discarded",
			"Dec  1 16:12:02 mx sendmail[277]: 6B1GC26U000277: Milter: to=<rdisc.20a@small.test>, discard",
			"Dec  1 16:12:02 mx sendmail[277]: 6B1GC26U000277: from=<ann@drv.test>, size=405, class=0, nrcpts=2, msgid=<m0020.sm1@drv.test>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]",
			"Dec  1 16:12:02 mx sendmail[277]: 6B1GC26U000277: discarded",
		},
		[]string{"1 discarded", "2 discarded", "rdisc.20a@small.test discarded"},
		2,
	},
	{
		"Postfix 3.7.11, local(8): an alias of a program that takes the mail, a mailbox, and a program that refuses it",
		[]string{
			"Dec  1 15:50:33 mx postfix/smtpd[240]: 56225AC2622: client=localhost[127.0.0.1]",
			"Dec  1 15:50:33 mx postfix/cleanup[238]: 56225AC2622: message-id=<m0005.pf3@drv.test>",
			"Dec  1 15:50:33 mx postfix/qmgr[234]: 56225AC2622: from=<ann@drv.test>, size=318, nrcpt=1 (queue active)",
			"Dec  1 15:50:33 mx postfix/local[281]: 56225AC2622: to=<multi@local.test>, relay=local, delay=0.7, delays=0.38/0.13/0/0.19, dsn=2.0.0, " +
				"status=sent (delivered to command: /bin/sh -c 'cat >/dev/null; exit 0')",
			"Dec  1 15:50:34 mx postfix/local[281]: 56225AC2622: to=<ann@mx.local.test>, orig_to=<multi@local.test>, relay=local, delay=0.75, delays=0.38/0.13/0/0.24, dsn=2.0.0, " +
				"status=sent (delivered to mailbox)",
			"Dec  1 15:50:34 mx postfix/local[281]: 56225AC2622: to=<multi@local.test>, relay=local, delay=0.94, delays=0.38/0.13/0/0.44, dsn=5.3.0, " +
				"status=bounced (Command died with status 1: \"/bin/sh -c 'cat >/dev/null; exit 1'\")",
			"Dec  1 15:50:34 mx postfix/bounce[343]: 56225AC2622: sender non-delivery notification: 9BA9DAC2629",
			"Dec  1 15:50:34 mx postfix/qmgr[234]: 56225AC2622: removed",
		},
		[]string{"ann@mx.local.test delivered", "multi@local.test bounced", "multi@local.test delivered"},
		1,
	},
}

// What a filter took 11 s for was delivered 11 s later than it came in, whatever the message says that the filter gave back. The line that names both is
// before the other message's own, or behind them.
func TestTimeInAFilterIsDeliveryTime(t *testing.T) {
	own := []string{
		"Dec  1 16:39:38 mx postfix/smtpd[352]: 4jf66y3Rlkz1gYwd: client=localhost[127.0.0.1]",
		"Dec  1 16:39:38 mx postfix/cleanup[334]: 4jf66y3Rlkz1gYwd: message-id=<m0011.pf2@drv.test>",
		"Dec  1 16:39:38 mx postfix/qmgr[282]: 4jf66y3Rlkz1gYwd: from=<ann@drv.test>, size=962, nrcpt=1 (queue active)",
	}
	handed := "Dec  1 16:39:38 mx postfix/smtp[349]: 4jf66l1TKzz1gYw3: to=<ok.11a@big.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=11, delays=0.07/0.04/0.67/11, dsn=2.0.0, " +
		"status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10027): 250 2.0.0 Ok: queued as 4jf66y3Rlkz1gYwd)"
	for _, middle := range [][]string{append([]string{handed}, own...), append(own, handed)} {
		lines := append([]string{
			"Dec  1 16:39:27 mx postfix/smtpd[348]: 4jf66l1TKzz1gYw3: client=localhost[127.0.0.1]",
			"Dec  1 16:39:27 mx postfix/cleanup[334]: 4jf66l1TKzz1gYw3: message-id=<m0011.pf2@drv.test>",
			"Dec  1 16:39:27 mx postfix/qmgr[282]: 4jf66l1TKzz1gYw3: from=<ann@drv.test>, size=497, nrcpt=1 (queue active)",
		}, middle...)
		lines = append(lines,
			"Dec  1 16:39:38 mx postfix/qmgr[282]: 4jf66l1TKzz1gYw3: removed",
			"Dec  1 16:39:38 mx postfix/smtp[337]: 4jf66y3Rlkz1gYwd: to=<ok.11a@big.test>, relay=mx1.big.test[127.1.0.2]:25, delay=0.23, delays=0.11/0.02/0.07/0.03, dsn=2.0.0, "+
				"status=sent (250 2.0.0 Ok: queued as 5A17D23107)",
			"Dec  1 16:39:38 mx postfix/qmgr[282]: 4jf66y3Rlkz1gYwd: removed")
		records := enrich(t, lines, time.Date(2026, 12, 1, 17, 0, 0, 0, time.UTC), plain)
		var took []string
		for i := range records {
			if r := &records[i]; r.Is("delivery") && r.Attr["smtp.delivery.final"] == "true" {
				took = append(took, r.Attr["smtp.delivery.duration"])
			}
		}
		assert.Equal(t, []string{"11.23"}, took)
	}
}
