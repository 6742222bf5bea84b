//go:build backends

package backends

import (
	"fmt"
	"slices"
	"time"
)

// trouble is the log of a host that has every trouble that an alert is about, beside others that are near it.
type trouble struct {
	day
	seq  int
	said []said
}

type said struct {
	at   time.Time
	line string
}

func newTrouble(d *day) *trouble {
	tr := &trouble{day: day{now: d.now, host: d.host}}
	google, microsoft := "gmail-smtp-in.l.google.com[142.250.102.27]", "example-com.mail.protection.outlook.com[52.101.73.12]"
	yahoo, other := "mta5.am0.yahoodns.net[67.195.204.77]", "mx.slow.example[198.51.100.9]"
	const limited = "deferred (host %s said: 421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP address. (in reply to end of DATA command))"
	const listed = "bounced (host %s said: 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org (in reply to RCPT TO command))"
	const unknown = "bounced (host %s said: 550 5.1.1 User unknown (in reply to RCPT TO command))"
	sent, greylisted := "sent (250 2.0.0 Ok)", "deferred (host %s said: 450 4.7.1 Greylisted (in reply to RCPT TO command))"

	// Google defers 20 of 30, Microsoft one of 20; Yahoo bounces 12 of 120; Microsoft says six times that we are listed, Yahoo once. One message waits for five hours.
	tr.mail(10*time.Minute, 20, "r@gmail.com", google, "4.7.28", limited)
	tr.mail(9*time.Minute, 10, "r@gmail.com", google, "2.0.0", sent)
	tr.mail(8*time.Minute, 19, "r@example.com", microsoft, "2.0.0", sent)
	tr.mail(8*time.Minute, 1, "r@example.com", microsoft, "4.7.1", greylisted)
	tr.mail(40*time.Minute, 108, "r@yahoo.com", yahoo, "2.0.0", sent)
	tr.mail(35*time.Minute, 12, "r@yahoo.com", yahoo, "5.1.1", unknown)
	tr.mail(25*time.Minute, 6, "r@example.com", microsoft, "5.7.1", listed)
	tr.mail(25*time.Minute, 1, "r@yahoo.com", yahoo, "5.7.1", listed)
	tr.mail(5*time.Hour, 1, "r@slow.example", other, "4.7.1", greylisted)

	// mx8 had mail at this hour yesterday and a week ago, and has none; mx9 has some, and a few failed logins.
	for _, ago := range []time.Duration{30 * time.Minute, 24*time.Hour + 30*time.Minute, 7*24*time.Hour + 30*time.Minute} {
		for i := range 25 {
			if ago > time.Hour {
				tr.received("mx8", ago-time.Duration(i)*time.Second)
			}
			tr.received("mx9", ago-time.Duration(i)*time.Second)
		}
	}
	tr.logins(tr.host, 120)
	tr.logins("mx9", 20)

	// Yesterday nearly all sessions had TLS, today one in six has; twelve handshakes with others fail.
	tr.sessions(24*time.Hour+30*time.Minute, 60, 58)
	tr.sessions(30*time.Minute, 60, 10)
	for i := range 12 {
		tr.say(tr.host, 20*time.Minute-time.Duration(i)*time.Second, "postfix/smtp[950]: SSL_connect error to mx.old.example[198.51.100.77]:25: lost connection")
	}
	// Lines that nobody understands.
	for i := range 150 {
		tr.say(tr.host, 15*time.Minute-time.Duration(i)*time.Second, "postfix/smtpd[960]: zorg %d did something to the frobnicator", i)
	}
	tr.say(tr.host, 20*time.Second, "postfix/anvil[999]: statistics: max cache size 1 at Nov 30 10:00:00")

	slices.SortStableFunc(tr.said, func(a, b said) int { return a.at.Compare(b.at) })
	for _, s := range tr.said {
		tr.lines = append(tr.lines, s.line)
	}
	return tr
}

func (tr *trouble) say(host string, ago time.Duration, format string, args ...any) {
	at := tr.now.Add(-ago)
	tr.said = append(tr.said, said{at, at.Format("2006-01-02T15:04:05.000000-07:00 ") + host + " " + fmt.Sprintf(format, args...)})
}

// received is a message of our own that comes into the queue.
func (tr *trouble) received(host string, ago time.Duration) (id string) {
	tr.seq++
	id = fmt.Sprintf("4NwZ01%04dz1Yc", tr.seq)
	tr.say(host, ago+300*time.Millisecond, "postfix/pickup[800]: %s: uid=1000 from=<s@shop.example>", id)
	tr.say(host, ago+200*time.Millisecond, "postfix/cleanup[801]: %s: message-id=<%s@shop.example>", id, id)
	tr.say(host, ago+100*time.Millisecond, "postfix/qmgr[802]: %s: from=<s@shop.example>, size=1000, nrcpt=1 (queue active)", id)
	return id
}

// mail is n messages, and one try of each.
func (tr *trouble) mail(ago time.Duration, n int, to, relay, dsn, status string) {
	for i := range n {
		at := ago - time.Duration(i)*time.Second
		id := tr.received(tr.host, at)
		text := status
		if status[:4] != "sent" {
			text = fmt.Sprintf(status, relay)
		}
		tr.say(tr.host, at, "postfix/smtp[901]: %s: to=<%s>, relay=%s:25, delay=0.3, delays=0.1/0/0.1/0.1, dsn=%s, status=%s", id, to, relay, dsn, text)
		if dsn[0] != '4' {
			tr.say(tr.host, at-time.Millisecond, "postfix/qmgr[802]: %s: removed", id)
		}
	}
}

func (tr *trouble) logins(host string, n int) {
	for i := range n {
		tr.say(host, 10*time.Minute-time.Duration(i)*time.Second, "postfix/submission/smtpd[730]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6")
	}
}

// sessions are n with us, some of them with TLS.
func (tr *trouble) sessions(ago time.Duration, n, secured int) {
	for i := range n {
		at, pid := ago-time.Duration(i)*time.Second, 1000+i
		tr.say(tr.host, at, "postfix/smtpd[%d]: connect from c.example[192.0.2.30]", pid)
		if i < secured {
			tr.say(tr.host, at-10*time.Millisecond, "postfix/smtpd[%d]: Anonymous TLS connection established from c.example[192.0.2.30]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)", pid)
		}
		tr.say(tr.host, at-20*time.Millisecond, "postfix/smtpd[%d]: disconnect from c.example[192.0.2.30] ehlo=1 quit=1 commands=2", pid)
	}
}
