package truth

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type setup struct {
	name  string
	lines []string
	ends  []string
	first int // messages that were received first, and not made from another one of the host
}

// What servers wrote in configurations of their own, with what the script that drove them, and the host that took the mail, saw of each recipient: how it ended, each end as
// often as there was one. Where a mail passes the host several times it was received once.
var setups = []setup{
	{
		"Postfix 3.7.11, master.cf gives two transports a name: -o syslog_name=bulk, -o syslog_name=postfix/slow",
		[]string{
			"Dec  1 12:56:35 mx postfix/smtpd[240]: 8CBA6162360: client=localhost[127.0.0.1]",
			"Dec  1 12:56:35 mx postfix/cleanup[238]: 8CBA6162360: message-id=<m0025.bbe924@drv.test>",
			"Dec  1 12:56:35 mx postfix/qmgr[234]: 8CBA6162360: from=<ann@local.test>, size=318, nrcpt=3 (queue active)",
			"Dec  1 12:56:37 mx bulk/smtp[255]: 8CBA6162360: to=<unk@small.test>, relay=mx1.small.test[127.1.0.4]:25, delay=2.4, delays=0.05/1.9/0.14/0.32, dsn=5.1.1, " +
				"status=bounced (host mx1.small.test[127.1.0.4] said: 550 5.1.1 <unk@small.test>: Recipient address rejected: User unknown (in reply to RCPT TO command))",
			"Dec  1 12:56:40 mx postfix/slow/smtp[244]: 8CBA6162360: to=<ok@old.test>, relay=mx1.old.test[127.1.0.5]:25, delay=5.3, delays=0.05/5.1/0.07/0.04, dsn=2.0.0, " +
				"status=sent (250 2.0.0 Ok: queued as F058F11A93)",
			"Dec  1 12:56:41 mx postfix/smtp[266]: 8CBA6162360: to=<ok@big.test>, relay=mx1.big.test[127.1.0.2]:25, delay=5.7, delays=0.05/5.1/0.46/0.09, dsn=2.0.0, " +
				"status=sent (250 2.0.0 Ok: queued as DA4E9E15B7)",
			"Dec  1 12:56:41 mx postfix/bounce[293]: 8CBA6162360: sender non-delivery notification: 9E8DA1623B7",
			"Dec  1 12:56:41 mx postfix/qmgr[234]: 8CBA6162360: removed",
		},
		[]string{"ok@big.test delivered", "ok@old.test delivered", "unk@small.test bounced"},
		1,
	},
	{
		"Postfix, a client's daemon with a name: -o syslog_name=inbound",
		[]string{
			"Dec  1 12:56:35 mx inbound/smtpd[240]: 7D69316235F: client=localhost[127.0.0.1]",
			"Dec  1 12:56:35 mx postfix/cleanup[238]: 7D69316235F: message-id=<m0024.bbe924@drv.test>",
			"Dec  1 12:56:35 mx postfix/qmgr[234]: 7D69316235F: from=<ann@local.test>, size=318, nrcpt=1 (queue active)",
			"Dec  1 12:56:37 mx postfix/smtp[255]: 7D69316235F: to=<ok@small.test>, relay=mx1.small.test[127.1.0.4]:25, delay=2.4, delays=0.05/1.9/0.14/0.32, dsn=2.0.0, " +
				"status=sent (250 2.0.0 Ok: queued as F058F11A93)",
			"Dec  1 12:56:41 mx postfix/qmgr[234]: 7D69316235F: removed",
		},
		[]string{"ok@small.test delivered"},
		1,
	},
	{
		"Postfix, held by an access table, put back by postsuper -r",
		[]string{
			"Dec  1 12:56:39 mx postfix/smtpd[244]: 3FCF416239A: client=localhost[127.0.0.1]",
			"Dec  1 12:56:39 mx postfix/smtpd[244]: 3FCF416239A: hold: RCPT from localhost[127.0.0.1]: <ok.hold@big.test>: Recipient address triggers HOLD action; " +
				"from=<a@local.test> to=<ok.hold@big.test> proto=ESMTP helo=<client.drv.test>",
			"Dec  1 12:56:39 mx postfix/cleanup[239]: 3FCF416239A: message-id=<m0035.57356a@drv.test>",
			"Dec  1 12:57:02 mx postfix/postsuper[510]: 3FCF416239A: requeued",
			"Dec  1 12:57:04 mx postfix/pickup[513]: 1FCE116244C: uid=102 from=<a@local.test> orig_id=3FCF416239A",
			"Dec  1 12:57:04 mx postfix/cleanup[518]: 1FCE116244C: message-id=<m0035.57356a@drv.test>",
			"Dec  1 12:57:04 mx postfix/qmgr[514]: 1FCE116244C: from=<a@local.test>, size=450, nrcpt=1 (queue active)",
			"Dec  1 12:57:04 mx postfix/smtp[520]: 1FCE116244C: to=<ok.hold@big.test>, relay=mx1.big.test[127.1.0.2]:25, delay=26, delays=25/0.25/0.21/0.32, dsn=2.0.0, " +
				"status=sent (250 2.0.0 Ok: queued as 6B5C941B8A)",
			"Dec  1 12:57:04 mx postfix/qmgr[514]: 1FCE116244C: removed",
		},
		[]string{"ok.hold@big.test delivered"},
		1,
	},
	{
		"Exim 4.96, a router with \"unseen\" keeps a copy of each recipient's mail",
		[]string{
			"2026-12-01 13:03:24 1xYNW0-00007S-0P <= copy@local.test H=(client.drv.test) [127.0.0.1] P=esmtp S=283 id=m0039.1ddbee@drv.test for ok.cp1@big.test unk.cp2@big.test",
			"2026-12-01 13:03:25 1xYNW0-00007S-0P => ok.cp1 <ok.cp1@big.test> F=<copy@local.test> R=copy T=archive",
			"2026-12-01 13:03:25 1xYNW0-00007S-0P => unk.cp2 <unk.cp2@big.test> F=<copy@local.test> R=copy T=archive",
			"2026-12-01 13:03:26 1xYNW0-00007S-0P => ok.cp1@big.test F=<copy@local.test> R=dnslookup T=remote_smtp H=mx1.big.test [127.1.0.2] C=\"250 2.0.0 Ok: queued as C5F0B44CAC\"",
			"2026-12-01 13:03:26 1xYNW0-00007S-0P ** unk.cp2@big.test F=<copy@local.test> R=dnslookup T=remote_smtp H=mx1.big.test [127.1.0.2]: " +
				"SMTP error from remote mail server after RCPT TO:<unk.cp2@big.test>: 550 5.1.1 <unk.cp2@big.test>: Recipient address rejected: User unknown",
			"2026-12-01 13:03:26 1xYNW2-00008a-21 <= <> R=1xYNW0-00007S-0P U=Debian-exim P=local S=1786 for copy@local.test",
			"2026-12-01 13:03:26 1xYNW0-00007S-0P Completed",
		},
		[]string{"ok.cp1@big.test delivered", "unk.cp2@big.test bounced", "unk.cp2@big.test delivered"},
		2, // the notice, too
	},
	{
		"Sendmail 8.17.1.9, a queue group with three recipients to an envelope (r=3), whose notice cannot be given to the sender",
		[]string{
			"Dec  1 13:49:10 mx sendmail[190]: 6B1DnAkF000190: from=<ann@local.test>, size=101, class=0, nrcpts=5, msgid=<m0024.8a75d1@drv.test>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]",
			"Dec  1 13:49:10 mx sendmail[190]: 6B1DnAkF000190: split: maxrcpts=3, rcpts=5, count=2, ids=6B1DnAkG000190; 6B1DnAkH000190",
			"Dec  1 13:49:10 mx sendmail[190]: 6B1DnAkF000190: to=<ok.24@small.test>, delay=00:00:00, mailer=esmtp, pri=210101, stat=queued",
			"Dec  1 13:49:10 mx sendmail[190]: 6B1DnAkH000190: to=<ml.30@small.test>, delay=00:00:00, mailer=esmtp, pri=210101, stat=queued",
			"Dec  1 13:49:10 mx sendmail[190]: 6B1DnAkG000190: to=<ok.27@small.test>, delay=00:00:00, mailer=esmtp, pri=210101, stat=queued",
			"Dec  1 13:49:13 mx sendmail[211]: 6B1DnAkG000190: to=<ok.27@small.test>, delay=00:00:03, xdelay=00:00:01, mailer=esmtp, pri=300101, relay=mx1.small.test. [127.1.0.4], dsn=2.0.0, " +
				"stat=Sent (Ok: queued as A68FA7681A)",
			"Dec  1 13:49:14 mx sendmail[209]: 6B1DnAkF000190: to=<ok.24@small.test>, delay=00:00:04, xdelay=00:00:00, mailer=esmtp, pri=300101, relay=mx1.small.test. [127.1.0.4], dsn=2.0.0, " +
				"stat=Sent (Ok: queued as 5C502FC580)",
			"Dec  1 13:49:20 mx sendmail[312]: 6B1DnAkH000190: to=<ml.30@small.test>, delay=00:00:10, xdelay=00:00:01, mailer=esmtp, pri=390101, relay=mx1.small.test. [127.1.0.4], dsn=5.1.1, " +
				"reply=550 5.1.1 The account ml.30@small.test does not exist., stat=User unknown",
			"Dec  1 13:49:20 mx sendmail[312]: 6B1DnAkH000190: to=<ann@local.test>, delay=00:00:10, mailer=local, pri=390101, dsn=5.1.1, reply=550 5.1.1 User unknown, stat=User unknown",
			"Dec  1 13:49:20 mx sendmail[312]: 6B1DnAkH000190: 6B1DnIpc000312: postmaster notify: User unknown",
		},
		[]string{"ml.30@small.test bounced", "ok.24@small.test delivered", "ok.27@small.test delivered"},
		1,
	},
}

func TestSetups(t *testing.T) {
	for _, c := range slices.Concat(setups, filtered) {
		t.Run(c.name, func(t *testing.T) {
			ends, first := endsAndFirst(enrich(t, c.lines, time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC), plain))
			assert.Equal(t, c.ends, ends)
			assert.Equal(t, c.first, first)
		})
	}
}

// endsAndFirst lists the ends of recipients, and counts the messages that came from outside or were submitted.
func endsAndFirst(records []Record) (ends []string, first int) {
	for i := range records {
		r := &records[i]
		switch a := r.Attr; {
		case r.Is("message.received") && a["smtp.message.hop"] == "first":
			first++
		case a["smtp.delivery.final"] == "true" && a["smtp.message.kind"] != "dsn":
			ends = append(ends, cmp.Or(a["smtp.rcpt_to"], a["smtp.recipient.count"], "1")+" "+a["smtp.delivery.status"])
		}
	}
	sort.Strings(ends)
	return ends, first
}

// Two instances of one Postfix host, the first of which hands all mail to the second over the loopback.
var instances = []string{
	"Dec  1 12:53:13 mx postfix-in/smtpd[359]: 46DEC1604B0: client=localhost[127.0.0.1]",
	"Dec  1 12:53:13 mx postfix-in/cleanup[362]: 46DEC1604B0: message-id=<m0001.c0dc7d@drv.test>",
	"Dec  1 12:53:13 mx postfix-in/qmgr[232]: 46DEC1604B0: from=<ann@local.test>, size=343, nrcpt=1 (queue active)",
	"Dec  1 12:53:14 mx postfix-out/smtpd[366]: B41101604CF: client=localhost[127.0.0.1]",
	"Dec  1 12:53:14 mx postfix-out/cleanup[375]: B41101604CF: message-id=<m0001.c0dc7d@drv.test>",
	"Dec  1 12:53:14 mx postfix-out/qmgr[358]: B41101604CF: from=<ann@local.test>, size=518, nrcpt=1 (queue active)",
	"Dec  1 12:53:14 mx postfix-in/smtp[363]: 46DEC1604B0: to=<ok.1@big.test>, relay=127.0.0.1[127.0.0.1]:26, delay=1.6, delays=0.21/0.12/0.39/0.92, dsn=2.0.0, " +
		"status=sent (250 2.0.0 Ok: queued as B41101604CF)",
	"Dec  1 12:53:14 mx postfix-in/qmgr[232]: 46DEC1604B0: removed",
	"Dec  1 12:53:16 mx postfix-out/smtp[386]: B41101604CF: to=<ok.1@big.test>, relay=mx1.big.test[127.1.0.2]:25, delay=1.9, delays=0.42/0.87/0.37/0.29, dsn=2.0.0, " +
		"status=sent (250 2.0.0 Ok: queued as FB7ED9134C)",
	"Dec  1 12:53:16 mx postfix-out/qmgr[358]: B41101604CF: removed",
}

// Where each instance has a log of its own, and that of the first is read first, what it handed over before the second's is read stands there as delivered. The mail was received
// once all the same, and from then on a recipient has one end.
func TestTheSecondInstanceIsReadLater(t *testing.T) {
	var lines []string
	for _, n := range []string{"1", "2", "3"} { // three mails, one after the other; queue ids are told apart by their last digit
		for _, of := range []string{" postfix-in/", " postfix-out/"} {
			for _, l := range instances {
				if strings.Contains(l, of) {
					l = strings.NewReplacer("1604B0", "1604A"+n, "1604CF", "1604C"+n, "m0001", "m000"+n, "ok.1@", "ok."+n+"@", "12:53", "12:5"+n).Replace(l)
					lines = append(lines, l)
				}
			}
		}
	}
	ends, first := endsAndFirst(enrich(t, lines, time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC), plain))
	assert.Equal(t, []string{"ok.1@big.test delivered", "ok.1@big.test delivered", "ok.2@big.test delivered", "ok.3@big.test delivered"}, ends)
	assert.Equal(t, 3, first)

	ends, first = endsAndFirst(enrich(t, instances, time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC), plain))
	assert.Equal(t, []string{"ok.1@big.test delivered"}, ends)
	assert.Equal(t, 1, first)
}
