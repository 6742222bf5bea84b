package generate

import (
	"fmt"
	"regexp"
	"time"
)

// voice is how a mail server tells what happens. A text that is empty is what it does not tell.
type voice interface {
	line(at time.Time, host, text string) string
	queueID(at time.Time, seq int) string
	reuses() bool // queue ids are given out again

	connect(c *client) string
	reject(c *client, to string) string
	broken(c *client, how, after string) string
	disconnect(c *client, commands string) string

	open(c *client, m *mail) []string // before the message is in the queue
	received(c *client, m *mail) string
	again(m *mail) string // before a further try
	verdict(m *mail, v *verdict) string
	expired(m *mail, to []string) []string
	removed(m *mail) string
}

type client struct {
	pid      int
	name, ip string
}

type mail struct {
	id, messageID, from string
	size, n             int
}

type verdict struct {
	to                string
	pid               int
	relay, ip         string
	delay             float64
	status, dsn, text string
	atEnd             bool // it was said behind the message, not behind its recipient
}

// postfix writes through rsyslog with its stamps of ISO 8601.
type postfix struct{}

func (postfix) line(at time.Time, host, text string) string {
	return at.Format("2006-01-02T15:04:05.000000-07:00 ") + host + " " + text
}
func (postfix) queueID(_ time.Time, seq int) string { return fmt.Sprintf("%09X", 0x1A0000000+seq) }
func (postfix) reuses() bool                        { return true }

func smtpd(c *client, format string, args ...any) string {
	return fmt.Sprintf("postfix/smtpd[%d]: ", c.pid) + fmt.Sprintf(format, args...)
}

func (postfix) connect(c *client) string { return smtpd(c, "connect from %s[%s]", c.name, c.ip) }

func (postfix) reject(c *client, to string) string {
	return smtpd(c, "NOQUEUE: reject: RCPT from %s[%s]: 550 5.1.1 <%s>: Recipient address rejected: User unknown in local recipient table; "+
		"from=<s@far.example> to=<%s> proto=ESMTP helo=<h.example>", c.name, c.ip, to, to)
}

func (postfix) broken(c *client, how, after string) string {
	return smtpd(c, "%s after %s from %s[%s]", how, after, c.name, c.ip)
}

func (postfix) disconnect(c *client, commands string) string {
	return smtpd(c, "disconnect from %s[%s] %s", c.name, c.ip, commands)
}

func (postfix) open(c *client, m *mail) []string {
	return []string{
		smtpd(c, "%s: client=%s[%s]", m.id, c.name, c.ip),
		fmt.Sprintf("postfix/cleanup[%d]: %s: message-id=<%s>", c.pid+500, m.id, m.messageID),
	}
}

func (p postfix) received(_ *client, m *mail) string { return p.again(m) }

func (postfix) again(m *mail) string {
	return fmt.Sprintf("postfix/qmgr[900]: %s: from=<%s>, size=%d, nrcpt=%d (queue active)", m.id, m.from, m.size, m.n)
}

func (postfix) verdict(m *mail, v *verdict) string {
	command := "RCPT TO command"
	if v.atEnd {
		command = "end of DATA command"
	}
	word, text := v.status, fmt.Sprintf("host %s[%s] said: %s (in reply to %s)", v.relay, v.ip, v.text, command)
	if v.status == "delivered" {
		word, text = "sent", v.text
	}
	return fmt.Sprintf("postfix/smtp[%d]: %s: to=<%s>, relay=%s[%s]:25, delay=%.2f, delays=0.01/%.2f/0.1/0.2, dsn=%s, status=%s (%s)",
		v.pid, m.id, v.to, v.relay, v.ip, v.delay, max(0, v.delay-0.31), v.dsn, word, text)
}

func (postfix) expired(m *mail, _ []string) []string {
	return []string{fmt.Sprintf("postfix/qmgr[900]: %s: from=<%s>, status=expired, returned to sender", m.id, m.from)}
}

func (postfix) removed(m *mail) string { return fmt.Sprintf("postfix/qmgr[900]: %s: removed", m.id) }

// exim writes its main log at the default log_selector.
type exim struct{}

func (exim) line(at time.Time, _, text string) string {
	return at.Format("2006-01-02 15:04:05 ") + text
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// in62 is a number in exactly so many digits of base 62, as Exim writes its ids (src/exim.c, message_id).
func in62(n int64, digits int) string {
	b := make([]byte, digits)
	for i := digits - 1; i >= 0; i-- {
		b[i] = base62[n%62]
		n /= 62
	}
	return string(b)
}

func (exim) queueID(at time.Time, seq int) string {
	return in62(at.Unix(), 6) + "-" + in62(int64(seq), 6) + "-" + in62(int64(seq%1000), 2)
}
func (exim) reuses() bool { return false }

func (exim) connect(*client) string            { return "" }
func (exim) disconnect(*client, string) string { return "" }

func (exim) reject(c *client, to string) string {
	return fmt.Sprintf("H=%s [%s] F=<s@far.example> rejected RCPT <%s>: Unrouteable address", c.name, c.ip, to)
}

func (exim) broken(c *client, how, _ string) string {
	if how == "timeout" {
		return fmt.Sprintf("SMTP command timeout on connection from %s [%s]", c.name, c.ip)
	}
	return fmt.Sprintf("unexpected disconnection while reading SMTP command from %s [%s]", c.name, c.ip)
}

func (exim) open(*client, *mail) []string { return nil }

func (exim) received(c *client, m *mail) string {
	return fmt.Sprintf("%s <= %s H=%s [%s] P=esmtp S=%d id=%s", m.id, m.from, c.name, c.ip, m.size, m.messageID)
}
func (exim) again(*mail) string { return "" }

func (exim) verdict(m *mail, v *verdict) string {
	host := fmt.Sprintf("R=dnslookup T=remote_smtp H=%s [%s]", v.relay, v.ip)
	after := fmt.Sprintf("RCPT TO:<%s>", v.to)
	if v.atEnd {
		after = "end of data"
	}
	switch v.status {
	case "delivered":
		return fmt.Sprintf("%s => %s %s C=\"%s\"", m.id, v.to, host, v.text)
	case "deferred":
		return fmt.Sprintf("%s == %s %s defer (-44): SMTP error from remote mail server after %s: %s", m.id, v.to, host, after, v.text)
	}
	return fmt.Sprintf("%s ** %s %s: SMTP error from remote mail server after %s: %s", m.id, v.to, host, after, v.text)
}

func (exim) expired(m *mail, to []string) (lines []string) {
	for _, address := range to {
		lines = append(lines, fmt.Sprintf("%s ** %s: retry timeout exceeded", m.id, address))
	}
	return lines
}

func (exim) removed(m *mail) string { return m.id + " Completed" }

// sendmail writes through syslog at LogLevel 9.
type sendmail struct{}

func (sendmail) line(at time.Time, host, text string) string {
	return at.Format("Jan _2 15:04:05 ") + host + " " + text
}

// codes are what Sendmail leaves out of an answer that it gives for a success.
var codes = regexp.MustCompile(`^\d{3} (\d\.\d+\.\d+ )?`)

// smmta is a line of one of its processes.
func smmta(pid int, format string, args ...any) string {
	return fmt.Sprintf("sm-mta[%d]: ", pid) + fmt.Sprintf(format, args...)
}

func (sendmail) queueID(at time.Time, seq int) string {
	return "6AN" + in62(at.Unix()%100000000, 5) + fmt.Sprintf("%06d", seq%1000000)
}
func (sendmail) reuses() bool { return false }

func (sendmail) connect(*client) string            { return "" }
func (sendmail) disconnect(*client, string) string { return "" }

func (sendmail) reject(c *client, to string) string {
	return smmta(c.pid, "ruleset=check_rcpt, arg1=<%s>, relay=%s [%s], reject=550 5.1.1 <%s>... User unknown", to, c.name, c.ip, to)
}

func (sendmail) broken(c *client, how, _ string) string {
	if how == "timeout" {
		return smmta(c.pid, "timeout waiting for input from %s [%s] during server cmd read", c.name, c.ip)
	}
	return smmta(c.pid, "%s [%s] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA", c.name, c.ip)
}

func (sendmail) open(*client, *mail) []string { return nil }

func (sendmail) received(c *client, m *mail) string {
	return smmta(c.pid, "%s: from=<%s>, size=%d, class=0, nrcpts=%d, msgid=<%s>, proto=ESMTP, daemon=MTA, relay=%s [%s]",
		m.id, m.from, m.size, m.n, m.messageID, c.name, c.ip)
}
func (sendmail) again(*mail) string { return "" }

func (sendmail) verdict(m *mail, v *verdict) string {
	took := time.Duration(v.delay * float64(time.Second)).Truncate(time.Second)
	head := smmta(v.pid+1000, "%s: to=<%s>, ctladdr=<%s> (1000/1000), delay=%02d:%02d:%02d, xdelay=00:00:01, mailer=esmtp, pri=120000, "+
		"relay=%s. [%s], dsn=%s",
		m.id, v.to, m.from, int(took.Hours()), int(took.Minutes())%60, int(took.Seconds())%60, v.relay, v.ip, v.dsn)
	switch v.status {
	case "delivered":
		return head + ", stat=Sent (" + codes.ReplaceAllString(v.text, "") + ")"
	case "deferred":
		return head + ", stat=Deferred: " + v.text
	}
	return head + ", reply=" + v.text + ", stat=User unknown"
}

// expired is told once for all: the notice that goes back to the sender.
func (sendmail) expired(m *mail, _ []string) []string {
	return []string{smmta(2999, "%s: %sn%s: sender notify: Cannot send message for 5 days", m.id, m.id[:2], m.id[3:])}
}

func (sendmail) removed(*mail) string { return "" }
