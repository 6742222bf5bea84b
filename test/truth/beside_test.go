package truth

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// beside is the way of one message through Postfix with rspamd, OpenDKIM and OpenDMARC as milters, amavis behind the queue and Dovecot at its end, and of
// one that amavis stopped, with the lines of all these programs in one log.
const beside = `Feb  1 10:00:00 mx postfix/smtpd[10]: connect from mail.sender.example[192.0.2.11]
Feb  1 10:00:00 mx policyd-spf[900]: : prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.11; helo=mail.sender.example; envelope-from=user@sender.example; receiver=example.com 
Feb  1 10:00:00 mx postfix/smtpd[10]: 4FGhZ13wXpz3b: client=mail.sender.example[192.0.2.11]
Feb  1 10:00:00 mx postgrey[45]: 4FGhZ13wXpz3b: action=pass, reason=triplet found, client_name=mail.sender.example, client_address=192.0.2.11, sender=user@sender.example, recipient=bob@example.com
Feb  1 10:00:00 mx postfix/cleanup[11]: 4FGhZ13wXpz3b: message-id=<m1@sender.example>
Feb  1 10:00:01 mx opendkim[43]: 4FGhZ13wXpz3b: DKIM verification successful
Feb  1 10:00:01 mx opendmarc[44]: 4FGhZ13wXpz3b: sender.example pass
Feb  1 10:00:01 mx rspamd[56]: <34ec95>; proxy; rspamd_task_write_log: id: <m1@sender.example>, qid: <4FGhZ13wXpz3b>, ip: 192.0.2.11, from: <user@sender.example>, (default: F (no action): [1.70/15.00] [R_SPF_ALLOW(-0.20){+ip4:192.0.2.11;}]), len: 159, time: 106.281ms, dns req: 19, digest: <f7bf>, rcpts: <bob@example.com>, mime_rcpts: <bob@example.com>
Feb  1 10:00:01 mx postfix/qmgr[12]: 4FGhZ13wXpz3b: from=<user@sender.example>, size=700, nrcpt=1 (queue active)
Feb  1 10:00:01 mx postfix/smtpd[10]: disconnect from mail.sender.example[192.0.2.11] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
Feb  1 10:00:02 mx postfix/reinject/smtpd[13]: connect from localhost[127.0.0.1]
Feb  1 10:00:02 mx postfix/reinject/smtpd[13]: 4FGhZ25Bcdz3y: client=localhost[127.0.0.1], orig_queue_id=4FGhZ13wXpz3b, orig_client=mail.sender.example[192.0.2.11]
Feb  1 10:00:02 mx postfix/cleanup[11]: 4FGhZ25Bcdz3y: message-id=<m1@sender.example>
Feb  1 10:00:02 mx postfix/qmgr[12]: 4FGhZ25Bcdz3y: from=<user@sender.example>, size=1200, nrcpt=1 (queue active)
Feb  1 10:00:02 mx amavis[2279]: (02279-04) Passed CLEAN {RelayedInbound}, [192.0.2.11]:6101 [192.0.2.11] <user@sender.example> -> <bob@example.com>, Queue-ID: 4FGhZ13wXpz3b, Message-ID: <m1@sender.example>, mail_id: 6aLEkMwQa8H2, Hits: 0.2, size: 888, queued_as: 4FGhZ25Bcdz3y, 80 ms
Feb  1 10:00:02 mx postfix/smtp[14]: 4FGhZ13wXpz3b: to=<bob@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=2, delays=1/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4FGhZ25Bcdz3y)
Feb  1 10:00:02 mx postfix/qmgr[12]: 4FGhZ13wXpz3b: removed
Feb  1 10:00:03 mx dovecot: lmtp(82): Connect from local
Feb  1 10:00:03 mx dovecot: lmtp(bob@example.com)<82><QN+iM31DBmtSAAAAGeMovQ>: sieve: msgid=<m1@sender.example>: discard action: Marked message to be discarded if not explicitly delivered (discard action)
Feb  1 10:00:03 mx postfix/lmtp[15]: 4FGhZ25Bcdz3y: to=<bob@example.com>, relay=mx.example.com[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <bob@example.com> QN+iM31DBmtSAAAAGeMovQ Saved)
Feb  1 10:00:03 mx postfix/qmgr[12]: 4FGhZ25Bcdz3y: removed
Feb  1 10:00:03 mx dovecot: lmtp(82): Disconnect from local: Logged out (state=READY)
Feb  1 10:00:04 mx dovecot: auth: passwd-file(hunter2,203.0.113.11): Password mismatch (given password: s3cr3t)
Feb  1 10:00:05 mx opendkim[43]: 4FGhZ99wXpz3z: no signature data
Feb  1 10:00:06 mx dovecot: imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.25, mpid=77, TLS, session=<abc>`

func TestProgramsBesideTheServerJoinItsMessages(t *testing.T) {
	log := strings.Split(beside, "\n")
	seen := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	records := enrich(t, log, seen, plain)
	uid := map[string]string{}
	for i := range records {
		r := &records[i]
		if q := r.Attr["smtp.queue_id"]; q != "" && r.Attr["smtp.dialect"] == "postfix" && uid[q] == "" {
			uid[q] = r.Attr["smtp.message.uid"]
		}
	}
	parent, child := uid["4FGhZ13wXpz3b"], uid["4FGhZ25Bcdz3y"]
	require.NotEmpty(t, parent)
	require.NotEmpty(t, child)
	verdicts := map[string]string{}
	for i := range records {
		r := &records[i]
		name := r.Attr["smtp.filter.name"]
		if r.Attr["smtp.queue_id"] == "4FGhZ99wXpz3z" {
			assert.Empty(t, r.Attr["smtp.message.uid"], "of a message that nobody knows")
			continue
		}
		if name != "" && r.Attr["smtp.filter.verdict"] != "" {
			verdicts[name] = r.Attr["smtp.filter.verdict"]
		}
		if name != "" && r.Attr["smtp.queue_id"] != "" {
			assert.Equal(t, parent, r.Attr["smtp.message.uid"], r.Body)
			assert.NotEmpty(t, r.Attr["smtp.origin.session.id"], r.Body)
		}
		if name == "sieve" { // which is told no queue id
			assert.Equal(t, child, r.Attr["smtp.message.uid"], r.Body)
		}
		if r.Is("delivery") && r.Attr["smtp.queue_id"] == "4FGhZ25Bcdz3y" {
			assert.Equal(t, parent, r.Attr["smtp.parent.message.uid"])
			assert.Equal(t, child, r.Attr["smtp.message.uid"])
			assert.Equal(t, "true", r.Attr["smtp.delivery.final"])
		}
		assert.NotContains(t, r.Body, "s3cr3t")
		assert.NotContains(t, r.Body, "hunter2")
		if strings.Contains(r.Body, "imap-login") {
			assert.Empty(t, r.Attr["smtp.event"])
		}
	}
	assert.Equal(t, map[string]string{
		"policyd-spf": "pass", "postgrey": "pass", "opendkim": "pass", "opendmarc": "pass", "rspamd": "no action", "amavis": "Passed CLEAN", "sieve": "discard",
	}, verdicts)
}

// What a log says of sessions, messages and recipients does not depend on whether the programs beside the server write into it, but for what became of a mail in its
// mailbox, which they alone tell.
func TestProgramsBesideTheServerChangeNothing(t *testing.T) {
	log := strings.Split(beside, "\n")
	seen := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	var alone []string
	for _, line := range log {
		if strings.Contains(line, " postfix/") {
			alone = append(alone, line)
		}
	}
	var with []Record
	for _, r := range enrich(t, log, seen, plain) {
		if d := r.Attr["smtp.dialect"]; d == "postfix" {
			with = append(with, r)
		}
	}
	want := enrich(t, alone, seen, plain)
	require.Len(t, with, len(want))
	for i := range want {
		delete(with[i].Attr, "smtp.mailbox.action")
		list := with[i].Attr["smtp.recipients"]
		if list != "" {
			with[i].Attr["smtp.recipients"] = strings.Replace(list, `"mailbox_action":"discard",`, "", 1)
		}
		assert.Equal(t, want[i], with[i])
	}
}
