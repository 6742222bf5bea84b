package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// The lines are those of Postfix 3.7 with clamav-milter 1.4, spamass-milter 0.4, rspamd 3.4 and amavis 2.13 (Debian 12), at the settings named.
func TestReasonOfWhatAFilterRefused(t *testing.T) {
	for name, c := range map[string]struct{ want, lines string }{
		"OnInfected Reject": {"virus content filter", `
Dec  1 09:09:08 mx postfix/cleanup[216]: 0679BA2C930: message-id=<m1@sender.example>
Dec  1 09:09:08 mx clamav-milter[33]: Message 0679BA2C930 from <a@sender.example> to <anna@example.com> with subject 'infected by nobody' message-id '<m1@sender.example>' date 'Tue,  1 Dec 2026 09:09:07 +0000 (UTC)' infected by Eicar-Test-Signature.UNOFFICIAL
Dec  1 09:09:08 mx postfix/cleanup[216]: 0679BA2C930: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 5.7.1 Command rejected; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"OnInfected Defer": {"virus content filter", `
Dec  1 09:09:29 mx clamav-milter[40]: Message AEED5A2C335 from <a@sender.example> to <anna@example.com> with subject 'x' message-id '<m2@sender.example>' date 'Tue,  1 Dec 2026 09:09:29 +0000 (UTC)' infected by Eicar-Test-Signature.UNOFFICIAL
Dec  1 09:09:29 mx postfix/cleanup[216]: AEED5A2C335: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 4.7.1 Service unavailable - try again later; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"OnInfected Blackhole": {"virus content filter", `
Dec  1 09:09:36 mx clamav-milter[47]: Message ECA65A2CBF1 from <a@sender.example> to <anna@example.com> with subject 'x' message-id '<m3@sender.example>' date 'Tue,  1 Dec 2026 09:09:35 +0000 (UTC)' infected by Eicar-Test-Signature.UNOFFICIAL
Dec  1 09:09:36 mx postfix/cleanup[216]: ECA65A2CBF1: milter-discard: END-OF-MESSAGE from unknown[192.0.2.1]: milter triggers DISCARD action; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"LogInfected Basic has no queue id": {"unspecified unspecified enhanced_code", `
Dec  1 09:09:43 mx clamav-milter[54]: Message from <a@sender.example> to <anna@example.com> infected by Eicar-Test-Signature.UNOFFICIAL
Dec  1 09:09:43 mx postfix/cleanup[216]: 1EADFA2C335: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 5.7.1 Command rejected; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"spamass-milter -r 5 -R": {"spam_content block filter", `
Dec  1 09:10:18 mx postfix/cleanup[216]: 50B29A2C326: message-id=<m4@sender.example>
Dec  1 09:10:20 mx spamd[64]: spamd: result: Y 999 - ALL_TRUSTED,GTUBE scantime=1.6,size=500,user=root,uid=65534,required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=52528,mid=<m4@sender.example>,autolearn=no autolearn_force=no
Dec  1 09:10:20 mx postfix/cleanup[216]: 50B29A2C326: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 5.7.1 we do not want that; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"rspamd's greylist": {"greylisted block filter", `
Dec  1 09:10:38 mx rspamd[92]: <391a9b>; proxy; rspamd_task_write_log: id: <m5@sender.example>, qid: <2CB8BA2C335>, ip: 192.0.2.1, from: <a@sender.example>, (default: F (soft reject): [0.00/15.00] [GREYLIST(0.00){greylisted;Tue, 01 Dec 2026 09:15:31 GMT;too early;}]), len: 174, time: 1462.075ms, dns req: 1, digest: <b8d9>, rcpts: <anna@example.com>, mime_rcpts: <anna@example.com>, forced: soft reject "Try again later"; score=nan (set by greylist)
Dec  1 09:10:38 mx postfix/cleanup[216]: 2CB8BA2C335: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 4.7.1 Try again later; from=<a@sender.example> to=<anna@example.com> proto=ESMTP helo=<client.example>`},
		"D_BOUNCE": {"spam_content block filter", `
Dec  1 09:11:20 mx postfix/qmgr[120]: C88F3A2C2D8: from=<a@sender.example>, size=388, nrcpt=1 (queue active)
Dec  1 09:11:44 mx amavis[90]: (00090-03) Blocked SPAM {BouncedInbound}, [192.0.2.1]:34698 <a@sender.example> -> <anna@example.com>, Queue-ID: C88F3A2C2D8, Message-ID: <m6@sender.example>, mail_id: smpGTqRAfOFh, Hits: 999.595, size: 388, 26354 ms
Dec  1 09:11:44 mx postfix/smtp[130]: C88F3A2C2D8: to=<anna@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=26, delays=0.1/0/0/26, dsn=2.5.0, status=sent (250 2.5.0 Ok, id=00090-03, BOUNCE)`},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
				MaxSessions: 100, SessionIdle: time.Minute, MaxMessages: 100, MessageTTL: time.Hour, MaxRecipients: 100,
			}})
			require.NoError(t, err)
			l := Line{Carrier: bare{time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: "mail.log"}}
			for text := range strings.Lines(c.lines[1:]) {
				l.Text = strings.TrimSuffix(text, "\n")
				e.Observe(&l)
				assert.NotEqual(t, event.KindNone, l.Event.Kind, text)
			}
			assert.Equal(t, c.want, strings.Join([]string{l.Event.Reason, l.Event.Category, l.Event.Basis}, " "))
		})
	}
}
