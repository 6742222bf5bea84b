package generate

import (
	"fmt"
	"time"
)

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
