package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// counting adds up one metric by its first dimension.
type counting struct {
	metric *metrics.Metric
	sample *metrics.Sample
	sums   map[string]int64
}

func (c *counting) Add(n int64) {
	c.sums[c.sample.Text[metrics.At(c.metric.Dimensions[0])]] += n
}
func (*counting) Record(float64, int64)  {}
func (*counting) Show(float64)           {}
func (*counting) Window(*metrics.Sample) {}

// quarantined is a message that a filter has the server hold.
const quarantined = `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A76: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A76: message-id=<m6@sender.example>
Jan 21 07:33:20 mx rspamd[56]: <34ec96>; proxy; rspamd_task_write_log: id: <m6@sender.example>, qid: <DEF2520A76>, ip: 192.0.2.1, from: <s@sender.example>, (default: S (quarantine): [20.00/15.00] [GTUBE(0.00){}]), len: 229, time: 0.804ms, dns req: 0, digest: <278a7fe70ad723225a13d19d1346b2df>, rcpts: <x@example.com>, mime_rcpts: <x@example.com>
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A76: milter-hold: END-OF-MESSAGE from unknown[192.0.2.1]: milter triggers HOLD action; from=<s@sender.example> to=<x@example.com> proto=ESMTP helo=<c.example>
`

// What Sieve and filters do behind the handover is told beside the server's verdict, and each recipient ends once.
func TestWhatBecameOfMailBehindTheHandover(t *testing.T) {
	for name, c := range map[string]struct {
		lines            string
		verdicts         []string // status, action, final
		ended, actions   map[string]int64
		summary          []string // of the message A1: recipient, status, action
		restartBeforeEnd bool
	}{
		"PMG": {
			lines: `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A71: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A71: message-id=<m1@sender.example>
Jan 21 07:33:20 mx postfix/qmgr[3]: DEF2520A71: from=<s@sender.example>, size=1138, nrcpt=2 (queue active)
Jan 21 07:33:21 mx pmg-smtp-filter[4]: 20A9560092030F3374: new mail message-id=<m1@sender.example>
Jan 21 07:33:23 mx postfix/smtpd[5]: A673520AB5: client=localhost[127.0.0.1], orig_client=unknown[192.0.2.1]
Jan 21 07:33:23 mx postfix/cleanup[2]: A673520AB5: message-id=<m1@sender.example>
Jan 21 07:33:23 mx postfix/qmgr[3]: A673520AB5: from=<s@sender.example>, size=1300, nrcpt=1 (queue active)
Jan 21 07:33:24 mx pmg-smtp-filter[4]: 20A9560092030F3374: accept mail to <on@example.org> (A673520AB5) (rule: default-accept)
Jan 21 07:33:24 mx pmg-smtp-filter[4]: 20A9560092030F3374: moved mail for <r@example.org> to spam quarantine - 612405EAAD648755DE (rule: Quarantine/Mark Spam)
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A71: to=<on@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3.9, delays=0.05/0.04/0.01/3.8, dsn=2.5.0, status=sent (250 2.5.0 OK (20A9560092030F3374))
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A71: to=<r@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3.9, delays=0.05/0.04/0.01/3.8, dsn=2.5.0, status=sent (250 2.5.0 OK (20A9560092030F3374))
Jan 21 07:33:24 mx postfix/qmgr[3]: DEF2520A71: removed
Jan 21 07:33:25 mx postfix/smtp[7]: A673520AB5: to=<on@example.org>, relay=mail.example.org[203.0.113.9]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 OK)
Jan 21 07:33:25 mx postfix/qmgr[3]: A673520AB5: removed`,
			verdicts: []string{"delivered  false", "delivered quarantine true", "delivered  true"},
			ended:    map[string]int64{"delivered": 2}, actions: map[string]int64{"quarantine": 1},
			summary: []string{"on@example.org delivered ", "r@example.org delivered quarantine", "on@example.org delivered "},
		},
		"amavis, whose answer says it": {
			lines: `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A72: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A72: message-id=<m2@sender.example>
Jan 21 07:33:20 mx postfix/qmgr[3]: DEF2520A72: from=<s@sender.example>, size=1138, nrcpt=1 (queue active)
Jan 21 07:33:24 mx amavis[38]: (00038-04) Blocked SPAM {DiscardedInbound,Quarantined}, [192.0.2.11]:6101 [192.0.2.11] <s@sender.example> -> <x@example.com>, quarantine: spam-VS1uyET5vESy, Queue-ID: DEF2520A72, Message-ID: <m2@sender.example>, mail_id: VS1uyET5vESy, Hits: 1000, size: 198, 49 ms
Jan 21 07:33:24 mx postfix/smtp[6]: DEF2520A72: to=<x@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=3.9, delays=0.05/0.04/0.01/3.8, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=00038-04 - spam)
Jan 21 07:33:24 mx postfix/qmgr[3]: DEF2520A72: removed`,
			verdicts: []string{"discarded quarantine true"},
			ended:    map[string]int64{"discarded": 1}, actions: map[string]int64{"quarantine": 1},
			summary: []string{"x@example.com discarded quarantine"}, restartBeforeEnd: true,
		},
		"Sieve": {
			lines: `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A73: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A73: message-id=<m3@sender.example>
Jan 21 07:33:20 mx postfix/qmgr[3]: DEF2520A73: from=<s@sender.example>, size=1138, nrcpt=3 (queue active)
Jan 21 07:33:24 mx dovecot: lmtp(bob@example.com)<123><abcDEF>: sieve: msgid=<m3@sender.example>: marked message to be discarded if not explicitly delivered (discard action)
Jan 21 07:33:24 mx dovecot: lmtp(carl@example.com)<123><abcDEG>: sieve: msgid=<m3@sender.example>: stored mail into mailbox 'Junk'
Jan 21 07:33:24 mx dovecot: lmtp(carl@example.com)<123><abcDEG>: sieve: msgid=<m3@sender.example>: marked message to be discarded if not explicitly delivered (discard action)
Jan 21 07:33:24 mx dovecot: lmtp(dora@example.com)<123><abcDEH>: sieve: msgid=<m3@sender.example>: stored mail into mailbox 'INBOX'
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A73: to=<bob@example.com>, relay=mx[private/dovecot-lmtp], delay=0.4, delays=0/0/0/0.3, dsn=2.0.0, status=sent (250 2.0.0 <bob@example.com> abcDEF Saved)
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A73: to=<carl@example.com>, relay=mx[private/dovecot-lmtp], delay=0.4, delays=0/0/0/0.3, dsn=2.0.0, status=sent (250 2.0.0 <carl@example.com> abcDEG Saved)
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A73: to=<dora@example.com>, relay=mx[private/dovecot-lmtp], delay=0.4, delays=0/0/0/0.3, dsn=2.0.0, status=sent (250 2.0.0 <dora@example.com> abcDEH Saved)
Jan 21 07:33:24 mx postfix/qmgr[3]: DEF2520A73: removed`,
			verdicts: []string{"delivered discard true", "delivered fileinto true", "delivered  true"},
			ended:    map[string]int64{"delivered": 3}, actions: map[string]int64{"discard": 1, "fileinto": 1},
			summary: []string{"bob@example.com delivered discard", "carl@example.com delivered fileinto", "dora@example.com delivered "},
		},
		"Sieve, whose script discards first and files then": {
			lines: `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A74: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A74: message-id=<m4@sender.example>
Jan 21 07:33:20 mx postfix/qmgr[3]: DEF2520A74: from=<s@sender.example>, size=1138, nrcpt=1 (queue active)
Jan 21 07:33:24 mx dovecot: lmtp(emil@example.com)<123><abcDEF>: sieve: msgid=<m4@sender.example>: marked message to be discarded if not explicitly delivered (discard action)
Jan 21 07:33:24 mx dovecot: lmtp(emil@example.com)<123><abcDEF>: sieve: msgid=<m4@sender.example>: stored mail into mailbox 'Junk'
Jan 21 07:33:24 mx postfix/lmtp[6]: DEF2520A74: to=<emil@example.com>, relay=mx[private/dovecot-lmtp], delay=0.4, delays=0/0/0/0.3, dsn=2.0.0, status=sent (250 2.0.0 <emil@example.com> abcDEF Saved)
Jan 21 07:33:24 mx postfix/qmgr[3]: DEF2520A74: removed`,
			verdicts: []string{"delivered fileinto true"},
			ended:    map[string]int64{"delivered": 1}, actions: map[string]int64{"discard": 1, "fileinto": 1}, // what each line says
			summary: []string{"emil@example.com delivered fileinto"}, restartBeforeEnd: true,
		},
		"rspamd, behind whose answer the mail server discards": {
			lines: `Jan 21 07:33:20 mx postfix/smtpd[1]: DEF2520A75: client=unknown[192.0.2.1]
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A75: message-id=<m5@sender.example>
Jan 21 07:33:20 mx rspamd[56]: <34ec95>; proxy; rspamd_task_write_log: id: <m5@sender.example>, qid: <DEF2520A75>, ip: 192.0.2.1, from: <s@sender.example>, (default: S (discard): [20.00/15.00] [GTUBE(0.00){}]), len: 229, time: 0.804ms, dns req: 0, digest: <278a7fe70ad723225a13d19d1346b2df>, rcpts: <x@example.com>, mime_rcpts: <x@example.com>
Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A75: milter-discard: END-OF-MESSAGE from unknown[192.0.2.1]: milter triggers DISCARD action; from=<s@sender.example> to=<x@example.com> proto=ESMTP helo=<c.example>`,
			ended: map[string]int64{"discarded": 1}, actions: map[string]int64{"discard": 1},
			summary: []string{"x@example.com discarded discard"},
		},
		"rspamd, behind whose answer the mail server holds": {
			lines: quarantined + `Jan 21 07:33:20 mx postfix/cleanup[2]: DEF2520A76: hold: header X-Spam: yes from unknown[192.0.2.1]; from=<s@sender.example> to=<x@example.com> proto=ESMTP helo=<c.example>
Jan 21 07:43:20 mx postfix/postsuper[9]: DEF2520A76: released from hold
Jan 21 07:43:20 mx postfix/qmgr[3]: DEF2520A76: from=<s@sender.example>, size=1138, nrcpt=1 (queue active)
Jan 21 07:43:24 mx postfix/virtual[6]: DEF2520A76: to=<x@example.com>, relay=virtual, delay=604, delays=604/0/0/0.3, dsn=2.0.0, status=sent (delivered to maildir)
Jan 21 07:43:24 mx postfix/qmgr[3]: DEF2520A76: removed`,
			verdicts: []string{"delivered  true"}, // somebody has let it go: it was in quarantine, and is in the mailbox now
			ended:    map[string]int64{"delivered": 1}, actions: map[string]int64{"quarantine": 1},
			summary: []string{"x@example.com delivered "},
		},
		"rspamd, and nobody lets it go": {
			lines: quarantined + `Jan 21 07:43:20 mx postfix/postsuper[9]: DEF2520A76: removed`,
			ended: map[string]int64{}, actions: map[string]int64{"quarantine": 1},
			summary: []string{"x@example.com deleted quarantine"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			newEngine := func() *Engine {
				e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
					MaxSessions: 100, SessionIdle: time.Minute, MaxMessages: 100, MessageTTL: time.Hour, MaxRecipients: 100, MessageSummaries: true,
				}})
				require.NoError(t, err)
				return e
			}
			e := newEngine()
			l := Line{Carrier: bare{time.Date(2026, 1, 22, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: "mail.log"}}
			var verdicts, summary []string
			var sample metrics.Sample
			ended := counting{metrics.ByName("smtp.delivery.recipients"), &sample, map[string]int64{}}
			actions := counting{metrics.ByName("smtp.mailbox.actions"), &sample, map[string]int64{}}
			for text := range strings.Lines(c.lines) {
				if c.restartBeforeEnd && strings.Contains(text, "status=") {
					saved, err := e.Save()
					require.NoError(t, err)
					e = newEngine()
					require.NoError(t, e.Restore(saved))
				}
				l.Text = strings.TrimSuffix(text, "\n")
				e.Observe(&l)
				list := attrs.List{Host: "mx"}
				list.Put(&l.Event)
				if sample.Take(list.Items) {
					sample.Complete()
					ended.metric.Observe(&sample, &ended)
					if sample.Is(metrics.AtEvent, actions.metric.Of) {
						actions.metric.Observe(&sample, &actions)
					}
				}
				if l.Event.Kind == event.KindDelivery {
					verdicts = append(verdicts, fmt.Sprint(l.Event.Status, " ", l.Event.Action, " ", l.Event.Final))
				}
				for _, m := range l.Output.Made {
					if m.Summary != nil && m.Summary.Message != nil {
						for _, r := range m.Summary.Message.Recipients {
							summary = append(summary, fmt.Sprint(r.To, " ", r.Status, " ", r.Action))
						}
					}
				}
			}
			assert.Equal(t, c.verdicts, verdicts)
			assert.Equal(t, c.ended, ended.sums)
			assert.Equal(t, c.actions, actions.sums)
			assert.Equal(t, c.summary, summary)
		})
	}
}
