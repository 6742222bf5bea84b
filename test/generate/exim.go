package generate

import (
	"fmt"
	"time"
)

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
